// SPDX-License-Identifier: BSD-3-Clause
// The value of DHCP option 120 (RFC 3361 3): domain names, or IPv4 addresses.
#include "net/dhcp.h"

#include <errno.h>
#include <string.h>

enum { ENCODING_NAMES = 0, ENCODING_ADDRESSES = 1 };
enum { LABEL_MAX = 63, LABEL_POINTER = 0xc0 }; // RFC 1035 2.3.4, 4.1.4

// Letters, digits and hyphens (RFC 1123 2.1), and the underscore of real life. Nothing else: the
// name goes into messages and to a resolver.
static bool host_character(uint8_t c)
{
	uint8_t lower = c | 0x20;

	return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static int label_add(const uint8_t *label, uint8_t len, char *name, uint32_t *n)
{
	if (*n + len + 2 > HL_DHCP_NAME_MAX) // with a dot and the NUL
		return -EBADMSG;
	if (*n > 0)
		name[(*n)++] = '.';
	for (uint8_t i = 0; i < len; i++) {
		if (!host_character(label[i]))
			return -EBADMSG;
		name[(*n)++] = (char)label[i];
	}
	return 0;
}

// The name at names[*next]; *next is moved behind it. Pointers count from the first name, as
// dnsmasq writes them; RFC 3361 3.1 asks for them without saying so.
static int name_read(const uint8_t *names, uint32_t len, uint32_t *next, char *name)
{
	uint32_t at = *next, n = 0;
	uint32_t limit = at; // a pointer leads in front of it, lower each time, so every name ends
	bool jumped = false;

	for (;;) {
		if (at == len)
			return -EBADMSG;
		uint8_t label = names[at++];
		if (label == 0)
			break;
		if (label >= LABEL_POINTER) {
			if (at == len)
				return -EBADMSG;
			uint32_t to = (label & ~LABEL_POINTER & 0xffu) << 8 | names[at++];
			if (!jumped)
				*next = at;
			if (to >= limit)
				return -EBADMSG;
			at = limit = to;
			jumped = true;
			continue;
		}
		if (label > LABEL_MAX || label > len - at ||
		    label_add(names + at, label, name, &n) != 0)
			return -EBADMSG;
		at += label;
	}
	if (!jumped)
		*next = at;
	name[n] = '\0';
	return n > 0 ? 0 : -EBADMSG; // the root is no server
}

// Not of "this" network, loopback, multicast or above: no server can be there.
static bool host_address(const struct hl_addr *addr)
{
	return addr->bytes[0] != 0 && addr->bytes[0] != 127 && addr->bytes[0] < 224;
}

static void server_add(struct hl_dhcp_servers *out, const struct hl_dhcp_server *server)
{
	if (out->n < HL_DHCP_SERVERS_MAX)
		out->list[out->n++] = *server;
}

static int names_read(const uint8_t *names, uint32_t len, struct hl_dhcp_servers *out)
{
	uint32_t next = 0;

	while (next < len) {
		struct hl_dhcp_server server = { 0 };

		if (name_read(names, len, &next, server.name) != 0)
			return -EBADMSG;
		// "10.0.0.1" given as a name needs no resolver.
		struct hl_addr addr;
		if (hl_addr_parse(server.name, strlen(server.name), &addr) == 0 &&
		    addr.family == HL_FAMILY_IPV4) {
			if (!host_address(&addr))
				return -EBADMSG;
			server.addr = addr;
			server.name[0] = '\0';
		}
		server_add(out, &server);
	}
	return out->n > 0 ? 0 : -EBADMSG;
}

static int addresses_read(const uint8_t *addresses, uint32_t len, struct hl_dhcp_servers *out)
{
	if (len == 0 || len % 4 != 0)
		return -EBADMSG;
	for (uint32_t at = 0; at < len; at += 4) {
		struct hl_dhcp_server server = { .addr.family = HL_FAMILY_IPV4 };

		memcpy(server.addr.bytes, addresses + at, 4);
		if (!host_address(&server.addr))
			return -EBADMSG;
		server_add(out, &server);
	}
	return 0;
}

int dhcp_read_sip_servers(const uint8_t *value, uint32_t len, struct hl_dhcp_servers *out)
{
	struct hl_dhcp_servers found = { 0 };
	int rc = -EBADMSG;

	if (len > 0 && value[0] == ENCODING_NAMES)
		rc = names_read(value + 1, len - 1, &found);
	else if (len > 0 && value[0] == ENCODING_ADDRESSES)
		rc = addresses_read(value + 1, len - 1, &found);
	if (rc == 0)
		*out = found;
	return rc;
}
