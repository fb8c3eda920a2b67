// SPDX-License-Identifier: BSD-3-Clause
// HEP3 (github.com/sipcapture/HEP, revision 12): "HEP3", the length of all, and chunks of vendor, type, length and
// value, all in network byte order.

#include "trace/hep.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/counter.h"
#include "base/socket_address.h"
#include "trace/tap.h"

enum chunk {
	CHUNK_FAMILY = 0x0001,
	CHUNK_PROTOCOL = 0x0002,
	CHUNK_FROM_IPV4 = 0x0003,
	CHUNK_TO_IPV4 = 0x0004,
	CHUNK_FROM_IPV6 = 0x0005,
	CHUNK_TO_IPV6 = 0x0006,
	CHUNK_FROM_PORT = 0x0007,
	CHUNK_TO_PORT = 0x0008,
	CHUNK_SECONDS = 0x0009,
	CHUNK_MICROSECONDS = 0x000a,
	CHUNK_TYPE = 0x000b,
	CHUNK_CAPTURE_ID = 0x000c,
	CHUNK_PAYLOAD = 0x000f,
	CHUNK_CORRELATION = 0x0011,
};

#define HEAD_BYTES 6
#define CHUNK_BYTES 6 // before its value
#define FAMILY_IPV4 2 // whatever AF_INET is here
#define FAMILY_IPV6 10
#define TYPE_SIP 1
#define CORRELATION_MAX 256
static_assert(HEP_ROOM > HEAD_BYTES + 12 * CHUNK_BYTES + 40 + CORRELATION_MAX + TAP_BYTES_MAX,
	      "room for any frame");

struct hep {
	int fd;
	uint32_t capture_id;
	char place[64];
	_Atomic uint64_t sent, unsent;
	bool said; // that something was not sent
};

static uint8_t *put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *chunk(uint8_t *at, enum chunk type, const void *value, uint32_t len)
{
	at = put16(at, 0); // the vendor of chunks that all know
	at = put16(at, type);
	at = put16(at, CHUNK_BYTES + len);
	memcpy(at, value, len);
	return at + len;
}

static uint8_t *chunk8(uint8_t *at, enum chunk type, uint8_t value)
{
	return chunk(at, type, &value, 1);
}

static uint8_t *chunk16(uint8_t *at, enum chunk type, uint16_t value)
{
	value = htons(value);
	return chunk(at, type, &value, 2);
}

static uint8_t *chunk32(uint8_t *at, enum chunk type, uint32_t value)
{
	value = htonl(value);
	return chunk(at, type, &value, 4);
}

uint32_t hep_write(uint8_t out[HEP_ROOM], const struct glance_datagram *d, uint64_t wall_ns,
		   uint32_t capture_id)
{
	uint32_t len = 0;
	const char *call_id = glance_call_id(d, &len);
	uint8_t *at = out + HEAD_BYTES;

	const bool ipv6 = d->from.addr.family == HL_FAMILY_IPV6;
	const uint32_t addr_len = ipv6 ? 16 : 4;

	at = chunk8(at, CHUNK_FAMILY, ipv6 ? FAMILY_IPV6 : FAMILY_IPV4);
	at = chunk8(at, CHUNK_PROTOCOL, IPPROTO_UDP);
	at = chunk(at, ipv6 ? CHUNK_FROM_IPV6 : CHUNK_FROM_IPV4, d->from.addr.bytes, addr_len);
	at = chunk(at, ipv6 ? CHUNK_TO_IPV6 : CHUNK_TO_IPV4, d->to.addr.bytes, addr_len);
	at = chunk16(at, CHUNK_FROM_PORT, d->from.port);
	at = chunk16(at, CHUNK_TO_PORT, d->to.port);
	at = chunk32(at, CHUNK_SECONDS, (uint32_t)(wall_ns / 1000000000));
	at = chunk32(at, CHUNK_MICROSECONDS, (uint32_t)(wall_ns % 1000000000 / 1000));
	at = chunk8(at, CHUNK_TYPE, TYPE_SIP);
	at = chunk32(at, CHUNK_CAPTURE_ID, capture_id);
	if (call_id && len > 0)
		at = chunk(at, CHUNK_CORRELATION, call_id,
			   len < CORRELATION_MAX ? len : CORRELATION_MAX);
	at = chunk(at, CHUNK_PAYLOAD, d->payload, d->len);
	memcpy(out, "HEP3", 4);
	put16(out + 4, (uint32_t)(at - out));
	return (uint32_t)(at - out);
}

int hep_open(struct hep **out, const struct hl_endpoint *to, uint32_t capture_id,
	     struct hl_error *err)
{
	union socket_address address;
	socklen_t len = socket_address_of(&address, to);
	struct hep *h = calloc(1, sizeof(*h));
	char text[HL_ENDPOINT_TEXT];

	*out = NULL;
	hl_endpoint_format(to, text);
	if (!h)
		return hl_fail(err, ENOMEM, "hep: no memory");
	snprintf(h->place, sizeof(h->place), "%s", text);
	h->capture_id = capture_id;
	h->fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (h->fd < 0 || connect(h->fd, &address.any, len) < 0) {
		int rc = hl_fail(err, errno, "hep: %s: %s", h->place, strerror(errno));
		hep_close(h);
		return rc;
	}
	*out = h;
	return 0;
}

// A collector that is not there yet may come: each message is tried.
void hep_send(struct hep *h, const struct glance_datagram *d, uint64_t wall_ns)
{
	uint8_t message[HEP_ROOM];
	uint32_t len = hep_write(message, d, wall_ns, h->capture_id);

	if (send(h->fd, message, len, 0) == (ssize_t)len) {
		counter_add(&h->sent, 1);
		return;
	}
	counter_add(&h->unsent, 1);
	if (h->said)
		return;
	h->said = true;
	fprintf(stderr, "heartline: hep: %s: %s; messages that are not taken are counted\n",
		h->place, strerror(errno));
}

void hep_close(struct hep *h)
{
	if (!h)
		return;
	if (h->fd >= 0)
		close(h->fd);
	free(h);
}

uint64_t hep_sent(const struct hep *h)
{
	return counter_load(&h->sent);
}

uint64_t hep_unsent(const struct hep *h)
{
	return counter_load(&h->unsent);
}
