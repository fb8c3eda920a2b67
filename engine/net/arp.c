// SPDX-License-Identifier: BSD-3-Clause
// ARP for IPv4 over Ethernet, read and written.
#include "net/arp.h"

#include <string.h>

#include "base/bytes.h"
#include "net/headers.h"

enum { ARP_ETHERNET = 1, ARP_REQUEST = 1, ARP_REPLY = 2 };

static const uint8_t mac_broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t mac_unknown[6];

bool arp_read(const uint8_t *payload, uint16_t len, struct arp *out)
{
	if (len < ARP_BYTES || load_be16(payload) != ARP_ETHERNET ||
	    load_be16(payload + 2) != ETHERTYPE_IPV4 || payload[4] != 6 || payload[5] != 4)
		return false;
	uint16_t operation = load_be16(payload + 6);
	if (operation != ARP_REQUEST && operation != ARP_REPLY)
		return false;
	*out = (struct arp){
		.request = operation == ARP_REQUEST,
		.sender.family = HL_FAMILY_IPV4,
		.target.family = HL_FAMILY_IPV4,
	};
	memcpy(out->sender_mac, payload + 8, 6);
	memcpy(out->sender.bytes, payload + 14, 4);
	memcpy(out->target.bytes, payload + 24, 4);
	return true;
}

static void arp_write(struct hl_packet *pkt, const struct arp *what, const uint8_t to_mac[6],
		      const uint8_t target_mac[6])
{
	uint8_t *arp = pkt->data + ETH_BYTES;

	frame_write_eth(pkt->data, to_mac, what->sender_mac, ETHERTYPE_ARP);
	store_be16(arp, ARP_ETHERNET);
	store_be16(arp + 2, ETHERTYPE_IPV4);
	arp[4] = 6;
	arp[5] = 4;
	store_be16(arp + 6, what->request ? ARP_REQUEST : ARP_REPLY);
	memcpy(arp + 8, what->sender_mac, 6);
	memcpy(arp + 14, what->sender.bytes, 4);
	memcpy(arp + 18, target_mac, 6);
	memcpy(arp + 24, what->target.bytes, 4);
	pkt->len = ETH_BYTES + ARP_BYTES;
	pkt->flags = 0;
}

void arp_write_request(struct hl_packet *pkt, const uint8_t mac[6], const struct hl_addr *sender,
		       const struct hl_addr *target)
{
	struct arp what = { .request = true, .sender = *sender, .target = *target };

	memcpy(what.sender_mac, mac, 6);
	arp_write(pkt, &what, mac_broadcast, mac_unknown);
}

void arp_write_reply(struct hl_packet *pkt, const uint8_t mac[6], const struct arp *request)
{
	struct arp what = { .sender = request->target, .target = request->sender };

	memcpy(what.sender_mac, mac, 6);
	arp_write(pkt, &what, request->sender_mac, request->sender_mac);
}

// A request, not a reply: some hosts ignore replies that they did not ask for (RFC 5227 3).
void arp_write_gratuitous(struct hl_packet *pkt, const uint8_t mac[6], const struct hl_addr *addr)
{
	arp_write_request(pkt, mac, addr, addr);
}
