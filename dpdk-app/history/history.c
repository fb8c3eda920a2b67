// SPDX-License-Identifier: BSD-3-Clause
// The control thread's side of a history: it is opened, fed, counted and closed.

#include "history/history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "base/wall_time.h"
#include "history/queue.h"
#include "history/writer.h"

static void history_free(struct history *h)
{
	for (uint32_t i = 0; h->profiles && i < h->run.n_profiles; i++)
		free(h->profiles[i]);
	free(h->profiles);
	free(h->path);
	free(h->version);
	free(h->config);
	byte_ring_free(h->queue);
	side_thread_free(&h->thread);
	free(h);
}

static int texts_copy(struct history *h, const struct history_options *o)
{
	h->path = strdup(o->path);
	h->version = strdup(o->version);
	h->config = o->config ? strdup(o->config) : NULL;
	h->profiles = calloc(o->n_profiles ? o->n_profiles : 1, sizeof(*h->profiles));
	if (!h->path || !h->version || !h->profiles || (o->config && !h->config))
		return -ENOMEM;
	for (uint32_t i = 0; i < o->n_profiles; i++) {
		h->profiles[i] = strdup(o->profiles[i]);
		if (!h->profiles[i])
			return -ENOMEM;
		h->run.n_profiles = i + 1;
	}
	h->run.version = h->version;
	h->run.config = h->config;
	h->run.profiles = (const char *const *)h->profiles;
	return 0;
}

int history_open(struct history **out, const struct history_options *o, struct hl_error *err)
{
	struct history *h = calloc(1, sizeof(*h));
	struct hl_error inner = { 0 };

	*out = NULL;
	if (!h)
		return hl_fail(err, ENOMEM, "history: %s: no memory", o->path);
	side_thread_init(&h->thread);
	h->limits = o->limits;
	h->run.start_ms = wall_now_ms();
	h->queue = byte_ring_new(o->queue_bytes);
	if (!h->queue || texts_copy(h, o) < 0) {
		history_free(h);
		return hl_fail(err, ENOMEM, "history: %s: no memory", o->path);
	}
	int rc = history_writer_open(h, &inner);
	if (rc < 0) {
		history_free(h);
		return hl_fail(err, -rc, "history: %.1900s", inner.text);
	}
	*out = h;
	return 0;
}

int history_start(struct history *h, struct hl_error *err)
{
	int rc = side_thread_start(&h->thread, "history", history_writer_main, h);

	return rc == 0 ? 0 : hl_fail(err, rc, "history: %s: no thread: %s", h->path, strerror(rc));
}

void history_put(struct history *h, const struct history_change *change)
{
	if (history_queue_put(h->queue, change))
		counter_add(&h->put, 1);
	else
		counter_add(&h->lost, 1);
}

void history_count(const struct history *h, struct history_counts *counts)
{
	*counts = (struct history_counts){
		.written = counter_load(&h->written),
		.lost = counter_load(&h->lost),
		.failing = counter_load(&h->failing),
	};
}

void history_close(struct history *h, struct history_counts *counts)
{
	if (!h)
		return;
	bool ended = side_thread_end(&h->thread, HISTORY_END_MS);
	uint64_t left = counter_load(&h->put) - counter_load(&h->written);

	if (counts) {
		history_count(h, counts);
		counts->lost += left;
		if (ended)
			snprintf(counts->error, sizeof(counts->error), "%s", h->error);
		else
			snprintf(counts->error, sizeof(counts->error), "the disk does not answer");
	}
	if (left > 0)
		fprintf(stderr,
			"heartline: history: %s: the last %llu changes of state were not written\n",
			h->path, (unsigned long long)left);
	if (!ended)
		return;
	history_writer_close(h);
	history_free(h);
}
