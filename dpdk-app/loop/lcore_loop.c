// SPDX-License-Identifier: BSD-3-Clause
// The loop around the queues, its start and stop, and the watch over hanging drivers.

#include "loop/lcore_loop.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>

#include "base/counter.h"
#include "base/timebase.h"
#include "loop/idle.h"

#define IDLE_POLLS 64 // empty rounds before the processor is offered to others
#define HANGS_NS \
	250000000u         // a loop that stands still for so long hangs; a round takes microseconds
#define WAKE_SIGNAL SIGURG // ignored by default, and used by nothing else in this program
#define ORDER_GIVEN (UINT64_C(1) << 63)

unsigned lcore_loop_lcores(unsigned lcores[LCORE_LOOPS_MAX])
{
	unsigned n = 0, lcore;

	RTE_LCORE_FOREACH_WORKER(lcore)
	{
		if (n < LCORE_LOOPS_MAX)
			lcores[n++] = lcore;
	}
	if (n == 0)
		lcores[n++] = rte_get_main_lcore();
	return n;
}

static void wake_nothing(int number)
{
	(void)number; // its arrival is enough: the system call ends with EINTR
}

static void orders_follow(struct queue_context *q)
{
	uint64_t order = atomic_load_explicit(&q->order, memory_order_acquire);

	if (!(order & ORDER_GIVEN))
		return;
	hl_registrar_fault(q->registrar, order >> 40 & 0xff, (enum hl_fault)(order >> 32 & 0xff),
			   (uint32_t)order, NULL);
	atomic_store_explicit(&q->order, 0, memory_order_release);
}

void queue_set_fault(struct queue_context *q, uint32_t server, enum hl_fault fault, uint32_t value)
{
	const struct timespec pause = { .tv_nsec = 100000 };

	atomic_store_explicit(&q->order,
			      ORDER_GIVEN | (uint64_t)server << 40 | (uint64_t)fault << 32 | value,
			      memory_order_release);
	while (atomic_load_explicit(&q->order, memory_order_acquire))
		nanosleep(&pause, NULL);
}

// The engine's workers read nothing until they are called again, so that no change of settings waits for them.
static void queues_rest(const struct lcore_loop *loop)
{
	for (unsigned i = 0; i < loop->n_queues; i++)
		if (loop->queues[i]->kind == QUEUE_WORKER)
			hl_worker_rest(loop->queues[i]->worker);
}

// Without work: yield the processor, or sleep for as long as nothing can become due.
static void lcore_loop_rest(const struct lcore_loop *loop, const struct idle *idle,
			    unsigned empty_rounds)
{
	uint64_t sleep_ns = 0;

	if (empty_rounds <= IDLE_POLLS) {
		rte_pause();
		return;
	}
	if (loop->idle_sleep) {
		uint64_t now_ns = timebase_ns(), next_ns = UINT64_MAX;
		for (unsigned i = 0; i < loop->n_queues; i++)
			next_ns = RTE_MIN(next_ns, queue_next_ns(loop->queues[i], now_ns));
		sleep_ns = idle_sleep_ns(idle, next_ns, now_ns);
	}
	if (sleep_ns == 0) {
		sched_yield();
		return;
	}
	queues_rest(loop);
	nanosleep(&(struct timespec){ .tv_nsec = (long)sleep_ns }, NULL);
}

int lcore_loop_run(void *argument)
{
	struct lcore_loop *loop = argument;
	uint64_t beats = 0, busy_ns = 0, looked_ns = timebase_ns();
	unsigned empty_rounds = 0;
	struct idle idle;

	prctl(PR_SET_TIMERSLACK, 1ul); // the kernel adds 50 us of its own to a sleep otherwise
	idle_start(&idle, looked_ns);
	loop->thread = pthread_self();
	atomic_store_explicit(&loop->running, true, memory_order_release);
	while (!atomic_load_explicit(&loop->quit, memory_order_relaxed)) {
		unsigned work = 0;
		for (unsigned i = 0; i < loop->n_queues; i++) {
			struct queue_context *q = loop->queues[i];
			if (q->kind == QUEUE_REGISTRAR)
				orders_follow(q);
			work |= queue_poll(q);
		}
		atomic_store_explicit(&loop->beats, ++beats, memory_order_relaxed);
		if (work) {
			uint64_t now_ns = timebase_ns();
			empty_rounds = 0;
			busy_ns += now_ns - looked_ns;
			looked_ns = now_ns;
			atomic_store_explicit(&loop->busy_ns, busy_ns, memory_order_relaxed);
			if (loop->idle_sleep)
				idle_worked(&idle, work & POLL_SENT, now_ns);
		} else {
			lcore_loop_rest(loop, &idle, ++empty_rounds);
			looked_ns = timebase_ns();
		}
	}
	queues_rest(loop);
	atomic_store_explicit(&loop->running, false, memory_order_release);
	return 0;
}

// A loop on the main lcore gets a thread of its own, because the calling thread is the control
// thread.
static void *lcore_loop_thread(void *argument)
{
	struct lcore_loop *loop = argument;
	rte_cpuset_t cpus = rte_lcore_cpuset(loop->lcore);

	pthread_setaffinity_np(pthread_self(), sizeof(cpus), &cpus);
	// With an lcore id its buffers come from the pool's cache. Without one it is only slower.
	bool registered = rte_thread_register() == 0;
	lcore_loop_run(loop);
	if (registered)
		rte_thread_unregister();
	return NULL;
}

int lcore_loop_launch(struct lcore_loop *loop, struct hl_error *err)
{
	struct sigaction action = { .sa_handler = wake_nothing }; // without SA_RESTART
	int rc;

	sigemptyset(&action.sa_mask);
	sigaction(WAKE_SIGNAL, &action, NULL);
	if (loop->lcore == rte_get_main_lcore())
		rc = -pthread_create(&loop->thread, NULL, lcore_loop_thread, loop);
	else
		rc = rte_eal_remote_launch(lcore_loop_run, loop, loop->lcore);
	if (rc < 0)
		return hl_fail(err, -rc, "lcore %u: no poll loop: %s", loop->lcore, strerror(-rc));
	loop->launched = true;
	return 0;
}

void lcore_loop_stop(struct lcore_loop *loop)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	if (!loop->launched)
		return;
	atomic_store_explicit(&loop->quit, true, memory_order_relaxed);
	// Repeated, because a signal that arrives just before the system call does not interrupt
	// it.
	while (atomic_load_explicit(&loop->running, memory_order_acquire)) {
		pthread_kill(loop->thread, WAKE_SIGNAL);
		nanosleep(&pause, NULL);
	}
	if (loop->lcore == rte_get_main_lcore())
		pthread_join(loop->thread, NULL);
	else
		rte_eal_wait_lcore(loop->lcore);
	loop->launched = false;
}

void lcore_loop_watch(struct lcore_loop *loop, uint64_t now_ns)
{
	uint64_t beats = counter_load(&loop->beats);

	if (beats != loop->seen_beats || loop->seen_ns == 0) {
		loop->seen_beats = beats;
		loop->seen_ns = loop->turned_ns = now_ns;
		return;
	}
	if (now_ns - loop->seen_ns < HANGS_NS ||
	    !atomic_load_explicit(&loop->running, memory_order_acquire))
		return;
	pthread_kill(loop->thread, WAKE_SIGNAL);
	loop->stalls++;
	loop->seen_ns = now_ns;
}
