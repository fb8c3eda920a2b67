// SPDX-License-Identifier: BSD-3-Clause
// No challenge and no answer to one allocates: neither the engine nor OpenSSL beneath it.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include "allocations.h"
#include "rig.h"

Test(digest_memory, nothing_is_allocated_by_challenges_and_answers)
{
	const struct hl_allocator hooks = { .zalloc = counting_zalloc, .free = hook_free };

	cr_assert(eq(int, hooks_set, 1));
	hl_set_allocator(&hooks);
	struct rig *rig = rig_new("    register_refresh_interval: 60s\n", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(gt(uint, allocations, 0), "the engine's hooks are not in use");
	allocations = 0;
	OPENSSL_free(OPENSSL_malloc(1));
	cr_assert(eq(uint, allocations, 1), "OpenSSL does not use its hooks");
	allocations = 0;
	rig_answer(rig, 0, 407,
		   "Proxy-Authenticate: Digest realm=\"edge\", nonce=\"p1\", qop=\"auth\", "
		   "algorithm=SHA-512-256-sess\r\n");
	rig_answer(rig, 1, 401,
		   "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n1\", qop=\"auth-int\", "
		   "algorithm=SHA-256\r\n");
	rig_answer(rig, 2, 401, "WWW-Authenticate: Digest realm=\"lab\", nonce=\"n2\"\r\n");
	rig_answer(rig, 3, 200, "Authentication-Info: nextnonce=\"n3\"\r\n");
	rig_pass(rig, 31 * SEC);
	cr_assert(gt(u32, rig->n, 4));
	cr_assert_not_null(strstr(rig_header(rig, 4, "Authorization"), "nonce=\"n3\""));
	cr_assert(eq(uint, allocations, 0));
	rig_free(rig);
	hl_set_allocator(NULL);
}
