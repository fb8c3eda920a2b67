// SPDX-License-Identifier: BSD-3-Clause
// What time brings to DHCP clients: first messages, repetitions, renewals, the end of a lease.
#include "dhcp/leases.h"

#include "net/arp.h"

#define TICK_LEASES 16                   // served by one call
#define REQUESTS_MAX 4                   // then it begins anew (RFC 2131 3.1.5)
#define AFTER_DECLINE_NS (10 * NS_PER_S) // RFC 2131 3.1.5
#define RENEW_GAP_NS (60 * NS_PER_S)
// RFC 5227 2.1.1 takes up to seven seconds. Two probes find a host that is up; one that answers later
// is what its own probes and DECLINE are for.
#define PROBES 2
#define PROBE_GAP_NS 250000000

static uint32_t xid_new(struct hl_leases *l, uint32_t i)
{
	const uint32_t random = (uint32_t)rng_next(&l->rng) & 0xffff0000u;

	return (random | (i & 0xffffu)) ^ (l->salt & 0xffffu);
}

static void exchange_begin(struct hl_leases *l, uint32_t i, enum lease_state state)
{
	struct lease *lease = &l->list[i];

	lease->state = (uint8_t)state;
	lease->xid = xid_new(l, i);
	lease->begun_ns = l->now_ns;
	lease->tries = 0;
}

static void discover(struct hl_leases *l, uint32_t i, struct hl_burst *tx)
{
	struct lease *lease = &l->list[i];

	if (lease->state == LEASE_INIT)
		exchange_begin(l, i, LEASE_SELECTING);
	if (!lease_send(l, i, DHCP_DISCOVER, tx))
		return;
	if (lease->tries < UINT8_MAX)
		lease->tries++;
	lease_arm(l, i, l->now_ns + lease_backoff_ns(l, lease->tries));
}

static void request(struct hl_leases *l, uint32_t i, struct hl_burst *tx)
{
	struct lease *lease = &l->list[i];

	if (lease->tries == REQUESTS_MAX) {
		lease_init(l, i, l->now_ns);
		return;
	}
	if (!lease_send(l, i, DHCP_REQUEST, tx))
		return;
	lease->tries++;
	lease_arm(l, i, l->now_ns + lease_backoff_ns(l, lease->tries));
}

static void decline(struct hl_leases *l, uint32_t i, struct hl_burst *tx)
{
	if (!lease_send(l, i, DHCP_DECLINE, tx))
		return;
	l->list[i].conflict = false;
	lease_init(l, i, l->now_ns + AFTER_DECLINE_NS);
}

static void probe(struct hl_leases *l, uint32_t i, struct hl_burst *tx)
{
	struct lease *lease = &l->list[i];

	if (lease->conflict) {
		decline(l, i, tx);
		return;
	}
	if (lease->tries == PROBES) {
		lease_bind(l, i);
		return;
	}
	if (!lease_probe(l, i, tx))
		return;
	lease->tries++;
	lease_arm(l, i, l->now_ns + PROBE_GAP_NS);
}

// RFC 2131 4.4.5: half of the time that is left, at least a minute.
static uint64_t renewal_next(const struct hl_leases *l, uint64_t until_ns)
{
	uint64_t gap = (until_ns - l->now_ns) / 2;

	if (gap < RENEW_GAP_NS)
		gap = RENEW_GAP_NS;
	return gap < until_ns - l->now_ns ? l->now_ns + gap : until_ns;
}

static void renew(struct hl_leases *l, uint32_t i, struct hl_burst *tx)
{
	struct lease *lease = &l->list[i];

	if (l->now_ns >= lease->end_ns) {
		leases_count(l, HL_DHCP_EVENT_EXPIRED);
		lease_lose(l, i);
		lease_init(l, i, l->now_ns);
		return;
	}
	if (lease->state == LEASE_BOUND)
		exchange_begin(l, i, LEASE_RENEWING);
	if (lease->state == LEASE_RENEWING && l->now_ns >= lease->rebind_ns)
		lease->state = LEASE_REBINDING;
	if (!lease_send(l, i, DHCP_REQUEST, tx))
		return;
	lease_arm(
		l, i,
		renewal_next(l, lease->state == LEASE_RENEWING ? lease->rebind_ns : lease->end_ns));
}

static void release(struct hl_leases *l, uint32_t i, struct hl_burst *tx)
{
	if (leases_hold(l, i) && !lease_send(l, i, DHCP_RELEASE, tx))
		return;
	lease_lose(l, i);
	l->list[i].state = LEASE_RELEASED;
	atomic_fetch_add_explicit(&l->n_released, 1, memory_order_release);
}

static void lease_due(struct hl_leases *l, uint32_t i, struct hl_burst *tx)
{
	switch ((enum lease_state)l->list[i].state) {
	case LEASE_INIT:
	case LEASE_SELECTING:
		discover(l, i, tx);
		return;
	case LEASE_REQUESTING:
		request(l, i, tx);
		return;
	case LEASE_PROBING:
		probe(l, i, tx);
		return;
	case LEASE_BOUND:
	case LEASE_RENEWING:
	case LEASE_REBINDING:
		renew(l, i, tx);
		return;
	case LEASE_RELEASING:
		release(l, i, tx);
		return;
	case LEASE_RELEASED:
		return;
	}
}

// Nobody answers a RELEASE, so nothing is lost when all of them go within a second or two.
static void release_begin(struct hl_leases *l)
{
	const uint64_t gap_ns = l->gap_ns < NS_PER_S / l->n ? l->gap_ns : NS_PER_S / l->n;

	l->releasing = true;
	for (uint32_t i = 0; i < l->n; i++) {
		l->list[i].state = LEASE_RELEASING;
		l->list[i].xid = xid_new(l, i);
		lease_arm(l, i, l->now_ns + i * gap_ns);
	}
}

void leases_tick(struct hl_leases *l, struct hl_burst *tx, uint64_t now_ns)
{
	uint32_t ids[TICK_LEASES];
	bool done;

	l->now_ns = now_ns;
	if (!l->releasing && atomic_load_explicit(&l->release, memory_order_acquire))
		release_begin(l);
	uint32_t n = wheel_expire(l->wheel, now_ns >> LEASES_TICK_SHIFT, ids, TICK_LEASES, &done);
	for (uint32_t k = 0; k < n; k++) {
		const struct lease *lease = &l->list[ids[k]];

		if (lease->due_ns > now_ns)
			lease_arm(l, ids[k], lease->due_ns);
		else
			lease_due(l, ids[k], tx);
	}
}

// Before there are lines, too, a server must find out where an address is that it renews.
static void answer_arp(struct hl_leases *l, const struct frame *f, struct hl_burst *tx)
{
	struct hl_packet *pkt;
	uint8_t mac[6];
	struct arp arp;

	if (!arp_read(f->payload, f->payload_len, &arp) || !arp.request)
		return;
	int64_t i = leases_find(l, &arp.target);
	if (i < 0 || (pkt = dhcp_packet(tx)) == NULL)
		return;
	leases_mac(l, (uint32_t)i, mac);
	arp_write_reply(pkt, mac, &arp);
	path_tag_frame(&l->path, pkt);
}

void hl_leases_poll(struct hl_leases *l, const struct hl_packet *pkts, uint16_t n,
		    struct hl_burst *tx, uint64_t now_ns)
{
	for (uint16_t k = 0; k < n; k++) {
		struct frame f;
		enum frame_kind kind = frame_read(pkts[k].data, pkts[k].len, pkts[k].flags, &f);

		if (f.vlan != l->vlan)
			continue;
		if (kind == FRAME_UDP)
			leases_hear(l, &f, frame_src_mac(pkts[k].data), tx, now_ns);
		if (kind == FRAME_ARP) {
			leases_hear_arp(l, &f, now_ns);
			answer_arp(l, &f, tx);
		}
	}
	leases_tick(l, tx, now_ns);
}
