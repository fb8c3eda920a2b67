// SPDX-License-Identifier: BSD-3-Clause
// What DHCP clients hear: offers, acknowledgements, refusals, and ARP of others with an address that is probed.
// Nobody vouches for any of it: it must name the transaction, the client and the server, and give what was asked.
#include "dhcp/leases.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "net/arp.h"

#define FOREVER_S 0xffffffffu // RFC 2132 9.2
#define AFTER_NAK_NS NS_PER_S
#define AFTER_TAKEN_NS 50000000u
#define TAKEN_DOUBLED_MAX 6

static bool is_mask(uint32_t mask)
{
	return mask != 0 && (~mask & (~mask + 1)) == 0;
}

// Neither of "this" network, loopback, multicast or above, nor the network's or all of its hosts'.
static bool is_host(uint32_t addr, uint32_t mask)
{
	const uint32_t net = addr >> 24;

	if (net == 0 || net == 127 || net >= 224)
		return false;
	return ~mask < 3 || ((addr & ~mask) != 0 && (addr & ~mask) != ~mask);
}

// The subnet is that of the first lease; one elsewhere could not reach what this one reaches.
static bool is_acceptable(const struct hl_leases *l, const struct dhcp_reply *r)
{
	return is_mask(r->mask) && is_host(r->given, r->mask) &&
	       (l->mask == 0 || (r->mask == l->mask && leases_in_subnet(l, r->given)));
}

// The server still has the address to give away: our request for it was lost, and all others would get no other.
static void lease_hurry(struct hl_leases *l, uint32_t i)
{
	struct lease *lease = &l->list[i];

	if (lease->state == LEASE_REQUESTING && lease->due_ns > l->now_ns + AFTER_TAKEN_NS)
		lease_arm(l, i, l->now_ns + AFTER_TAKEN_NS);
}

// The more often that happens, the longer the server's queue is: it is given time to empty.
static uint64_t after_taken_ns(struct hl_leases *l, struct lease *lease)
{
	const uint32_t span_ns = AFTER_TAKEN_NS << lease->taken;

	if (lease->taken < TAKEN_DOUBLED_MAX)
		lease->taken++;
	return span_ns / 2 + rng_below(&l->rng, span_ns);
}

static void offer_take(struct hl_leases *l, uint32_t i, const struct dhcp_reply *r,
		       struct hl_burst *tx)
{
	struct lease *lease = &l->list[i];
	const int64_t other = leases_of(l, r->given);

	if (lease->state != LEASE_SELECTING)
		return; // the first one was taken
	if (l->settled && r->given != lease->addr) {
		leases_count(l, HL_DHCP_EVENT_MOVED);
		return;
	}
	if (r->server == 0 || !is_acceptable(l, r)) {
		leases_count(l, HL_DHCP_EVENT_REFUSED);
		return;
	}
	// A server need not reserve what it offers (RFC 2131 3.1.2), so it offers it to the next one as well.
	if (other >= 0 && other != i) {
		leases_count(l, HL_DHCP_EVENT_TAKEN);
		lease_hurry(l, (uint32_t)other);
		lease_init(l, i, l->now_ns + after_taken_ns(l, &l->list[i]));
		return;
	}
	lease_address(l, i, r->given);
	lease->server = r->server;
	lease->state = LEASE_REQUESTING;
	lease->tries = 0;
	if (lease_send(l, i, DHCP_REQUEST, tx)) {
		lease->tries = 1;
		lease_arm(l, i, l->now_ns + lease_backoff_ns(l, 1));
	}
}

// A share of a time, up to a tenth earlier: those that began together need not come together for ever.
static uint64_t fuzzed_ns(struct hl_leases *l, uint64_t span_ns)
{
	return span_ns - span_ns / 1000 * rng_below(&l->rng, 100);
}

static void terms_take(struct hl_leases *l, struct lease *lease, const struct dhcp_reply *r)
{
	const uint64_t lease_ns = r->lease_s * NS_PER_S;
	uint64_t renew_ns = lease_ns / 2, rebind_ns = lease_ns / 8 * 7;

	if (r->renew_s != 0 && r->renew_s < r->lease_s)
		renew_ns = r->renew_s * NS_PER_S;
	if (r->rebind_s * NS_PER_S > renew_ns && r->rebind_s < r->lease_s)
		rebind_ns = r->rebind_s * NS_PER_S;
	if (rebind_ns <= renew_ns)
		rebind_ns = renew_ns + (lease_ns - renew_ns) / 2;
	lease->end_ns = lease->begun_ns + lease_ns;
	lease->rebind_ns = lease->begun_ns + rebind_ns;
	lease->renew_ns = lease->begun_ns + fuzzed_ns(l, renew_ns);
	if (r->lease_s == FOREVER_S)
		lease->end_ns = lease->rebind_ns = lease->renew_ns = LEASE_NEVER;
}

static bool same_servers(const struct hl_dhcp_servers *a, const struct hl_dhcp_servers *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned k = 0; k < a->n; k++)
		if (!hl_addr_equal(&a->list[k].addr, &b->list[k].addr) ||
		    strcmp(a->list[k].name, b->list[k].name) != 0)
			return false;
	return true;
}

// Who was not told of the last ones yet hears of these with the next lease.
static void servers_take(struct hl_leases *l, const struct dhcp_reply *r)
{
	struct hl_dhcp_servers found;

	if (!r->has_sip_servers)
		return;
	if (dhcp_read_sip_servers(r->sip, r->sip_len, &found) != 0) {
		leases_count(l, HL_DHCP_EVENT_MALFORMED);
		return;
	}
	if (same_servers(&found, &l->servers) ||
	    atomic_load_explicit(&l->told_full, memory_order_acquire))
		return;
	l->servers = l->told = found;
	atomic_store_explicit(&l->told_full, true, memory_order_release);
}

static bool awaits_ack(const struct lease *lease)
{
	return lease->state == LEASE_REQUESTING || lease->state == LEASE_RENEWING ||
	       lease->state == LEASE_REBINDING;
}

// Only the server that it asked may answer; one that is asked by broadcast is any.
static bool is_asked(const struct lease *lease, const struct dhcp_reply *r)
{
	return r->server != 0 && (r->server == lease->server || lease->state == LEASE_REBINDING);
}

static void ack_take(struct hl_leases *l, uint32_t i, const struct dhcp_reply *r,
		     const uint8_t *mac)
{
	struct lease *lease = &l->list[i];

	if (!awaits_ack(lease) || !is_asked(lease, r)) {
		leases_count(l, HL_DHCP_EVENT_UNASKED);
		return;
	}
	if (r->given != lease->addr || r->lease_s == 0 || !is_acceptable(l, r)) {
		leases_count(l, HL_DHCP_EVENT_REFUSED);
		return;
	}
	if (l->mask == 0) {
		l->mask = r->mask;
		l->subnet = r->given & r->mask;
		l->router = r->router;
	}
	leases_count(l, HL_DHCP_EVENT_ACK);
	terms_take(l, lease, r);
	lease->server = r->server;
	memcpy(lease->server_mac, mac, 6);
	servers_take(l, r);
	if (lease->state != LEASE_REQUESTING) {
		lease_bind(l, i);
		return;
	}
	lease->state = LEASE_PROBING;
	lease->tries = 0;
	lease_arm(l, i, l->now_ns);
}

static void nak_take(struct hl_leases *l, uint32_t i, const struct dhcp_reply *r)
{
	if (!awaits_ack(&l->list[i]) || !is_asked(&l->list[i], r)) {
		leases_count(l, HL_DHCP_EVENT_UNASKED);
		return;
	}
	leases_count(l, HL_DHCP_EVENT_NAK);
	lease_lose(l, i);
	lease_init(l, i, l->now_ns + AFTER_NAK_NS);
}

// The client that a transaction is of, if it is under way; -1: none.
static int64_t client_of(const struct hl_leases *l, const struct dhcp_reply *r)
{
	const uint32_t i = (r->xid ^ l->salt) & 0xffff;
	uint8_t mac[6];

	if (i >= l->n || l->list[i].xid != r->xid || l->list[i].state >= LEASE_RELEASING)
		return -1;
	leases_mac(l, i, mac);
	return memcmp(r->mac, mac, sizeof(mac)) == 0 ? (int64_t)i : -1;
}

bool leases_hear(struct hl_leases *l, const struct frame *f, const uint8_t *mac,
		 struct hl_burst *tx, uint64_t now_ns)
{
	struct dhcp_reply r;

	if (f->dst.port != DHCP_CLIENT_PORT || f->src.port != DHCP_SERVER_PORT)
		return false;
	int rc = dhcp_read(f->payload, f->payload_len, &r);
	int64_t i = rc == -ENOMSG ? -1 : client_of(l, &r);
	l->now_ns = now_ns;
	if (i < 0) {
		leases_count(l, HL_DHCP_EVENT_UNASKED);
		return true;
	}
	if (rc != 0) {
		leases_count(l, HL_DHCP_EVENT_MALFORMED);
		return true;
	}
	switch (r.type) {
	case DHCP_OFFER:
		leases_count(l, HL_DHCP_EVENT_OFFER);
		offer_take(l, (uint32_t)i, &r, tx);
		break;
	case DHCP_ACK:
		ack_take(l, (uint32_t)i, &r, mac);
		break;
	case DHCP_NAK:
		nak_take(l, (uint32_t)i, &r);
		break;
	default:
		leases_count(l, HL_DHCP_EVENT_MALFORMED);
		break;
	}
	return true;
}

static bool is_ours(const struct hl_leases *l, uint32_t i, const uint8_t mac[6])
{
	uint8_t own[6];

	leases_mac(l, i, own);
	return memcmp(own, mac, sizeof(own)) == 0;
}

void leases_hear_arp(struct hl_leases *l, const struct frame *f, uint64_t now_ns)
{
	struct arp arp;

	if (!arp_read(f->payload, f->payload_len, &arp))
		return;
	const uint32_t sender = load_be32(arp.sender.bytes);
	// Who has it, or asks whether somebody has it, as we do (RFC 5227 2.1.1).
	int64_t i = leases_of(l, sender != 0 ? sender : load_be32(arp.target.bytes));
	if (i < 0 || l->list[i].state != LEASE_PROBING || is_ours(l, (uint32_t)i, arp.sender_mac))
		return;
	l->now_ns = now_ns;
	leases_count(l, HL_DHCP_EVENT_CONFLICT);
	l->list[i].conflict = true;
	lease_arm(l, (uint32_t)i, now_ns);
}
