// SPDX-License-Identifier: BSD-3-Clause
// Workers in threads, over memory that is poisoned when it is freed.
#include "rig.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/alloc.h>
#include "net/arp.h"

#define KEPT 256
#define START_NS 900000000ull

static pthread_t threads[RACE_WORKERS];
static struct race *running;

static void *race_zalloc(void *user, size_t bytes, size_t align)
{
	size_t head = align < 64 ? 64 : align;
	char *raw = NULL;

	(void)user;
	if (posix_memalign((void **)&raw, head, bytes + head) != 0)
		return NULL;
	memset(raw, 0, bytes + head);
	memcpy(raw, &bytes, sizeof(bytes));
	return raw + head;
}

// Only one thread frees. Big tables are those of workers, at the end. All blocks have an alignment of 64 at most.
static void race_free(void *user, void *memory)
{
	static char *kept[KEPT];
	static unsigned at;
	char *raw = (char *)memory - 64;
	size_t bytes;

	(void)user;
	memcpy(&bytes, raw, sizeof(bytes));
	memset(memory, RACE_POISON, bytes);
	free(kept[at]);
	kept[at] = raw;
	at = (at + 1) % KEPT;
}

void race_must(int rc, const struct hl_error *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "race: %s\n", err->text);
	exit(2);
}

// A text that was freed is no SIP.
static void look(struct race *race, const struct hl_burst *tx)
{
	for (uint16_t i = 0; i < tx->n; i++) {
		const struct hl_packet *pkt = &tx->pkts[i];

		if (pkt->len > 42 && pkt->data[23] == 17 &&
		    memchr(pkt->data + 42, RACE_POISON, pkt->len - 42u))
			atomic_fetch_add(&race->poisoned, 1);
	}
	atomic_fetch_add_explicit(&race->frames, tx->n, memory_order_relaxed);
}

static void *run_worker(void *argument)
{
	static _Thread_local uint8_t bytes[HL_BURST_MAX][HL_FRAME_MAX];
	struct race *race = running;
	struct hl_worker *w = argument;
	struct hl_packet pkts[HL_BURST_MAX];
	uint64_t now_ns = START_NS;

	for (uint32_t round = 1; !atomic_load(&race->done); round++) {
		struct hl_burst tx = { .pkts = pkts, .cap = HL_BURST_MAX };
		struct hl_event events[16];

		for (int i = 0; i < HL_BURST_MAX; i++)
			pkts[i] = (struct hl_packet){ .data = bytes[i] };
		hl_worker_tick(w, &tx, now_ns += race->step_ns);
		look(race, &tx);
		hl_worker_events(w, events, 16);
		if (round % 50 == 0) // as in a sleep
			hl_worker_rest(w);
		atomic_fetch_add_explicit(&race->rounds, 1, memory_order_relaxed);
		sched_yield();
	}
	hl_worker_rest(w);
	return NULL;
}

static void neighbours_teach(struct race *race)
{
	static const char *const servers[] = { "10.99.0.1", "10.99.0.2" };
	static uint8_t bytes[HL_BURST_MAX][HL_FRAME_MAX];
	const uint8_t own[6] = { 2, 0, 0, 0, 0, 1 }, mac[6] = { 2, 0, 0, 0, 0, 2 };
	struct hl_packet pkts[HL_BURST_MAX], reply;

	for (int i = 0; i < HL_BURST_MAX; i++)
		pkts[i] = (struct hl_packet){ .data = bytes[i] };
	for (int k = 0; k < 2; k++) {
		struct hl_burst tx = { .pkts = pkts, .cap = HL_BURST_MAX };
		static uint8_t frame[HL_FRAME_MAX];
		struct arp request = { .request = true };

		hl_worker_tick(race->workers[0], &tx, START_NS);
		hl_addr_parse(servers[k], 9, &request.target);
		hl_addr_parse("10.99.1.1", 9, &request.sender);
		memcpy(request.sender_mac, own, 6);
		reply = (struct hl_packet){ .data = frame };
		arp_write_reply(&reply, mac, &request);
		tx.n = 0;
		hl_worker_rx(race->workers[0], &reply, 1, &tx, START_NS);
	}
}

void race_begin(struct race *race, const char *yaml)
{
	static const struct hl_allocator poisoning = { .zalloc = race_zalloc, .free = race_free };
	const struct hl_plan_options options = { .n_workers = RACE_WORKERS,
						 .mac = { 2, 0, 0, 0, 0, 1 },
						 .spare_lines = race->spare_lines,
						 .boot_key = { 1, 2 } };
	struct hl_error err = { 0 };

	hl_set_allocator(&poisoning);
	race_must(hl_config_parse(&race->config, "race", yaml, &err), &err);
	race_must(hl_plan_new(&race->plan, &race->config, &options, &err), &err);
	for (uint32_t i = 0; i < RACE_WORKERS; i++) {
		const struct hl_worker_options o = { .index = i, .start_ns = START_NS, .seed = 7 };
		const struct hl_command enable = { .type = HL_COMMAND_ENABLE,
						   .n = hl_plan_slots(race->plan) };

		race_must(hl_worker_new(&race->workers[i], race->plan, &o, &err), &err);
		hl_worker_command(race->workers[i], &enable);
	}
	neighbours_teach(race);
}

void race_start(struct race *race)
{
	running = race;
	for (uint32_t i = 0; i < RACE_WORKERS; i++)
		if (pthread_create(&threads[i], NULL, run_worker, race->workers[i]) != 0)
			abort();
}

void race_wait(struct race *race, uint64_t rounds)
{
	uint64_t from = atomic_load(&race->rounds);

	while (atomic_load(&race->rounds) < from + rounds)
		sched_yield();
}

void race_stop(struct race *race)
{
	atomic_store(&race->done, true);
	for (uint32_t i = 0; i < RACE_WORKERS; i++)
		pthread_join(threads[i], NULL);
}

void race_end(struct race *race)
{
	for (uint32_t i = 0; i < RACE_WORKERS; i++)
		hl_worker_free(race->workers[i]);
	hl_plan_free(race->plan);
	hl_config_free(&race->config);
}
