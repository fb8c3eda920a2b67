// SPDX-License-Identifier: BSD-3-Clause
// DHCP as far as it names SIP servers: DHCPINFORM written, option 120 of a DHCPACK read.
#pragma once

#include <stdint.h>

#include <heartline/dhcp.h>

enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68 };

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
