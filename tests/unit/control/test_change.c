// SPDX-License-Identifier: BSD-3-Clause
// Settings changed while workers run: what is taken, what is refused, what is shared, and when it is freed.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/alloc.h>

#include "config_text.h"
#include "control/shapes.h"
#include "worker/plan.h"

#define TWO \
	"profiles:\n" \
	"  lab:\n" \
	"    outbound_server: 10.99.0.1\n" \
	"    backup_outbound_server: 10.99.0.2\n" \
	"    password: secret\n" \
	"    use_random_sip_port: on\n" \
	"    primary_detect_interval: 5s\n" \
	"  other:\n" \
	"    outbound_server: 10.99.0.1\n" \
	"    use_random_sip_port: on\n" \
	"lines:\n" \
	"  - {profile: lab, range: 99-101}\n" \
	"  - {profile: other, range: 5000-5001}\n"

struct setup {
	struct hl_config config;
	struct hl_plan *plan;
	struct hl_error err;
};

static void setup_make(struct setup *s)
{
	const struct hl_plan_options options = { .n_workers = 2, .boot_key = { 1, 2 } };

	memset(s, 0, sizeof(*s));
	config_read(&s->config, PORTS TWO);
	cr_assert_eq(hl_plan_new(&s->plan, &s->config, &options, &s->err), 0, "%s", s->err.text);
}

static void setup_free(struct setup *s)
{
	hl_plan_free(s->plan);
	hl_config_free(&s->config);
}

static int change(struct setup *s, const char *key, const char *value)
{
	cr_assert_eq(hl_profile_set(&s->config.profiles[0], key, value, &s->err), 0, "%s",
		     s->err.text);
	return hl_plan_change_profile(s->plan, 0, &s->config.profiles[0], &s->err);
}

Test(change, a_time_is_taken_and_all_else_is_shared)
{
	struct setup s;

	setup_make(&s);
	publish_take(&s.plan->constants, 0); // worker 0 goes on with the old ones
	const struct plan_constants *old = plan_constants(s.plan);
	cr_assert_eq(change(&s, "register_timeout", "700ms"), 0, "%s", s.err.text);
	const struct plan_constants *now = plan_constants(s.plan);
	cr_assert_neq(old, now);
	cr_expect_eq(old->profiles[0].register_timeout_ns, 2000000000);
	cr_expect_eq(now->profiles[0].register_timeout_ns, 700000000);
	cr_expect_eq(now->profiles[0].text_changes, 0, "messages are as before");
	cr_expect_eq(memcmp(&old->profiles[1], &now->profiles[1], sizeof(old->profiles[1])), 0);
	cr_expect_eq(now->domains, old->domains);
	cr_assert_eq(now->n_shapes, old->n_shapes);
	for (uint32_t i = 0; i < now->n_shapes; i++)
		cr_expect_eq(now->shapes[i], old->shapes[i], "shape %u", i);
	setup_free(&s);
}

Test(change, every_setting_that_lines_heed_is_taken)
{
	static const char *const values[][2] = {
		{ "register_refresh_interval", "77s" },
		{ "backoff_base", "3s" },
		{ "backoff_max", "9s" },
		{ "park_time", "11s" },
		{ "retry_after_max", "12s" },
		{ "refresh_min", "2s" },
		{ "refresh_jitter", "off" },
		{ "options_timeout", "300ms" },
		{ "primary_detect_interval", "8s" },
		{ "max_detect_fail_count", "2" },
		{ "fail_compare", "exceed" },
		{ "recover_count", "4" },
		{ "prefer_primary", "on" },
		{ "back_to_primary_delay", "13s" },
		{ "return_mode", "never" },
		{ "switch_spread", "14s" },
		{ "server_rate", "100" },
		{ "down_codes", "500" },
		{ "failover_codes", "404" },
		{ "reply_source", "strict" },
		{ "check_request_user", "off" },
		{ "accept_only_from_server", "on" },
		{ "server_address", "10.99.0.9" },
		{ "reject", "drop" },
		{ "remove_last_registration", "on" },
		{ "initial_register_with_auth", "on" },
		{ "full_registration", "on" },
	};
	struct setup s;
	struct hl_plan *fresh;
	const struct hl_plan_options options = { .n_workers = 2, .boot_key = { 1, 2 } };

	setup_make(&s);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct plan_profile before = plan_constants(s.plan)->profiles[0];

		cr_assert_eq(change(&s, values[i][0], values[i][1]), 0, "%s", s.err.text);
		cr_expect_neq(memcmp(&before, &plan_constants(s.plan)->profiles[0], sizeof(before)),
			      0, "%s changed nothing", values[i][0]);
	}
	// as if the plan had been made with them
	cr_assert_eq(hl_plan_new(&fresh, &s.config, &options, &s.err), 0, "%s", s.err.text);
	struct plan_profile now = plan_constants(s.plan)->profiles[0];
	now.text_changes = 0;
	cr_expect_eq(memcmp(&now, &plan_constants(fresh)->profiles[0], sizeof(now)), 0);
	hl_plan_free(fresh);
	setup_free(&s);
}

Test(change, a_text_makes_other_templates_of_that_profile_alone_equally_wide)
{
	struct setup s;

	setup_make(&s);
	publish_take(&s.plan->constants, 1);
	const struct plan_constants *old = plan_constants(s.plan);
	cr_assert_eq(change(&s, "user_agent", "Acme 2"), 0, "%s", s.err.text);
	const struct plan_constants *now = plan_constants(s.plan);
	cr_expect_eq(now->profiles[0].text_changes, 1);
	cr_assert_eq(now->n_shapes, 3, "two widths of numbers, and the other profile");
	for (uint32_t i = 0; i < now->n_shapes; i++) {
		const struct plan_shape *shape = now->shapes[i], *was = old->shapes[i];

		cr_expect_eq(shape->profile, was->profile);
		cr_expect_eq(shape->domain, was->domain);
		cr_expect_eq(shape->credentials, was->credentials);
		cr_expect_eq(memcmp(shape->widths, was->widths, sizeof(was->widths)), 0);
		cr_expect_eq(shape == was, shape->profile == 1);
		for (int server = 0; server < HL_SERVERS && shape->profile == 0; server++) {
			const char *text = shape->text[server][PLAN_OPTIONS].text;

			cr_expect_not_null(strstr(text, "\r\nUser-Agent: Acme 2\r\n"), "%s", text);
			cr_expect_not_null(strstr(was->text[server][PLAN_OPTIONS].text,
						  "\r\nUser-Agent: heartline\r\n"));
		}
	}
	setup_free(&s);
}

static void refused(struct setup *s, const char *key, const char *value, const char *want)
{
	const struct plan_constants *before = plan_constants(s->plan);

	cr_expect_eq(change(s, key, value), -EINVAL, "%s: accepted", key);
	cr_expect_str_eq(s->err.text, want, "got:\n%s\nwant:\n%s", s->err.text, want);
	cr_expect_eq(plan_constants(s->plan), before, "%s: it was refused, and yet published", key);
}

Test(change, what_lines_cannot_take_is_refused_with_the_key_and_the_reason)
{
	static const char *const fixed[][2] = {
		{ "display_name", "Ann" },
		{ "account", "ann" },
		{ "proxy_server", "example.org" },
		{ "proxy_port", "5070" },
		{ "outbound_server", "10.99.0.7" },
		{ "outbound_port", "5070" },
		{ "backup_outbound_server", "" },
		{ "backup_outbound_port", "5070" },
		{ "dhcp_option_120", "on" },
		{ "proxy_dns_type", "srv" },
		{ "local_sip_port", "5070" },
		{ "use_random_sip_port", "off" },
		{ "min_random_sip_port", "50001" },
		{ "max_random_sip_port", "50002" },
		{ "sip_instance", "on" },
		{ "register_subscribe", "on" },
		{ "sip_options", "on" },
		{ "nat_keepalive_interval", "15s" },
		{ "primary_detect_interval", "0" },
	};
	struct setup s;

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		char start[96];

		setup_make(&s);
		const struct plan_constants *before = plan_constants(s.plan);
		cr_expect_eq(change(&s, fixed[i][0], fixed[i][1]), -EINVAL, "%s: accepted",
			     fixed[i][0]);
		snprintf(start, sizeof(start), "profile lab: %s: cannot be ", fixed[i][0]);
		cr_expect_eq(strncmp(s.err.text, start, strlen(start)), 0, "%s", s.err.text);
		cr_expect_eq(plan_constants(s.plan), before);
		setup_free(&s);
	}
	setup_make(&s);
	refused(&s, "outbound_server", "10.99.0.7",
		"profile lab: outbound_server: cannot be changed while lines run: lines are "
		"registered there; leave it as it is, or stop heartline to change it");
	setup_free(&s);
	setup_make(&s);
	refused(&s, "primary_detect_interval", "0",
		"profile lab: primary_detect_interval: cannot be switched off while lines run: "
		"lines that run neither begin nor stop to probe; stop heartline to change it, or "
		"give another value above 0");
	setup_free(&s);
}

Test(change, one_key_is_changed_from_what_the_profile_has_by_now)
{
	struct setup s;

	setup_make(&s);
	cr_assert_eq(hl_plan_change_key(s.plan, 0, "park_time", "7s", &s.err), 0, "%s", s.err.text);
	cr_assert_eq(hl_plan_change_key(s.plan, 0, "user_agent", "Acme 3", &s.err), 0);
	const struct plan_constants *now = plan_constants(s.plan);
	cr_expect_eq(now->profiles[0].park_ns, 7000000000);
	cr_expect_not_null(strstr(now->shapes[0]->text[HL_SERVER_P][PLAN_OPTIONS].text, "Acme 3"));
	cr_expect_eq(hl_plan_change_key(s.plan, 0, "park_time", "-1", &s.err), -EINVAL);
	cr_expect_eq(hl_plan_change_key(s.plan, 0, "outbound_port", "5070", &s.err), -EINVAL);
	cr_expect_eq(hl_plan_change_key(s.plan, 9, "park_time", "7s", &s.err), -EINVAL);
	cr_expect_eq(plan_constants(s.plan), now);
	setup_free(&s);
}

Test(change, settings_that_do_not_fit_together_are_refused)
{
	struct setup s;

	setup_make(&s);
	cr_assert_eq(change(&s, "backoff_max", "40s"), 0);
	refused(&s, "backoff_base", "50s",
		"profile lab: backoff_base: 50 s is above backoff_max, 40 s; longest accepted: "
		"backoff_max");
	cr_expect_eq(hl_plan_change_profile(s.plan, 2, &s.config.profiles[0], &s.err), -EINVAL);
	cr_expect_str_eq(s.err.text, "profile 2: the plan has 2");
	cr_expect_eq(hl_plan_change_profile(s.plan, 1, &s.config.profiles[0], &s.err), -EINVAL);
	cr_expect_str_eq(s.err.text,
			 "profile other: it cannot get another name (lab) while lines run");
	setup_free(&s);
}

Test(change, a_message_that_no_frame_holds_is_refused)
{
	char value[900];
	struct setup s;

	setup_make(&s);
	memset(value, 'x', sizeof(value));
	memcpy(value, "X-A: ", 5);
	memcpy(value + sizeof(value) - 3, "\r\n", 3);
	s.config.profiles[0].headers = strdup(value); // more than a file may say, as by hand
	const struct plan_constants *before = plan_constants(s.plan);
	cr_expect_eq(hl_plan_change_profile(s.plan, 0, &s.config.profiles[0], &s.err), -EINVAL);
	cr_expect_not_null(strstr(s.err.text, "profile lab: a message of its lines may have "),
			   "%s", s.err.text);
	cr_expect_eq(plan_constants(s.plan), before);
	setup_free(&s);
}

// Blocks that are in use.
static long in_use;

static void *counted_zalloc(void *user, size_t bytes, size_t align)
{
	void *memory = NULL;

	(void)user;
	if (posix_memalign(&memory, align < sizeof(void *) ? sizeof(void *) : align, bytes) != 0)
		return NULL;
	in_use++;
	return memset(memory, 0, bytes);
}

static void counted_free(void *user, void *memory)
{
	(void)user;
	in_use--;
	free(memory);
}

Test(change, what_no_worker_reads_any_more_is_freed_and_nothing_waits_for_one_at_rest)
{
	const struct hl_allocator counted = { .zalloc = counted_zalloc, .free = counted_free };
	struct setup s;

	hl_set_allocator(&counted);
	setup_make(&s);
	long first = in_use;
	cr_assert_eq(change(&s, "user_agent", "Acme 2"), 0);
	cr_expect_eq(in_use, first, "both workers rest");
	publish_take(&s.plan->constants, 0);
	cr_assert_eq(change(&s, "user_agent", "Acme 3"), 0);
	cr_assert_eq(change(&s, "user_agent", "Acme 4"), 0);
	cr_expect_gt(in_use, first, "worker 0 has the first of them, and all that came after it");
	publish_take(&s.plan->constants, 0);
	cr_expect_gt(in_use, first);
	hl_plan_reclaim(s.plan);
	cr_expect_eq(in_use, first);
	publish_take(&s.plan->constants, 0);
	cr_assert_eq(change(&s, "user_agent", "Acme 5"), 0);
	setup_free(&s); // whatever is read: workers are gone by then
	cr_expect_eq(in_use, 0);
	hl_set_allocator(NULL);
}

// As in a plan that had such a line from the start.
static void made_expect(const struct plan_shape *made)
{
	const struct hl_plan_options options = { .n_workers = 2, .boot_key = { 1, 2 } };
	struct hl_config config;
	struct hl_plan *plan;
	struct hl_error err;

	config_read(&config, PORTS "profiles:\n"
				   "  lab:\n"
				   "    outbound_server: 10.99.0.1\n"
				   "    backup_outbound_server: 10.99.0.2\n"
				   "    password: secret\n"
				   "    use_random_sip_port: on\n"
				   "lines: [{profile: lab, range: 10000000000-10000000000}]\n");
	cr_assert_eq(hl_plan_new(&plan, &config, &options, &err), 0, "%s", err.text);
	for (int server = 0; server < HL_SERVERS; server++)
		for (int text = PLAN_REGISTER; text <= PLAN_OPTIONS; text++) {
			const struct template *a = &made->text[server][text];
			const struct template *b =
				&plan_constants(plan)->shapes[0]->text[server][text];

			cr_assert_eq(a->len, b->len);
			cr_expect_eq(memcmp(a->text, b->text, a->len), 0);
			cr_assert_eq(a->n_holes, b->n_holes);
			cr_expect_eq(memcmp(a->holes, b->holes, sizeof(a->holes)), 0);
		}
	hl_plan_free(plan);
	hl_config_free(&config);
}

Test(change, a_shape_that_was_not_seen_before_is_published_and_one_that_was_is_found)
{
	struct setup s;

	setup_make(&s);
	publish_take(&s.plan->constants, 0);
	const struct plan_constants *old = plan_constants(s.plan);
	const struct plan_shape *model = old->shapes[0];
	struct shape_key key = {
		.domain = model->domain,
		.user = model->widths[FIELD_USER],
		.display = model->widths[FIELD_DISPLAY],
		.ip = model->widths[FIELD_IP],
		.port = model->widths[FIELD_PORT],
	};
	cr_expect_eq(shape_get(s.plan, &key, model->credentials, &s.err), 0);
	cr_expect_eq(plan_constants(s.plan), old, "nothing had to be published");
	key.user = key.display = 11;
	int64_t index = shape_get(s.plan, &key, 400, &s.err);
	cr_assert_eq(index, old->n_shapes, "%s", s.err.text);
	const struct plan_constants *now = plan_constants(s.plan);
	cr_assert_eq(now->n_shapes, old->n_shapes + 1);
	cr_expect_eq(now->shapes[0], old->shapes[0]);
	cr_expect_eq(now->profiles, old->profiles);
	const struct plan_shape *made = now->shapes[index];
	cr_expect_eq(made->profile, 0);
	cr_expect_eq(s.plan->directory.shape_profiles[index], 0);
	cr_expect_eq(made->widths[FIELD_USER], 11);
	made_expect(made);
	cr_expect_eq(shape_get(s.plan, &key, 500, &s.err), index);
	cr_expect_eq(made->credentials, 500, "the longest of its lines");
	cr_expect_eq(shape_get(s.plan, &key, 2000, &s.err), -EINVAL);
	cr_expect_not_null(strstr(s.err.text, "profile lab: a message of the line may have "), "%s",
			   s.err.text);
	setup_free(&s);
}

Test(change, a_new_shape_speaks_as_the_settings_of_now_say)
{
	struct shape_key key = { .domain = 0, .user = 12, .display = 12, .ip = 9, .port = 5 };
	struct setup s;

	setup_make(&s);
	cr_assert_eq(change(&s, "user_agent", "Acme 2"), 0);
	int64_t index = shape_get(s.plan, &key, 0, &s.err);
	cr_assert_geq(index, 0, "%s", s.err.text);
	const char *text =
		plan_constants(s.plan)->shapes[index]->text[HL_SERVER_B][PLAN_REGISTER].text;
	cr_expect_not_null(strstr(text, "\r\nUser-Agent: Acme 2\r\n"), "%s", text);
	key.domain = 1; // and with it the other profile, which goes on as it was
	index = shape_get(s.plan, &key, 0, &s.err);
	cr_assert_geq(index, 0, "%s", s.err.text);
	cr_expect_eq(s.plan->directory.shape_profiles[index], 1);
	cr_expect_eq(plan_constants(s.plan)->shapes[index]->profile, 1);
	text = plan_constants(s.plan)->shapes[index]->text[HL_SERVER_P][PLAN_REGISTER].text;
	cr_expect_not_null(strstr(text, "\r\nUser-Agent: heartline\r\n"), "%s", text);
	setup_free(&s);
}
