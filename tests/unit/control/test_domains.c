// SPDX-License-Identifier: BSD-3-Clause
// Domains that rows of a CSV give: read, refused, told apart, and what a plan makes of them.
#include "config_text.h"

#include <heartline/plan.h>
#include "line/branch.h"
#include "worker/plan.h"

#define LAB \
	PORTS PROFILES "    backup_outbound_server: 10.99.0.2\n" \
		       "    use_random_sip_port: on\n"
#define CSV_LINES \
	"lines:\n" \
	"  - {profile: lab, csv: phones.csv}\n"

static void read_rows(struct hl_config *config, const char *profile, const char *text)
{
	char yaml[1024];

	snprintf(yaml, sizeof(yaml), LAB "%s" CSV_LINES, profile);
	file_write("phones.csv", text);
	config_read(config, yaml);
}

static void refused(const char *text, const char *want)
{
	file_write("phones.csv", text);
	message_expect(LAB CSV_LINES, want);
}

static struct hl_plan *plan_of_config(struct hl_config *config)
{
	struct hl_plan_options options = { .n_workers = 1, .boot_key = { 11, 22 } };
	struct hl_error err = { 0 };
	struct hl_plan *plan;

	cr_assert_eq(hl_plan_new(&plan, config, &options, &err), 0, "%s", err.text);
	hl_config_free(config);
	return plan;
}

static struct hl_plan *plan_of_rows(const char *profile, const char *text)
{
	struct hl_config config;

	read_rows(&config, profile, text);
	return plan_of_config(&config);
}

static const struct plan_shape *shape_of(const struct hl_plan *plan, uint32_t line)
{
	return plan_constants(plan)->shapes[plan->table.lines[line].shape];
}

static const struct plan_domain *domain_of_line(const struct hl_plan *plan, uint32_t line)
{
	return &plan_constants(plan)->domains[shape_of(plan, line)->domain];
}

Test(domains, a_column_gives_each_row_its_domain_and_an_empty_cell_that_of_the_profile)
{
	// beginning with a byte order mark, with CRLF, as SIPp writes it
	static const char commas[] = "\xef\xbb\xbfphone_number,domain\n+4930,a.example\n6001,\n"
				     "6002,10.0.0.9\n6003,\"B.example\"\n";
	static const char crlf[] = "DoMaIn;PHONE_NUMBER\r\na.example;+4930\r\n;6001\r\n"
				   "10.0.0.9;6002\r\nB.example;6003";
	static const char sipp[] = "SEQUENTIAL\nPassword;\" Domain \";phone_number;\n"
				   "p;a.example;+4930;\np;\"\";6001;\np;10.0.0.9;6002;\n"
				   "p;B.example;6003;\n";
	static const char *const texts[] = { commas, crlf, sipp };
	static const char *const want[] = { "a.example", NULL, "10.0.0.9", "B.example" };

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct hl_config config;

		read_rows(&config, "", texts[i]);
		cr_assert_eq(config.total, 4, "text %u", i);
		cr_assert_not_null(config.lines[0].domains);
		cr_expect_str_eq(config.lines[0].rows[0].phone_number, "+4930");
		for (uint32_t r = 0; r < 4; r++)
			if (want[r] == NULL)
				cr_expect_null(config.lines[0].domains[r], "text %u", i);
			else
				cr_expect_str_eq(config.lines[0].domains[r], want[r], "text %u", i);
		hl_config_free(&config);
	}
}

Test(domains, without_the_column_there_are_none)
{
	struct hl_config config;

	read_rows(&config, "", "6001;u;p\n6002;v;q\n");
	cr_expect_null(config.lines[0].domains);
	hl_config_free(&config);
}

Test(domains, a_bad_one_is_refused_where_it_is)
{
	char text[512], want[1024];

	refused("phone_number,domain\n6001,a.example\n6002,b_c.example\n",
		"phones.csv:3:7: error: domain: \"b_c.example\" is not a host name\n"
		"    3 | 6002,b_c.example\n"
		"      |       ^~ allowed: letters, digits, dots and dashes");
	refused("domain,phone_number\na.example:5070,6001\n",
		"phones.csv:2:10: error: domain: \"a.example:5070\" is not a host name\n"
		"    2 | a.example:5070,6001\n"
		"      |          ^~ allowed: letters, digits, dots and dashes; the port is the "
		"profile's proxy_port");
	refused("phone_number,domain\n6001,\"a \"\"b\"\"\"\n",
		"phones.csv:2:8: error: domain: \"a \"\"b\"\"\" is not a host name\n"
		"    2 | 6001,\"a \"\"b\"\"\"\n"
		"      |        ^~ allowed: letters, digits, dots and dashes");
	refused("phone_number,domain\n6001,.example\n",
		"phones.csv:2:6: error: domain: \".example\" is not a host name\n"
		"    2 | 6001,.example\n"
		"      |      ^~ allowed: letters, digits, dots and dashes");
	snprintf(text, sizeof(text), "phone_number,domain\n1,%0128d\n", 7);
	snprintf(want, sizeof(want),
		 "phones.csv:2:3: error: domain: 128 characters are too many\n"
		 "    2 | 1,%098d...\n"
		 "      |   ^~ longest accepted: 127",
		 0);
	refused(text, want);
	refused("phone_number;domain\n6001\n",
		"phones.csv:2:5: error: domain is missing: the row has 1 of 2 fields\n"
		"    2 | 6001\n"
		"      |     ^~ allowed: phone_number;domain");
	refused("domain;domain\n",
		"phones.csv:1:8: error: column \"domain\" stands twice\n"
		"    1 | domain;domain\n"
		"      |        ^~ allowed: phone_number, account, password, display_name, domain, pool");
	refused("domain\na.example\n",
		"phones.csv:1:1: error: there is no column phone_number\n"
		"    1 | domain\n"
		"      | ^~ allowed: phone_number, account, password, display_name, domain, pool");
}

Test(domains, a_number_may_stand_once_in_each)
{
	struct hl_config config;

	file_write("phones.csv", "phone_number,domain\n100,a.example\n100,b.example\n100,\n");
	config_read(&config, LAB CSV_LINES "  - {profile: lab, range: 101-102}\n");
	cr_expect_eq(config.total, 5);
	hl_config_free(&config);
	file_write("phones.csv", "phone_number,domain\n101,a.example\n102,10.99.0.9\n");
	config_read(&config, LAB CSV_LINES "  - {profile: lab, range: 101-102}\n");
	cr_expect_eq(config.total, 4, "ranges are in the profile's own domain");
	hl_config_free(&config);

	refused("domain,phone_number\na.example,100\nb.example,100\nA.Example,100\n",
		"phones.csv:4:11: error: phone_number: 100 appears twice in the profile with the "
		"domain a.example\n"
		"    4 | A.Example,100\n"
		"      |           ^~ the first one is row 1");
	refused("phone_number,domain\n100,\n100,10.99.0.1\n",
		"phones.csv:3:1: error: phone_number: 100 appears twice in the profile\n"
		"    3 | 100,10.99.0.1\n"
		"      | ^~ the first one is row 1");
	file_write("phones.csv", "phone_number,domain\n101,10.99.0.1\n");
	message_expect(LAB CSV_LINES "  - {profile: lab, range: 101-102}\n",
		       "phones.csv:2:1: error: phone_number: 101 appears twice in the profile\n"
		       "    2 | 101,10.99.0.1\n"
		       "      | ^~ the first one is in the range 101-102");
}

// Rows with so many domains, each in two rows, and one row at last in the profile's own.
static void many_write(const char *name, uint32_t first, uint32_t n)
{
	char *text = malloc(2 * (size_t)n * 32 + 64), *at = text;

	at += sprintf(at, "phone_number,domain\n");
	for (uint32_t i = 0; i < 2 * n; i++)
		at += sprintf(at, "%u,d%u.example\n", 10000 + i, first + i % n);
	sprintf(at, "9999,\n");
	file_write(name, text);
	free(text);
}

Test(domains, there_may_be_so_many_and_no_more)
{
	struct hl_config config;
	char want[512];

	many_write("phones.csv", 0, HL_DOMAINS_MAX);
	config_read(&config, LAB CSV_LINES);
	cr_expect_eq(config.total, 2 * HL_DOMAINS_MAX + 1);

	struct hl_plan *plan = plan_of_config(&config);
	for (uint32_t i = 0; i < HL_DOMAINS_MAX; i++) {
		snprintf(want, sizeof(want), "sip:d%u.example", i);
		cr_assert_str_eq(domain_of_line(plan, i)->uri, want);
		cr_assert_str_eq(domain_of_line(plan, i + HL_DOMAINS_MAX)->uri, want);
	}
	cr_expect_str_eq(domain_of_line(plan, 2 * HL_DOMAINS_MAX)->uri, "sip:10.99.0.1");
	hl_plan_free(plan);

	many_write("phones.csv", 0, HL_DOMAINS_MAX + 1);
	snprintf(want, sizeof(want),
		 "phones.csv:%u:7: error: domain: d%u.example is one domain too many\n"
		 "%5u | %u,d%u.example\n"
		 "      |       ^~ allowed in all CSV files: %u, each counted once in a profile",
		 HL_DOMAINS_MAX + 2, HL_DOMAINS_MAX, HL_DOMAINS_MAX + 2, 10000 + HL_DOMAINS_MAX,
		 HL_DOMAINS_MAX, HL_DOMAINS_MAX);
	message_expect(LAB CSV_LINES, want);
}

Test(domains, all_files_together_are_bounded)
{
	many_write("phones.csv", 0, HL_DOMAINS_MAX);
	file_write("more.csv", "domain;phone_number\n"
			       "10.99.0.1;1\n" // the profile's own counts nothing
			       "d7.example;2\n"
			       "new.example;3\n");
	message_expect(LAB CSV_LINES "  - {profile: lab, csv: more.csv}\n",
		       "more.csv:4:1: error: domain: new.example is one domain too many\n"
		       "    4 | new.example;3\n"
		       "      | ^~ allowed in all CSV files: 4096, each counted once in a profile");
	file_write("more.csv", "domain;phone_number\nd7.example;2\n");
	message_expect(LAB
		       "  other: {outbound_server: 10.99.0.1, use_random_sip_port: on}\n" CSV_LINES
		       "  - {profile: other, csv: more.csv}\n",
		       "more.csv:2:1: error: domain: d7.example is one domain too many\n"
		       "    2 | d7.example;2\n"
		       "      | ^~ allowed in all CSV files: 4096, each counted once in a profile");
}

// What a file was not read for: a configuration made by hand is looked over as well, and a place is said.
Test(domains, a_configuration_from_flags_is_refused_with_the_place)
{
	struct hl_error err = { 0 };
	struct hl_config config;
	char bad[] = "a b";

	read_rows(&config, "", "phone_number,domain\n6001,a.example\n6002,b.example\n");
	config.lines[0].domains[1] = bad;
	cr_expect_eq(hl_config_check(&config, &err), -EINVAL);
	cr_expect_str_eq(err.text, "phones.csv:3:6: error: domain: \"a b\" is not a host name\n"
				   "    3 | 6002,b.example\n"
				   "      |      ^~ allowed: letters, digits, dots and dashes");
	hl_config_free(&config);
}

// A message of a line, with the same text in every hole for each line of the same widths.
static char *message_of(const struct hl_plan *plan, uint32_t line, int server, int text)
{
	const struct plan_shape *shape = shape_of(plan, line);
	const struct template *t = &shape->text[server][text];
	char same[64], *out = calloc(1, t->len + 64u);
	const char *values[FIELDS];

	cr_assert_not_null(t->text);
	memset(same, 'x', sizeof(same));
	for (int field = 0; field < FIELDS; field++) {
		cr_assert_leq(shape->widths[field], sizeof(same));
		values[field] = same;
	}
	template_write(t, values, "Auth: x\r\n", text == PLAN_OPTIONS || text == PLAN_QUERY ? 0 : 9,
		       out);
	return out;
}

static char *replaced(const char *text, const char *from, const char *to)
{
	char *out = calloc(1, strlen(text) + 256), *end = out;

	for (const char *at; (at = strstr(text, from)) != NULL; text = at + strlen(from)) {
		memcpy(end, text, (size_t)(at - text));
		end = stpcpy(end + (at - text), to);
	}
	strcpy(end, text);
	return out;
}

static uint32_t count_in(const char *text, const char *part)
{
	uint32_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		n++;
	return n;
}

Test(domains, messages_of_one_profile_differ_in_the_domain_alone)
{
	static const char *const domains[] = { "own.example", "a.example", "10.20.30.40",
					       "A.example" };
	struct hl_plan *plan = plan_of_rows(
		"    proxy_server: own.example\n    proxy_port: 5070\n    register_subscribe: on\n    primary_detect_interval: 5s\n    probe: register0\n"
		"    sip_instance: on\n    password: secret\n",
		"phone_number,domain\n6001,\n6002,a.example\n6003,10.20.30.40\n6004,A.example\n");

	cr_assert_eq(plan_constants(plan)->n_profiles, 1);
	cr_expect_eq(plan_constants(plan)->n_shapes, 4);
	for (uint32_t line = 0; line < 4; line++) {
		char uri[64];

		cr_expect_eq(shape_of(plan, line)->profile, 0,
			     "reported, paced and counted as one");
		snprintf(uri, sizeof(uri), "sip:%s:5070", domains[line]);
		cr_expect_str_eq(domain_of_line(plan, line)->uri, uri);
		cr_expect_eq(domain_of_line(plan, line)->uri_len, strlen(uri));
		for (int server = 0; server < HL_SERVERS; server++)
			for (int text = 0; text < PLAN_TEXTS; text++) {
				char *own = message_of(plan, 0, server, text);
				char *its = message_of(plan, line, server, text);
				char *want = replaced(own, "own.example", domains[line]);

				cr_expect_str_eq(its, want);
				cr_expect_eq(count_in(its, domains[line]), 3,
					     "Request-URI, From, To: %s", its);
				free(own);
				free(its);
				free(want);
			}
	}
	hl_plan_free(plan);
}

Test(domains, lines_of_one_domain_share_their_messages)
{
	struct hl_plan *plan = plan_of_rows("", "phone_number,domain\n6001,a.example\n6002,\n"
						"6003,a.example\n6004,10.99.0.1\n");

	cr_expect_eq(plan_constants(plan)->n_shapes, 2);
	cr_expect_eq(plan->table.lines[0].shape, plan->table.lines[2].shape);
	cr_expect_eq(plan->table.lines[1].shape, plan->table.lines[3].shape,
		     "the profile's own, written out");
	hl_plan_free(plan);
}

Test(domains, hashes_and_instances_follow_the_domain)
{
	struct hl_plan *plan = plan_of_rows("    sip_instance: on\n",
					    "phone_number,domain\n6001,\n6001,b.example.org\n");
	const char *const own = plan->table.identities[0].text - PLAN_INSTANCE_LEN;
	const char *const its = plan->table.identities[1].text - PLAN_INSTANCE_LEN;

	// printf 'REGISTER:sip:b.example.org' | md5sum
	cr_expect_eq(memcmp(domain_of_line(plan, 1)->ha2[HL_MD5][0],
			    "4820e9fdf70ed19e4f8d17ee5a1f05f3", 32),
		     0, "%.32s", domain_of_line(plan, 1)->ha2[HL_MD5][0]);
	cr_expect_eq(memcmp(domain_of_line(plan, 0)->ha2[HL_MD5][0],
			    "5fd311f14432c169cf1fc9d70a9cf1e2", 32),
		     0);
	cr_expect_neq(memcmp(own, its, PLAN_INSTANCE_LEN), 0, "two AoRs");
	hl_plan_free(plan);
}

Test(domains, a_message_that_fits_no_frame_names_the_column)
{
	struct hl_plan_options options = { .n_workers = 1 };
	struct hl_error err = { 0 };
	struct hl_config config;
	struct hl_plan *plan;
	char text[512], domain[128] = "", name[128] = "";

	memset(domain, 'd', sizeof(domain) - 1);
	memset(name, 'n', sizeof(name) - 1);
	snprintf(text, sizeof(text),
		 "phone_number,domain,display_name,account,password\n6001,%s,%s,%s,p\n", domain,
		 name, name);
	read_rows(&config, "", text);
	cr_expect_eq(hl_plan_new(&plan, &config, &options, &err), -EINVAL);
	cr_expect_not_null(strstr(err.text, "display_name, domain, user_agent or headers"), "%s",
			   err.text);
	hl_config_free(&config);
}
