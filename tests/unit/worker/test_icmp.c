// SPDX-License-Identifier: BSD-3-Clause
// ICMP unreachables: which of them end a request, which only let a probe leave early, and that no other
// touches a line (RFC 792, RFC 1122 3.2.2.1).
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/rng.h"
#include "line/streams.h"
#include "net/headers.h"
#include "outstanding.h"

#define SHORT_QUOTE (IPV4_BYTES + UDP_BYTES)

static const struct hl_addr router = { .family = HL_FAMILY_IPV4, .bytes = { 10, 99, 0, 254 } };

static uint64_t drops(const struct rig *rig, enum hl_drop reason)
{
	return rig_count(&rig_counters(rig)->drops[reason]);
}

static uint64_t hints(const struct rig *rig)
{
	return rig_count(&rig_counters(rig)->icmp_hints);
}

// All that a line is, but what a hint may change: when its next probe is due.
struct memory {
	struct line line;
	struct line_cold cold;
	struct line_streams streams;
};

static struct memory memory_of(const struct rig *rig, uint32_t i)
{
	const struct hl_worker *w = rig->worker;
	struct memory m;

	memset(&m, 0, sizeof(m));
	memcpy(&m.line, &w->lines[i], sizeof(m.line));
	memcpy(&m.cold, &w->cold[i], sizeof(m.cold));
	if (w->streams)
		memcpy(&m.streams, &w->streams[i], sizeof(m.streams));
	if (!exchange_is_out(&m.line.probe))
		m.line.probe.at = 0;
	m.line.servers &= (uint8_t)~LINE_BEAT_LOST;
	return m;
}

Test(unreachable, a_closed_port_ends_a_request_of_each_kind)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct out o = kinds[i].make("");

		cr_assert(is_out(o.rig, kinds[i].kind), "%s", kinds[i].name);
		rig_unreachable(o.rig, o.k, 3);
		cr_expect(not(is_out(o.rig, kinds[i].kind)), "%s", kinds[i].name);
		cr_expect(eq(u64, rig_count(&rig_counters(o.rig)->icmp_errors), 1));
		cr_expect(eq(u64, hints(o.rig), 0));
		for (unsigned m = 0; m < HL_METHODS; m++)
			cr_expect(eq(u64, rig_count(&rig_counters(o.rig)->timeouts[m]), 0));
		// once: a second copy is about nothing that is out
		rig_unreachable(o.rig, o.k, 3);
		cr_expect(eq(u64, drops(o.rig, HL_DROP_ICMP_STALE), 1), "%s", kinds[i].name);
		cr_expect(eq(u64, rig_count(&rig_counters(o.rig)->icmp_errors), 1));
		rig_free(o.rig);
	}
}

Test(unreachable, a_closed_port_moves_the_line_at_once)
{
	struct out o = kinds[0].make("");

	rig_unreachable(o.rig, o.k, 3);
	cr_assert(eq(int, rig_state(o.rig, 0).state, HL_SW_B));
	cr_assert(eq(int, rig_state(o.rig, 0).code, HL_CODE_UNREACHABLE));
	rig_free(o.rig);

	o = kinds[2].make("");
	rig_unreachable(o.rig, o.k, 3);
	cr_assert(eq(int, rig_state(o.rig, 0).state, HL_SW_B));
	rig_free(o.rig);
}

// Whoever it comes from, a router cannot say that a server has failed.
Test(unreachable, other_codes_are_hints_from_whomever_they_come)
{
	for (size_t i = 0; i < KINDS; i++)
		for (uint8_t code = 0; code < 16; code++) {
			struct out o = kinds[i].make("");
			const struct memory before = memory_of(o.rig, 0);

			if (code != 3) {
				rig_unreachable(o.rig, o.k, code);
				rig_icmp(o.rig, &router, 3, code,
					 o.rig->sent[o.k].bytes + ETH_BYTES, 200);
				const struct memory after = memory_of(o.rig, 0);
				cr_expect(eq(int, memcmp(&before, &after, sizeof(before)), 0),
					  "%s, code %u", kinds[i].name, code);
				cr_expect(eq(u64, hints(o.rig), 2));
				cr_expect(is_out(o.rig, kinds[i].kind));
			}
			rig_free(o.rig);
		}
}

// RFC 792 asks for no more: too little to prove anything.
Test(unreachable, a_quote_without_the_branch_is_a_hint)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct out o = kinds[i].make("");
		const struct memory before = memory_of(o.rig, 0);
		const struct hl_addr server = o.rig->sent[o.k].frame.dst.addr;
		const uint8_t *quote = o.rig->sent[o.k].bytes + ETH_BYTES;

		rig_icmp(o.rig, &server, 3, 3, quote, SHORT_QUOTE);
		const struct memory after = memory_of(o.rig, 0);
		cr_expect(eq(int, memcmp(&before, &after, sizeof(before)), 0), "%s", kinds[i].name);
		cr_expect(eq(u64, hints(o.rig), 1), "%s", kinds[i].name);
		rig_icmp(o.rig, &server, 3, 3, quote, SHORT_QUOTE - 1);
		cr_expect(eq(u64, drops(o.rig, HL_DROP_ICMP_QUOTE), 1), "%s", kinds[i].name);
		rig_icmp(o.rig, &router, 3, 3, quote, SHORT_QUOTE);
		cr_expect(eq(u64, drops(o.rig, HL_DROP_ICMP_SOURCE), 1), "%s", kinds[i].name);
		rig_free(o.rig);
	}
}

Test(unreachable, a_hint_lets_one_probe_leave_early_for_each_request)
{
	struct out o = kinds[3].make("");
	const uint64_t at_ns = o.rig->now_ns;
	const struct rig *rig = o.rig;

	for (int copy = 0; copy < 10; copy++) {
		rig_unreachable(o.rig, o.k, 1);
		rig_pass(o.rig, 1 * MS);
	}
	uint32_t probe = wait_for(o.rig, "OPTIONS", "P");
	cr_assert(rig->sent[probe].at_ns < at_ns + 10 * MS, "it leaves at once");
	rig_answer(o.rig, probe, 200, "");
	for (int copy = 0; copy < 10; copy++) {
		rig_unreachable(o.rig, o.k, 1);
		rig_pass(o.rig, 1 * MS);
	}
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->requests[HL_OPTIONS]), 1));
	cr_assert(eq(u64, hints(rig), 20));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(o.rig);
}

// A hint alone never moves a line, the probe that it drew does, when it is lost.
Test(unreachable, the_probe_that_a_hint_drew_decides)
{
	struct out o = kinds[3].make("");

	rig_unreachable(o.rig, o.k, 1);
	rig_pass(o.rig, 1900 * MS);
	cr_assert(eq(int, rig_state(o.rig, 0).state, HL_ON_P));
	rig_pass(o.rig, 200 * MS);
	cr_assert(eq(int, rig_state(o.rig, 0).state, HL_SW_B));
	cr_assert(eq(int, rig_state(o.rig, 0).code, HL_CODE_TIMEOUT));
	rig_free(o.rig);
}

Test(unreachable, a_quote_that_is_not_of_a_live_request_changes_nothing)
{
	struct rig *rig = on_p(PROBES, "    register_refresh_interval: 60\n"); // sent[0], [1]: over
	struct memory before = memory_of(rig, 0);

	rig_unreachable(rig, 0, 3); // answered
	cr_assert(eq(u64, drops(rig, HL_DROP_ICMP_STALE), 1));
	rig_icmp(rig, &rig->sent[0].frame.dst.addr, 3, 3, rig->sent[0].bytes + ETH_BYTES,
		 SHORT_QUOTE);
	cr_assert(eq(u64, drops(rig, HL_DROP_ICMP_STALE), 2));
	struct memory after = memory_of(rig, 0);
	cr_assert(eq(int, memcmp(&before, &after, sizeof(before)), 0));

	// An earlier number of the same line, kind and server, while a later one is out.
	while (!exchange_is_out(&rig->worker->lines[0].registration)) {
		rig_pass(rig, 100 * MS);
		for (uint32_t k = 2; k < rig->n; k++)
			if (is(rig, k, "OPTIONS"))
				rig_answer(rig, k, 200, "");
	}
	before = memory_of(rig, 0);
	rig_unreachable(rig, 0, 3);
	rig_unreachable(rig, 0, 1);
	after = memory_of(rig, 0);
	cr_assert(eq(u64, drops(rig, HL_DROP_ICMP_STALE), 4));
	cr_assert(eq(int, memcmp(&before, &after, sizeof(before)), 0));

	// Another line's request, with this one's address and port.
	uint8_t quote[548];
	memcpy(quote, rig->sent[1].bytes + ETH_BYTES, sizeof(quote));
	memcpy(quote + 12, rig->sent[0].bytes + ETH_BYTES + 12, 4);
	memcpy(quote + 20, rig->sent[0].bytes + ETH_BYTES + 20, 2);
	rig_icmp(rig, &rig->sent[0].frame.dst.addr, 3, 3, quote, 400);
	cr_assert(eq(u64, drops(rig, HL_DROP_ICMP_STALE), 5));
	after = memory_of(rig, 0);
	cr_assert(eq(int, memcmp(&before, &after, sizeof(before)), 0));
	rig_free(rig);
}

// A true quote made false in what proves it, or sent by who cannot know: one of many ways.
static void spoof(struct rng *rng, struct rig *rig, uint32_t k, uint32_t stale)
{
	uint8_t quote[548], type = 3, code = 3;
	const uint8_t *sent = rig->sent[k].bytes + ETH_BYTES;
	uint16_t len = (uint16_t)(rig->sent[k].len - ETH_BYTES);
	struct hl_addr src = rig->sent[k].frame.dst.addr;
	const uint16_t branch = (uint16_t)(strstr(rig->sent[k].text, "z9hG4bK") -
					   rig->sent[k].text + SHORT_QUOTE);

	len = len < sizeof(quote) ? len : sizeof(quote);
	memcpy(quote, sent, len);
	switch (rng_next(rng) % 8) {
	case 0: // noise
		for (uint16_t at = 0; at < len; at++)
			quote[at] = (uint8_t)rng_next(rng);
		type = (uint8_t)rng_next(rng);
		code = (uint8_t)rng_next(rng);
		break;
	case 1: // from elsewhere
		src = hl_addr_from_ipv4((uint32_t)rng_next(rng));
		break;
	case 2: // of another code
		code = (uint8_t)(4 + rng_next(rng) % 252);
		src = hl_addr_from_ipv4((uint32_t)rng_next(rng));
		break;
	case 3: // of another type
		type = (uint8_t)(4 + rng_next(rng) % 252);
		break;
	case 4: // too short
		len = (uint16_t)(rng_next(rng) % (branch + BRANCH_LEN));
		break;
	case 5: // a branch that is another
		quote[branch + rng_next(rng) % BRANCH_LEN] ^= (uint8_t)(1 << rng_next(rng) % 5);
		break;
	case 6: // addresses and ports that are others
		quote[12 + rng_next(rng) % 12] ^= (uint8_t)(1 << rng_next(rng) % 8);
		break;
	default: // out of date
		if (stale == k)
			return;
		memcpy(quote, rig->sent[stale].bytes + ETH_BYTES, 400);
		len = 400;
		break;
	}
	rig_icmp(rig, &src, type, code, quote, len);
}

Test(unreachable, spoofed_ones_never_touch_a_line)
{
	struct rng rng = { 0 };

	for (size_t i = 0; i < KINDS; i++) {
		struct out o = kinds[i].make("");
		const uint32_t lines = o.rig->worker->n;
		const struct memory before[2] = { memory_of(o.rig, 0),
						  memory_of(o.rig, lines - 1) };

		rng_seed(&rng, 1000 + i);
		for (int round = 0; round < 3000; round++) {
			spoof(&rng, o.rig, o.k, 0);
			const struct memory after[2] = { memory_of(o.rig, 0),
							 memory_of(o.rig, lines - 1) };
			cr_assert(eq(int, memcmp(before, after, sizeof(before)), 0), "%s, round %d",
				  kinds[i].name, round);
		}
		cr_expect(eq(u64, rig_count(&rig_counters(o.rig)->icmp_errors), 0));
		// each way of being false has its own counter
		static const enum hl_drop reasons[] = { HL_DROP_ICMP_QUOTE, HL_DROP_ICMP_STRANGER,
							HL_DROP_ICMP_FORGED, HL_DROP_ICMP_SOURCE,
							HL_DROP_ICMP_OTHER };
		for (size_t r = 0; r < sizeof(reasons) / sizeof(reasons[0]); r++)
			cr_expect(gt(u64, drops(o.rig, reasons[r]), 0), "%s, %s", kinds[i].name,
				  hl_drop_name(reasons[r]));
		rig_unreachable(o.rig, o.k, 3); // and the true one still counts
		cr_expect(not(is_out(o.rig, kinds[i].kind)), "%s", kinds[i].name);
		rig_free(o.rig);
	}
}
