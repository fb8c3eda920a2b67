// SPDX-License-Identifier: BSD-3-Clause
// Lines come and go while two workers run them and two other threads read what anyone may, under ThreadSanitizer.
// Texts of a line that is gone are poisoned, and slots are few, so that each has many lines one after the other.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include <heartline/saved.h>
#include <heartline/snapshot.h>
#include "net/path.h"
#include "rig.h"

#define LINES 8
#define SPARE 24
#define SLOTS (LINES + SPARE)
#define READERS 2
#define REMOVALS 400 // all together
#define LOOKS 200000 // for them, at the most

static const char yaml[] = "ports:\n  - device: race\n    addresses: 10.99.1.1-10.99.1.2/16\n"
			   "profiles:\n"
			   "  one:\n"
			   "    outbound_server: 10.99.0.1\n"
			   "    backup_outbound_server: 10.99.0.2\n"
			   "    use_random_sip_port: on\n"
			   "    register_refresh_interval: 20\n"
			   "    primary_detect_interval: 1s\n"
			   "    backoff_base: 1s\n"
			   "    backoff_max: 2s\n"
			   "lines:\n  - {profile: one, range: 6000-6007}\n";

static struct race race = { .spare_lines = SPARE, .step_ns = 100000000 };
static _Atomic uint64_t looks, wrong;
static uint64_t saved; // lines
static struct saving {
	struct hl_save save;
	bool asked;
} saving[RACE_WORKERS];
static struct {
	uint32_t added, removed, number;
	bool is_line[SLOTS]; // and no removal of it is under way
} churn = { .number = 7000 };

// A datagram from a server to the place of a slot, as another worker would find it in its queue.
static uint16_t datagram_to(uint32_t slot, uint8_t bytes[HL_FRAME_MAX])
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct hl_endpoint to = hl_plan_place(race.plan, slot), from = { .port = 5060 };
	struct path_ends ends = { .mac = mac, .src = &from.addr, .src_port = 5060 };
	struct hl_packet pkt = { .data = bytes };
	struct path path;

	hl_addr_parse("10.99.0.1", 9, &from.addr);
	ends.dst = &to.addr;
	ends.dst_port = to.port;
	path_init(&path, mac, HL_FAMILY_IPV4);
	path_write_to(&pkt, &path, &ends, 4);
	return pkt.len;
}

static void *run_reader(void *argument)
{
	uint8_t bytes[HL_FRAME_MAX] = { 0 };

	(void)argument;
	for (uint32_t slot = 0; !atomic_load(&race.done); slot = (slot + 1) % SLOTS) {
		uint16_t len = datagram_to(slot, bytes);
		struct hl_snapshot s;
		bool steered;
		uint32_t owner = hl_plan_owner(race.plan, 0, bytes, len, &steered);
		const struct hl_worker *w = race.workers[owner % RACE_WORKERS];

		if (owner >= RACE_WORKERS || slot - hl_worker_first(w) >= hl_worker_lines(w))
			atomic_fetch_add(&wrong, 1);
		hl_plan_from_server(race.plan, 0, bytes, len);
		hl_snapshot_take(&s, race.workers, RACE_WORKERS);
		if (s.lines + s.removed_slots + s.free_slots != SLOTS)
			atomic_fetch_add(&wrong, 1);
		atomic_fetch_add_explicit(&looks, 1, memory_order_relaxed);
		sched_yield();
	}
	return NULL;
}

static void tell(enum hl_command_type type, uint32_t slot)
{
	const struct hl_command command = { .type = type, .first = slot, .n = 1 };

	for (uint32_t i = 0; i < RACE_WORKERS; i++) // whose it is not skips it
		while (hl_worker_command(race.workers[i], &command) != 0)
			sched_yield();
}

static void lines_add(uint32_t n)
{
	const struct hl_lines group = { .first = churn.number,
					.last = churn.number + n - 1,
					.digits = 4 + n % 3 };
	struct hl_error err = { 0 };
	uint32_t slots[SLOTS];
	int rc = hl_plan_add(race.plan, &race.config, &group, slots, &err);

	if (rc == -ENOSPC)
		return;
	race_must(rc, &err);
	churn.number += n;
	churn.added += n;
	for (uint32_t k = 0; k < n; k++) {
		churn.is_line[slots[k]] = true;
		tell(HL_COMMAND_ADD, slots[k]);
		tell(HL_COMMAND_ENABLE, slots[k]);
	}
}

static void slots_take_back(void)
{
	uint32_t slots[SLOTS];

	for (uint32_t i = 0; i < RACE_WORKERS; i++) {
		uint32_t n = hl_worker_removed(race.workers[i], slots, SLOTS);

		hl_plan_take_back(race.plan, slots, n);
		churn.removed += n;
	}
}

// As the control thread reads for its report.
static void accounts_read(void)
{
	struct hl_line_account account;
	uint32_t len;

	for (uint32_t slot = 0; slot < SLOTS; slot++) {
		const struct hl_worker *w = race.workers[slot >= hl_worker_first(race.workers[1])];

		if (churn.is_line[slot]) {
			hl_worker_account(w, slot, 900000000, &account);
			hl_plan_phone_number(race.plan, slot, &len);
		}
	}
}

// As the control thread asks for what survives: the worker writes what is read here, and texts of lines that may
// be gone by then.
static void lines_save(void)
{
	for (uint32_t i = 0; i < RACE_WORKERS; i++) {
		struct saving *s = &saving[i];

		if (s->asked && !hl_worker_saved(race.workers[i]))
			continue;
		if (s->asked) {
			struct hl_saved_sum sum = { 0 };

			saved += s->save.n_lines;
			hl_saved_block(&sum, &s->save);
		}
		s->save.next = hl_worker_first(race.workers[i]);
		s->asked = hl_worker_save(race.workers[i], &s->save) == 0;
	}
}

static void churn_step(uint32_t k)
{
	uint32_t slot = (k * 7919) % SLOTS;

	lines_save();
	slots_take_back();
	if (k % 3 == 0)
		lines_add(1 + k % 4);
	if (churn.is_line[slot]) {
		churn.is_line[slot] = false;
		tell(HL_COMMAND_REMOVE, slot);
	}
	accounts_read();
}

int main(void)
{
	pthread_t readers[READERS];
	uint32_t k = 0;

	race_begin(&race, yaml);
	for (uint32_t slot = 0; slot < SLOTS; slot++)
		churn.is_line[slot] = *hl_plan_phone_number(race.plan, slot, &(uint32_t){ 0 });
	race_start(&race);
	for (int i = 0; i < READERS; i++)
		if (pthread_create(&readers[i], NULL, run_reader, NULL) != 0)
			abort();
	for (; churn.removed < REMOVALS && k < LOOKS; k++) {
		churn_step(k);
		race_wait(&race, k % 5);
	}
	race_stop(&race);
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	bool ok = race.poisoned == 0 && wrong == 0 && churn.removed >= REMOVALS &&
		  churn.added >= REMOVALS && race.frames > churn.added && looks > 0 &&
		  saved > REMOVALS;
	printf("%s - %u lines added and %u removed in %u slots under %u workers and %u readers: %llu frames, "
	       "%llu of them poisoned; %llu looks, %llu of them wrong; %llu lines saved\n",
	       ok ? "ok" : "not ok", churn.added, churn.removed, SLOTS, RACE_WORKERS, READERS,
	       (unsigned long long)race.frames, (unsigned long long)race.poisoned,
	       (unsigned long long)looks, (unsigned long long)wrong, (unsigned long long)saved);
	race_end(&race);
	return !ok;
}
