// SPDX-License-Identifier: BSD-3-Clause
// The primary dies under every line: how much later than the protocol allows is each on its backup?
//
// The clock is virtual, but the processor time that the worker's calls take moves it, so a worker that
// is too slow is late; the registrar's time is free, and when nothing is due the clock jumps. There
// is no wire limit; an answer comes a round trip after its request.
//
// Earliest by the protocol: the deadline of the line's first probe that the dead primary was to
// answer, options_timeout (one failed probe is enough), and for the backup's 2xx two round trips
// (401, then 200).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beat.h"
#include "bench.h"

#define ARRIVE (HL_BURST_MAX / 2)
#define ROUND_TRIP_NS 1000000ull
#define TIMEOUT_NS 2000000000ull
#define STEADY_NS 500000000ull   // before the primary dies
#define LIMIT_NS 120000000000ull // after it: then lines are lost
#define FLIGHT 65536             // answers on their way

struct flight {
	uint64_t at_ns;
	uint16_t len;
	uint8_t bytes[HL_FRAME_MAX];
};

enum move { MOVE_NONE, MOVE_BEGUN, MOVE_DONE };

struct storm {
	struct rig *rig;
	struct beat beat;
	struct flight *flights; // ring: all take the same time
	uint32_t first, n;
	uint64_t busy_ns; // of the worker, since the primary died
	uint64_t died_ns; // 0: not yet
	uint64_t n_moved;
	uint8_t *moves; // by line: enum move
	struct samples late, late_register;
};

struct result {
	double ms[3], register_ms[3]; // p50, p99, p999
	double busy;                  // share of the time that the worker worked
};

static void must_flag(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench: failover: %s\n", what);
	exit(1);
}

static void answers_store(struct storm *s, const struct hl_burst *in)
{
	for (uint16_t k = 0; k < in->n; k++) {
		struct flight *f = &s->flights[(s->first + s->n++) % FLIGHT];

		must_flag(s->n <= FLIGHT, "too many answers on their way");
		f->at_ns = s->rig->now_ns + ROUND_TRIP_NS;
		f->len = in->pkts[k].len;
		memcpy(f->bytes, in->pkts[k].data, f->len);
	}
}

static uint16_t answers_arrive(struct storm *s, struct hl_packet pkts[ARRIVE])
{
	uint16_t n = 0;

	// half a burst, so that what the answers lead to finds room as well as the timers
	while (n < ARRIVE && n < s->n) {
		struct flight *f = &s->flights[(s->first + n) % FLIGHT];

		if (f->at_ns > s->rig->now_ns)
			break;
		pkts[n++] = (struct hl_packet){ .data = f->bytes, .len = f->len };
	}
	return n;
}

static void moves_note(struct storm *s)
{
	struct hl_event events[RIG_BURST];
	uint64_t now_ns = s->rig->now_ns;
	uint32_t n;

	while ((n = hl_worker_events(s->rig->worker, events, RIG_BURST)) > 0)
		for (uint32_t k = 0; k < n; k++) {
			const struct hl_event *e = &events[k];
			uint64_t due_ns = beat_due_ns(&s->beat, e->line, now_ns);
			int64_t late_ns = (int64_t)(now_ns - due_ns - TIMEOUT_NS);

			if (!s->died_ns || s->moves[e->line] == MOVE_DONE)
				continue;
			if (e->to == HL_SW_B) {
				samples_add(&s->late_register, late_ns);
				s->moves[e->line] = MOVE_BEGUN;
			}
			if (e->to != HL_ON_B)
				continue;
			samples_add(&s->late, late_ns - (int64_t)(2 * ROUND_TRIP_NS));
			s->moves[e->line] = MOVE_DONE;
			s->n_moved++;
		}
}

static void storm_round(struct storm *s)
{
	struct rig *rig = s->rig;
	struct hl_burst out = rig_burst(&rig->to_server), in = rig_burst(&rig->to_worker);
	struct hl_packet arrived[ARRIVE];
	uint16_t n = answers_arrive(s, arrived);
	uint64_t start = bench_clock_ns(CLOCK_THREAD_CPUTIME_ID);

	if (n)
		hl_worker_rx(rig->worker, arrived, n, &out, rig->now_ns);
	hl_worker_tick(rig->worker, &out, rig->now_ns);
	uint64_t spent = bench_clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;

	rig->now_ns += spent;
	s->busy_ns += n || out.n ? spent : 0;
	moves_note(s);
	for (uint16_t k = 0; k < n; k++) {
		int64_t line = beat_line_received(&s->beat, &arrived[k]);

		if (line >= 0 && s->moves[line] == MOVE_NONE)
			beat_answered(&s->beat, (uint32_t)line);
	}
	s->first = (s->first + n) % FLIGHT;
	s->n -= n;
	hl_registrar_rx(rig->registrar, out.pkts, out.n, &in, rig->now_ns);
	answers_store(s, &in);
	if (n || out.n)
		return;
	uint64_t next = hl_worker_next(rig->worker, rig->now_ns);
	if (s->n && s->flights[s->first].at_ns < next)
		next = s->flights[s->first].at_ns;
	if (next > rig->now_ns)
		rig->now_ns = next;
}

static struct result storm_run(uint64_t lines)
{
	const struct rig_options options = {
		.lines = lines,
		.profile =
			", backup_outbound_server: 10.99.0.2, register_refresh_interval: 86400s, "
			"primary_detect_interval: 10s, max_detect_fail_count: 1, "
			"options_timeout: 2000ms, register_timeout: 2000ms, prefer_primary: on, "
			"remove_last_registration: on",
		.password = "secret",
		.nonce_life_s = 1000000,
		.backup = true,
	};
	static const double quantiles[] = { 0.5, 0.99, 0.999 };
	struct storm s = { .rig = rig_new(&options) };
	struct result r;

	s.beat = beat_new(s.rig);
	s.flights = calloc(FLIGHT, sizeof(*s.flights));
	s.moves = calloc(lines, 1);
	s.late = samples_new(lines);
	s.late_register = samples_new(lines);
	must_flag(s.flights && s.moves, "no memory");

	uint64_t dies_ns = s.rig->now_ns + STEADY_NS;
	while (s.rig->now_ns < dies_ns)
		storm_round(&s);
	hl_registrar_fault(s.rig->registrar, 0, HL_FAULT_SILENT, 0, NULL);
	s.died_ns = s.rig->now_ns;
	s.busy_ns = 0;
	while (s.n_moved < lines && s.rig->now_ns < s.died_ns + LIMIT_NS)
		storm_round(&s);
	must_flag(s.n_moved == lines, "some lines never reached the backup");

	samples_sort(&s.late);
	samples_sort(&s.late_register);
	for (int q = 0; q < 3; q++) {
		r.ms[q] = (double)samples_quantile(&s.late, quantiles[q]) / 1e6;
		r.register_ms[q] = (double)samples_quantile(&s.late_register, quantiles[q]) / 1e6;
	}
	r.busy = (double)s.busy_ns / (double)(s.rig->now_ns - s.died_ns);
	samples_free(&s.late);
	samples_free(&s.late_register);
	free(s.moves);
	free(s.flights);
	beat_free(&s.beat);
	rig_free(s.rig);
	return r;
}

// Member by member.
static struct result median_of(const struct result results[], unsigned n)
{
	const unsigned members = sizeof(struct result) / sizeof(double);
	double *values = calloc(n, sizeof(*values));
	struct result median;

	must_flag(values, "no memory");
	for (unsigned m = 0; m < members; m++) {
		for (unsigned i = 0; i < n; i++)
			values[i] = ((const double *)&results[i])[m];
		((double *)&median)[m] = bench_median(values, n);
	}
	free(values);
	return median;
}

static void print_keys(uint64_t lines, const struct result *r)
{
	printf("\"lines\": %llu, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"p999_ms\": %.3f, "
	       "\"register_p50_ms\": %.3f, \"register_p99_ms\": %.3f, \"register_p999_ms\": %.3f, "
	       "\"busy\": %.3f",
	       (unsigned long long)lines, r->ms[0], r->ms[1], r->ms[2], r->register_ms[0],
	       r->register_ms[1], r->register_ms[2], r->busy);
}

static int run(const struct bench_options *o)
{
	static const uint64_t sweep[] = { 10000, 100000, 1000000 };
	unsigned n = o->smoke || o->lines ? 1 : sizeof(sweep) / sizeof(sweep[0]);
	struct result *results = calloc(o->repetitions, sizeof(*results)), rows[3];
	uint64_t lines = 0;

	must_flag(results, "no memory");
	for (unsigned i = 0; i < n; i++) {
		lines = o->lines ? o->lines : sweep[i];
		for (unsigned r = 0; r < o->repetitions; r++)
			results[r] = storm_run(lines);
		rows[i] = median_of(results, o->repetitions);
		if (!o->json)
			printf("failover %9llu lines  on the backup late by p50 %.2f ms, p99 %.2f ms, "
			       "p99.9 %.2f ms (REGISTER sent: %.2f, %.2f, %.2f ms); worker busy %.0f %%\n",
			       (unsigned long long)lines, rows[i].ms[0], rows[i].ms[1],
			       rows[i].ms[2], rows[i].register_ms[0], rows[i].register_ms[1],
			       rows[i].register_ms[2], rows[i].busy * 100);
		fflush(stdout);
	}
	free(results);
	if (!o->json)
		return 0;
	bench_json_open("failover");
	printf(", ");
	print_keys(lines, &rows[n - 1]); // the largest is the last one
	printf(", \"results\": [");
	for (unsigned i = 0; i < n; i++) {
		printf("%s{", i ? ", " : "");
		print_keys(o->lines ? o->lines : sweep[i], &rows[i]);
		printf("}");
	}
	printf("]");
	bench_json_close();
	return 0;
}

const struct bench bench_failover = { "failover",
				      "the primary dies: lateness of each line's switch", run };
