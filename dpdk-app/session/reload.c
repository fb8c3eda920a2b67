// SPDX-License-Identifier: BSD-3-Clause
// What cannot change is refused first; then profiles change, and lines are added; whatever fails there is
// undone. Only then workers hear of lines. So a file is taken as a whole, or not at all.

#include "session/reload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/line_add.h"
#include "session/reload_check.h"
#include "session/run.h"

struct change {
	struct view *view;
	struct hl_plan *plan;
	struct reload *done;
	struct hl_error *err;
	struct hl_config next; // as the file has it
	struct hl_config
		aligned;  // the same, with the profiles of the run in their order; owns only arrays
	uint32_t *from;   // by profile of the run: the one of `next`; UINT32_MAX: none
	uint32_t changed; // profiles before this one were looked at, and changed
	uint64_t *fresh, *gone;
	uint32_t *slots; // of fresh lines
	uint32_t n_slots;
};

static int no_memory(const struct change *c)
{
	return hl_fail(c->err, ENOMEM, "%s: no memory to reload it", c->done->path);
}

// Lines of a profile that is not in the file any more are all to go; it itself stays.
static int profiles_align(struct change *c)
{
	const struct hl_config *now = c->view->run->config;
	struct hl_config *to = &c->aligned;

	*to = c->next;
	to->n_profiles = now->n_profiles;
	to->profiles = calloc(now->n_profiles, sizeof(*to->profiles));
	to->lines = calloc(c->next.n_lines, sizeof(*to->lines));
	c->from = calloc(now->n_profiles, sizeof(*c->from));
	if (!to->profiles || !to->lines || !c->from)
		return no_memory(c);
	for (uint32_t i = 0; i < now->n_profiles; i++) {
		c->from[i] = profile_find(&c->next, now->profiles[i].name);
		to->profiles[i] = c->from[i] == UINT32_MAX ? now->profiles[i]
							   : c->next.profiles[c->from[i]];
	}
	for (uint32_t g = 0; g < c->next.n_lines; g++) {
		to->lines[g] = c->next.lines[g];
		to->lines[g].profile = profile_find(
			now, c->next.profiles[c->next.lines[g].profile].name);
	}
	return 0;
}

static bool profile_differs(const struct change *c, uint32_t i)
{
	return !hl_profile_equal(&c->view->run->config->profiles[i], &c->aligned.profiles[i]);
}

static int profiles_change(struct change *c)
{
	struct hl_error why;

	for (; c->changed < c->aligned.n_profiles; c->changed++) {
		if (!profile_differs(c, c->changed))
			continue;
		int rc = hl_plan_change_profile(c->plan, c->changed,
						&c->aligned.profiles[c->changed], &why);
		if (rc < 0)
			return hl_fail(c->err, why.code, "%s: %s%.800s", c->done->path,
				       rc == -EINVAL ? "needs a restart: " : "", why.text);
		c->done->profiles++;
	}
	return 0;
}

static int lines_compare(struct change *c)
{
	const struct dataplane *dp = c->view->run->dp;
	uint32_t slots = dataplane_slots(dp);
	uint64_t *leaving = orders_choice_new(dp);
	struct hl_error why;
	int rc;

	c->gone = orders_choice_new(dp);
	c->fresh = calloc(c->aligned.total / 64 + 1, sizeof(*c->fresh));
	if (!leaving || !c->gone || !c->fresh) {
		free(leaving);
		return no_memory(c);
	}
	for (uint32_t k = 0; k < slots; k++)
		if (dataplane_state(dp, k).slot == HL_SLOT_REMOVED)
			orders_choose(leaving, k);
	rc = hl_plan_compare(c->plan, &c->aligned, leaving, c->fresh, c->gone, &why);
	free(leaving);
	return rc == 0 ? 0 : hl_fail(c->err, why.code, "%s: %.900s", c->done->path, why.text);
}

static uint64_t bits_count(const uint64_t bits[], uint64_t first, uint64_t n)
{
	uint64_t sum = 0;

	for (uint64_t k = first; k < first + n; k++)
		sum += bits[k / 64] >> k % 64 & 1;
	return sum;
}

// Some of a group's lines, as rows of a CSV. The texts of a range are in `numbers`.
static int group_of_some(const struct change *c, const struct hl_lines *group, uint64_t first,
			 struct hl_lines *some)
{
	uint64_t n = lines_of_group(group), total = some->n_rows;
	uint32_t digits = 24;

	some->rows = calloc(total, sizeof(*some->rows));
	some->domains = calloc(total, sizeof(*some->domains));
	some->texts = calloc(total, digits);
	if (!some->rows || !some->domains || !some->texts)
		return no_memory(c);
	for (uint64_t k = 0, at = 0; k < n; k++) {
		if (!(c->fresh[(first + k) / 64] >> (first + k) % 64 & 1))
			continue;
		if (group->csv) {
			some->rows[at] = group->rows[k];
			some->domains[at] = group->domains ? group->domains[k] : NULL;
		} else {
			some->rows[at].phone_number = some->texts + at * digits;
			snprintf(some->texts + at * digits, digits, "%0*" PRIu64, group->digits,
				 group->first + k);
		}
		at++;
	}
	return 0;
}

static int group_add(struct change *c, const struct hl_lines *group)
{
	struct hl_error why;
	int rc = hl_plan_add(c->plan, &c->aligned, group, c->slots + c->n_slots, &why);

	if (rc < 0)
		return hl_fail(c->err, why.code, "%s: %.900s", c->done->path, why.text);
	c->n_slots += (uint32_t)lines_of_group(group);
	return 0;
}

static int some_add(struct change *c, const struct hl_lines *group, uint64_t first, uint64_t n)
{
	char name[] = "lines";
	struct hl_lines some = { .profile = group->profile, .csv = name, .n_rows = (uint32_t)n };
	int rc = group_of_some(c, group, first, &some);

	if (rc == 0)
		rc = group_add(c, &some);
	free(some.rows);
	free(some.domains);
	free(some.texts);
	return rc;
}

static int fresh_add(struct change *c)
{
	uint64_t first = 0, fresh = bits_count(c->fresh, 0, c->aligned.total);
	int rc = 0;

	c->slots = calloc(fresh + 1, sizeof(*c->slots));
	if (!c->slots)
		return no_memory(c);
	for (uint32_t g = 0; rc == 0 && g < c->aligned.n_lines; g++) {
		const struct hl_lines *group = &c->aligned.lines[g];
		uint64_t n = lines_of_group(group), some = bits_count(c->fresh, first, n);
		if (some == n)
			rc = group_add(c, group);
		else if (some > 0)
			rc = some_add(c, group, first, some);
		first += n;
	}
	c->done->added = c->n_slots;
	return rc;
}

// Of these only the first may fail, for want of memory: no order is under way.
static int orders_give(struct change *c)
{
	uint64_t spread_ns = c->next.ramp_ms * 1000000, drain_ns = c->next.drain_ms * 1000000;
	const struct order_commands remove = { .n = 1, .types = { HL_COMMAND_REMOVE } };
	uint64_t gone = bits_count(c->gone, 0, dataplane_slots(c->view->run->dp));
	int rc = c->n_slots ? lines_tell(c->view, c->slots, c->n_slots, spread_ns, c->err) : 0;

	if (rc < 0 || gone == 0)
		return rc;
	rc = orders_begin(&c->view->orders, c->gone, (uint32_t)gone, &remove, drain_ns, c->err);
	if (rc == 0) {
		c->gone = NULL; // the order's now
		c->done->removed = gone;
	}
	return rc;
}

// Settings go over to the run; what its other parts remember of a profile by address stays where it is.
static void profiles_take(struct change *c)
{
	struct hl_config *now = c->view->run->reload.config;

	for (uint32_t i = 0; i < now->n_profiles; i++) {
		struct hl_profile *was = &now->profiles[i], kept = *was, *is;
		if (c->from[i] == UINT32_MAX || !profile_differs(c, i))
			continue;
		is = &c->next.profiles[c->from[i]];
		*was = *is;
		was->name = kept.name;
		was->primary_name = kept.primary_name;
		was->backup_name = kept.backup_name;
		was->primary = kept.primary;
		was->backup = kept.backup;
		kept.name = is->name;
		kept.primary_name = is->primary_name;
		kept.backup_name = is->backup_name;
		*is = kept;
	}
}

static void run_keys_take(struct change *c)
{
	struct hl_config *now = c->view->run->reload.config;

	c->done->rate_changed = now->rate != c->next.rate;
	if (c->done->rate_changed)
		run_settings_rate(&c->view->settings, c->next.rate);
	now->rate = c->next.rate;
	now->ramp_ms = c->next.ramp_ms;
	now->drain_ms = c->next.drain_ms;
}

static void undo(struct change *c)
{
	struct hl_error unused;

	hl_plan_take_back(c->plan, c->slots, c->n_slots);
	for (uint32_t i = 0; i < c->changed; i++)
		if (profile_differs(c, i))
			hl_plan_change_profile(c->plan, i, &c->view->run->config->profiles[i],
					       &unused);
}

static int change_make(struct change *c)
{
	int rc = reload_check(c->view->run->config, &c->next, c->done->path, c->err);

	if (rc == 0)
		rc = profiles_align(c);
	if (rc == 0)
		rc = lines_compare(c);
	if (rc < 0)
		return rc;
	rc = profiles_change(c);
	if (rc == 0)
		rc = fresh_add(c);
	if (rc == 0)
		rc = orders_give(c);
	if (rc < 0) {
		undo(c);
		return rc;
	}
	profiles_take(c);
	run_keys_take(c);
	return 0;
}

static int ready_check(const struct view *view, const char *path, struct hl_error *err)
{
	int rc = view_check_steerable(view, err);

	if (rc == 0 && !path)
		return hl_fail(err, EINVAL, "the run was started without a file: name one");
	if (rc == 0 && !view->run->reload.load)
		return hl_fail(err, EINVAL, "this run takes no file");
	if (rc == 0 && orders_left(&view->orders) > 0)
		return hl_fail(err, EBUSY,
			       "orders to lines are under way: try again when they are done");
	return rc;
}

int reload(struct view *view, const char *path, struct reload *done, struct hl_error *err)
{
	const struct run_reload *by = &view->run->reload;
	struct change c = { .view = view, .done = done, .err = err };

	*done = (struct reload){ .path = path ? path : view->source };
	int rc = ready_check(view, done->path, err);
	if (rc < 0)
		return rc;
	c.plan = view->run->dp->plan;
	rc = by->load(by->context, done->path, &c.next, err);
	if (rc == 0)
		rc = change_make(&c);
	free(c.aligned.profiles);
	free(c.aligned.lines);
	free(c.from);
	free(c.fresh);
	free(c.gone);
	free(c.slots);
	hl_config_free(&c.next);
	return rc;
}

void reload_say(const struct reload *done, const struct hl_error *err)
{
	if (err)
		fprintf(stderr, "heartline: not reloaded, the run goes on as before: %s\n",
			err->text);
	else
		fprintf(stderr,
			"heartline: reloaded %s: %u profile%s changed, %" PRIu64
			" lines added, %" PRIu64 " removed%s\n",
			done->path, done->profiles, done->profiles == 1 ? "" : "s", done->added,
			done->removed, done->rate_changed ? ", another rate" : "");
}
