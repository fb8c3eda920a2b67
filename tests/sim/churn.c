// SPDX-License-Identifier: BSD-3-Clause
// Adds and removes lines, and checks what removal promises: whatever comes late moves no other line, no
// binding is left, no slot is lost.
#include "churn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "line/branch.h"
#include "verify.h"
#include "worker/worker.h"
#include "world.h"

#define MS 1000000ull
#define GRACE_NS \
	(5000 * MS) // copies of a REGISTER that were still on their way when its time was over
#define FIRST_NUMBER 700000
#define TEXT_AT 42 // behind Ethernet, IPv4 and UDP

static void plan_next(struct world *world)
{
	struct churn *c = &world->churn;

	c->next_ns = world->now_ns + 20 * MS + rng_next(&c->rng) % (3000 * MS);
}

void churn_begin(struct world *world, uint64_t until_ns)
{
	struct churn *c = &world->churn;

	*c = (struct churn){ .until_ns = until_ns, .number = FIRST_NUMBER };
	rng_seed(&c->rng, world->options.seed ^ 0xc4a4);
	plan_next(world);
}

struct slots {
	uint32_t lines, removed, free;
};

static struct slots slots_count(const struct world *world)
{
	struct slots n = { 0 };

	for (uint32_t slot = 0; slot < hl_plan_slots(world->plan); slot++) {
		uint8_t is = hl_state_unpack(hl_worker_state(world->worker, slot)).slot;

		n.lines += is == HL_SLOT_LINE;
		n.removed += is == HL_SLOT_REMOVED;
		n.free += is == HL_SLOT_FREE;
	}
	return n;
}

static void command(struct world *world, enum hl_command_type type, uint32_t first, uint32_t n)
{
	const struct hl_command c = {
		.type = type,
		.first = first,
		.n = n,
		.spread_ns = type == HL_COMMAND_ADD ? 0 : rng_next(&world->churn.rng) % (800 * MS),
	};

	if (hl_worker_command(world->worker, &c))
		world_break(world, "the command ring is full");
}

static void gone_note(struct churn *c, uint32_t number)
{
	if (c->n_gone < CHURN_GONE_MAX)
		c->gone[c->n_gone++] = number;
}

static uint32_t number_of(const struct world *world, uint32_t slot)
{
	uint32_t len, number = 0;
	const char *text = hl_plan_phone_number(world->plan, slot, &len);

	for (uint32_t k = 0; k < len; k++)
		number = number * 10 + (uint32_t)(text[k] - '0');
	return number;
}

static uint32_t bindings_of(const struct world *world, uint32_t number, uint64_t at_ns)
{
	char aor[WORLD_AOR_ROOM];

	snprintf(aor, sizeof(aor), "%u@10.99.0.1", number);
	return hl_registrar_contacts(world->registrar, 0, aor, NULL, at_ns) +
	       hl_registrar_contacts(world->registrar, 1, aor, NULL, at_ns);
}

// A line that was removed leaves no binding, but for what it could not know of: a grant that is longer than
// what was asked for, one to a Contact that was rewritten, one for a copy of a REGISTER whose other copy was
// refused, by another node or since its nonce was used up; and what an earlier run has left is not this
// line's.
static bool may_be_known(const struct world *world)
{
	const struct hl_registrar_config *servers = &world->options.servers;

	return !world->may_lose && !servers->rewrite_contacts && !servers->one_time_nonces &&
	       world->boots == 1 && !world->churn.balanced;
}

static void slot_take_back(struct world *world, uint32_t slot)
{
	uint32_t number = number_of(world, slot);

	if (number == 0)
		world_break(world, "slot %u was given back, and had no line", slot);
	else if (may_be_known(world) && bindings_of(world, number, world->now_ns + GRACE_NS))
		world_break(world, "line %u was removed, and a server still has a binding of %u",
			    slot, number);
	gone_note(&world->churn, number);
	hl_plan_take_back(world->plan, &slot, 1);
	world->churn.counts.removed++;
}

// A number that was there before takes another slot, and so another Contact, at the same registrar.
static void lines_add(struct world *world)
{
	struct churn *c = &world->churn;
	bool again = c->n_gone > 0 && rng_below(&c->rng, 100) < 40;
	uint32_t n = again ? 1 : 1 + rng_below(&c->rng, 3), slots[3];
	uint32_t first = again ? c->gone[rng_below(&c->rng, c->n_gone)] : c->number;
	const struct hl_lines group = { .first = first, .last = first + n - 1, .digits = 6 };
	struct hl_error err = { 0 };
	int rc = hl_plan_add(world->plan, &world->config, &group, slots, &err);

	if (rc == -ENOSPC || (rc == -EEXIST && again))
		return;
	if (rc != 0) {
		world_break(world, "%s", err.text);
		return;
	}
	c->number += again ? 0 : n;
	c->counts.added += n;
	c->counts.again += again;
	for (uint32_t k = 0; k < n; k++) {
		world->lost_ns[slots[k]] = 0;
		command(world, HL_COMMAND_ADD, slots[k], 1);
		command(world, HL_COMMAND_ENABLE, slots[k], 1);
	}
}

void churn_step(struct world *world)
{
	struct churn *c = &world->churn;
	uint32_t slot, slots = hl_plan_slots(world->plan);

	while (hl_worker_removed(world->worker, &slot, 1) > 0)
		slot_take_back(world, slot);
	if (world->now_ns < c->next_ns || world->now_ns >= c->until_ns)
		return;
	if (rng_below(&c->rng, 2))
		lines_add(world);
	else
		command(world, HL_COMMAND_REMOVE, rng_below(&c->rng, slots),
			1 + rng_below(&c->rng, 2));
	plan_next(world);
}

void churn_restarted(struct world *world)
{
	struct churn *c = &world->churn;

	for (uint32_t number = FIRST_NUMBER; number < c->number; number++)
		gone_note(c, number);
	c->n_kept = 0;                      // their branches are of another key
	if (c->n_gone > CHURN_GONE_MAX / 2) // numbers that were noted often are not needed as often
		c->n_gone = CHURN_GONE_MAX / 2;
}

// A line's memory, all of what an answer could move.
struct image {
	struct line line;
	struct line_cold cold;
};

static void image_take(const struct world *world, uint32_t slot, struct image *out)
{
	memcpy(&out->line, &world->worker->lines[slot], sizeof(out->line));
	memcpy(&out->cold, &world->worker->cold[slot], sizeof(out->cold));
}

// The slot that an answer is for, when another line has it, or none, than the one that has asked. Answers to
// an earlier boot have another key.
static bool answers_one_that_is_gone(const struct world *world, const struct hl_packet *pkt,
				     uint32_t *slot)
{
	const char *end = (const char *)pkt->data + pkt->len;
	const char *at = memmem(pkt->data, pkt->len, BRANCH_COOKIE, BRANCH_COOKIE_LEN);
	struct branch branch;

	if (pkt->len < TEXT_AT + 8 || memcmp(pkt->data + TEXT_AT, "SIP/2.0 ", 8) != 0 || !at ||
	    end - at < BRANCH_LEN ||
	    !branch_read(world->plan->keys[PLAN_KEY_BRANCH], at, BRANCH_LEN, &branch))
		return false;
	*slot = branch.line;
	return world->worker->lines[*slot].generation != branch.generation;
}

static void keep(struct churn *c, const struct hl_packet *pkt)
{
	if (rng_below(&c->rng, 8) != 0)
		return;
	uint32_t k = c->n_kept < CHURN_KEPT ? c->n_kept++ : rng_below(&c->rng, CHURN_KEPT);
	memcpy(c->kept[k].bytes, pkt->data, pkt->len);
	c->kept[k].len = pkt->len;
}

static uint64_t late_drops(const struct world *world)
{
	return count_read(&hl_worker_counters(world->worker)->drops[HL_DROP_LATE]);
}

void churn_receive(struct world *world, const struct hl_packet *pkt,
		   void (*deliver)(struct world *world, const struct hl_packet *pkt))
{
	struct image before, after;
	uint64_t frames = world->frames, drops = late_drops(world);
	uint32_t slot;
	bool late = answers_one_that_is_gone(world, pkt, &slot);

	if (late)
		image_take(world, slot, &before);
	deliver(world, pkt);
	if (!late) {
		keep(&world->churn, pkt);
		return;
	}
	image_take(world, slot, &after);
	world->churn.counts.late++;
	if (memcmp(&before, &after, sizeof(before)) != 0 || world->frames != frames)
		world_break(world, "line %u was moved by an answer to one that had its slot before",
			    slot);
	else if (late_drops(world) != drops + 1)
		world_break(world,
			    "line %u: an answer to one that had its slot before was not counted",
			    slot);
}

void churn_replay(struct world *world,
		  void (*deliver)(struct world *world, const struct hl_packet *pkt))
{
	struct churn *c = &world->churn;
	uint32_t k, slot;

	if (c->n_kept == 0 || rng_below(&c->rng, 4) != 0)
		return;
	k = rng_below(&c->rng, c->n_kept);
	const struct hl_packet pkt = { .data = c->kept[k].bytes, .len = c->kept[k].len };
	if (answers_one_that_is_gone(world, &pkt, &slot))
		churn_receive(world, &pkt, deliver);
}

void churn_verify_end(struct world *world)
{
	struct slots n = slots_count(world);

	if (n.lines + n.removed + n.free != hl_plan_slots(world->plan) ||
	    n.lines + n.removed != hl_plan_lines(world->plan))
		world_break(world,
			    "%u lines, %u removed, %u free: of %u slots, %u of them with a line",
			    n.lines, n.removed, n.free, hl_plan_slots(world->plan),
			    hl_plan_lines(world->plan));
	for (uint32_t k = 0; k < world->churn.n_gone && !world->may_lose && !world->broken[0]; k++)
		if (bindings_of(world, world->churn.gone[k], world->now_ns))
			world_break(world, "an orphan: %u was removed, and has a binding",
				    world->churn.gone[k]);
}
