// SPDX-License-Identifier: BSD-3-Clause
// Asks one worker after the other for its lines, a block at a time, and hands the blocks to the writer. Nobody
// waits: while the writer has no room left, or a worker has not answered, the timer looks again.

#include "survive/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/counter.h"
#include "base/timebase.h"
#include "survive/moment.h"

#define LOOK_EVERY_NS 1000000u
#define WRITE_SHARE 10 // a round takes so many times as long as writing it, rest included

static struct hl_worker *worker_now(const struct survive *s)
{
	return s->workers[s->worker];
}

// What is collected counts from now on.
static uint32_t head_write(struct survive *s, uint8_t *out)
{
	const struct hl_saved_head head = {
		.run = s->folder.run,
		.worker = s->worker,
		.n_workers = s->n_workers,
		.at = s->at,
	};

	hl_saved_begin(&s->sum, &head, out);
	return HL_SAVED_HEAD_BYTES;
}

static void moment_take(struct survive *s)
{
	s->at_ns = timebase_ns(); // before the moment: what is saved is rather too old
	s->at = moment_now();
}

static bool worker_is_done(const struct survive *s)
{
	return s->next >= hl_worker_first(worker_now(s)) + hl_worker_lines(worker_now(s));
}

void collect_now(struct survive *s)
{
	struct item *item = malloc(sizeof(*item)); // those of the writer may be in its hands

	if (!item)
		return;
	moment_take(s);
	for (s->worker = 0; s->worker < s->n_workers; s->worker++) {
		*item = (struct item){ .what = ITEM_BEGIN, .worker = s->worker };
		item->len = head_write(s, item->save.block);
		writer_do(s, item);
		item->what = ITEM_BLOCK;
		item->save.base_ns = s->at_ns;
		for (s->next = hl_worker_first(worker_now(s)); !worker_is_done(s);
		     s->next = item->save.next) {
			item->save.next = s->next;
			hl_worker_save_now(worker_now(s), &item->save, timebase_ns());
			item->len = hl_saved_block(&s->sum, &item->save);
			writer_do(s, item);
		}
		item->what = ITEM_END;
		item->len = HL_SAVED_END_BYTES;
		hl_saved_end(&s->sum, item->save.block);
		writer_do(s, item);
	}
	item->what = ITEM_DONE;
	writer_do(s, item);
	free(item);
}

// The next one to fill; NULL: all are the writer's.
static struct item *item_free(struct survive *s)
{
	uint32_t head = atomic_load(&s->head);

	return head - atomic_load(&s->tail) < ITEMS ? &s->items[head % ITEMS] : NULL;
}

static void item_hand_over(struct survive *s, enum item_what what, uint32_t len)
{
	struct item *item = item_free(s);

	item->what = what;
	item->worker = s->worker;
	item->len = len;
	atomic_fetch_add(&s->head, 1); // from here on it is the writer's
}

static void rest(struct survive *s)
{
	uint64_t took_ns = timebase_ns() - s->begun_ns;

	s->collecting = false;
	control_loop_set_timer(s->loop, s->timer,
			       s->interval_ns > took_ns ? s->interval_ns - took_ns : 1, 0);
}

// @return false: it cannot go on now
static bool ask(struct survive *s)
{
	struct item *item = item_free(s);

	if (!item)
		return false;
	item->save.base_ns = s->at_ns;
	item->save.next = s->next;
	s->asked = hl_worker_save(worker_now(s), &item->save) == 0;
	return s->asked;
}

static bool take_answer(struct survive *s)
{
	struct item *item = item_free(s); // the one that was asked for

	if (!hl_worker_saved(worker_now(s)))
		return false;
	s->asked = false;
	s->next = item->save.next;
	uint32_t len = hl_saved_block(&s->sum, &item->save);
	if (len > 0)
		item_hand_over(s, ITEM_BLOCK, len);
	return true;
}

static bool worker_end(struct survive *s)
{
	struct item *item = item_free(s);

	if (!item)
		return false;
	hl_saved_end(&s->sum, item->save.block);
	item_hand_over(s, ITEM_END, HL_SAVED_END_BYTES);
	s->worker++;
	return true;
}

static bool worker_begin(struct survive *s)
{
	struct item *item = item_free(s);

	if (!item)
		return false;
	s->next = hl_worker_first(worker_now(s));
	item_hand_over(s, ITEM_BEGIN, head_write(s, item->save.block));
	return true;
}

// One step of a round. @return false: it cannot go on now, or it is over
static bool step(struct survive *s)
{
	if (s->asked)
		return take_answer(s);
	if (s->worker < s->n_workers && !s->in_file)
		return s->in_file = worker_begin(s);
	if (s->worker < s->n_workers && !worker_is_done(s))
		return ask(s);
	if (s->worker < s->n_workers) {
		s->in_file = !worker_end(s);
		return !s->in_file;
	}
	if (item_free(s)) {
		item_hand_over(s, ITEM_DONE, 0);
		rest(s);
	}
	return false;
}

static void begin(struct survive *s)
{
	s->collecting = true;
	s->asked = s->in_file = false;
	s->worker = 0;
	s->begun_ns = timebase_ns();
	atomic_store(&s->round_ns, 0);
	moment_take(s);
	control_loop_set_timer(s->loop, s->timer, LOOK_EVERY_NS, LOOK_EVERY_NS);
}

// How long the next round has to wait for a disk that is slow; 0: not at all.
static uint64_t wait_ns(const struct survive *s)
{
	uint64_t since_ns = timebase_ns() - s->begun_ns;
	uint64_t whole_ns = WRITE_SHARE * counter_load(&s->round_ns);

	if (atomic_load(&s->head) != atomic_load(&s->tail))
		return s->interval_ns; // the last round is not written yet
	return whole_ns > since_ns ? whole_ns - since_ns : 0;
}

void collect_due(void *context)
{
	struct survive *s = context;
	uint64_t later_ns = s->collecting ? 0 : wait_ns(s);

	if (later_ns > 0) {
		control_loop_set_timer(s->loop, s->timer, later_ns, 0);
		return;
	}
	if (!s->collecting)
		begin(s);
	while (step(s))
		continue;
}
