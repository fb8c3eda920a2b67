// SPDX-License-Identifier: BSD-3-Clause
// Redirects (FAILOVER.md section 2).
#include "policy.h"

Test(policy, redirect_to_the_other_server_is_counted_and_followed)
{
	for (unsigned status = 301; status <= 302; status++) {
		struct rig *rig = rig_new("", 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, status, "Contact: <sip:10.99.0.2>\r\n");
		cr_assert(eq(u64, rig_count(&rig_counters(rig)->redirects), 1));
		cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
		cr_assert(eq(int, rig_state(rig, 0).code, (int)status));
		cr_assert_str_eq(rig_server(rig, 1), "B");
		// once: B says the opposite
		rig_answer(rig, 1, status, "Contact: <sip:6000@10.99.0.1:5060>\r\n");
		cr_assert(eq(u64, rig_count(&rig_counters(rig)->redirects), 2));
		cr_assert(eq(int, rig_state(rig, 0).state, HL_DOWN));
		cr_assert(eq(u32, rig->n, 2));
		rig_free(rig);
	}
}

Test(policy, redirect_from_b_to_p_is_followed_though_nothing_is_known_of_p)
{
	static const struct {
		const char *contact;
		enum hl_line_state state;
	} cases[] = {
		{ "Contact: <sip:10.99.0.1>\r\n", HL_REG_P },
		{ "Contact: <sip:10.99.0.9>\r\n", HL_DOWN },
		{ "Contact: <sip:10.99.0.1:5070>\r\n", HL_DOWN },
		{ "Contact: <sip:10.99.0.1;transport=tcp>\r\n", HL_DOWN },
		{ "Contact: <sips:10.99.0.1>\r\n", HL_DOWN },
		{ "Contact: <sip:10.99.0.9>;q=0.9, <sip:10.99.0.1;transport=UDP>;q=0.1\r\n",
		  HL_REG_P },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = registered(PROBED);

		for (int t = 0; t < 80 && rig_state(rig, 0).state == HL_ON_P; t++)
			rig_pass(rig, 100 * MS); // until a probe of P is lost
		cr_assert(eq(int, rig_state(rig, 0).state, HL_SW_B));
		rig_answer(rig, find(rig, 0, "REGISTER", "B"), 200, "Expires: 10\r\n");
		rig_clear(rig);
		rig_pass(rig, 5100 * MS);
		rig_answer(rig, find(rig, 0, "REGISTER", "B"), 302, cases[k].contact);
		cr_expect(eq(int, rig_state(rig, 0).state, cases[k].state), "%s", cases[k].contact);
		rig_free(rig);
	}
}

Test(policy, redirect_to_an_address_that_is_no_server_is_counted_and_a_failure)
{
	static const char *const contacts[] = {
		"Contact: <sip:10.99.0.77>\r\n", "Contact: <sip:registrar.example.com>\r\n",
		"Contact: <sip:10.99.0.1>\r\n", // the one that was asked
	};

	for (unsigned k = 0; k < sizeof(contacts) / sizeof(contacts[0]); k++) {
		struct rig *rig = rig_new("", 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, 302, contacts[k]);
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->redirects), 1));
		cr_expect(eq(int, rig_state(rig, 0).state, HL_SW_B));
		rig_free(rig);
	}
}

Test(policy, other_3xx_and_redirects_without_an_address_are_rejected)
{
	static const struct {
		unsigned status;
		const char *headers;
	} cases[] = {
		{ 300, "Contact: <sip:10.99.0.2>\r\n" }, { 305, "Contact: <sip:10.99.0.2>\r\n" },
		{ 380, "Contact: <sip:10.99.0.2>\r\n" }, { 301, "" },
		{ 302, "Contact: <tel:6000>\r\n" },      { 302, "Contact: *\r\n" },
	};

	for (unsigned k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct rig *rig = rig_new("", 1);

		rig_command(rig, HL_COMMAND_ENABLE);
		rig_answer(rig, 0, cases[k].status, cases[k].headers);
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->redirects), 0), "case %u", k);
		cr_expect(eq(int, rig_state(rig, 0).state, HL_PARK), "case %u", k);
		rig_free(rig);
	}
}
