// SPDX-License-Identifier: BSD-3-Clause
// reply_source: answers from another address or port than was asked, to each kind of request.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "outstanding.h"

#define STRICT "    reply_source: strict\n"

// 200 to the kth request, from anywhere; from, to: a text in place of another.
static void answer_from(struct rig *rig, uint32_t k, const char *addr, uint16_t port,
			const char *from, const char *to)
{
	static const char *const copied[] = { "Via", "From", "To", "Call-ID", "CSeq" };
	const struct frame *f = &rig->sent[k].frame;
	char text[HL_FRAME_MAX], changed[2 * HL_FRAME_MAX];
	size_t len = (size_t)snprintf(text, sizeof(text), "SIP/2.0 200 OK\r\n");

	for (unsigned h = 0; h < 5; h++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s: %s%s\r\n", copied[h],
					rig_header(rig, k, copied[h]),
					strcmp(copied[h], "To") == 0 ? ";tag=srv" : "");
	snprintf(text + len, sizeof(text) - len, "Expires: 1800\r\nContent-Length: 0\r\n\r\n");
	const char *at = from ? strstr(text, from) : NULL;
	if (at)
		snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, to,
			 at + strlen(from));
	rig_datagram(rig, addr, port, &f->src.addr, f->src.port, at ? changed : text);
}

static const struct {
	const char *addr;
	uint16_t port;
} places[] = {
	{ "10.99.0.1", 5061 },  // another port
	{ "10.99.0.1", 1024 },  // of a NAT
	{ "10.99.0.9", 5060 },  // another address
	{ "192.0.2.77", 5070 }, // of another network
};
#define PLACES (sizeof(places) / sizeof(places[0]))

static uint64_t wrong_source(const struct rig *rig)
{
	return rig_count(&rig_counters(rig)->drops[HL_DROP_WRONG_SOURCE]);
}

Test(reply_source, branch_takes_the_answer_to_each_kind_of_request)
{
	for (size_t i = 0; i < KINDS; i++)
		for (size_t p = 0; p < PLACES; p++) {
			struct out o = kinds[i].make("");

			answer_from(o.rig, o.k, places[p].addr, places[p].port, NULL, NULL);
			cr_expect(not(is_out(o.rig, kinds[i].kind)), "%s from %s", kinds[i].name,
				  places[p].addr);
			cr_expect(eq(u64, rig_count(&rig_counters(o.rig)->elsewhere), 1));
			cr_expect(eq(u64, wrong_source(o.rig), 0));
			rig_free(o.rig);
		}
}

Test(reply_source, strict_drops_it_and_counts)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct out o = kinds[i].make(STRICT);

		for (size_t p = 0; p < PLACES; p++)
			answer_from(o.rig, o.k, places[p].addr, places[p].port, NULL, NULL);
		cr_expect(is_out(o.rig, kinds[i].kind), "%s", kinds[i].name);
		cr_expect(eq(u64, wrong_source(o.rig), PLACES), "%s", kinds[i].name);
		cr_expect(eq(u64, rig_count(&rig_counters(o.rig)->elsewhere), 0));
		rig_answer(o.rig, o.k, 200, "");
		cr_expect(not(is_out(o.rig, kinds[i].kind)), "%s", kinds[i].name);
		rig_free(o.rig);
	}
}

Test(reply_source, branch_takes_no_answer_without_the_right_branch_or_to_another_line)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct out o = kinds[i].make("");
		const struct frame f = o.rig->sent[o.k].frame;

		answer_from(o.rig, o.k, "10.99.0.9", 5060, "z9hG4bK0", "z9hG4bK1");
		answer_from(o.rig, o.k, "10.99.0.9", 5060, "CSeq: 1", "CSeq: 2");
		o.rig->sent[o.k].frame.src.port ^= 1;
		answer_from(o.rig, o.k, "10.99.0.9", 5060, NULL, NULL);
		o.rig->sent[o.k].frame = f;
		cr_expect(is_out(o.rig, kinds[i].kind), "%s", kinds[i].name);
		cr_expect(eq(u64, wrong_source(o.rig), 1), "%s", kinds[i].name);
		cr_expect(eq(u64, rig_count(&rig_counters(o.rig)->elsewhere), 0));
		rig_free(o.rig);
	}
}

// An answer says nothing of where requests go.
Test(reply_source, requests_still_go_to_the_configured_server)
{
	struct out o = kinds[0].make("    register_refresh_interval: 60\n");

	answer_from(o.rig, o.k, "10.99.0.9", 5070, NULL, NULL);
	cr_assert(eq(int, rig_state(o.rig, 0).state, HL_ON_P));
	rig_clear(o.rig);
	rig_pass(o.rig, 1000 * SEC);
	cr_assert(gt(u32, o.rig->n, 2));
	for (uint32_t k = 0; k < o.rig->n; k++) {
		cr_expect(rig_server(o.rig, k)[0] != 0, "to P or B alone");
		cr_expect(eq(u16, o.rig->sent[k].frame.dst.port, 5060));
	}
	rig_free(o.rig);
}

// What the full parser reads goes the same way.
Test(reply_source, an_unusual_answer_counts_likewise)
{
	for (int strict = 0; strict < 2; strict++) {
		struct out o = kinds[0].make(strict ? STRICT : "");

		answer_from(o.rig, o.k, "10.99.0.9", 5060, "Content-Length: 0",
			    "X-Folded: a\r\n b\r\nContent-Length: 0");
		rig_pass(o.rig, 1 * MS);
		cr_expect(eq(int, rig_state(o.rig, 0).state, strict ? HL_REG_P : HL_ON_P));
		cr_expect(eq(u64, rig_count(&rig_counters(o.rig)->elsewhere), !strict));
		rig_free(o.rig);
	}
}

// Once each, however often they answer and however many there are.
Test(reply_source, places_are_kept_once_and_bounded)
{
	struct out o = kinds[0].make("    register_refresh_interval: 60\n");
	struct hl_elsewhere kept;
	char addr[32];
	uint32_t n = 0;

	cr_assert(not(hl_worker_elsewhere(o.rig->worker, 0, &kept)));
	for (uint32_t answered = 0; answered < 2 * HL_ELSEWHERES + 8;) {
		for (uint32_t k = 0; k < o.rig->n; k++, answered++) {
			// the first two come from one place
			snprintf(addr, sizeof(addr), "10.99.0.%u", answered < 2 ? 9 : 8 + answered);
			answer_from(o.rig, k, addr, 5060, NULL, NULL);
		}
		rig_clear(o.rig);
		rig_pass(o.rig, 100 * MS);
	}
	while (hl_worker_elsewhere(o.rig->worker, n, &kept)) {
		snprintf(addr, sizeof(addr), "10.99.0.%u", 9 + n++);
		struct hl_addr from;
		cr_assert(eq(int, hl_addr_parse(addr, strlen(addr), &from), 0));
		cr_expect(hl_addr_equal(&kept.from.addr, &from), "%s", addr);
		cr_expect(eq(u8, kept.asked.addr.bytes[3], 1));
	}
	cr_assert(eq(u32, n, HL_ELSEWHERES));
	cr_expect(eq(u64, rig_count(&rig_counters(o.rig)->elsewhere) >= 2 * HL_ELSEWHERES, 1));
	rig_free(o.rig);
}
