// SPDX-License-Identifier: BSD-3-Clause
// Messages of DHCP, written and read: for an address of one's own, and for the SIP servers (option 120).
#pragma once

#include <stdint.h>

#include <heartline/dhcp.h>
#include "net/path.h"

enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68 };

enum dhcp_type { // RFC 2132 9.6
	DHCP_DISCOVER = 1,
	DHCP_OFFER,
	DHCP_REQUEST,
	DHCP_DECLINE,
	DHCP_ACK,
	DHCP_NAK,
	DHCP_RELEASE,
	DHCP_INFORM,
};

// A message to a server. Addresses are numbers in the order of the host; 0: none.
struct dhcp_message {
	uint8_t type;   // enum dhcp_type
	bool broadcast; // the answer is to be sent to all
	uint8_t client_id_len;
	uint16_t secs; // since the first message of the exchange
	uint32_t xid;
	uint32_t own;             // that the client has: the source and ciaddr
	uint32_t requested;       // option 50
	uint32_t server;          // option 54
	uint32_t to;              // 0: everybody
	const uint8_t *mac;       // of the client
	const uint8_t *to_mac;    // NULL: all hosts
	const uint8_t *client_id; // option 61
};

// The next packet of a burst; NULL: it is full.
static inline struct hl_packet *dhcp_packet(struct hl_burst *tx)
{
	return tx->n < tx->cap ? &tx->pkts[tx->n++] : NULL;
}

// Along the path of a port or network, whose VLANs it is put in.
void dhcp_write(struct hl_packet *pkt, const struct path *path, const struct dhcp_message *m);

// What matters of an answer, which nobody vouches for. Addresses as above; what it does not have is 0.
struct dhcp_reply {
	uint8_t type; // enum dhcp_type, or another number
	uint8_t overload;
	uint8_t mac[6]; // of the client
	bool has_sip_servers;
	uint32_t xid, given; // given: yiaddr
	uint32_t server, mask, router;
	uint32_t lease_s, renew_s, rebind_s;
	uint32_t sip_len;
	uint8_t sip[HL_FRAME_MAX]; // instances of option 120, one behind the other (RFC 3396 5)
};

// -ENOMSG: no answer of DHCP over Ethernet; -EBADMSG: its options are malformed, and *out is not whole.
int dhcp_read(const uint8_t *payload, uint16_t len, struct dhcp_reply *out);

// "I have addr; which SIP servers?", broadcast (RFC 2131 4.4.3). secs: since the first one.
void dhcp_write_inform(struct hl_packet *pkt, const uint8_t mac[6], const struct hl_addr *addr,
		       uint32_t xid, uint16_t secs);

// Read a datagram that came to DHCP_CLIENT_PORT. -ENOMSG: no DHCPACK to this question; -ENOENT: one
// without option 120; -EBADMSG: one whose options, or option 120, are malformed. Only with 0 is
// *out written.
int dhcp_read_reply(const uint8_t *payload, uint16_t len, const uint8_t mac[6], uint32_t xid,
		    struct hl_dhcp_servers *out);

// Part of it: the value of option 120, put together from all its instances (RFC 3361 3).
int dhcp_read_sip_servers(const uint8_t *value, uint32_t len, struct hl_dhcp_servers *out);
