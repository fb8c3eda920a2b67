// SPDX-License-Identifier: BSD-3-Clause
// What kind.patch adds, seen from outside: it leaves, is challenged, is signed, is answered, leaves again.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define CHALLENGE "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth\"\r\n"

static uint64_t of_messages(const _Atomic uint64_t by_method[HL_METHODS])
{
	return rig_count(&by_method[HL_MESSAGE]);
}

// The next MESSAGE, as soon as it leaves.
static uint32_t next_message(struct rig *rig)
{
	rig_clear(rig);
	for (int step = 0; step < 600; step++) {
		rig_pass(rig, 10 * MS);
		for (uint32_t k = 0; k < rig->n; k++)
			if (strncmp(rig->sent[k].text, "MESSAGE ", 8) == 0)
				return k;
	}
	cr_fatal("no MESSAGE within 6 s");
}

Test(kind, a_request_of_the_new_kind_leaves_is_signed_and_is_answered)
{
	struct rig *rig = rig_new("    primary_detect_interval: 3600\n", 1);
	const struct hl_counters *c = rig_counters(rig);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer(rig, 0, 200, "Expires: 100000\r\n");
	uint32_t first = next_message(rig);
	cr_expect_str_eq(rig_server(rig, first), "P");
	cr_expect_str_eq(rig_header(rig, first, "Authorization"), "");
	cr_expect_str_eq(rig_header(rig, first, "Contact"), "");

	uint32_t before = rig->n;
	rig_answer(rig, first, 401, CHALLENGE);
	cr_assert(eq(u32, rig->n, before + 1), "asked again at once");
	cr_expect(strstr(rig_header(rig, before, "Authorization"), "nonce=\"n1\"") != NULL);
	cr_expect(strstr(rig_header(rig, before, "Authorization"), "nc=00000001") != NULL);
	rig_answer(rig, before, 200, "");
	cr_expect(eq(u64, of_messages(c->requests), 2));
	cr_expect(eq(u64, of_messages(c->finals), 2));
	cr_expect(eq(u64, hl_worker_outstanding(rig->worker, HL_MESSAGE), 0));

	uint32_t second = next_message(rig);
	cr_expect(strstr(rig_header(rig, second, "Authorization"), "nc=00000002") != NULL);
	cr_expect(eq(u64, hl_worker_outstanding(rig->worker, HL_MESSAGE), 1));
	rig_command(rig, HL_COMMAND_DISABLE);
	cr_expect(eq(u64, of_messages(c->abandoned), 1), "no more when the line leaves");
	rig_free(rig);
}
