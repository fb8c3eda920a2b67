// SPDX-License-Identifier: BSD-3-Clause
// The answering side alone: OPTIONS in, 200 out, headers and software checksums included; no device.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "rig.h"

#define REQUESTS 1024 // different ones, so that they do not all stand in the first cache
#define BURST 32
#define INTERVAL_NS 10000000000ull

struct requests {
	struct hl_packet pkts[REQUESTS];
	uint8_t bytes[REQUESTS][HL_FRAME_MAX];
	struct hl_packet answers[BURST];
	uint8_t answer_bytes[BURST][HL_FRAME_MAX];
};

// What a worker sends to probe, as it stands on the wire.
static void requests_take(struct requests *r, struct rig *rig)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < REQUESTS; i++)
		r->pkts[i].data = r->bytes[i];
	for (uint32_t i = 0; i < BURST; i++)
		r->answers[i].data = r->answer_bytes[i];
	while (n < REQUESTS) {
		struct hl_burst out = { .pkts = r->pkts + n, .cap = (uint16_t)(REQUESTS - n) };

		rig->now_ns += INTERVAL_NS / rig->lines;
		hl_worker_tick(rig->worker, &out, rig->now_ns);
		n += out.n;
	}
}

static double answers_measure(struct requests *r, struct rig *rig, uint32_t count)
{
	struct stopwatch *watch = &rig->watch;

	stopwatch_reset(watch);
	stopwatch_start(watch);
	for (uint32_t i = 0; watch->count < count; i += BURST) {
		struct hl_burst out = { .pkts = r->answers, .cap = BURST };

		rig->now_ns += 1000;
		hl_registrar_rx(rig->registrar, r->pkts + i % REQUESTS, BURST, &out, rig->now_ns);
		hl_registrar_tick(rig->registrar, &out, rig->now_ns);
		watch->count += out.n;
	}
	stopwatch_stop(watch);
	return stopwatch_ns_each(watch);
}

static int run(const struct bench_options *o)
{
	const struct rig_options options = {
		.lines = 2 * REQUESTS,
		.profile = ", register_refresh_interval: 86400s, primary_detect_interval: 10s",
	};
	struct rig *rig = rig_new(&options);
	struct requests *r = calloc(1, sizeof(*r));
	double *ns = calloc(o->repetitions, sizeof(*ns));
	uint32_t count = o->smoke || o->instructions ? 10000 : 1000000;

	if (!r || !ns)
		abort();
	requests_take(r, rig);
	answers_measure(r, rig, count / 4); // warm-up
	for (unsigned i = 0; i < o->repetitions; i++)
		ns[i] = answers_measure(r, rig, count);
	double median = bench_median(ns, o->repetitions);
	if (o->instructions) {
		stopwatch_dump(&rig->watch, "options", 0);
	} else if (o->json) {
		bench_json_open("answer");
		printf(", \"ns_per_answer\": %.1f, \"request_bytes\": %u, \"answer_bytes\": %u",
		       median, r->pkts[0].len, r->answers[0].len);
		bench_json_close();
	} else {
		printf("answer  OPTIONS of %u bytes, answer of %u bytes  %.1f ns/answer\n",
		       r->pkts[0].len, r->answers[0].len, median);
	}
	rig_free(rig);
	free(r);
	free(ns);
	return 0;
}

const struct bench bench_answer = { "answer", "OPTIONS answered by the registrar alone", run };
