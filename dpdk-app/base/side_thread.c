// SPDX-License-Identifier: BSD-3-Clause
// Starts and ends a thread beside the control thread.

#include "base/side_thread.h"

#include <errno.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/syscall.h>

#define NICE 10
#define JOIN_SLACK_MS 1000 // a call to the file system that was under way may end in it
#define SECOND_NS 1000000000u

void side_thread_init(struct side_thread *s)
{
	pthread_condattr_t clock;

	*s = (struct side_thread){ 0 };
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&s->mutex, NULL);
	pthread_cond_init(&s->stopped, &clock);
	pthread_condattr_destroy(&clock);
}

void side_thread_free(struct side_thread *s)
{
	pthread_cond_destroy(&s->stopped);
	pthread_mutex_destroy(&s->mutex);
}

int side_thread_start(struct side_thread *s, const char *name, void *(*run)(void *context),
		      void *context)
{
	int rc = pthread_create(&s->thread, NULL, run, context);

	if (rc != 0)
		return rc;
	s->running = true;
	pthread_setname_np(s->thread, name);
	return 0;
}

static struct timespec after(clockid_t clock, uint64_t ns)
{
	struct timespec t;

	clock_gettime(clock, &t);
	ns += (uint64_t)t.tv_nsec;
	t.tv_sec += (time_t)(ns / SECOND_NS);
	t.tv_nsec = (long)(ns % SECOND_NS);
	return t;
}

bool side_thread_end(struct side_thread *s, unsigned limit_ms)
{
	const struct timespec limit = after(CLOCK_REALTIME,
					    (limit_ms + JOIN_SLACK_MS) * UINT64_C(1000000));

	if (!s->running)
		return true;
	pthread_mutex_lock(&s->mutex);
	s->deadline = after(CLOCK_MONOTONIC, limit_ms * UINT64_C(1000000));
	atomic_store(&s->stop, true);
	pthread_cond_signal(&s->stopped);
	pthread_mutex_unlock(&s->mutex);
	return pthread_timedjoin_np(s->thread, NULL, &limit) == 0;
}

bool side_thread_is_ending(struct side_thread *s)
{
	return atomic_load(&s->stop);
}

bool side_thread_too_late(struct side_thread *s)
{
	struct timespec now;

	if (!atomic_load(&s->stop))
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > s->deadline.tv_sec ||
	       (now.tv_sec == s->deadline.tv_sec && now.tv_nsec >= s->deadline.tv_nsec);
}

void side_thread_rest(struct side_thread *s, uint64_t ns)
{
	const struct timespec until = after(CLOCK_MONOTONIC, ns);

	pthread_mutex_lock(&s->mutex);
	while (!atomic_load(&s->stop) &&
	       pthread_cond_timedwait(&s->stopped, &s->mutex, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&s->mutex);
}

void side_thread_yield(void)
{
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
}
