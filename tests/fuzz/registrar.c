// SPDX-License-Identifier: BSD-3-Clause
// The answering side under whatever a client may send: each frame draws two answers at the most.
#include <stdio.h>

#include <heartline/registrar.h>

#include "input.h"
#include "net/headers.h"

#include "datagram.h"

static const struct route route = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } };

static struct hl_registrar *registrar_make(uint8_t how)
{
	struct hl_registrar_config config = { .n_servers = 2,
					      .mac = { 2, 0, 0, 0, 0, 2 },
					      .password = how & 1 ? "secret" : NULL,
					      .qop_auth = how & 2,
					      .algorithm = how / 4 % HL_DIGEST_ALGORITHMS,
					      .capacity = 8,
					      .shared_store = how & 32,
					      .rewrite_contacts = how & 64,
					      .foreign_contacts = how & 128 };
	struct hl_registrar *registrar;
	struct hl_error err = { 0 };

	hl_endpoint_parse("10.99.0.1:5060", 14, 0, &config.servers[0]);
	hl_endpoint_parse("10.99.0.2:5060", 14, 0, &config.servers[1]);
	MUST(hl_registrar_new(&registrar, &config, &err) == 0);
	return registrar;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static uint8_t out[8][HL_FRAME_MAX];
	struct hl_packet pkts[8];
	struct input in = { bytes, size };
	struct hl_registrar *registrar = registrar_make(input_u8(&in));
	struct hl_endpoint from, to;
	uint64_t now_ns = 1000000000;

	hl_endpoint_parse("10.99.1.1:40000", 15, 0, &from);
	hl_endpoint_parse("10.99.0.1:5060", 14, 0, &to);
	while (in.left) {
		const uint8_t op = input_u8(&in);
		uint8_t frame[HL_FRAME_MAX];
		uint16_t len;
		uint8_t *piece = input_piece(&in, HL_MTU - IPV4_BYTES - UDP_BYTES, &len);
		struct hl_packet pkt = { .data = op & 1 ? frame : piece, .len = len };
		struct hl_burst tx = { .pkts = pkts, .cap = 8 };

		for (int i = 0; i < 8; i++)
			pkts[i] = (struct hl_packet){ .data = out[i] };
		to.addr.bytes[3] = op & 2 ? 1 : 2;
		if (op & 1)
			datagram_write(&pkt, &route, &from, &to, piece, len);
		hl_registrar_rx(registrar, &pkt, 1, &tx, now_ns);
		MUST(tx.n <= 2);
		now_ns += (uint64_t)input_u8(&in) << 26;
		hl_registrar_tick(registrar, &tx, now_ns);
		free(piece);
	}
	hl_registrar_free(registrar);
	return 0;
}
