// SPDX-License-Identifier: BSD-3-Clause
// Spare slots of a plan; lines that are given one, and what is refused.
#include "config_text.h"

#include <heartline/alloc.h>
#include <heartline/plan.h>
#include "worker/plan.h"

#define LAB \
	PORTS PROFILES "    password: secret\n" \
		       "    use_random_sip_port: on\n"
#define TWO \
	LAB "  other:\n" \
	    "    outbound_server: 10.99.0.2\n" \
	    "    use_random_sip_port: on\n" \
	    "    min_random_sip_port: 40000\n" \
	    "    max_random_sip_port: 40999\n"

struct added {
	struct hl_config config;
	struct hl_plan *plan;
	struct hl_lines group; // the next one to be added
	uint32_t slots[64];
	struct hl_error err;
};

static void begin(struct added *a, const char *text, uint32_t n_workers, uint32_t spare)
{
	const struct hl_plan_options options = { .n_workers = n_workers,
						 .boot_key = { 11, 22 },
						 .spare_lines = spare };

	*a = (struct added){ 0 };
	config_read(&a->config, text);
	cr_assert_eq(hl_plan_new(&a->plan, &a->config, &options, &a->err), 0, "%s", a->err.text);
}

static void end(struct added *a)
{
	hl_plan_free(a->plan);
	hl_config_free(&a->config);
}

static int add(struct added *a, uint32_t profile, const char *range)
{
	a->group = (struct hl_lines){ .profile = profile };
	cr_assert_eq(hl_lines_set_range(&a->group, range, &a->err), 0, "%s", a->err.text);
	return hl_plan_add(a->plan, &a->config, &a->group, a->slots, &a->err);
}

static void number_expect(const struct hl_plan *plan, uint32_t slot, const char *want)
{
	uint32_t len;
	const char *number = hl_plan_phone_number(plan, slot, &len);

	cr_expect(len == strlen(want) && memcmp(number, want, len) == 0, "slot %u: %.*s, not %s",
		  slot, (int)len, number, want);
}

static void refused(struct added *a, int rc, int want, const char *text)
{
	cr_expect_eq(rc, want);
	cr_expect(strstr(a->err.text, text) != NULL, "\"%s\" is not in: %s", text, a->err.text);
}

// Each has an address and a port of its own, by which it is found, whether a line has it or not.
static void places_expect(const struct hl_plan *plan)
{
	uint8_t *seen = calloc((size_t)plan->table.n_addresses << 16, 1);

	for (uint32_t i = 0; i < hl_plan_slots(plan); i++) {
		const struct plan_line *l = &plan->table.lines[i];
		size_t at = (size_t)l->addr << 16 | l->port;

		cr_assert(l->port != 0 && seen[at] == 0, "slot %u", i);
		seen[at] = 1;
		cr_assert_eq(line_table_find(&plan->table, l->addr, l->port), i);
	}
	free(seen);
}

Test(add, a_workers_spare_slots_stand_behind_its_lines)
{
	struct added a;
	char number[8];
	uint32_t line = 6000;

	begin(&a, LAB "lines: [{profile: lab, range: 6000-6006}]\n", 3, 10);
	cr_assert_eq(hl_plan_slots(a.plan), 17);
	cr_expect_eq(hl_plan_lines(a.plan), 7);
	places_expect(a.plan);
	for (uint32_t w = 0; w < 3; w++) {
		uint32_t slot = a.plan->table.first[w], n = (w + 1) * 7 / 3 - w * 7 / 3;

		cr_expect_eq(a.plan->table.first[w + 1] - slot, n + (w + 1) * 10 / 3 - w * 10 / 3);
		for (uint32_t k = 0; k < n; k++) {
			snprintf(number, sizeof(number), "%u", line++);
			number_expect(a.plan, slot++, number);
		}
		for (; slot < a.plan->table.first[w + 1]; slot++) {
			number_expect(a.plan, slot, "");
			cr_expect_eq(a.plan->table.lines[slot].shape, PLAN_NO_SHAPE);
		}
	}
	cr_expect_eq(line, 6007);
	end(&a);
}

Test(add, an_added_line_has_its_texts_and_a_shape_of_its_widths)
{
	struct added a;

	begin(&a, LAB "lines: [{profile: lab, range: 6000-6003}]\n", 1, 4);
	cr_assert_eq(add(&a, 0, "7000-7002"), 0, "%s", a.err.text);
	cr_expect_eq(hl_plan_lines(a.plan), 7);
	for (uint32_t k = 0; k < 3; k++) {
		const struct plan_identity *id = &a.plan->table.identities[a.slots[k]];
		const struct plan_line *l = &a.plan->table.lines[a.slots[k]];
		const char want[] = { '7', '0', '0', (char)('0' + k), 0 };

		cr_expect_eq(a.slots[k], 4 + k, "the first ones come first");
		number_expect(a.plan, a.slots[k], want);
		cr_expect_eq(memcmp(id->text + id->user_len + id->display_len + id->account_len,
				    "secret", 6),
			     0);
		cr_assert_neq(l->shape, PLAN_NO_SHAPE);
		cr_expect_eq(plan_constants(a.plan)->shapes[l->shape]->widths[FIELD_USER], 4);
		cr_expect_eq(plan_constants(a.plan)->shapes[l->shape]->widths[FIELD_PORT], 5);
	}
	end(&a);
}

Test(add, lines_are_spread_over_the_workers)
{
	uint32_t per_worker[4] = { 0 };
	struct added a;

	begin(&a, LAB "lines: [{profile: lab, range: 6000-6039}]\n", 4, 40);
	cr_assert_eq(add(&a, 0, "7000-7019"), 0, "%s", a.err.text);
	for (uint32_t k = 0; k < 20; k++) {
		uint32_t w = 0;

		while (a.slots[k] >= a.plan->table.first[w + 1])
			w++;
		per_worker[w]++;
	}
	for (uint32_t w = 0; w < 4; w++)
		cr_expect_eq(per_worker[w], 5, "worker %u: %u", w, per_worker[w]);
	end(&a);
}

// First in, first out: what was given back last is used last, so a generation lasts.
Test(add, a_slot_that_was_given_back_is_used_after_all_others)
{
	struct added a;
	uint32_t slots[2];

	begin(&a, LAB "lines: [{profile: lab, range: 6000-6003}]\n", 1, 3);
	cr_assert_eq(add(&a, 0, "7000-7001"), 0, "%s", a.err.text);
	slots[0] = a.slots[1];
	slots[1] = 2; // a configured line
	hl_plan_take_back(a.plan, slots, 2);
	cr_expect_eq(hl_plan_lines(a.plan), 4);
	number_expect(a.plan, 2, "");
	cr_assert_eq(add(&a, 0, "7001-7003"), 0, "a number is free with its slot: %s", a.err.text);
	cr_expect_eq(a.slots[0], 6, "%u", a.slots[0]);
	cr_expect_eq(a.slots[1], slots[0]);
	cr_expect_eq(a.slots[2], 2);
	number_expect(a.plan, 2, "7003");
	refused(&a, add(&a, 0, "7100"), -ENOSPC, "free are 0 places");
	end(&a);
}

Test(add, more_lines_than_free_slots_are_refused)
{
	struct added a;

	begin(&a, LAB "lines: [{profile: lab, range: 6000-6003}]\n", 2, 3);
	refused(&a, add(&a, 0, "7000-7003"), -ENOSPC,
		"4 lines cannot be added to profile lab: free are 3 places at ports 50000-60000; remove "
		"lines (their places are free a little later), or start with more than 3 spare_lines");
	cr_expect_eq(add(&a, 0, "7000-7002"), 0, "nothing has changed: %s", a.err.text);
	end(&a);
}

Test(add, a_number_in_use_is_refused)
{
	struct added a;

	begin(&a, TWO "lines: [{profile: lab, range: 6000-6003}, {profile: other, range: 6000}]\n",
	      1, 8);
	refused(&a, add(&a, 0, "5999-6000"), -EEXIST,
		"phone_number 6000 is in use in its profile and domain");
	cr_expect_eq(hl_plan_lines(a.plan), 5);
	cr_expect_eq(add(&a, 0, "6004"), 0, "%s", a.err.text);
	refused(&a, add(&a, 0, "6004"), -EEXIST, "phone_number 6004 is in use");
	cr_expect_eq(add(&a, 1, "6001"), 0, "another profile: %s", a.err.text);
	end(&a);
}

Test(add, rows_are_told_apart_by_number_and_domain)
{
	char number[] = "7000", none[] = "", small[] = "b.example", large[] = "B.example",
	     other[] = "c.example", csv[] = "more.csv";
	struct hl_csv_row rows[] = { { .phone_number = number }, { .phone_number = number } };
	char *domains[] = { NULL, small }, *same[] = { large, small }, *unknown[] = { other, NULL };
	struct added a;

	file_write("rows.csv", "phone_number,domain\n6000,\n6001,b.example\n6002,B.example\n");
	begin(&a, LAB "lines: [{profile: lab, csv: rows.csv}]\n", 1, 8);
	a.group = (struct hl_lines){ .csv = csv, .n_rows = 2, .rows = rows, .domains = domains };
	cr_expect_eq(hl_plan_add(a.plan, &a.config, &a.group, a.slots, &a.err), 0, "%s",
		     a.err.text);
	number[3] = '1';
	a.group.domains = same;
	refused(&a, hl_plan_add(a.plan, &a.config, &a.group, a.slots, &a.err), -EEXIST,
		"phone_number 7001 is twice among those to be added");
	a.group.domains = unknown;
	refused(&a, hl_plan_add(a.plan, &a.config, &a.group, a.slots, &a.err), -EINVAL,
		"row 1: domain c.example: no line of profile lab had it");
	rows[0].phone_number = none;
	a.group.domains = NULL;
	refused(&a, hl_plan_add(a.plan, &a.config, &a.group, a.slots, &a.err), -EINVAL, "empty");
	end(&a);
}

Test(add, a_profile_that_the_plan_does_not_have_is_refused)
{
	struct added a;

	begin(&a, LAB "lines: [{profile: lab, range: 6000-6003}]\n", 1, 3);
	refused(&a, add(&a, 1, "7000"), -EINVAL, "profile 1: the plan has 1");
	end(&a);
}

Test(add, texts_of_other_lengths_get_a_shape_of_their_own)
{
	struct added a;

	begin(&a, LAB "lines: [{profile: lab, range: 6000-6003}]\n", 1, 4);
	cr_assert_eq(add(&a, 0, "9998-10000"), 0, "%s", a.err.text);
	for (uint32_t k = 0; k < 3; k++) {
		const struct plan_line *l = &a.plan->table.lines[a.slots[k]];

		cr_expect_eq(plan_constants(a.plan)->shapes[l->shape]->widths[FIELD_USER],
			     k < 2 ? 4 : 5);
	}
	end(&a);
}

// Some of them have been entered when the one that cannot be comes.
Test(add, a_line_whose_messages_do_not_fit_is_refused_and_nothing_stays)
{
	char text[2048], filler[251], number[] = "7000", next[65], csv[] = "more.csv", name[128];
	struct hl_csv_row rows[] = { { .phone_number = number },
				     { .phone_number = next, .display_name = name } };
	struct added a;

	memset(filler, 'x', sizeof(filler));
	filler[sizeof(filler) - 1] = '\0';
	memset(next, '7', sizeof(next));
	next[sizeof(next) - 1] = '\0';
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	snprintf(text, sizeof(text),
		 PORTS PROFILES "    use_random_sip_port: on\n    user_agent: %s\n    allow: %s\n"
				"    supported: %s\n"
				"lines: [{profile: lab, range: 6000-6003}]\n",
		 filler, filler, filler);
	begin(&a, text, 1, 4);
	a.group = (struct hl_lines){ .csv = csv, .n_rows = 2, .rows = rows };
	refused(&a, hl_plan_add(a.plan, &a.config, &a.group, a.slots, &a.err), -EINVAL,
		"a message of the line may have");
	cr_expect_eq(hl_plan_lines(a.plan), 4);
	for (uint32_t slot = 4; slot < 8; slot++)
		number_expect(a.plan, slot, "");
	cr_expect_eq(add(&a, 0, "7000-7003"), 0, "%s", a.err.text);
	cr_expect_eq(a.slots[0], 4, "in the order of before");
	cr_expect_eq(a.slots[3], 7);
	end(&a);
}

Test(add, each_window_of_ports_has_spare_slots)
{
	struct added a;
	uint32_t in[2] = { 0 };

	begin(&a, TWO "lines: [{profile: lab, range: 6000-6003}, {profile: other, range: 6000}]\n",
	      3, 12);
	places_expect(a.plan);
	for (uint32_t slot = 0; slot < hl_plan_slots(a.plan); slot++)
		if (a.plan->table.lines[slot].shape == PLAN_NO_SHAPE)
			in[a.plan->table.lines[slot].port < 50000]++;
	cr_expect(in[0] == 6 && in[1] == 6, "%u and %u", in[0], in[1]);
	cr_expect_eq(add(&a, 1, "7000-7005"), 0, "%s", a.err.text);
	for (uint32_t k = 0; k < 6; k++)
		cr_expect_lt(a.plan->table.lines[a.slots[k]].port, 50000);
	refused(&a, add(&a, 1, "7006"), -ENOSPC, "free are 0 places at ports 40000-40999");
	cr_expect_eq(add(&a, 0, "7000-7005"), 0, "%s", a.err.text);
	end(&a);
}

static void plan_refused(const char *text, uint32_t spare, const char *want)
{
	const struct hl_plan_options options = { .n_workers = 1, .spare_lines = spare };
	struct hl_config config;
	struct hl_error err = { 0 };
	struct hl_plan *plan;

	config_read(&config, text);
	cr_expect_eq(hl_plan_new(&plan, &config, &options, &err), -EINVAL);
	cr_expect_str_eq(err.text, want);
	hl_config_free(&config);
}

Test(add, spare_lines_without_room_are_refused)
{
	plan_refused(
		PORTS PROFILES "lines: [{profile: lab, range: 6000-6002}]\n", 2,
		"spare_lines = 2: with them 5 lines use ports 5060-5060, and 4 addresses have room "
		"for 4; give more addresses or more ports, or spare fewer lines");
	plan_refused(LAB "lines: [{profile: lab, range: 6000-6002}]\n", HL_LINES_MAX - 2,
		     "spare_lines = 16777214: with 3 lines they are too many; allowed: 16777216 "
		     "together");
}

static int64_t live; // allocations

static void *counting_zalloc(void *user, size_t bytes, size_t align)
{
	void *memory = NULL;

	(void)user;
	if (posix_memalign(&memory, align < sizeof(void *) ? sizeof(void *) : align, bytes) != 0)
		return NULL;
	live++;
	return memset(memory, 0, bytes);
}

static void counting_free(void *user, void *memory)
{
	(void)user;
	live--;
	free(memory);
}

Test(add, the_texts_of_lines_that_were_added_together_are_freed_with_the_last_one)
{
	const struct hl_allocator counting = { .zalloc = counting_zalloc, .free = counting_free };
	struct added a;

	hl_set_allocator(&counting);
	begin(&a, LAB "lines: [{profile: lab, range: 6000-6003}]\n", 1, 3);
	int64_t before = live;
	cr_assert_eq(add(&a, 0, "7000-7002"), 0, "%s", a.err.text);
	cr_expect_eq(live, before + 1);
	hl_plan_take_back(a.plan, a.slots, 2);
	cr_expect_eq(live, before + 1);
	hl_plan_take_back(a.plan, a.slots + 2, 1);
	cr_expect_eq(live, before);
	cr_assert_eq(add(&a, 0, "7000-7002"), 0, "%s", a.err.text);
	end(&a);
	cr_expect_eq(live, 0, "and with the plan: %d are left", (int)live);
}
