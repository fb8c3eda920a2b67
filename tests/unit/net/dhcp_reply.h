// SPDX-License-Identifier: BSD-3-Clause
// Replies of a DHCP server built option by option, and read on a guarded buffer.
#pragma once

#include "captured_dhcp.h"
#include "guard.h"

enum { FIXED = 240, SNAME = 44, SNAME_LEN = 64, NAME_FILE = 108, COOKIE = 236 };

// A reply under construction: fixed part and cookie, then options one by one.
struct reply {
	uint16_t len;
	uint8_t bytes[1472];
};

__attribute__((unused)) static struct reply reply_begin(void)
{
	struct reply r = { .len = FIXED };

	memcpy(r.bytes, captured_ack_addresses + FRAME_UDP_AT, FIXED);
	return r;
}

__attribute__((unused)) static void add(struct reply *r, const char *bytes, uint16_t len)
{
	memcpy(r->bytes + r->len, bytes, len);
	r->len += len;
}
#define ADD(r, text) add(r, text, sizeof(text) - 1)

__attribute__((unused)) static const char ack[] = "\x35\x01\x05",
					  one_address[] = "\x78\x05\x01\x0a\x63\x00\x07";
#define ADD_ACK(r) add(r, ack, sizeof(ack) - 1)
#define ADD_ADDRESS(r) add(r, one_address, sizeof(one_address) - 1)

__attribute__((unused)) static int read_payload(const uint8_t *payload, uint16_t len,
						struct hl_dhcp_servers *out)
{
	uint8_t *copy = guard_copy(payload, len);
	int rc = dhcp_read_reply(copy, len, captured_client_mac, CAPTURED_XID, out);

	guard_free(copy, len);
	return rc;
}

__attribute__((unused)) static int read_reply(const struct reply *r, struct hl_dhcp_servers *out)
{
	return read_payload(r->bytes, r->len, out);
}
