// SPDX-License-Identifier: BSD-3-Clause
// Runs a registrar on one lcore loop and prints a status line each second.

#include "commands/registrar_serve.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <heartline/metrics.h>

#include "base/counter.h"
#include "base/exit_code.h"
#include "base/timebase.h"
#include "commands/registrar_control.h"
#include "loop/lcore_loop.h"
#include "report/figure.h"

#define SECOND_NS 1000000000ull
#define WATCH_EVERY_NS 5000000
#define HEADER_EVERY 20
#define SCRIPT_BYTES_MAX 65536

// Counts since the start. Rates are differences of two tallies.
struct tally {
	uint64_t requests, responses;
	struct hl_hist gaps; // between requests, all servers
};

// Expand "10s: silent; 20s: ok" to the form of a script: "at 10s: silent; at 20s: ok".
static void at_expand(const char *text, char *out, size_t size)
{
	size_t len = 0;

	while (*text && len < size) {
		size_t n = strcspn(text, ";"), blanks = strspn(text, " ");
		bool has_at = !strncmp(text + blanks, "at ", 3) || blanks == n;
		len += (size_t)snprintf(out + len, size - len, "%s%.*s%s", has_at ? "" : "at ",
					(int)n, text, text[n] ? ";" : "");
		text += n + (text[n] != 0);
	}
}

int registrar_script_add(const struct registrar_service *o, struct hl_registrar *registrar,
			 uint64_t start_ns, struct hl_error *err)
{
	static char text[SCRIPT_BYTES_MAX];

	if (o->at) {
		at_expand(o->at, text, sizeof(text));
		int rc = hl_registrar_script(registrar, "--at", text, start_ns, err);
		if (rc < 0)
			return rc;
	}
	if (!o->script)
		return 0;
	FILE *file = fopen(o->script, "re");
	if (!file)
		return hl_fail(err, errno, "--script: %s: %s", o->script, strerror(errno));
	size_t len = fread(text, 1, sizeof(text), file);
	int code = ferror(file) ? errno : 0; // a folder can be opened but not read
	fclose(file);
	if (code)
		return hl_fail(err, code, "--script: %s: %s", o->script, strerror(code));
	if (memchr(text, 0, len))
		return hl_fail(err, EINVAL, "--script: %s: this is not text: it holds a NUL byte",
			       o->script);
	if (len == sizeof(text))
		return hl_fail(err, EINVAL, "--script: %s: allowed 0..%d bytes", o->script,
			       SCRIPT_BYTES_MAX - 1);
	text[len] = 0;
	return hl_registrar_script(registrar, o->script, text, start_ns, err);
}

static void gaps_add(struct hl_hist *sum, const struct hl_hist *hist)
{
	for (unsigned b = 0; b < HL_HIST_BUCKETS; b++)
		sum->bucket[b] += counter_load(&hist->bucket[b]);
}

// A quantile [us] of the gaps between requests that came between two tallies.
static double gap_quantile(const struct tally *now, const struct tally *last, double q)
{
	static struct hl_hist between;
	const struct hl_hist *hist = &between;

	for (unsigned b = 0; b < HL_HIST_BUCKETS; b++)
		between.bucket[b] = now->gaps.bucket[b] - last->gaps.bucket[b];
	return hl_hist_quantile(&hist, 1, q);
}

static struct tally tally_take(const struct registrar_service *o, const struct queue_context *q)
{
	struct tally t = { 0 };

	for (uint32_t i = 0; i < o->config.n_servers; i++) {
		const struct hl_registrar_counters *c = hl_registrar_counters(q->registrar, i);
		for (unsigned m = 0; m < HL_METHODS; m++)
			t.requests += counter_load(&c->requests[m]);
		for (unsigned r = 0; r < 7; r++)
			t.responses += counter_load(&c->responses[r]);
		gaps_add(&t.gaps, &c->gaps);
	}
	return t;
}

static void header_print(const struct registrar_service *o)
{
	fprintf(stderr, "%6s %9s %9s %8s %8s", "time", "req/s", "resp/s", "gap p50", "p99 us");
	for (uint32_t i = 0; i < o->config.n_servers; i++) {
		char address[HL_ADDR_TEXT];
		hl_addr_format(&o->config.servers[i].addr, address);
		fprintf(stderr, "  %15s", address);
	}
	fprintf(stderr, "\n");
}

// A registrar at work.
struct at_work {
	const struct registrar_service *service;
	struct queue_context *queue;
	struct lcore_loop loop;
	uint64_t start_ns;
	struct tally last; // of the last status line
	unsigned lines_shown;
};

static void watch_due(void *context)
{
	struct at_work *s = context;

	lcore_loop_watch(&s->loop, timebase_ns());
}

static void status_due(void *context)
{
	struct at_work *s = context;
	const struct registrar_service *o = s->service;
	struct tally now = tally_take(o, s->queue);
	char p50[FIGURE_ROOM], p99[FIGURE_ROOM];
	uint64_t seconds = (timebase_ns() - s->start_ns + SECOND_NS / 2) / SECOND_NS;

	if (s->lines_shown++ % HEADER_EVERY == 0)
		header_print(o);
	fprintf(stderr, "%5" PRIu64 "s %9" PRIu64 " %9" PRIu64 " %8s %8s", seconds,
		now.requests - s->last.requests, now.responses - s->last.responses,
		figure_text(gap_quantile(&now, &s->last, 0.5), p50),
		figure_text(gap_quantile(&now, &s->last, 0.99), p99));
	for (uint32_t i = 0; i < o->config.n_servers; i++)
		fprintf(stderr, "  %9" PRIu64 " bound",
			counter_load(&hl_registrar_counters(s->queue->registrar, i)->bindings));
	fprintf(stderr, "\n");
	s->last = now;
}

static int timers_add(struct at_work *s, struct control_loop *loop, struct hl_error *err)
{
	int watch = control_loop_add_timer(loop, watch_due, s, err);

	if (watch < 0)
		return watch;
	control_loop_set_timer(loop, watch, WATCH_EVERY_NS, WATCH_EVERY_NS);
	if (s->service->quiet)
		return 0;
	int status = control_loop_add_timer(loop, status_due, s, err);
	if (status < 0)
		return status;
	control_loop_set_timer(loop, status, SECOND_NS, SECOND_NS);
	return 0;
}

// What went amiss, or was made to: counters without a label, of all servers, but those at zero.
static void counters_print(const struct registrar_service *o, const struct queue_context *q)
{
	for (const struct hl_metric *m = hl_registrar_metrics; m->name; m++) {
		uint64_t sum = 0;
		if (m->type != HL_METRIC_COUNTER || m->label)
			continue;
		for (uint32_t i = 0; i < o->config.n_servers; i++)
			sum += hl_metric_value(m, hl_registrar_counters(q->registrar, i), 0);
		if (sum)
			fprintf(stderr, "  %" PRIu64 " %s: %s\n", sum, m->place, m->help);
	}
}

int registrar_serve(const struct registrar_service *o, struct queue_context *queue,
		    struct control *control, struct hl_error *err)
{
	// Static, because its timers live as long as the control loop.
	static struct at_work serving;
	static struct control_server server;
	unsigned lcores[LCORE_LOOPS_MAX];
	const struct control_until over = {
		.timeout_ns = o->duration_ms ? o->duration_ms * 1000000 : CONTROL_NO_TIMEOUT,
		.stop_requests = 1,
	};

	lcore_loop_lcores(lcores);
	serving = (struct at_work){
		.service = o,
		.queue = queue,
		.loop = { .lcore = lcores[0],
			  .n_queues = 1,
			  .queues = { queue },
			  .idle_sleep = o->idle_sleep },
		.start_ns = timebase_ns(),
	};
	int rc = registrar_script_add(o, queue->registrar, serving.start_ns, err);
	if (rc == 0)
		rc = timers_add(&serving, control->loop, err);
	if (rc == 0)
		rc = lcore_loop_launch(&serving.loop, err);
	if (rc == 0 && o->socket)
		rc = registrar_control_start(&server, o->socket, queue, control->loop, err);
	if (rc < 0) {
		lcore_loop_stop(&serving.loop);
		return EXIT_USAGE;
	}
	control_wait(control, &over);
	control_server_stop(&server);
	lcore_loop_stop(&serving.loop);
	struct tally all = tally_take(o, queue);
	if (!o->quiet) {
		fprintf(stderr, "heartline: registrar: %" PRIu64 " requests, %" PRIu64 " answers\n",
			all.requests, all.responses);
		counters_print(o, queue);
	}
	return all.requests ? EXIT_ALL_WELL : EXIT_NOTHING;
}
