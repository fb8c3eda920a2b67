// SPDX-License-Identifier: BSD-3-Clause
// What a DHCP client sends: table 5 of RFC 2131, and ARP probes (RFC 5227 2.1).
#include "dhcp/leases.h"

#include "net/arp.h"

#define AGAIN_NS 1000000 // without room in the burst

static struct hl_packet *packet_next(struct hl_leases *l, uint32_t i, struct hl_burst *tx)
{
	struct hl_packet *pkt = dhcp_packet(tx);

	if (pkt == NULL)
		lease_arm(l, i, l->now_ns + AGAIN_NS);
	return pkt;
}

static enum hl_dhcp_event event_of(enum dhcp_type type)
{
	switch (type) {
	case DHCP_DISCOVER:
		return HL_DHCP_EVENT_DISCOVER;
	case DHCP_DECLINE:
		return HL_DHCP_EVENT_DECLINE;
	case DHCP_RELEASE:
		return HL_DHCP_EVENT_RELEASE;
	default:
		return HL_DHCP_EVENT_REQUEST;
	}
}

static uint16_t seconds_since(const struct hl_leases *l, const struct lease *lease)
{
	const uint64_t s = (l->now_ns - lease->begun_ns) / NS_PER_S;

	return s < UINT16_MAX ? (uint16_t)s : UINT16_MAX;
}

// Which addresses it names, and who gets it.
static void address(const struct lease *lease, enum dhcp_type type, struct dhcp_message *m)
{
	const bool renews = type == DHCP_REQUEST &&
			    (lease->state == LEASE_RENEWING || lease->state == LEASE_REBINDING);

	if (type == DHCP_RELEASE || renews)
		m->own = lease->addr;
	else
		m->requested = lease->addr;
	if (type == DHCP_RELEASE || type == DHCP_DECLINE || lease->state == LEASE_REQUESTING)
		m->server = lease->server;
	if (type == DHCP_RELEASE || (renews && lease->state == LEASE_RENEWING)) {
		m->to = lease->server;
		m->to_mac = lease->server_mac;
	}
}

bool lease_send(struct hl_leases *l, uint32_t i, enum dhcp_type type, struct hl_burst *tx)
{
	const struct lease *lease = &l->list[i];
	struct hl_packet *pkt = packet_next(l, i, tx);
	uint8_t mac[6], id[CLIENT_ID_LEN];
	struct dhcp_message m = {
		.type = (uint8_t)type,
		// Before it has an address, only a broadcast finds it whatever the port filters (RFC 2131 4.1).
		.broadcast = lease->state < LEASE_BOUND,
		.xid = lease->xid,
		.secs = type == DHCP_RELEASE || type == DHCP_DECLINE ? 0 : seconds_since(l, lease),
		.mac = mac,
		.client_id = id,
		.client_id_len = sizeof(id),
	};

	if (pkt == NULL)
		return false;
	leases_mac(l, i, mac);
	leases_client_id(l, i, id);
	address(lease, type, &m);
	dhcp_write(pkt, &l->path, &m);
	leases_count(l, event_of(type));
	return true;
}

bool lease_probe(struct hl_leases *l, uint32_t i, struct hl_burst *tx)
{
	static const struct hl_addr nobody = { HL_FAMILY_IPV4, { 0 } };
	const struct hl_addr addr = leases_address(l, i);
	struct hl_packet *pkt = packet_next(l, i, tx);
	uint8_t mac[6];

	if (pkt == NULL)
		return false;
	leases_mac(l, i, mac);
	arp_write_request(pkt, mac, &nobody, &addr);
	path_tag_frame(&l->path, pkt);
	return true;
}
