// SPDX-License-Identifier: BSD-3-Clause
// Deadlines of probes, and samples of lateness.
#include "beat.h"

#include <stdlib.h>
#include <string.h>

#include "net/frame.h"
#include "worker/worker.h"

struct beat beat_new(const struct rig *rig)
{
	struct beat beat = { .rig = rig, .due = calloc(rig->lines, sizeof(uint32_t)) };

	if (!beat.due)
		abort();
	for (uint32_t i = 0; i < rig->lines; i++)
		beat_answered(&beat, i);
	return beat;
}

void beat_free(struct beat *beat)
{
	free(beat->due);
}

// Between the worker and the registrar no bit turns round.
static bool datagram_read(const struct hl_packet *pkt, struct frame *f)
{
	return frame_read(pkt->data, pkt->len, HL_PACKET_CSUM_GOOD, f) == FRAME_UDP;
}

int64_t beat_line_sent(const struct beat *beat, const struct hl_packet *pkt)
{
	struct frame f;

	return datagram_read(pkt, &f) ? plan_line_find(beat->rig->plan, 0, &f.src) : -1;
}

int64_t beat_line_received(const struct beat *beat, const struct hl_packet *pkt)
{
	struct frame f;

	return datagram_read(pkt, &f) ? plan_line_find(beat->rig->plan, 0, &f.dst) : -1;
}

bool beat_is_probe(const struct hl_packet *pkt)
{
	struct frame f;

	return datagram_read(pkt, &f) && f.payload_len > 8 && memcmp(f.payload, "OPTIONS ", 8) == 0;
}

void beat_answered(struct beat *beat, uint32_t line)
{
	const struct line *l = &beat->rig->worker->lines[line];

	if (!exchange_is_open(&l->probe))
		beat->due[line] = l->probe.at;
}

uint64_t beat_due_ns(const struct beat *beat, uint32_t line, uint64_t now_ns)
{
	uint64_t now = tick_of_ns(now_ns);

	return (now + (uint64_t)(int64_t)(int32_t)(beat->due[line] - (uint32_t)now)) << TICK_SHIFT;
}

struct samples samples_new(uint64_t room)
{
	struct samples s = { .ns = calloc(room, sizeof(int64_t)), .room = room };

	if (!s.ns)
		abort();
	return s;
}

void samples_free(struct samples *s)
{
	free(s->ns);
}

void samples_add(struct samples *s, int64_t ns)
{
	if (s->n < s->room)
		s->ns[s->n++] = ns;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void samples_sort(struct samples *s)
{
	qsort(s->ns, s->n, sizeof(*s->ns), compare);
}

int64_t samples_quantile(const struct samples *s, double q)
{
	return s->n ? s->ns[(uint64_t)((double)(s->n - 1) * q)] : 0;
}
