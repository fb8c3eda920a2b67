// SPDX-License-Identifier: BSD-3-Clause
// Lanes: the loop around the stations, its start and stop, and the watch over hanging drivers.

#include "lane.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>

#include "idle.h"
#include "timebase.h"

#define IDLE_POLLS 64       // empty rounds before the processor is offered to others
#define HANGS_NS 250000000u // a round takes microseconds
#define WAKE_SIGNAL SIGURG  // ignored by default, and nobody else's here
#define ORDER_GIVEN (UINT64_C(1) << 63)

static void wake_nothing(int number)
{
	(void)number; // its arrival is the purpose: the system call ends with EINTR
}

static void orders_follow(struct station *s)
{
	uint64_t order = atomic_load_explicit(&s->order, memory_order_acquire);

	if (!(order & ORDER_GIVEN))
		return;
	hl_registrar_fault(s->registrar, order >> 40 & 0xff, (enum hl_fault)(order >> 32 & 0xff),
			   (uint32_t)order, NULL);
	atomic_store_explicit(&s->order, 0, memory_order_release);
}

void station_order(struct station *s, uint32_t server, enum hl_fault fault, uint32_t value)
{
	const struct timespec pause = { .tv_nsec = 100000 };

	atomic_store_explicit(&s->order,
			      ORDER_GIVEN | (uint64_t)server << 40 | (uint64_t)fault << 32 | value,
			      memory_order_release);
	while (atomic_load_explicit(&s->order, memory_order_acquire))
		nanosleep(&pause, NULL);
}

// Without work: let others have the processor, or sleep for as long as nothing can be due.
static void lane_rest(const struct lane *lane, const struct idle *idle, unsigned empty_rounds)
{
	uint64_t sleep_ns = 0;

	if (empty_rounds <= IDLE_POLLS) {
		rte_pause();
		return;
	}
	if (lane->idle_sleep) {
		uint64_t now_ns = timebase_ns(), next_ns = UINT64_MAX;
		for (unsigned i = 0; i < lane->n_stations; i++)
			next_ns = RTE_MIN(next_ns, station_next_ns(lane->stations[i], now_ns));
		sleep_ns = idle_sleep_ns(idle, next_ns, now_ns);
	}
	if (sleep_ns > 0)
		nanosleep(&(struct timespec){ .tv_nsec = (long)sleep_ns }, NULL);
	else
		sched_yield();
}

int lane_run(void *argument)
{
	struct lane *lane = argument;
	uint64_t beats = 0;
	unsigned empty_rounds = 0;
	struct idle idle;

	prctl(PR_SET_TIMERSLACK, 1ul); // the kernel adds 50 us of its own to a sleep otherwise
	idle_start(&idle, timebase_ns());
	lane->thread = pthread_self();
	atomic_store_explicit(&lane->running, true, memory_order_release);
	while (!atomic_load_explicit(&lane->quit, memory_order_relaxed)) {
		unsigned work = 0;
		for (unsigned i = 0; i < lane->n_stations; i++) {
			struct station *s = lane->stations[i];
			if (s->kind == STATION_REGISTRAR)
				orders_follow(s);
			work |= station_poll(s);
		}
		atomic_store_explicit(&lane->beats, ++beats, memory_order_relaxed);
		if (work) {
			empty_rounds = 0;
			if (lane->idle_sleep)
				idle_worked(&idle, work & POLL_SENT, timebase_ns());
		} else {
			lane_rest(lane, &idle, ++empty_rounds);
		}
	}
	atomic_store_explicit(&lane->running, false, memory_order_release);
	return 0;
}

// A lane on the main lcore gets a thread of its own there: the calling one is for control.
static void *lane_thread(void *argument)
{
	struct lane *lane = argument;
	rte_cpuset_t cpus = rte_lcore_cpuset(lane->lcore);

	pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	// With an lcore's number its buffers are cached; where that is refused it only costs time.
	bool registered = rte_thread_register() == 0;
	lane_run(lane);
	if (registered)
		rte_thread_unregister();
	return NULL;
}

int lane_launch(struct lane *lane, struct hl_error *err)
{
	struct sigaction action = { .sa_handler = wake_nothing }; // without SA_RESTART
	int rc;

	sigemptyset(&action.sa_mask);
	sigaction(WAKE_SIGNAL, &action, NULL);
	if (lane->lcore == rte_get_main_lcore())
		rc = -pthread_create(&lane->thread, NULL, lane_thread, lane);
	else
		rc = rte_eal_remote_launch(lane_run, lane, lane->lcore);
	if (rc < 0)
		return hl_fail(err, -rc, "lcore %u: no poll loop: %s", lane->lcore, strerror(-rc));
	lane->launched = true;
	return 0;
}

void lane_stop(struct lane *lane)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	if (!lane->launched)
		return;
	atomic_store_explicit(&lane->quit, true, memory_order_relaxed);
	// Again and again: a wake just before the system call that hangs would be lost.
	while (atomic_load_explicit(&lane->running, memory_order_acquire)) {
		pthread_kill(lane->thread, WAKE_SIGNAL);
		nanosleep(&pause, NULL);
	}
	if (lane->lcore == rte_get_main_lcore())
		pthread_join(lane->thread, NULL);
	else
		rte_eal_wait_lcore(lane->lcore);
	lane->launched = false;
}

void lane_watch(struct lane *lane, uint64_t now_ns)
{
	uint64_t beats = atomic_load_explicit(&lane->beats, memory_order_relaxed);

	if (beats != lane->seen_beats || lane->seen_ns == 0) {
		lane->seen_beats = beats;
		lane->seen_ns = now_ns;
		return;
	}
	if (now_ns - lane->seen_ns < HANGS_NS ||
	    !atomic_load_explicit(&lane->running, memory_order_acquire))
		return;
	pthread_kill(lane->thread, WAKE_SIGNAL);
	lane->stalls++;
	lane->seen_ns = now_ns;
}
