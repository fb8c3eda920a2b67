// SPDX-License-Identifier: BSD-3-Clause
// The control thread's side of a history: it is opened, fed, counted and closed.

#include "history/history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/counter.h"
#include "base/wall_time.h"
#include "history/writer.h"

#define JOIN_SLACK_MS 1000 // a call to the file system that was under way may end in it

static void history_free(struct history *h)
{
	for (uint32_t i = 0; h->profiles && i < h->run.n_profiles; i++)
		free(h->profiles[i]);
	free(h->profiles);
	free(h->path);
	free(h->version);
	free(h->config);
	byte_ring_free(h->queue);
	pthread_cond_destroy(&h->stopped);
	pthread_mutex_destroy(&h->mutex);
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

static void mutex_make(struct history *h)
{
	pthread_condattr_t clock;

	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&h->mutex, NULL);
	pthread_cond_init(&h->stopped, &clock);
	pthread_condattr_destroy(&clock);
}

int history_open(struct history **out, const struct history_options *o, struct hl_error *err)
{
	struct history *h = calloc(1, sizeof(*h));
	struct hl_error inner = { 0 };

	*out = NULL;
	if (!h)
		return hl_fail(err, ENOMEM, "history: %s: no memory", o->path);
	mutex_make(h);
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
	int rc = pthread_create(&h->thread, NULL, history_writer_main, h);

	if (rc != 0)
		return hl_fail(err, rc, "history: %s: no thread: %s", h->path, strerror(rc));
	h->running = true;
	pthread_setname_np(h->thread, "history");
	return 0;
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

static struct timespec after_ms(clockid_t clock, unsigned ms)
{
	struct timespec t;

	clock_gettime(clock, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

// False: it is inside of a call that does not return, say of a file system whose server has gone. It is left
// there with all that it may still touch: the process ends soon.
static bool thread_end(struct history *h)
{
	const struct timespec limit = after_ms(CLOCK_REALTIME, HISTORY_END_MS + JOIN_SLACK_MS);

	pthread_mutex_lock(&h->mutex);
	h->deadline = after_ms(CLOCK_MONOTONIC, HISTORY_END_MS);
	atomic_store(&h->stop, true);
	pthread_cond_signal(&h->stopped);
	pthread_mutex_unlock(&h->mutex);
	return pthread_timedjoin_np(h->thread, NULL, &limit) == 0;
}

void history_close(struct history *h, struct history_counts *counts)
{
	if (!h)
		return;
	bool ended = !h->running || thread_end(h);
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
