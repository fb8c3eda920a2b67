// SPDX-License-Identifier: BSD-3-Clause
// SIP servers from DHCP: a DHCPINFORM for option 120 (RFC 3361) and what comes back.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/addr.h>
#include <heartline/packet.h>

#define HL_DHCP_SERVERS_MAX 8
#define HL_DHCP_NAME_MAX 254 // text of the longest domain name, with its NUL

struct hl_dhcp_server {
	struct hl_addr addr;         // family HL_FAMILY_NONE: a name, to be looked up
	char name[HL_DHCP_NAME_MAX]; // "": an address
};

// In the order of the option, which is the order of preference.
struct hl_dhcp_servers {
	unsigned n; // 1 or more; what is beyond the room is left out
	struct hl_dhcp_server list[HL_DHCP_SERVERS_MAX];
};

enum hl_dhcp_state {
	HL_DHCP_ASKING,
	HL_DHCP_FOUND,  // see `servers`
	HL_DHCP_NONE,   // a server answered, without a usable option 120
	HL_DHCP_SILENT, // none answered
};

// One question. Callers read, hl_dhcp_start() and hl_dhcp_poll() write.
struct hl_dhcp {
	enum hl_dhcp_state state;
	struct hl_dhcp_servers servers;
	struct hl_addr from; // who answered; family NONE: nobody
	bool unusable;       // its option 120 or the reply as a whole is malformed
	unsigned asked;      // DHCPINFORMs written so far
	// the question itself
	struct hl_addr addr;
	uint8_t mac[6];
	uint32_t xid;
	uint64_t start_ns, next_ns;
};

/**
 * Begin to ask.
 *
 * @param addr  an address that we have: the DHCPINFORM's ciaddr, to which the server replies
 * @param mac   of the port
 * @param xid   random
 */
void hl_dhcp_start(struct hl_dhcp *dhcp, const struct hl_addr *addr, const uint8_t mac[6],
		   uint32_t xid, uint64_t now_ns);

/**
 * Take n received packets and write what is due: the question, repeated 1, 3 and 7 s after the
 * first, and ARP replies for its address. After 10 s without an answer the state is HL_DHCP_SILENT.
 *
 * Source: RFC 2131 3.4, 4.1, 4.4.3.
 */
enum hl_dhcp_state hl_dhcp_poll(struct hl_dhcp *dhcp, const struct hl_packet *pkts, uint16_t n,
				struct hl_burst *tx, uint64_t now_ns);
