// SPDX-License-Identifier: BSD-3-Clause
// history-fill FILE CHANGES LINES: has the program's own writer fill a history, as fast as it takes changes.
//
// Lines lose their primary one after the other, move to the backup and return, over 30 days that end now.
// Prints how many changes a second were written.
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <heartline/state.h>

#include "base/wall_time.h"
#include "history/history.h"

#define DAYS_MS (30 * 86400000ull)
#define QUEUE_BYTES (1u << 26)
#define WAITING_MAX 500000 // fewer than the queue has room for

static const struct {
	uint8_t from, to;
	uint16_t code;
	const char *cause;
} steps[] = {
	{ HL_ON_P, HL_SW_B, HL_CODE_TIMEOUT, "time-out" },
	{ HL_SW_B, HL_ON_B, 200, "200 OK" },
	{ HL_ON_B, HL_SW_P, 200, "200 OK" },
	{ HL_SW_P, HL_ON_P, 200, "200 OK" },
};

static void change_put(struct history *h, uint64_t k, uint64_t n, uint32_t lines)
{
	// Thousands of lines together, as when a server fails: all lose it, then all move, and so on.
	uint32_t group = lines < 1000 ? lines : 1000;
	uint64_t round = k / (4ull * group);
	unsigned step = (unsigned)(k / group % 4);
	uint32_t line = (uint32_t)((round * group + k % group) % lines);
	char number[16];
	const struct history_change c = {
		.at_ms = (uint64_t)wall_now_ms() - DAYS_MS + DAYS_MS * k / n,
		.line = line,
		.code = steps[step].code,
		.from = steps[step].from,
		.to = steps[step].to,
		.server = step < 2 ? HL_SERVER_B : HL_SERVER_P,
		.number_len = (uint8_t)snprintf(number, sizeof(number), "%u", 1000000 + line),
		.cause_len = (uint8_t)strlen(steps[step].cause),
		.number = number,
		.cause = steps[step].cause,
	};

	history_put(h, &c);
}

static void waits(const struct history *h, uint64_t put, uint64_t most)
{
	struct history_counts counts;

	for (history_count(h, &counts); put - counts.written > most; history_count(h, &counts))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static const char *const profiles[] = { "bench" };
	struct history *h;
	struct hl_error err = { 0 };
	struct history_counts counts;

	if (argc != 4) {
		fprintf(stderr, "usage: history-fill FILE CHANGES LINES\n");
		return 2;
	}
	uint64_t n = strtoull(argv[2], NULL, 10);
	uint32_t lines = (uint32_t)strtoul(argv[3], NULL, 10);
	const struct history_options options = {
		.path = argv[1],
		.queue_bytes = QUEUE_BYTES,
		.version = "bench",
		.profiles = profiles,
		.n_profiles = 1,
	};
	if (n == 0 || lines == 0 || history_open(&h, &options, &err) < 0 ||
	    history_start(h, &err) < 0) {
		fprintf(stderr, "history-fill: %s\n", err.text);
		return 1;
	}
	double begin_s = now_s();
	for (uint64_t k = 0; k < n; k++) {
		if (k % 10000 == 0)
			waits(h, k, WAITING_MAX);
		change_put(h, k, n, lines);
	}
	waits(h, n, 0);
	double took_s = now_s() - begin_s;
	history_close(h, &counts);
	if (counts.written != n || counts.lost != 0) {
		fprintf(stderr, "history-fill: %" PRIu64 " written, %" PRIu64 " lost: %s\n",
			counts.written, counts.lost, counts.error);
		return 1;
	}
	printf("%.0f\n", (double)n / took_s);
	return 0;
}
