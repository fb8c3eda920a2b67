// SPDX-License-Identifier: BSD-3-Clause
// Of joined seconds the rates are the mean, round-trip times are those of the worst, and the lines are as in
// the second that had the fewest at a server: an outage stays visible, however long the run is.

#include "report/run_course.h"

#include <math.h>

#include "report/summary_metrics.h"

static uint64_t placed(const struct second_sample *s)
{
	return (uint64_t)s->on_primary + s->on_backup;
}

// `a` comes before `b`. Rates are added.
static struct second_sample join(const struct second_sample *a, const struct second_sample *b)
{
	struct second_sample joined = placed(a) < placed(b) ? *a : *b;

	joined.at_ms = b->at_ms;
	joined.requests = a->requests + b->requests;
	joined.answers = a->answers + b->answers;
	joined.retransmissions = a->retransmissions + b->retransmissions;
	joined.rtt_p50_us = fmax(a->rtt_p50_us, b->rtt_p50_us); // of one that is NAN: the other
	joined.rtt_p99_us = fmax(a->rtt_p99_us, b->rtt_p99_us);
	return joined;
}

// Sums over so many seconds become rates.
static struct second_sample mean(const struct second_sample *sum, uint32_t seconds)
{
	struct second_sample sample = *sum;

	sample.requests = (sum->requests + seconds / 2) / seconds;
	sample.answers = (sum->answers + seconds / 2) / seconds;
	sample.retransmissions = (sum->retransmissions + seconds / 2) / seconds;
	return sample;
}

static void halve(struct run_course *c)
{
	for (uint32_t i = 0; i < COURSE_ROOM / 2; i++) {
		const struct second_sample sum = join(&c->samples[2 * i], &c->samples[2 * i + 1]);
		c->samples[i] = mean(&sum, 2);
	}
	c->n = COURSE_ROOM / 2;
	c->step_s *= 2;
}

void run_course_add(struct run_course *c, const struct second_sample *second)
{
	c->step_s = c->step_s ? c->step_s : 1;
	if (c->n == COURSE_ROOM)
		halve(c);
	c->partial = c->pending == 0 ? *second : join(&c->partial, second);
	if (++c->pending < c->step_s)
		return;
	c->samples[c->n++] = mean(&c->partial, c->step_s);
	c->pending = 0;
}

json_t *run_course_object(const struct run_course *c)
{
	if (!c)
		return json_null();
	json_t *rows = json_array();

	for (uint32_t i = 0; i < c->n; i++)
		json_array_append_new(rows, second_row(&c->samples[i]));
	if (c->pending > 0) {
		const struct second_sample last = mean(&c->partial, c->pending);
		json_array_append_new(rows, second_row(&last));
	}
	return json_pack("{so so so}", "step_s", whole(c->step_s), "columns", second_columns(),
			 "rows", rows);
}
