// SPDX-License-Identifier: BSD-3-Clause
// A worker that knows no neighbour yet, whatever its configuration: what the rig does, without its lessons.
#pragma once

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "rig.h"

struct wire {
	struct hl_plan *plan;
	struct hl_worker *worker;
	uint64_t now_ns;
	struct hl_packet out[64];
	uint8_t bytes[64][HL_FRAME_MAX];
	uint16_t n;
};

static inline struct wire *wire_new(const char *yaml)
{
	struct wire *wire = calloc(1, sizeof(*wire));
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	const struct hl_plan_options plan = { .n_workers = 1, .mac = { 2, 0, 0, 0, 0, 1 } };
	const struct hl_worker_options worker = { .start_ns = SEC, .seed = 1 };

	cr_assert(eq(int, hl_config_parse(&config, "wire", yaml, &err), 0), "%s", err.text);
	cr_assert(eq(int, hl_plan_new(&wire->plan, &config, &plan, &err), 0), "%s", err.text);
	cr_assert(eq(int, hl_worker_new(&wire->worker, wire->plan, &worker, &err), 0), "%s",
		  err.text);
	hl_config_free(&config);
	wire->now_ns = SEC;
	for (int i = 0; i < 64; i++)
		wire->out[i].data = wire->bytes[i];
	return wire;
}

static inline void wire_free(struct wire *wire)
{
	hl_worker_free(wire->worker);
	hl_plan_free(wire->plan);
	free(wire);
}

static inline void wire_tick(struct wire *wire)
{
	struct hl_burst tx = { .pkts = wire->out, .cap = 64 };

	hl_worker_tick(wire->worker, &tx, wire->now_ns);
	wire->n = tx.n;
}

static inline void wire_hear(struct wire *wire, const struct hl_packet *pkt)
{
	struct hl_burst tx = { .pkts = wire->out, .cap = 64 };

	hl_worker_rx(wire->worker, pkt, 1, &tx, wire->now_ns);
	wire->n = tx.n;
}
