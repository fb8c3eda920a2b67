// SPDX-License-Identifier: BSD-3-Clause
// A short queue under a mutex that nobody holds for longer than a copy of a pointer takes.

#include "alerts/deliver.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alerts/tell.h"

#define WAITING_MAX 64
#define TRIES 3
#define JOIN_SLACK_MS 500

struct job {
	const struct hl_alert *alert;
	char *json;
};

struct delivery {
	pthread_t thread;
	pthread_mutex_t mutex; // of jobs, n
	pthread_cond_t changed;
	struct job jobs[WAITING_MAX];
	unsigned n;
	struct tell_limit limit;
	_Atomic uint64_t delivered, failed;
};

static void count(struct delivery *d, const struct hl_alert *a, const char *where,
		  const char *problem)
{
	atomic_fetch_add(problem ? &d->failed : &d->delivered, 1);
	if (problem)
		fprintf(stderr, "heartline: alert %s: %s: %s\n", a->name, where, problem);
}

// The pauses between tries end at once when the run does.
static void pause_before(struct delivery *d, unsigned attempt)
{
	for (unsigned ms = 0; ms < attempt * 2000 && !atomic_load(&d->limit.stop); ms += 50)
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
}

static void webhook_do(struct delivery *d, const struct job *job)
{
	char problem[TELL_ROOM] = "the run ends";
	bool done = false, again = !tell_limit_over(&d->limit);

	for (unsigned attempt = 0; attempt < TRIES && !done && again; attempt++) {
		pause_before(d, attempt);
		done = tell_webhook(&d->limit, job->alert->webhook, job->json, &again, problem);
	}
	count(d, job->alert, "webhook", done ? NULL : problem);
}

static void command_do(struct delivery *d, const struct job *job)
{
	char problem[TELL_ROOM] = "the run ends";
	bool done = !tell_limit_over(&d->limit) &&
		    tell_command(&d->limit, job->alert->command, job->json, problem);

	count(d, job->alert, job->alert->command[0], done ? NULL : problem);
}

static bool job_take(struct delivery *d, struct job *job)
{
	pthread_mutex_lock(&d->mutex);
	while (d->n == 0 && !atomic_load(&d->limit.stop))
		pthread_cond_wait(&d->changed, &d->mutex);
	bool any = d->n > 0;
	if (any) {
		*job = d->jobs[0];
		memmove(d->jobs, d->jobs + 1, --d->n * sizeof(*d->jobs));
	}
	pthread_mutex_unlock(&d->mutex);
	return any;
}

static void *delivery_main(void *context)
{
	struct delivery *d = context;
	struct job job;

	while (job_take(d, &job)) {
		if (job.alert->webhook)
			webhook_do(d, &job);
		if (job.alert->command)
			command_do(d, &job);
		free(job.json);
	}
	return NULL;
}

int delivery_start(struct delivery **out, struct hl_error *err)
{
	struct delivery *d = calloc(1, sizeof(*d));

	*out = NULL;
	if (!d)
		return hl_fail(err, ENOMEM, "alerts: no memory");
	int rc = tell_init(err);
	if (rc == 0) {
		pthread_mutex_init(&d->mutex, NULL);
		pthread_cond_init(&d->changed, NULL);
		rc = pthread_create(&d->thread, NULL, delivery_main, d);
		if (rc != 0)
			rc = hl_fail(err, rc, "alerts: no thread: %s", strerror(rc));
	}
	if (rc < 0) {
		free(d);
		return rc;
	}
	pthread_setname_np(d->thread, "alerts");
	*out = d;
	return 0;
}

void delivery_put(struct delivery *d, const struct hl_alert *alert, const char *json)
{
	struct job job = { alert, strdup(json) };
	bool taken = false;

	if (!alert->webhook && !alert->command) {
		free(job.json);
		return;
	}
	pthread_mutex_lock(&d->mutex);
	if (job.json && d->n < WAITING_MAX) {
		d->jobs[d->n++] = job;
		taken = true;
		pthread_cond_signal(&d->changed);
	}
	pthread_mutex_unlock(&d->mutex);
	if (taken)
		return;
	free(job.json);
	atomic_fetch_add(&d->failed, !!alert->webhook + !!alert->command);
	fprintf(stderr, "heartline: alert %s: not delivered: %d others wait\n", alert->name,
		WAITING_MAX);
}

void delivery_count(const struct delivery *d, struct delivery_counts *counts)
{
	counts->delivered = atomic_load(&d->delivered);
	counts->failed = atomic_load(&d->failed);
}

void delivery_stop(struct delivery *d, struct delivery_counts *counts)
{
	struct timespec until;

	if (!d)
		return;
	tell_limit_set(&d->limit, DELIVERY_END_MS);
	pthread_mutex_lock(&d->mutex);
	pthread_cond_signal(&d->changed);
	pthread_mutex_unlock(&d->mutex);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += (DELIVERY_END_MS + JOIN_SLACK_MS) / 1000 + 1;
	bool ended = pthread_timedjoin_np(d->thread, NULL, &until) == 0;
	delivery_count(d, counts);
	if (!ended) { // inside of a look-up of a name that does not end: the process does soon
		counts->failed++;
		return;
	}
	pthread_cond_destroy(&d->changed);
	pthread_mutex_destroy(&d->mutex);
	free(d);
}
