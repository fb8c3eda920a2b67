// SPDX-License-Identifier: BSD-3-Clause
// ARP for IPv4 (RFC 826), gratuitous announcements (RFC 5227 3).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/packet.h>

struct arp {
	bool request; // else a reply
	uint8_t sender_mac[6];
	struct hl_addr sender, target;
};

// Payload of a FRAME_ARP. False: not Ethernet/IPv4, too short, another operation.
bool arp_read(const uint8_t *payload, uint16_t len, struct arp *out);

// "Who has target? Tell sender", broadcast.
void arp_write_request(struct hl_packet *pkt, const uint8_t mac[6], const struct hl_addr *sender,
		       const struct hl_addr *target);
// "target of the request is at mac", to the asker.
void arp_write_reply(struct hl_packet *pkt, const uint8_t mac[6], const struct arp *request);
// Announcement: sender and target are the same address.
void arp_write_gratuitous(struct hl_packet *pkt, const uint8_t mac[6], const struct hl_addr *addr);
