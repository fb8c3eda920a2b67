// SPDX-License-Identifier: BSD-3-Clause
// Looks at headers one line at a time, folded lines not: Call-ID and CSeq never are in practice.

#include "trace/glance.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <netinet/in.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_udp.h>

#define TAGS_MAX 2

static bool is_tag(uint16_t type)
{
	return type == htons(RTE_ETHER_TYPE_VLAN) || type == htons(RTE_ETHER_TYPE_QINQ);
}

// The datagram whose UDP header stands at `udp`, of at most `room` bytes.
static bool udp_glance(const void *at, uint32_t room, struct glance_datagram *out)
{
	const struct rte_udp_hdr *udp = at;

	if (room < sizeof(*udp) || ntohs(udp->dgram_len) < sizeof(*udp) ||
	    ntohs(udp->dgram_len) > room)
		return false;
	out->from.port = ntohs(udp->src_port);
	out->to.port = ntohs(udp->dst_port);
	out->payload = (const char *)(udp + 1);
	out->len = ntohs(udp->dgram_len) - (uint32_t)sizeof(*udp);
	return true;
}

static bool ipv4_glance(const uint8_t *at, uint32_t left, struct glance_datagram *out)
{
	const struct rte_ipv4_hdr *ip = (const void *)at;

	if (left < sizeof(*ip) || ip->version_ihl >> 4 != 4)
		return false;
	uint32_t header = rte_ipv4_hdr_len(ip), total = ntohs(ip->total_length);
	if (ip->next_proto_id != IPPROTO_UDP || header < sizeof(*ip) || total > left ||
	    total < header ||
	    ntohs(ip->fragment_offset) & (RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG))
		return false;
	*out = (struct glance_datagram){
		.from.addr = hl_addr_from_ipv4(ntohl(ip->src_addr)),
		.to.addr = hl_addr_from_ipv4(ntohl(ip->dst_addr)),
	};
	return udp_glance(at + header, total - header, out);
}

// One with extension headers is none that a line or its server sends.
static bool ipv6_glance(const uint8_t *at, uint32_t left, struct glance_datagram *out)
{
	const struct rte_ipv6_hdr *ip = (const void *)at;

	if (left < sizeof(*ip) || at[0] >> 4 != 6 || ip->proto != IPPROTO_UDP ||
	    ntohs(ip->payload_len) > left - sizeof(*ip))
		return false;
	*out = (struct glance_datagram){
		.from.addr.family = HL_FAMILY_IPV6,
		.to.addr.family = HL_FAMILY_IPV6,
	};
	memcpy(out->from.addr.bytes, ip->src_addr, sizeof(out->from.addr.bytes));
	memcpy(out->to.addr.bytes, ip->dst_addr, sizeof(out->to.addr.bytes));
	return udp_glance(ip + 1, ntohs(ip->payload_len), out);
}

bool glance_datagram(const struct trace_record *r, const uint8_t *frame,
		     struct glance_datagram *out)
{
	const struct rte_ether_hdr *ether = (const void *)frame;
	uint32_t left = r->bytes, link = sizeof(*ether);

	if (left < link)
		return false;
	uint16_t type = ether->ether_type;
	for (unsigned tags = 0; is_tag(type) && tags < TAGS_MAX; tags++) {
		const struct rte_vlan_hdr *tag = (const void *)(frame + link);
		link += (uint32_t)sizeof(*tag);
		if (left < link)
			return false;
		type = tag->eth_proto;
	}
	switch (ntohs(type)) {
	case RTE_ETHER_TYPE_IPV4:
		return ipv4_glance(frame + link, left - link, out);
	case RTE_ETHER_TYPE_IPV6:
		return ipv6_glance(frame + link, left - link, out);
	default:
		return false;
	}
}

static uint32_t line_len(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));
	uint32_t len = (uint32_t)((newline ? newline : end) - at);

	return len > 0 && at[len - 1] == '\r' ? len - 1 : len;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

// The value of a header by its name or its short name (RFC 3261 7.3.3). NULL: it is not there.
static const char *header_find(const struct glance_datagram *d, const char *name, const char *brief,
			       uint32_t *len)
{
	const char *at = d->payload, *end = at + d->len;

	for (uint32_t n = line_len(at, end); at < end && n > 0;
	     n = at < end ? line_len(at, end) : 0) {
		const char *colon = memchr(at, ':', n);
		uint32_t named = colon ? (uint32_t)(colon - at) : 0;

		while (named > 0 && is_blank(at[named - 1]))
			named--;
		if (colon && ((named == strlen(name) && !strncasecmp(at, name, named)) ||
			      (named == strlen(brief) && !strncasecmp(at, brief, named)))) {
			const char *value = colon + 1;
			*len = (uint32_t)(at + n - value);
			for (; *len > 0 && is_blank(*value); (*len)--)
				value++;
			return value;
		}
		at += n + (at + n < end && at[n] == '\r');
		at += at < end; // the newline
	}
	return NULL;
}

const char *glance_call_id(const struct glance_datagram *d, uint32_t *len)
{
	return header_find(d, "Call-ID", "i", len);
}

// Printable ASCII, since it goes to terminals.
static void text_take(char out[GLANCE_TEXT], const char *text, uint32_t len)
{
	uint32_t n = 0;

	for (; text && n < len && n < GLANCE_TEXT - 1; n++)
		out[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
	out[n] = 0;
}

static bool is_sip(const struct glance_datagram *d, uint32_t first_len)
{
	static const char version[] = "SIP/2.0";
	const uint32_t n = sizeof(version) - 1;

	return first_len > n &&
	       (!memcmp(d->payload, version, n) || !memcmp(d->payload + first_len - n, version, n));
}

bool glance_is_sip(const struct glance_datagram *d)
{
	return is_sip(d, line_len(d->payload, d->payload + d->len));
}

void glance_message(const struct trace_record *r, const uint8_t *frame, struct trace_message *m)
{
	struct glance_datagram d;
	uint32_t len = 0;

	*m = (struct trace_message){ .at_ns = r->at_ns, .sent = r->flags & TRACE_SENT };
	if (!glance_datagram(r, frame, &d)) {
		snprintf(m->start, sizeof(m->start), "(a frame of %u bytes that is no datagram)",
			 r->wire_bytes);
		return;
	}
	m->peer = m->sent ? d.to : d.from;
	m->bytes = d.len;
	uint32_t first = line_len(d.payload, d.payload + d.len);
	if (!is_sip(&d, first)) {
		snprintf(m->start, sizeof(m->start), "(%u bytes, no SIP)", d.len);
		return;
	}
	text_take(m->start, d.payload, first);
	const char *value = glance_call_id(&d, &len);
	text_take(m->call_id, value, len);
	value = header_find(&d, "CSeq", "CSeq", &len);
	text_take(m->cseq, value, len);
}
