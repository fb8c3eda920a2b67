// SPDX-License-Identifier: BSD-3-Clause
// Plans: the templates of messages.
#include "line/branch.h"
#include "plan_make.h"

static const uint8_t fixed_widths[FIELDS] = { [FIELD_BRANCH] = BRANCH_TEXT_LEN,
					      [FIELD_CALL_ID] = 16,
					      [FIELD_TAG] = 8,
					      [FIELD_CSEQ] = 10,
					      [FIELD_EXPIRES] = 7,
					      [FIELD_INSTANCE] = 36 };

// A message of line 0, written as a worker does.
static char *message_write(const struct hl_plan *plan, int server, int text)
{
	const struct plan_shape *shape = plan_constants(plan)->shapes[plan->table.lines[0].shape];
	const struct template *t = &shape->text[server][text];
	const char *values[FIELDS];
	char port[8], *out = calloc(1, t->len + 64u);

	snprintf(port, sizeof(port), "%u", plan->table.lines[0].port);
	values[FIELD_USER] = plan->table.identities[0].text;
	values[FIELD_DISPLAY] = values[FIELD_USER] + plan->table.identities[0].user_len;
	values[FIELD_IP] = plan->table.addresses[plan->table.lines[0].addr].text;
	values[FIELD_PORT] = port;
	values[FIELD_BRANCH] = "0123456789abcdef0123456789ab";
	values[FIELD_CALL_ID] = "cafecafecafecafe";
	values[FIELD_TAG] = "deadbeef";
	values[FIELD_CSEQ] = "1000000007";
	values[FIELD_EXPIRES] = "   1800";
	values[FIELD_INSTANCE] = values[FIELD_USER] - PLAN_INSTANCE_LEN;
	cr_assert_eq(template_write(t, values, "Auth: x\r\n", text == PLAN_REGISTER ? 9 : 0, out),
		     t->len + (text == PLAN_REGISTER ? 9u : 0u));
	return out;
}

#define EXPECT_IN(text, part) \
	cr_expect_not_null(strstr(text, part), "%s is not in:\n%s", part, text)

Test(plan, templates_hold_the_messages_of_a_profile)
{
	struct hl_plan *plan = plan_of(RANDOM_LAB "    display_name: Ann B\n"
						  "    proxy_server: example.org\n"
						  "    proxy_port: 5070\n"
						  "lines: [{profile: lab, range: 6000-6001}]\n");
	const struct plan_shape *shape = plan_constants(plan)->shapes[0];
	char port[64], *text;

	for (int field = FIELD_BRANCH; field < FIELDS; field++)
		cr_expect_eq(shape->widths[field], fixed_widths[field]);
	for (int s = 0; s < HL_SERVERS; s++)
		for (int t = 0; t < PLAN_TEXTS; t++)
			for (int h = 0; h < shape->text[s][t].n_holes; h++) {
				const struct template_hole *hole = &shape->text[s][t].holes[h];

				cr_expect_eq(hole->len, shape->widths[hole->field]);
			}

	text = message_write(plan, HL_SERVER_P, PLAN_REGISTER);
	cr_expect_eq(strncmp(text, "REGISTER sip:example.org:5070 SIP/2.0\r\n", 39), 0, "%s", text);
	snprintf(port, sizeof(port), "<sip:6000@10.99.1.1:%u;hl=p>", plan->table.lines[0].port);
	EXPECT_IN(text, port);
	EXPECT_IN(text, "\"Ann B\" <sip:6000@example.org:5070>;tag=deadbeef\r\n");
	EXPECT_IN(text, "z9hG4bK0123456789abcdef0123456789ab");
	EXPECT_IN(text, ";rport");
	EXPECT_IN(text, "cafecafecafecafe");
	EXPECT_IN(text, "1000000007 REGISTER\r\n");
	EXPECT_IN(text, "   1800\r\n");
	EXPECT_IN(text, "\r\nAuth: x\r\n");
	cr_expect_str_eq(plan_constants(plan)->domains[0].uri, "sip:example.org:5070");
	cr_expect_eq(plan_constants(plan)->domains[0].uri_len, 20);
	free(text);

	text = message_write(plan, HL_SERVER_B, PLAN_REGISTER);
	EXPECT_IN(text, ";hl=b>");
	free(text);
	text = message_write(plan, HL_SERVER_P, PLAN_OPTIONS);
	cr_expect_eq(strncmp(text, "OPTIONS sip:", 12), 0, "%s", text);
	free(text);
	hl_plan_free(plan);
}

Test(plan, a_profile_that_subscribes_has_a_message_for_it)
{
	struct hl_plan *plan = plan_of(RANDOM_LAB "    register_subscribe: on\n"
						  "lines: [{profile: lab, range: 6000-6001}]\n");
	char *text = message_write(plan, HL_SERVER_P, PLAN_SUBSCRIBE);

	cr_expect_eq(strncmp(text, "SUBSCRIBE sip:6000@10.99.0.1 SIP/2.0\r\n", 38), 0, "%s", text);
	EXPECT_IN(text, "\r\nEvent: reg\r\n");
	cr_expect_eq(plan_constants(plan)->profiles[0].subscribe_s, 3761);
	free(text);
	hl_plan_free(plan);

	plan = plan_of(RANDOM_LAB "lines: [{profile: lab, range: 6000-6001}]\n");
	cr_expect_null(plan_constants(plan)->shapes[0]->text[HL_SERVER_P][PLAN_SUBSCRIBE].text);
	hl_plan_free(plan);
}

Test(plan, the_domain_is_the_primary_when_none_is_given)
{
	struct hl_plan *plan = plan_of(RANDOM_LAB "    rport: off\n"
						  "lines: [{profile: lab, range: 6000-6001}]\n");
	char *text = message_write(plan, HL_SERVER_B, PLAN_REGISTER);

	EXPECT_IN(text, "REGISTER sip:10.99.0.1 SIP/2.0\r\n");
	EXPECT_IN(text, "\"6000\" <sip:6000@10.99.0.1>");
	cr_expect_null(strstr(text, "rport"));
	free(text);
	hl_plan_free(plan);
}

Test(plan, the_longest_request_is_known_with_and_without_credentials)
{
	struct hl_plan *plan = plan_of(RANDOM_LAB "lines: [{profile: lab, range: 6000-6001}]\n");
	struct hl_plan *open = plan_of(PORTS PROFILES
				       "    use_random_sip_port: on\n"
				       "lines: [{profile: lab, range: 6000-6001}]\n");
	const struct plan_shape *shape = plan_constants(plan)->shapes[0];
	uint32_t bytes = hl_plan_request_bytes(plan, false), longest = 0;

	for (int s = 0; s < HL_SERVERS; s++)
		for (int t = 0; t < PLAN_TEXTS; t++)
			if (t != PLAN_SUBSCRIBE && shape->text[s][t].len > longest)
				longest = shape->text[s][t].len;
	cr_expect_eq(bytes, longest);
	cr_expect_gt(bytes, 200, "a REGISTER is not shorter: %u", bytes);
	cr_expect_eq(hl_plan_request_bytes(plan, true), bytes + shape->credentials);
	cr_expect_eq(hl_plan_request_bytes(open, true), hl_plan_request_bytes(open, false),
		     "without a password there are none");
	hl_plan_free(plan);
	hl_plan_free(open);
}
