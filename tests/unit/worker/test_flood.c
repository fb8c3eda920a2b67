// SPDX-License-Identifier: BSD-3-Clause
// What strangers may send as fast as they like: none of it reaches the full parser, and what does reach
// it is served in bounded turns.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "rig.h"

static struct rig *registering(uint32_t lines)
{
	struct rig *rig = rig_new("", lines);

	rig_command(rig, HL_COMMAND_ENABLE);
	return rig;
}

static uint64_t parsed(const struct rig *rig)
{
	return rig_count(&rig_counters(rig)->slow) +
	       rig_count(&rig_counters(rig)->drops[HL_DROP_SLOW_FULL]);
}

// A reply in a form that the scanner declines.
static void odd_reply(char *out, size_t size, const char *via)
{
	snprintf(out, size,
		 "SIP/2.0 200 OK\r\nSubject: a\r\n folded\r\nVia: %s\r\nFrom: <sip:a@b>;tag=1\r\n"
		 "To: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1000000001 REGISTER\r\n"
		 "Contact: <sip:a@b>;expires=60\r\nContent-Length: 0\r\n\r\n",
		 via);
}

Test(flood, a_declined_reply_with_another_branch_is_not_parsed)
{
	struct rig *rig = registering(2);
	const struct frame *f = &rig->sent[0].frame;
	struct rng rng;
	char via[256], text[1024];

	rng_seed(&rng, 7);
	snprintf(via, sizeof(via), "%s", rig_header(rig, 0, "Via"));
	char *branch = strstr(via, "z9hG4bK") + strlen("z9hG4bK");
	for (int k = 0; k < 2000; k++) {
		char kept[64];
		uint64_t at = rng_below(&rng, 28);

		snprintf(kept, sizeof(kept), "%s", branch);
		branch[at] = "0123456789abcdef"[rng_below(&rng, 16)];
		bool same = strncmp(kept, branch, 28) == 0;
		odd_reply(text, sizeof(text), via);
		if (!same)
			rig_datagram(rig, "10.99.0.1", 5060, &f->src.addr, f->src.port, text);
		memcpy(branch, kept, 28);
	}
	cr_assert(eq(u64, parsed(rig), 0));
	cr_assert(gt(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_UNKNOWN_BRANCH]), 1000));
	rig_free(rig);
}

Test(flood, garbage_that_begins_like_a_reply_is_not_parsed)
{
	static const char *const texts[] = {
		"SIP/2.0 200 OK\r\n folded\r\n\r\n",
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK\r\n folded\r\n\r\n",
		"SIP/2.0 200 OK\r\n folded\r\nVia: x;branch=",
		"SIP/2.0 200 OK\r\n folded\r\n====================================\r\n\r\n",
		"SIP/2.0 200 OK\r\n folded\r\nVia: a;branch= \r\n \r\n \r\n\r\n",
		"SIP/2.0 200 OK\r\n folded\r\n=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z=z\r\n",
	};
	struct rig *rig = registering(1);
	const struct frame *f = &rig->sent[0].frame;

	for (unsigned k = 0; k < sizeof(texts) / sizeof(*texts); k++)
		rig_datagram(rig, "10.99.0.1", 5060, &f->src.addr, f->src.port, texts[k]);
	cr_assert(eq(u64, parsed(rig), 0));
	rig_free(rig);
}

Test(flood, a_declined_reply_that_comes_to_another_line_is_not_parsed)
{
	struct rig *rig = registering(2);
	const struct frame *f = &rig->sent[0].frame;
	char text[1024];

	odd_reply(text, sizeof(text), rig_header(rig, 0, "Via"));
	rig_datagram(rig, "10.99.0.1", 5060, &f->src.addr, (uint16_t)(f->src.port ^ 1), text);
	cr_assert(eq(u64, parsed(rig), 0));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_WRONG_SOURCE]), 1));
	rig_free(rig);
}

// Folding may stand around the equals sign, and the case may change on the way.
Test(flood, a_declined_reply_of_ours_is_parsed_wherever_its_branch_stands)
{
	static const char *const forms[] = { "branch=%s", "branch = %s", "branch=\r\n %s",
					     "BRANCH=%s", "x=z9hG4bKfalse;branch=%s" };

	for (unsigned k = 0; k < sizeof(forms) / sizeof(*forms); k++) {
		struct rig *rig = registering(1);
		const struct frame *f = &rig->sent[0].frame;
		char via[512], form[128], text[1024];
		const char *branch = strstr(rig_header(rig, 0, "Via"), "z9hG4bK");

		snprintf(form, sizeof(form), forms[k], branch);
		snprintf(via, sizeof(via), "SIP/2.0/UDP 10.99.1.1:5060;%s", form);
		odd_reply(text, sizeof(text), via);
		rig_datagram(rig, "10.99.0.1", 5060, &f->src.addr, f->src.port, text);
		rig_pass(rig, 1 * MS);
		cr_expect(eq(u64, rig_count(&rig_counters(rig)->slow), 1), "%s", forms[k]);
		cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P), "%s", forms[k]);
		rig_free(rig);
	}
}

// Whoever has seen a request of ours can still send its branch; then the turns are short.
Test(flood, the_full_parser_serves_in_bounded_turns)
{
	struct rig *rig = registering(1);
	const struct frame *f = &rig->sent[0].frame;
	uint32_t all = 0, most = 0, n;
	char text[1024];

	odd_reply(text, sizeof(text), rig_header(rig, 0, "Via"));
	for (int k = 0; k < 300; k++)
		rig_datagram(rig, "10.99.0.1", 5060, &f->src.addr, f->src.port, text);
	while ((n = hl_worker_serve_slow(rig->worker)) > 0) {
		all += n;
		most = n > most ? n : most;
	}
	cr_assert(le(u32, most, 64));
	cr_assert(eq(u64, all, rig_count(&rig_counters(rig)->slow)));
	cr_assert(eq(u64, all + rig_count(&rig_counters(rig)->drops[HL_DROP_SLOW_FULL]), 300));
	rig_free(rig);
}
