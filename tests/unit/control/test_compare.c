// SPDX-License-Identifier: BSD-3-Clause
// The lines of another configuration held against those of a plan; which keys and profiles differ.
#include "config_text.h"

#include <heartline/plan.h>

#define LAB \
	PORTS PROFILES "    password: secret\n" \
		       "    use_random_sip_port: on\n"

struct compared {
	struct hl_config config, next;
	struct hl_plan *plan;
	uint64_t leaving[1], fresh[1], gone[1];
	struct hl_error err;
};

static int compare(struct compared *c, const char *now, const char *next, uint64_t leaving)
{
	const struct hl_plan_options options = { .n_workers = 1, .spare_lines = 4 };

	*c = (struct compared){ .leaving = { leaving } };
	config_read(&c->config, now);
	config_read(&c->next, next);
	cr_assert_eq(hl_plan_new(&c->plan, &c->config, &options, &c->err), 0, "%s", c->err.text);
	return hl_plan_compare(c->plan, &c->next, c->leaving, c->fresh, c->gone, &c->err);
}

static void end(struct compared *c)
{
	hl_plan_free(c->plan);
	hl_config_free(&c->config);
	hl_config_free(&c->next);
}

Test(compare, the_same_lines_are_neither_fresh_nor_gone)
{
	struct compared c;

	cr_assert_eq(compare(&c, LAB "lines: [{profile: lab, range: 6000-6006}]\n",
			     LAB "lines: [{profile: lab, range: 6004-6006}, {profile: lab, range: "
				 "6000-6003}]\n",
			     0),
		     0, "%s", c.err.text);
	cr_expect_eq(c.fresh[0], 0);
	cr_expect_eq(c.gone[0], 0);
	end(&c);
}

Test(compare, what_only_one_of_them_has)
{
	struct compared c;

	cr_assert_eq(compare(&c, LAB "lines: [{profile: lab, range: 6000-6006}]\n",
			     LAB "lines: [{profile: lab, range: 6002-6008}]\n", 0),
		     0, "%s", c.err.text);
	cr_expect_eq(c.fresh[0], 1u << 5 | 1u << 6);
	cr_expect_eq(c.gone[0], 1u << 0 | 1u << 1);
	end(&c);
}

// 06000 is another number than 6000.
Test(compare, numbers_are_texts)
{
	struct compared c;

	cr_assert_eq(compare(&c, LAB "lines: [{profile: lab, range: 6000-6000}]\n",
			     LAB "lines: [{profile: lab, range: 06000-06000}]\n", 0),
		     0, "%s", c.err.text);
	cr_expect_eq(c.fresh[0], 1);
	cr_expect_eq(c.gone[0], 1);
	end(&c);
}

Test(compare, a_line_that_is_leaving_is_none)
{
	struct compared c;

	cr_assert_eq(compare(&c, LAB "lines: [{profile: lab, range: 6000-6002}]\n",
			     LAB "lines: [{profile: lab, range: 6000-6001}]\n", 1u << 1 | 1u << 2),
		     0, "%s", c.err.text);
	cr_expect_eq(c.fresh[0], 1u << 1);
	cr_expect_eq(c.gone[0], 0);
	end(&c);
}

Test(compare, a_line_with_another_password_is_refused_by_name)
{
	struct compared c;

	cr_assert_eq(compare(&c, LAB "lines: [{profile: lab, range: 6000-6002}]\n",
			     PORTS PROFILES "    password: other\n"
					    "    use_random_sip_port: on\n"
					    "lines: [{profile: lab, range: 6000-6002}]\n",
			     0),
		     -EINVAL);
	cr_expect_str_eq(c.err.text,
			 "phone_number 6000 of profile lab: its password is another one than it "
			 "runs with: needs a restart; or remove the line, and add it when it is "
			 "gone");
	end(&c);
}

Test(compare, keys_of_the_run_and_profiles_that_differ)
{
	struct compared c;
	struct hl_key key;

	cr_assert_eq(compare(&c, LAB "lines: [{profile: lab, range: 6000-6000}]\nrate: 7\n",
			     LAB "    park_time: 9s\n"
				 "lines: [{profile: lab, range: 6000-6000}]\nrate: 7\n"
				 "dns_servers: 10.0.0.1\n",
			     0),
		     0, "%s", c.err.text);
	for (uint32_t i = 0; hl_run_key(i, &key); i++)
		cr_expect_eq(hl_run_key_differs(i, &c.config, &c.next),
			     strcmp(key.name, "dns_servers") == 0, "%s", key.name);
	cr_expect(hl_profile_equal(&c.config.profiles[0], &c.config.profiles[0]));
	cr_expect_not(hl_profile_equal(&c.config.profiles[0], &c.next.profiles[0]));
	end(&c);
}

Test(compare, the_same_file_read_again_differs_in_no_key)
{
	static const char text[] = LAB
		"lines: [{profile: lab, range: 6000-6000}]\nrate: 7\nramp: 3s\nduration: 9s\ndrain: 2s\n"
		"seed: 11\nspare_lines: 3\nidle_sleep: off\nsandbox: off\nuser: nobody\ndns_servers: 10.0.0.1\n"
		"control_socket: /run/a.sock\nhttp: 127.0.0.1:0\nhttp_token_file: /run/token\n"
		"http_certificate_file: /run/cert.pem\nhttp_key_file: /run/key.pem\n"
		"history: /var/h.db\nhistory_age: 90s\nhistory_size: 7\n"
		"pcap: /var/a.pcapng\npcap_size: 9\npcap_files: 3\nhep: 10.0.0.5:9060\nhep_id: 7\ntrace_lines: 1/7\ntrace_failed: 5\n"
		"trace_buffer: 128\n"
		"state_dir: /var/s\nstate_interval: 7s\n";
	struct compared c;
	struct hl_key key;

	cr_assert_eq(compare(&c, text, text, 0), 0, "%s", c.err.text);
	for (uint32_t i = 0; hl_run_key(i, &key); i++) {
		cr_expect_not(hl_run_key_differs(i, &c.config, &c.next), "%s", key.name);
		cr_expect_not_null(strstr(text, key.name), "%s is left out here", key.name);
	}
	cr_expect(hl_profile_equal(&c.config.profiles[0], &c.next.profiles[0]));
	end(&c);
}
