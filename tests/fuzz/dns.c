// SPDX-License-Identifier: BSD-3-Clause
// A DNS server that says anything: a name gets targets that can be used, or an error, and never more of them than there is
// room for.
#include <pthread.h>
#include <stdio.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "input.h"
#include "naming/resolve_name.h"

enum { DNS_HEADER_BYTES = 12, DNS_MESSAGE_MAX = 1500 };

// What it says comes from the input, which is the server's while a question is out.
static struct {
	int fd;
	char address[32];
	struct input in;
} server = { .fd = -1 };

// Where the first question ends: behind its name, its type and its class.
static size_t question_end(const uint8_t *message, size_t len)
{
	size_t at = DNS_HEADER_BYTES;

	while (at < len && message[at])
		at += message[at] + 1u;
	return at + 5 <= len ? at + 5 : len;
}

// Records of the name that was asked for, whose heads are right.
static uint16_t records_write(uint8_t *out, unsigned n)
{
	static const uint8_t types[] = { 1, 28, 33, 35, 5 }; // A, AAAA, SRV, NAPTR, CNAME
	uint8_t *at = out;

	for (unsigned i = 0; i < n; i++) {
		uint16_t len;
		const uint8_t type = types[input_u8(&server.in) % sizeof(types)];
		uint8_t *rest = input_piece(&server.in, 40, &len);
		store_be16(at, 0xc000 | DNS_HEADER_BYTES);
		store_be16(at + 2, type);
		store_be16(at + 4, 1);
		store_be32(at + 6, input_u8(&server.in));
		store_be16(at + 10, len);
		memcpy(at + 12, rest, len);
		at += 12 + len;
		free(rest);
	}
	return (uint16_t)(at - out);
}

static uint16_t bytes_write(uint8_t *out)
{
	uint16_t len;
	uint8_t *piece = input_piece(&server.in, DNS_MESSAGE_MAX - 512, &len);

	memcpy(out, piece, len);
	free(piece);
	return len;
}

static void *serve(void *unused)
{
	(void)unused;
	for (;;) {
		uint8_t message[DNS_MESSAGE_MAX];
		struct sockaddr_in from;
		socklen_t from_len = sizeof(from);
		const ssize_t asked = recvfrom(server.fd, message, 512, 0, (struct sockaddr *)&from,
					       &from_len);
		if (asked < DNS_HEADER_BYTES)
			continue;
		const size_t end = question_end(message, (size_t)asked);
		const uint8_t how = input_u8(&server.in);
		uint16_t len;
		message[2] |= 0x80;                // an answer
		message[3] = 0x80 | (how >> 5);    // its outcome
		store_be16(message + 6, how & 15); // records: answers,
		store_be32(message + 8, 0);        // authorities and others
		if (how & 16)
			len = records_write(message + end, how & 15);
		else
			len = bytes_write(message + end);
		sendto(server.fd, message, end + len, 0, (struct sockaddr *)&from, from_len);
	}
	return NULL;
}

static void server_start(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);
	pthread_t thread;

	server.fd = socket(AF_INET, SOCK_DGRAM, 0);
	MUST(server.fd >= 0 && bind(server.fd, (struct sockaddr *)&at, len) == 0 &&
	     getsockname(server.fd, (struct sockaddr *)&at, &len) == 0);
	snprintf(server.address, sizeof(server.address), "127.0.0.1:%u", ntohs(at.sin_port));
	MUST(pthread_create(&thread, NULL, serve, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct answer answer = { .n = 0 };
	struct question failed;
	struct hl_error err = { 0 };
	struct query q;

	if (server.fd < 0)
		server_start();
	server.in = (struct input){ bytes, size };
	const enum hl_dns_type type = input_u8(&server.in) % (HL_DNS_NAPTR + 1);
	MUST(query_open(&q, server.address, -1, &err) == 0);
	if (name_resolve(&q, "registrar.test", 5060, type, &answer, &failed) == ARES_SUCCESS) {
		MUST(answer.n > 0 && answer.n <= HL_TARGETS_MAX);
		for (uint32_t i = 0; i < answer.n; i++)
			MUST(answer.targets[i].at.addr.family != HL_FAMILY_NONE &&
			     answer.targets[i].at.port);
	}
	query_close(&q);
	return 0;
}
