// SPDX-License-Identifier: BSD-3-Clause
// Two workers run while a third thread changes settings, adds shapes and reclaims, under ThreadSanitizer. Blocks that
// the engine frees are poisoned and kept for a while, so that a use after it is seen in any build.
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/alloc.h>
#include <heartline/worker.h>
#include "base/count.h"
#include "control/shapes.h"
#include "net/arp.h"
#include "worker/worker.h"

#define WORKERS 2
#define CHANGES 400
#define POISON 0xdb
#define KEPT 256
#define STEP_NS 20000000ull

static const char yaml[] = "ports:\n  - device: race\n    addresses: 10.99.1.1-10.99.1.2/16\n"
			   "profiles:\n"
			   "  one:\n"
			   "    outbound_server: 10.99.0.1\n"
			   "    backup_outbound_server: 10.99.0.2\n"
			   "    use_random_sip_port: on\n"
			   "    primary_detect_interval: 1s\n"
			   "    backoff_base: 1s\n"
			   "    backoff_max: 2s\n"
			   "lines:\n  - {profile: one, range: 6000-6039}\n";

static struct hl_plan *plan;
static struct hl_worker *workers[WORKERS];
static _Atomic bool done;
static _Atomic uint64_t frames, poisoned, rounds;

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
	memset(memory, POISON, bytes);
	free(kept[at]);
	kept[at] = raw;
	at = (at + 1) % KEPT;
}

// A text that was freed is no SIP.
static void look(const struct hl_burst *tx)
{
	for (uint16_t i = 0; i < tx->n; i++) {
		const struct hl_packet *pkt = &tx->pkts[i];

		if (pkt->len > 42 && pkt->data[23] == 17 &&
		    memchr(pkt->data + 42, POISON, pkt->len - 42u))
			atomic_fetch_add(&poisoned, 1);
	}
	atomic_fetch_add_explicit(&frames, tx->n, memory_order_relaxed);
}

static void *run_worker(void *argument)
{
	static _Thread_local uint8_t bytes[HL_BURST_MAX][HL_FRAME_MAX];
	struct hl_worker *w = argument;
	struct hl_packet pkts[HL_BURST_MAX];
	uint64_t now_ns = 1000000000;

	for (uint32_t round = 1; !atomic_load(&done); round++, now_ns += STEP_NS) {
		struct hl_burst tx = { .pkts = pkts, .cap = HL_BURST_MAX };
		struct hl_event events[16];

		for (int i = 0; i < HL_BURST_MAX; i++)
			pkts[i] = (struct hl_packet){ .data = bytes[i] };
		hl_worker_tick(w, &tx, now_ns);
		look(&tx);
		hl_worker_events(w, events, 16);
		if (round % 50 == 0) // as in a sleep
			hl_worker_rest(w);
		atomic_fetch_add_explicit(&rounds, 1, memory_order_relaxed);
		sched_yield();
	}
	hl_worker_rest(w);
	return NULL;
}

static void must(int rc, const struct hl_error *err)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "race: %s\n", err->text);
	exit(2);
}

// Both servers answer ARP, so that requests leave.
static void neighbours_teach(void)
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

		hl_worker_tick(workers[0], &tx, 900000000);
		hl_addr_parse(servers[k], 9, &request.target);
		hl_addr_parse("10.99.1.1", 9, &request.sender);
		memcpy(request.sender_mac, own, 6);
		reply = (struct hl_packet){ .data = frame };
		arp_write_reply(&reply, mac, &request);
		tx.n = 0;
		hl_worker_rx(workers[0], &reply, 1, &tx, 900000000);
	}
}

static void change(struct hl_profile *settings, uint32_t k)
{
	static const char *const agents[] = { "Acme 1", "Another Agent 2", "" };
	struct hl_error err = { 0 };

	must(hl_profile_set(settings, "user_agent", agents[k % 3], &err), &err);
	must(hl_profile_set(settings, "register_timeout", k % 2 ? "300ms" : "800ms", &err), &err);
	must(hl_profile_set(settings, "primary_detect_interval", k % 5 ? "1s" : "2s", &err), &err);
	must(hl_plan_change_profile(plan, 0, settings, &err), &err);
	if (k % 8 == 0) {
		struct shape_key key = {
			.user = (uint8_t)(10 + k / 8), .display = 4, .ip = 9, .port = 5
		};

		must((int)shape_get(plan, &key, 400, &err), &err);
	}
}

static uint64_t unreclaimed(void)
{
	uint64_t n = 0;

	for (const struct published *p = plan->constants.oldest; p->newer; p = p->newer)
		n++;
	return n;
}

int main(void)
{
	const struct hl_allocator poisoning = { .zalloc = race_zalloc, .free = race_free };
	struct hl_plan_options options = { .n_workers = WORKERS,
					   .mac = { 2, 0, 0, 0, 0, 1 },
					   .boot_key = { 1, 2 } };
	pthread_t threads[WORKERS];
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };

	hl_set_allocator(&poisoning);
	must(hl_config_parse(&config, "race", yaml, &err), &err);
	must(hl_plan_new(&plan, &config, &options, &err), &err);
	for (uint32_t i = 0; i < WORKERS; i++) {
		struct hl_worker_options o = { .index = i, .start_ns = 900000000, .seed = 7 };
		struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = hl_plan_lines(plan) };

		must(hl_worker_new(&workers[i], plan, &o, &err), &err);
		hl_worker_command(workers[i], &enable);
	}
	neighbours_teach();
	for (uint32_t i = 0; i < WORKERS; i++)
		if (pthread_create(&threads[i], NULL, run_worker, workers[i]) != 0)
			abort();
	uint64_t most = 0;
	for (uint32_t k = 1; k <= CHANGES; k++) {
		uint64_t from = atomic_load(&rounds);

		change(&config.profiles[0], k);
		most = unreclaimed() > most ? unreclaimed() : most;
		while (atomic_load(&rounds) <
		       from + k % 7) // now a change a round, now several rounds
			sched_yield();
		hl_plan_reclaim(plan);
	}
	atomic_store(&done, true);
	for (uint32_t i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
	hl_plan_reclaim(plan);
	bool ok = poisoned == 0 && frames > CHANGES && unreclaimed() == 0;
	printf("%s - %u changes under %u workers: %llu frames, %llu of them poisoned; at most %llu versions "
	       "waited, %llu at the end\n",
	       ok ? "ok" : "not ok", CHANGES, WORKERS, (unsigned long long)frames,
	       (unsigned long long)poisoned, (unsigned long long)most,
	       (unsigned long long)unreclaimed());
	for (uint32_t i = 0; i < WORKERS; i++)
		hl_worker_free(workers[i]);
	hl_plan_free(plan);
	hl_config_free(&config);
	return !ok;
}
