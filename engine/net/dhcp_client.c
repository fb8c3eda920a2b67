// SPDX-License-Identifier: BSD-3-Clause
// Asks for the SIP servers: DHCPINFORM repeated with backoff, its answers, ARP for its address.
#include <heartline/dhcp.h>

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "net/arp.h"
#include "net/dhcp.h"
#include "net/frame.h"

#define NS_PER_S 1000000000ull
#define GIVE_UP_S 10

// Seconds from a question to the next one, doubling (RFC 2131 4.1); the last one has what is left.
static const uint8_t patience_s[] = { 1, 2, 4, 3 };
#define QUESTIONS (sizeof(patience_s) / sizeof(patience_s[0]))
static_assert(1 + 2 + 4 + 3 == GIVE_UP_S, "the last question has what is left of the time");

void hl_dhcp_start(struct hl_dhcp *dhcp, const struct hl_addr *addr, const uint8_t mac[6],
		   uint32_t xid, uint64_t now_ns)
{
	*dhcp = (struct hl_dhcp){
		.addr = *addr, .xid = xid, .start_ns = now_ns, .next_ns = now_ns
	};
	memcpy(dhcp->mac, mac, sizeof(dhcp->mac));
}

// The server sends to the address that we gave, so it must find out where that is.
static void arp_answer(const struct hl_dhcp *dhcp, const struct frame *f, struct hl_burst *tx)
{
	struct hl_packet *pkt;
	struct arp arp;

	if (!arp_read(f->payload, f->payload_len, &arp) || !arp.request ||
	    !hl_addr_equal(&arp.target, &dhcp->addr) || hl_addr_equal(&arp.sender, &dhcp->addr))
		return;
	pkt = dhcp_packet(tx);
	if (pkt != NULL)
		arp_write_reply(pkt, dhcp->mac, &arp);
}

static void reply_take(struct hl_dhcp *dhcp, const struct frame *f)
{
	static const struct hl_addr everybody = { HL_FAMILY_IPV4, { 255, 255, 255, 255 } };
	int rc;

	if (f->dst.port != DHCP_CLIENT_PORT ||
	    (!hl_addr_equal(&f->dst.addr, &dhcp->addr) && !hl_addr_equal(&f->dst.addr, &everybody)))
		return;
	rc = dhcp_read_reply(f->payload, f->payload_len, dhcp->mac, dhcp->xid, &dhcp->servers);
	if (rc == -ENOMSG)
		return;
	dhcp->from = f->src.addr;
	dhcp->unusable = rc == -EBADMSG;
	if (rc == 0)
		dhcp->state = HL_DHCP_FOUND;
}

static void frame_take(struct hl_dhcp *dhcp, const struct hl_packet *pkt, struct hl_burst *tx)
{
	struct frame f;

	enum frame_kind kind = frame_read(pkt->data, pkt->len, pkt->flags, &f);
	if (f.vlan != 0) // it is in no VLAN
		return;
	switch (kind) {
	case FRAME_ARP:
		arp_answer(dhcp, &f, tx);
		break;
	case FRAME_UDP:
		reply_take(dhcp, &f);
		break;
	default:
		break;
	}
}

static void ask(struct hl_dhcp *dhcp, struct hl_burst *tx, uint64_t now_ns)
{
	struct hl_packet *pkt;

	// Who answered without servers would do so again; another server had its time as well.
	if (dhcp->from.family != HL_FAMILY_NONE) {
		dhcp->state = HL_DHCP_NONE;
		return;
	}
	if (dhcp->asked == QUESTIONS) {
		dhcp->state = HL_DHCP_SILENT;
		return;
	}
	pkt = dhcp_packet(tx);
	if (pkt == NULL)
		return; // no room: at the next poll
	dhcp_write_inform(pkt, dhcp->mac, &dhcp->addr, dhcp->xid,
			  (uint16_t)((now_ns - dhcp->start_ns) / NS_PER_S));
	dhcp->next_ns = now_ns + NS_PER_S * patience_s[dhcp->asked++];
}

enum hl_dhcp_state hl_dhcp_poll(struct hl_dhcp *dhcp, const struct hl_packet *pkts, uint16_t n,
				struct hl_burst *tx, uint64_t now_ns)
{
	for (uint16_t i = 0; i < n && dhcp->state == HL_DHCP_ASKING; i++)
		frame_take(dhcp, &pkts[i], tx);
	if (dhcp->state == HL_DHCP_ASKING && now_ns >= dhcp->next_ns)
		ask(dhcp, tx, now_ns);
	return dhcp->state;
}
