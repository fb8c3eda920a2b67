// SPDX-License-Identifier: BSD-3-Clause
// The DHCP message (RFC 2131 2) and its options (RFC 2132), over bytes that nobody vouches for.
#include "net/dhcp.h"

#include <errno.h>
#include <stddef.h>
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
	FLAGS_AT = 10,
	CIADDR_AT = 12,
	YIADDR_AT = 16,
	CHADDR_AT = 28,
	SNAME_AT = 44,
	FILE_AT = 108,
	COOKIE_AT = 236,
	OPTIONS_AT = 240,
	MESSAGE_MIN = 300, // shorter ones are dropped by some relays (RFC 1542 2.1)
};
#define COOKIE 0x63825363u
#define FLAG_BROADCAST 0x8000

enum {
	OPTION_PAD = 0,
	OPTION_MASK = 1,
	OPTION_ROUTER = 3,
	OPTION_REQUESTED = 50,
	OPTION_LEASE = 51,
	OPTION_OVERLOAD = 52,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_PARAMETERS = 55,
	OPTION_SIZE_MAX = 57,
	OPTION_RENEW = 58,
	OPTION_REBIND = 59,
	OPTION_CLIENT = 61,
	OPTION_SIP_SERVERS = 120,
	OPTION_END = 255,
};

enum { OVERLOAD_FILE = 1, OVERLOAD_SNAME = 2 };

static const struct hl_addr everybody = { HL_FAMILY_IPV4, { 255, 255, 255, 255 } };
static const uint8_t all_hosts[6] = { 255, 255, 255, 255, 255, 255 };

static uint8_t *option_put(uint8_t *at, uint8_t code, const void *value, uint8_t len)
{
	at[0] = code;
	at[1] = len;
	memcpy(at + 2, value, len);
	return at + 2 + len;
}

static uint8_t *option_put_be32(uint8_t *at, uint8_t code, uint32_t value)
{
	uint8_t bytes[4];

	store_be32(bytes, value);
	return option_put(at, code, bytes, sizeof(bytes));
}

// What each type of message has of these: table 5 of RFC 2131.
static uint16_t options_write(uint8_t *options, const struct dhcp_message *m)
{
	static const uint8_t size_max[] = { 1500 >> 8,
					    1500 & 255 }; // with all headers (RFC 2132 9.10)
	static const uint8_t of_lease[] = { OPTION_MASK,       OPTION_ROUTER, OPTION_LEASE,
					    OPTION_SERVER,     OPTION_RENEW,  OPTION_REBIND,
					    OPTION_SIP_SERVERS };
	static const uint8_t of_inform[] = { OPTION_SIP_SERVERS };
	uint8_t *at = option_put(options, OPTION_TYPE, &m->type, 1);

	if (m->client_id_len > 0)
		at = option_put(at, OPTION_CLIENT, m->client_id, m->client_id_len);
	if (m->requested != 0)
		at = option_put_be32(at, OPTION_REQUESTED, m->requested);
	if (m->server != 0)
		at = option_put_be32(at, OPTION_SERVER, m->server);
	if (m->type != DHCP_DECLINE && m->type != DHCP_RELEASE) {
		at = option_put(at, OPTION_SIZE_MAX, size_max, sizeof(size_max));
		at = m->type == DHCP_INFORM
			     ? option_put(at, OPTION_PARAMETERS, of_inform, sizeof(of_inform))
			     : option_put(at, OPTION_PARAMETERS, of_lease, sizeof(of_lease));
	}
	*at++ = OPTION_END;
	return (uint16_t)(at - options);
}

static struct hl_addr address_of(uint32_t addr)
{
	struct hl_addr out = { .family = HL_FAMILY_IPV4 };

	store_be32(out.bytes, addr);
	return out;
}

void dhcp_write(struct hl_packet *pkt, const struct path *path, const struct dhcp_message *m)
{
	const struct hl_addr src = address_of(m->own), dst = m->to ? address_of(m->to) : everybody;
	const struct path_ends ends = {
		.mac = m->to_mac ? m->to_mac : all_hosts,
		.src = &src,
		.src_port = DHCP_CLIENT_PORT,
		.dst = &dst,
		.dst_port = DHCP_SERVER_PORT,
		.src_mac = m->mac,
	};
	uint8_t *message = (uint8_t *)path_payload(path, pkt);

	memset(message, 0, MESSAGE_MIN);
	message[OP_AT] = BOOTREQUEST;
	message[HTYPE_AT] = HTYPE_ETHERNET;
	message[HLEN_AT] = HLEN_ETHERNET;
	store_be32(message + XID_AT, m->xid);
	store_be16(message + SECS_AT, m->secs);
	store_be16(message + FLAGS_AT, m->broadcast ? FLAG_BROADCAST : 0);
	store_be32(message + CIADDR_AT, m->own);
	memcpy(message + CHADDR_AT, m->mac, HLEN_ETHERNET);
	store_be32(message + COOKIE_AT, COOKIE);
	uint16_t len = (uint16_t)(OPTIONS_AT + options_write(message + OPTIONS_AT, m));
	path_write_to(pkt, path, &ends, len < MESSAGE_MIN ? MESSAGE_MIN : len);
	path_finish(pkt);
}

void dhcp_write_inform(struct hl_packet *pkt, const uint8_t mac[6], const struct hl_addr *addr,
		       uint32_t xid, uint16_t secs)
{
	const struct dhcp_message m = {
		.type = DHCP_INFORM,
		.xid = xid,
		.secs = secs,
		.mac = mac,
		.own = load_be32(addr->bytes),
	};
	struct path path;

	path_init(&path, mac, HL_FAMILY_IPV4);
	dhcp_write(pkt, &path, &m);
}

static int byte_take(const uint8_t *value, uint8_t len, uint8_t *out)
{
	if (len != 1 || *out != 0)
		return -EBADMSG; // twice, too: what would it say put together?
	*out = *value;
	return 0;
}

static int word_take(const uint8_t *value, uint8_t len, uint32_t *out)
{
	if (len != 4 || *out != 0)
		return -EBADMSG;
	*out = load_be32(value);
	return 0;
}

static int option_take(struct dhcp_reply *o, uint8_t code, const uint8_t *value, uint8_t len)
{
	switch (code) {
	case OPTION_TYPE:
		return byte_take(value, len, &o->type);
	case OPTION_OVERLOAD:
		return byte_take(value, len, &o->overload);
	case OPTION_MASK:
		return word_take(value, len, &o->mask);
	case OPTION_ROUTER: // the first of them (RFC 2132 3.5)
		return len == 0 || len % 4 != 0 ? -EBADMSG : word_take(value, 4, &o->router);
	case OPTION_LEASE:
		return word_take(value, len, &o->lease_s);
	case OPTION_RENEW:
		return word_take(value, len, &o->renew_s);
	case OPTION_REBIND:
		return word_take(value, len, &o->rebind_s);
	case OPTION_SERVER:
		return word_take(value, len, &o->server);
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
static int field_read(struct dhcp_reply *o, const uint8_t *field, uint32_t len)
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
static int fields_read(struct dhcp_reply *o, const uint8_t *message, uint16_t len)
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

int dhcp_read(const uint8_t *payload, uint16_t len, struct dhcp_reply *out)
{
	memset(out, 0, offsetof(struct dhcp_reply, sip));
	if (len < OPTIONS_AT || payload[OP_AT] != BOOTREPLY ||
	    payload[HTYPE_AT] != HTYPE_ETHERNET || payload[HLEN_AT] != HLEN_ETHERNET ||
	    load_be32(payload + COOKIE_AT) != COOKIE)
		return -ENOMSG;
	out->xid = load_be32(payload + XID_AT);
	out->given = load_be32(payload + YIADDR_AT);
	memcpy(out->mac, payload + CHADDR_AT, HLEN_ETHERNET);
	return fields_read(out, payload, len) != 0 ? -EBADMSG : 0;
}

int dhcp_read_reply(const uint8_t *payload, uint16_t len, const uint8_t mac[6], uint32_t xid,
		    struct hl_dhcp_servers *out)
{
	struct dhcp_reply o;
	int rc = dhcp_read(payload, len, &o);

	if (rc == -ENOMSG || o.xid != xid || memcmp(o.mac, mac, HLEN_ETHERNET) != 0)
		return -ENOMSG;
	if (rc != 0)
		return rc;
	if (o.type != DHCP_ACK)
		return -ENOMSG;
	return o.has_sip_servers ? dhcp_read_sip_servers(o.sip, o.sip_len, out) : -ENOENT;
}
