// SPDX-License-Identifier: BSD-3-Clause
// The messages of RFC 4475 at a line: what it answers to each, and that none of them moves it.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sip/torture/frame.h"
#include "sip/torture/table.h"

#include "rig.h"

// A registered line, and the last thing that was said to it.
struct bench {
	struct rig *rig;
	struct frame line; // its address and port, as the source of what it sent
	uint16_t n;        // answers
	uint16_t status;   // of the answer; 0: none
	char answer[HL_FRAME_MAX];
	uint32_t answer_len;
};

static void bench_start(struct bench *b, const char *extra)
{
	*b = (struct bench){ .rig = rig_new(extra, 1) };
	rig_command(b->rig, HL_COMMAND_ENABLE);
	b->line = b->rig->sent[0].frame;
	rig_answer(b->rig, 0, 200, "Expires: 3600\r\n");
	cr_assert_eq(rig_state(b->rig, 0).state, HL_ON_P);
	rig_clear(b->rig);
}

// A datagram from the line's server, in a frame that ends at a guard page.
static void deliver(struct bench *b, const char *text, uint32_t len)
{
	static const struct route route = { { 2, 0, 0, 0, 0, 2 }, { 2, 0, 0, 0, 0, 1 } };
	static uint8_t buffers[4][HL_FRAME_MAX];
	struct hl_packet out[4] = { { .data = buffers[0] },
				    { .data = buffers[1] },
				    { .data = buffers[2] },
				    { .data = buffers[3] } };
	struct hl_burst tx = { .pkts = out, .cap = 4 };
	struct hl_endpoint server = { .port = 5060 };
	struct frame f;

	hl_addr_parse("10.99.0.1", 9, &server.addr);
	struct hl_packet pkt = torture_frame(&route, &server, &b->line.src, text, len);
	hl_worker_rx(b->rig->worker, &pkt, 1, &tx, b->rig->now_ns);
	guard_free(pkt.data, pkt.len);
	b->n = tx.n;
	b->status = 0;
	b->answer_len = 0;
	if (tx.n == 0)
		return;
	cr_assert_eq(frame_read(out[0].data, out[0].len, 0, &f), FRAME_UDP);
	cr_expect(hl_addr_equal(&f.dst.addr, &server.addr));
	cr_assert(f.payload_len > 12 && memcmp(f.payload, "SIP/2.0 ", 8) == 0);
	b->status = (uint16_t)atoi((const char *)f.payload + 8);
	b->answer_len = f.payload_len;
	memcpy(b->answer, f.payload, f.payload_len);
}

static bool answer_has(const struct bench *b, struct slice s)
{
	return s.len == 0 || memmem(b->answer, b->answer_len, s.at, s.len) != NULL;
}

Test(torture, a_line_answers_each_request_as_required)
{
	struct bench b;

	bench_start(&b, "    check_request_user: off\n");
	for (size_t i = 0; i < TORTURE_REQUESTS; i++) {
		const struct torture_request *t = &torture_requests[i];

		deliver(&b, t->text, t->len);
		cr_expect_eq(b.status, t->line, "%s %s: %u, not %u: %s", t->section, t->name,
			     b.status, t->line, t->why);
		cr_expect_eq(b.n, t->line != 0, "%s: %u answers", t->name, b.n);
	}
	rig_free(b.rig);
}

Test(torture, a_line_that_checks_the_user_answers_404_where_it_matters)
{
	struct bench b;

	bench_start(&b, "    check_request_user: on\n");
	for (size_t i = 0; i < TORTURE_REQUESTS; i++) {
		const struct torture_request *t = &torture_requests[i];

		deliver(&b, t->text, t->len);
		cr_expect_eq(b.status, t->stranger, "%s %s: %u, not %u: %s", t->section, t->name,
			     b.status, t->stranger, t->why);
	}
	rig_free(b.rig);
}

// RFC 3261 8.2.6.2: byte for byte, whatever they are.
Test(torture, an_answer_copies_via_from_to_call_id_and_cseq)
{
	struct bench b;

	bench_start(&b, "    check_request_user: off\n");
	for (size_t i = 0; i < TORTURE_REQUESTS; i++) {
		const struct torture_request *t = &torture_requests[i];
		struct sip_request r;

		deliver(&b, t->text, t->len);
		if (b.n == 0)
			continue;
		cr_assert_eq(scan_request(t->text, t->len, &r), SCAN_OK, "%s", t->name);
		// the topmost one goes on with ";received="
		struct slice top = { r.vias[0].at,
				     (uint32_t)(r.via_host.at + r.via_host.len - r.vias[0].at) };
		cr_expect(answer_has(&b, top), "%s: Via", t->name);
		for (unsigned v = 1; v < r.n_vias; v++)
			cr_expect(answer_has(&b, r.vias[v]), "%s: Via %u", t->name, v + 1);
		cr_expect(answer_has(&b, r.from), "%s: From", t->name);
		cr_expect(answer_has(&b, r.to), "%s: To", t->name);
		cr_expect(answer_has(&b, r.call_id), "%s: Call-ID", t->name);
		cr_expect(answer_has(&b, r.cseq_text), "%s: CSeq", t->name);
	}
	rig_free(b.rig);
}

Test(torture, bext01_is_told_both_unsupported_extensions)
{
	static const char both[] =
		"\r\nUnsupported: nothingSupportsThis, nothingSupportsThisEither\r\n";
	struct bench b;

	bench_start(&b, "    check_request_user: off\n");
	deliver(&b, bext01, sizeof(bext01) - 1);
	cr_expect(answer_has(&b, (struct slice){ both, sizeof(both) - 1 }));
	rig_free(b.rig);
}

Test(torture, unknown_methods_are_told_what_is_allowed)
{
	static const char allow[] = "\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, NOTIFY";
	struct bench b;

	bench_start(&b, "");
	deliver(&b, intmeth, sizeof(intmeth) - 1);
	cr_expect(answer_has(&b, (struct slice){ allow, sizeof(allow) - 1 }));
	deliver(&b, esc02, sizeof(esc02) - 1);
	cr_expect(answer_has(&b, (struct slice){ allow, sizeof(allow) - 1 }));
	rig_free(b.rig);
}

Test(torture, responses_that_nobody_asked_for_are_counted_and_move_no_line)
{
	struct bench b;

	bench_start(&b, "");
	const struct hl_counters *c = rig_counters(b.rig);
	uint64_t before = hl_worker_state(b.rig->worker, 0);
	for (size_t i = 0; i < TORTURE_REPLIES; i++) {
		const struct torture_reply *t = &torture_replies[i];
		bool read = t->scanned == SCAN_OK;
		uint64_t unknown = rig_count(&c->drops[HL_DROP_UNKNOWN_BRANCH]),
			 bad = rig_count(&c->drops[HL_DROP_MALFORMED]);

		deliver(&b, t->text, t->len);
		cr_expect_eq(b.n, 0, "%s: a response is not answered", t->name);
		cr_expect_eq(rig_count(&c->drops[HL_DROP_UNKNOWN_BRANCH]), unknown + read, "%s",
			     t->name);
		cr_expect_eq(rig_count(&c->drops[HL_DROP_MALFORMED]), bad + !read, "%s", t->name);
		cr_expect_eq(hl_worker_state(b.rig->worker, 0), before, "%s", t->name);
	}
	rig_free(b.rig);
}

// The oddity of each response in one that answers our own REGISTER. Registered afterwards?
static bool registers_with(const char *from, const char *to)
{
	struct rig *rig = rig_new("", 1);

	rig_command(rig, HL_COMMAND_ENABLE);
	rig_answer_changed(rig, 0, 200, "Expires: 3600\r\n", from, to);
	bool registered = rig_state(rig, 0).state == HL_ON_P;
	rig_free(rig);
	return registered;
}

Test(torture, unreason_and_noreason_and_bigcode_as_answers_to_a_register)
{
	static const char ours[] = "SIP/2.0 200 Whatever";

	cr_expect(registers_with(ours, "SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe")); // unreason
	cr_expect(registers_with(ours, "SIP/2.0 200 "));                               // noreason
	cr_expect_not(registers_with(ours, "SIP/2.0 100 "));
	cr_expect_not(registers_with(ours, "SIP/2.0 4294967496 better not break")); // 2^32 + 200
	cr_expect_not(registers_with("CSeq: ", "CSeq: 9292394834772304023312"));    // scalarlg
}

// Every prefix of every message, by itself: no read past its end, at most one answer, none without
// a Via to bring it back, and the line stays what it is.
static void cut_everywhere(struct bench *b, const char *text, uint32_t len, const char *name)
{
	static const struct slice via = { "\r\nVia: ", 7 };
	uint64_t before = hl_worker_state(b->rig->worker, 0);

	for (uint32_t n = 0; n < len; n++) {
		deliver(b, text, n);
		cr_assert_leq(b->n, 1, "%s, %u bytes: %u answers", name, n, b->n);
		if (b->n == 1)
			cr_assert(b->status >= 200 && answer_has(b, via), "%s, %u bytes:\n%.*s",
				  name, n, (int)b->answer_len, b->answer);
		cr_assert_eq(hl_worker_state(b->rig->worker, 0), before, "%s, %u bytes", name, n);
	}
}

Test(torture, cut_at_every_length_a_request_breaks_nothing)
{
	struct bench b;

	bench_start(&b, "");
	for (size_t i = 0; i < TORTURE_REQUESTS; i++)
		cut_everywhere(&b, torture_requests[i].text, torture_requests[i].len,
			       torture_requests[i].name);
	rig_free(b.rig);
}

Test(torture, cut_at_every_length_a_response_breaks_nothing)
{
	struct bench b;

	bench_start(&b, "");
	for (size_t i = 0; i < TORTURE_REPLIES; i++)
		cut_everywhere(&b, torture_replies[i].text, torture_replies[i].len,
			       torture_replies[i].name);
	rig_free(b.rig);
}
