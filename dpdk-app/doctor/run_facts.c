// SPDX-License-Identifier: BSD-3-Clause
// Reads the answers of a run. A member that is not there, say of an older run, counts as 0.

#include "doctor/run_facts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/metrics.h>

#include "surface/ctl_values.h"

#define LATE_SHARE 100 // one in so many

static void text_copy(char *out, size_t room, const json_t *object, const char *key)
{
	snprintf(out, room, "%s", ctl_text_or(object, key, ""));
}

// The other way round than the run wrote them, by the same table.
static void metrics_read(struct hl_snapshot *s, const json_t *metrics)
{
	for (const struct hl_metric *m = hl_metrics; m->name; m++) {
		const char *dot = m->place ? strchr(m->place, '.') : NULL;
		char key[64], room[HL_LABEL_ROOM];
		uint64_t *values = (void *)((char *)s + m->offset);

		if (!m->place || m->type == HL_METRIC_HISTOGRAM)
			continue;
		snprintf(key, sizeof(key), "%.*s", (int)strcspn(m->place, "."), m->place);
		const json_t *at = dot ? json_object_get(metrics, key) : metrics;
		const char *name = dot ? dot + 1 : key;
		if (!m->label) {
			values[0] = ctl_whole(at, name);
			continue;
		}
		at = json_object_get(at, name);
		for (unsigned i = 0; i < m->n; i++) {
			const char *label = m->label->value(i, room);
			values[i] = label ? ctl_whole(at, label) : 0;
		}
	}
}

static void lines_read(struct hl_snapshot *s, const json_t *lines)
{
	const json_t *states = json_object_get(lines, "by_state");

	s->lines = ctl_whole(lines, "total");
	s->registered = ctl_whole(lines, "registered");
	s->on_primary = ctl_whole(lines, "on_primary");
	s->on_backup = ctl_whole(lines, "on_backup");
	for (unsigned state = 0; state < HL_LINE_STATES; state++)
		s->by_state[state] = ctl_whole(states, hl_line_state_name(state));
}

static void window_take(struct run_facts *f, const struct hl_snapshot *before)
{
	for (const struct hl_metric *m = hl_metrics; m->name; m++) {
		uint64_t *values = (void *)((char *)&f->window + m->offset);
		if (m->type != HL_METRIC_COUNTER)
			continue;
		for (unsigned i = 0; i < m->n; i++)
			values[i] = hl_metric_value(m, &f->total, i) -
				    hl_metric_value(m, before, i);
	}
}

static double number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static void status_read(struct run_facts *f, const json_t *status)
{
	const json_t *second = json_object_get(status, "last_second"), *worker;
	const json_t *rtt = json_object_get(second, "rtt_us");
	size_t i;

	text_copy(f->phase, sizeof(f->phase), status, "phase");
	f->process = ctl_whole(status, "process");
	f->uptime_ms = ctl_whole(status, "uptime_ms");
	f->rate = ctl_whole(status, "rate");
	f->paused_ms = ctl_whole(json_object_get(status, "pauses"), "ms");
	f->requests_a_second = ctl_whole(second, "requests");
	f->put_off_a_second = ctl_whole(second, "put_off");
	f->rtt_p50_us = number(rtt, "p50");
	f->rtt_p99_us = number(rtt, "p99");
	json_array_foreach(json_object_get(status, "workers"), i, worker)
	{
		double busy = number(worker, "busy_percent");
		if (!(busy > f->busiest_percent))
			continue;
		f->busiest_percent = busy;
		f->busiest_lcore = (unsigned)ctl_whole(worker, "lcore");
	}
	metrics_read(&f->total, json_object_get(status, "metrics"));
	lines_read(&f->total, json_object_get(status, "lines"));
}

static void hops_read(struct run_facts *f, const json_t *hops)
{
	const json_t *hop;
	size_t i;

	f->n_hops = (unsigned)json_array_size(hops);
	json_array_foreach(hops, i, hop)
	{
		uint64_t asked = ctl_whole(hop, "asked");
		if (json_is_true(json_object_get(hop, "known")) || asked == 0)
			continue;
		f->n_hops_lost++;
		if (asked < f->hop.asked)
			continue;
		text_copy(f->hop.addr, sizeof(f->hop.addr), hop, "address");
		f->hop.asked = asked;
		f->hop.waited = ctl_whole(hop, "waited");
	}
}

// The share of late timers between two answers, at each power of two that they name.
static void lateness_read(struct run_facts *f, const json_t *before, const json_t *now)
{
	const json_t *below = json_object_get(now, "late_below_us"), *value;
	const json_t *below_before = json_object_get(before, "late_below_us");
	uint64_t all = ctl_whole(now, "all") - ctl_whole(before, "all");
	const char *key;

	json_object_foreach((json_t *)below, key, value)
	{
		double us = strtod(key, NULL);
		uint64_t n = all - (ctl_whole(below, key) - ctl_whole(below_before, key));
		if (n > all / LATE_SHARE && us > f->late_us)
			f->late_us = us;
	}
}

static void port_read(struct run_facts *f, const json_t *before, const json_t *now)
{
	const json_t *link = json_object_get(now, "link"),
		     *steering = json_object_get(now, "steering"),
		     *examples = json_object_get(now, "drop_examples");

	f->link = json_is_boolean(link) ? json_is_true(link) : -1;
	f->ramp_ms = ctl_whole(now, "ramp_ms");
	f->tx_full_ms = number(now, "tx_full_ms");
	f->window.limits[HL_LIMIT_RX_MISSED] += ctl_whole(now, "lost") - ctl_whole(before, "lost");
	f->total.limits[HL_LIMIT_RX_MISSED] += ctl_whole(now, "lost");
	hops_read(f, json_object_get(now, "next_hops"));
	lateness_read(f, json_object_get(before, "timers"), json_object_get(now, "timers"));
	text_copy(f->rung, sizeof(f->rung), steering, "rung");
	f->queues = ctl_whole(steering, "queues");
	f->home = ctl_whole(steering, "home");
	f->handed_off = ctl_whole(steering, "handed_off");
	f->handoff_dropped = ctl_whole(steering, "handoff_dropped");
	for (unsigned k = 0; k < HL_DROPS; k++) {
		const json_t *example = json_object_get(examples, hl_drop_name(k));
		text_copy(f->examples[k].from, RUN_TEXT_ROOM, example, "from");
		text_copy(f->examples[k].bytes, RUN_TEXT_ROOM, example, "bytes");
	}
}

// The most frequent first.
static void causes_read(struct run_facts *f, const json_t *rows)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *cause = ctl_text(row, "cause");
		unsigned k = 0;
		if (!cause)
			continue;
		f->causes_of++;
		while (k < f->n_causes && strcmp(f->causes[k].text, cause) != 0)
			k++;
		if (k == RUN_CAUSES_MAX)
			continue;
		if (k == f->n_causes) {
			snprintf(f->causes[k].text, RUN_TEXT_ROOM, "%s", cause);
			f->n_causes++;
		}
		f->causes[k].lines++;
		for (; k > 0 && f->causes[k].lines > f->causes[k - 1].lines; k--) {
			struct run_cause moved = f->causes[k];
			f->causes[k] = f->causes[k - 1];
			f->causes[k - 1] = moved;
		}
	}
}

void run_facts_read(struct run_facts *f, const struct run_answers *a)
{
	static struct hl_snapshot before; // too large for a stack

	before = (struct hl_snapshot){ 0 };
	metrics_read(&before, json_object_get(a->status[0], "metrics"));
	status_read(f, a->status[1]);
	f->window_ms = f->uptime_ms - ctl_whole(a->status[0], "uptime_ms");
	window_take(f, &before);
	port_read(f, a->port[0], a->port[1]);
	causes_read(f, json_object_get(a->lines, "lines"));
}
