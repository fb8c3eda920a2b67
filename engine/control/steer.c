// SPDX-License-Identifier: BSD-3-Clause
// The shares of servers, addresses and ports in the queue of a reply, by each way of steering.
#include "control/steer.h"

#include <assert.h>
#include <stdlib.h>

static_assert(HL_RSS_KEY_MIN >= TOEPLITZ_KEY_MIN, "a key that is allowed is long enough");

// Of what a NIC hashes the source address comes first: its 32 bits look at bits 0..62 of the key, the 128 bits
// of IPv6 at bits 0..158.
#define KEY_BLIND_BYTES 8
#define KEY_BLIND_BYTES_IPV6 20

void hl_steering_key(uint8_t key[], uint32_t key_len, enum hl_family family)
{
	const uint32_t blind = family == HL_FAMILY_IPV6 ? KEY_BLIND_BYTES_IPV6 : KEY_BLIND_BYTES;
	// Any key with few regularities; these are the digits of pi behind the point.
	static const uint8_t digits[] = {
		0x24, 0x3f, 0x6a, 0x88, 0x85, 0xa3, 0x08, 0xd3, 0x13, 0x19, 0x8a,
		0x2e, 0x03, 0x70, 0x73, 0x44, 0xa4, 0x09, 0x38, 0x22, 0x29, 0x9f,
		0x31, 0xd0, 0x08, 0x2e, 0xfa, 0x98, 0xec, 0x4e, 0x6c, 0x89,
	};

	for (uint32_t i = 0; i < key_len; i++)
		key[i] = i < blind ? 0 : digits[(i - blind) % sizeof(digits)];
}

static int how_check(const struct hl_steering *how, struct hl_error *err)
{
	if (how->table_size == 0 || how->table == NULL)
		return hl_fail(err, EINVAL, "steering: the table of queues is empty");
	if (how->by == HL_STEER_RSS &&
	    (how->key_len < HL_RSS_KEY_MIN || how->key_len > HL_RSS_KEY_MAX))
		return hl_fail(err, EINVAL, "steering: an RSS key of %u bytes: allowed %u..%u",
			       how->key_len, HL_RSS_KEY_MIN, HL_RSS_KEY_MAX);
	return 0;
}

static uint32_t address_share(const struct steer *s, const struct hl_addr *addr)
{
	switch (s->how->by) {
	case HL_STEER_RSS:
		return toeplitz_addr(&s->toeplitz, s->toeplitz.dst, addr);
	case HL_STEER_ADDRESS:
		return hl_addr_number(addr);
	case HL_STEER_PORT:
		break;
	}
	return 0;
}

int steer_init(struct steer *s, const struct hl_steering *how, const struct line_table *table,
	       struct hl_error *err)
{
	int rc = how_check(how, err);

	*s = (struct steer){ .how = how };
	if (rc != 0)
		return rc;
	if (how->by == HL_STEER_RSS &&
	    toeplitz_init(&s->toeplitz, how->key, how->key_len,
			  (enum hl_family)table->addresses[0].addr.family) != 0)
		return hl_fail(err, EINVAL,
			       "steering: an RSS key of %u bytes is too short for IPv6",
			       how->key_len);
	if ((how->table_size & (how->table_size - 1)) == 0)
		s->mask = how->table_size - 1;
	s->ports_matter = how->by == HL_STEER_PORT || (how->by == HL_STEER_RSS && how->hash_ports);
	s->port_share = calloc(UINT16_MAX + 1, sizeof(*s->port_share));
	s->address_share = calloc(table->n_addresses, sizeof(*s->address_share));
	if (s->port_share == NULL || s->address_share == NULL)
		return hl_fail(err, ENOMEM, "no memory for steering");
	for (uint32_t i = 0; i < table->n_addresses; i++)
		s->address_share[i] = address_share(s, &table->addresses[i].addr);
	return 0;
}

void steer_free(struct steer *s)
{
	free(s->port_share);
	free(s->address_share);
	s->port_share = NULL;
	s->address_share = NULL;
}

void steer_window(struct steer *s, const struct window *window)
{
	for (uint32_t i = 0; i < window_ports(window); i++) {
		uint16_t port = (uint16_t)(window->first + i);

		if (!s->ports_matter)
			s->port_share[i] = 0;
		else if (s->how->by == HL_STEER_PORT)
			s->port_share[i] = port;
		else
			s->port_share[i] = toeplitz_u16(&s->toeplitz, s->toeplitz.dst_port, port);
	}
}

// Does it matter to the hash where a frame comes from?
static bool sources_matter(const struct steer *s)
{
	struct hl_addr addr = { 0 };

	for (unsigned bit = 0; bit < 8u * s->toeplitz.addr_len; bit++) {
		addr.bytes[bit / 8] = (uint8_t)(1u << bit % 8);
		if (toeplitz_addr(&s->toeplitz, s->toeplitz.src, &addr) != 0)
			return true;
		addr.bytes[bit / 8] = 0;
	}
	return false;
}

static bool server_add(struct steer *s, const struct hl_profile *profile,
		       const struct hl_endpoint *at, const char *name)
{
	uint32_t share = 0;

	if (at->addr.family != HL_FAMILY_NONE)
		share = toeplitz_addr(&s->toeplitz, s->toeplitz.src, &at->addr);
	else if (name == NULL)
		return true; // there is none
	else if (sources_matter(s) || profile->dns_type != HL_DNS_A)
		return false; // its address or its port is not known yet
	if (s->how->hash_ports)
		share ^= toeplitz_u16(&s->toeplitz, s->toeplitz.src_port, at->port);
	if (s->n_from == 0 || s->from[0] != share)
		s->from[s->n_from++] = share;
	return true;
}

bool steer_profile(struct steer *s, const struct hl_profile *profile)
{
	s->n_from = 0;
	if (s->how->by != HL_STEER_RSS) {
		s->from[s->n_from++] = 0; // rules look at the destination only
		return true;
	}
	return server_add(s, profile, &profile->primary, profile->primary_name) &&
	       server_add(s, profile, &profile->backup, profile->backup_name) && s->n_from > 0;
}

bool steer_possible(const struct steer *s, uint32_t queue)
{
	// The entries of two servers differ by the same for all addresses and ports.
	uint32_t differ = s->n_from > 1 ? (s->from[0] ^ s->from[1]) & s->mask : 0;

	for (uint32_t i = 0; i < s->how->table_size; i++)
		if (s->how->table[i] == queue &&
		    (differ == 0 || s->how->table[i ^ differ] == queue))
			return true;
	return false;
}
