// SPDX-License-Identifier: BSD-3-Clause
// The DHCP message (RFC 2131 2) and its options (RFC 2132), over bytes that nobody vouches for.
#include "net/dhcp.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "net/path.h"

enum { BOOTREQUEST = 1, BOOTREPLY = 2, HTYPE_ETHERNET = 1, HLEN_ETHERNET = 6 };

// Where things stand in the message.
enum {
	OP_AT = 0,
	HTYPE_AT = 1,
	HLEN_AT = 2,
	XID_AT = 4,
	SECS_AT = 8,
	CIADDR_AT = 12,
	CHADDR_AT = 28,
	SNAME_AT = 44,
	FILE_AT = 108,
	COOKIE_AT = 236,
	OPTIONS_AT = 240,
	MESSAGE_MIN = 300, // shorter ones are dropped by some relays (RFC 1542 2.1)
};
#define COOKIE 0x63825363u

enum {
	OPTION_PAD = 0,
	OPTION_OVERLOAD = 52,
	OPTION_TYPE = 53,
	OPTION_PARAMETERS = 55,
	OPTION_SIZE_MAX = 57,
	OPTION_SIP_SERVERS = 120,
	OPTION_END = 255,
};

enum { TYPE_ACK = 5, TYPE_INFORM = 8 };
enum { OVERLOAD_FILE = 1, OVERLOAD_SNAME = 2 };

void dhcp_write_inform(struct hl_packet *pkt, const uint8_t mac[6], const struct hl_addr *addr,
		       uint32_t xid, uint16_t secs)
{
	// clang-format off
	static const uint8_t options[] = {
		OPTION_TYPE, 1, TYPE_INFORM,
		OPTION_SIZE_MAX, 2, 1500 >> 8, 1500 & 255, // with all headers (RFC 2132 9.10)
		OPTION_PARAMETERS, 1, OPTION_SIP_SERVERS,
		OPTION_END,
	};
	// clang-format on
	static const struct hl_addr everybody = { HL_FAMILY_IPV4, { 255, 255, 255, 255 } };
	static const uint8_t all_hosts[6] = { 255, 255, 255, 255, 255, 255 };
	const struct path_ends ends = {
		.mac = all_hosts,
		.src = addr,
		.src_port = DHCP_CLIENT_PORT,
		.dst = &everybody,
		.dst_port = DHCP_SERVER_PORT,
	};
	struct path path;

	path_init(&path, mac, HL_FAMILY_IPV4);
	uint8_t *message = (uint8_t *)path_payload(&path, pkt);
	memset(message, 0, MESSAGE_MIN);
	message[OP_AT] = BOOTREQUEST;
	message[HTYPE_AT] = HTYPE_ETHERNET;
	message[HLEN_AT] = HLEN_ETHERNET;
	store_be32(message + XID_AT, xid);
	store_be16(message + SECS_AT, secs);
	memcpy(message + CIADDR_AT, addr->bytes, 4);
	memcpy(message + CHADDR_AT, mac, HLEN_ETHERNET);
	store_be32(message + COOKIE_AT, COOKIE);
	memcpy(message + OPTIONS_AT, options, sizeof(options));
	path_write_to(pkt, &path, &ends, MESSAGE_MIN);
	path_finish(pkt);
}

// What matters of a message's options.
struct options {
	uint8_t type, overload;
	bool has_sip_servers;
	uint32_t sip_len;
	uint8_t sip[HL_FRAME_MAX]; // instances of the option, one behind the other (RFC 3396 5)
};

static int byte_take(const uint8_t *value, uint8_t len, uint8_t *out)
{
	if (len != 1 || *out != 0)
		return -EBADMSG; // twice, too: what would it say put together?
	*out = *value;
	return 0;
}

static int option_take(struct options *o, uint8_t code, const uint8_t *value, uint8_t len)
{
	switch (code) {
	case OPTION_TYPE:
		return byte_take(value, len, &o->type);
	case OPTION_OVERLOAD:
		return byte_take(value, len, &o->overload);
	case OPTION_SIP_SERVERS:
		if (len > sizeof(o->sip) - o->sip_len)
			return -EBADMSG;
		memcpy(o->sip + o->sip_len, value, len);
		o->sip_len += len;
		o->has_sip_servers = true;
		return 0;
	default:
		return 0;
	}
}

// One field of options. It should close with an end option; one that just ends is taken as well.
static int field_read(struct options *o, const uint8_t *field, uint32_t len)
{
	uint32_t at = 0;

	while (at < len) {
		uint8_t code = field[at++];

		if (code == OPTION_END)
			return 0;
		if (code == OPTION_PAD)
			continue;
		if (at == len || field[at] > len - at - 1)
			return -EBADMSG;
		if (option_take(o, code, field + at + 1, field[at]) != 0)
			return -EBADMSG;
		at += 1u + field[at];
	}
	return 0;
}

// RFC 2132 9.3: the fields for names may hold options as well; in this order (RFC 3396 5).
static int fields_read(struct options *o, const uint8_t *message, uint16_t len)
{
	int rc = field_read(o, message + OPTIONS_AT, len - OPTIONS_AT);
	uint8_t overload = o->overload;

	if (rc != 0 || overload > (OVERLOAD_FILE | OVERLOAD_SNAME))
		return -EBADMSG;
	if (overload & OVERLOAD_FILE)
		rc = field_read(o, message + FILE_AT, COOKIE_AT - FILE_AT);
	if (rc == 0 && overload & OVERLOAD_SNAME)
		rc = field_read(o, message + SNAME_AT, FILE_AT - SNAME_AT);
	return rc;
}

int dhcp_read_reply(const uint8_t *payload, uint16_t len, const uint8_t mac[6], uint32_t xid,
		    struct hl_dhcp_servers *out)
{
	struct options o = { 0 };

	if (len < OPTIONS_AT || payload[OP_AT] != BOOTREPLY ||
	    payload[HTYPE_AT] != HTYPE_ETHERNET || payload[HLEN_AT] != HLEN_ETHERNET ||
	    load_be32(payload + XID_AT) != xid || load_be32(payload + COOKIE_AT) != COOKIE ||
	    memcmp(payload + CHADDR_AT, mac, HLEN_ETHERNET) != 0)
		return -ENOMSG;
	if (fields_read(&o, payload, len) != 0)
		return -EBADMSG;
	if (o.type != TYPE_ACK)
		return -ENOMSG;
	return o.has_sip_servers ? dhcp_read_sip_servers(o.sip, o.sip_len, out) : -ENOENT;
}
