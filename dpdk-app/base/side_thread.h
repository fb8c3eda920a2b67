// SPDX-License-Identifier: BSD-3-Clause
// A thread beside the control thread, for what may take its time, such as a disk. The end of the program
// waits for it no longer than it was given.
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct side_thread {
	pthread_t thread;
	bool running;             // control thread only
	pthread_mutex_t mutex;    // of the next three
	pthread_cond_t stopped;   // `stop` was set
	struct timespec deadline; // of the end, once `stop` is set; CLOCK_MONOTONIC
	atomic_bool stop;
};

void side_thread_init(struct side_thread *side);
void side_thread_free(struct side_thread *side);

// Control thread. The name is for lists of threads. 0, or an errno.
int side_thread_start(struct side_thread *side, const char *name, void *(*run)(void *context),
		      void *context);

// Ask it to end within limit_ms, and wait for that. False: it is inside of a call that does not return, say of
// a file system whose server has gone. All that it may still touch must be left to it: the process ends soon.
bool side_thread_end(struct side_thread *side, unsigned limit_ms);

// The thread itself: run below the control thread, with which it may share a processor.
void side_thread_yield(void);
// Is it to end, and has it no more time for that?
bool side_thread_is_ending(struct side_thread *side);
bool side_thread_too_late(struct side_thread *side);
// Wait so long, or until it is to end.
void side_thread_rest(struct side_thread *side, uint64_t ns);
