// SPDX-License-Identifier: BSD-3-Clause
// A transport that is reliable: nothing is repeated, the Via tells its name, and what it finds in its stream
// means the same as what comes in frames.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"
#include "worker/message.h"

// In memory: what was sent stays here.
static struct {
	char texts[8][2048];
	struct hl_endpoint own; // where the first came from
	uint32_t n;
	bool full;
} memory;

static uint32_t memory_room(const struct hl_plan *plan)
{
	(void)plan;
	return sizeof(memory.texts[0]) - 1;
}

static enum write_result memory_open(struct hl_worker *w, struct outgoing *out)
{
	(void)w;
	if (memory.full)
		return WRITE_NO_ROOM;
	cr_assert(lt(u32, memory.n, 8));
	out->text = memory.texts[memory.n];
	return WRITE_DONE;
}

static void memory_send(struct hl_worker *w, struct outgoing *out, uint32_t len)
{
	(void)w;
	if (memory.n == 0)
		memory.own = (struct hl_endpoint){ *out->ends.src, out->ends.src_port };
	memory.texts[memory.n++][len] = '\0';
}

static const struct transport memory_transport = {
	.via = "TCP",
	.reliable = true,
	.room = memory_room,
	.open = memory_open,
	.send = memory_send,
};

static struct rig *start(const char *extra)
{
	memset(&memory, 0, sizeof(memory));
	rig_transport = &memory_transport;
	return rig_new(extra, 1);
}

static void stop(struct rig *rig)
{
	cr_assert(eq(u32, rig->n, 0), "no datagram left");
	rig_free(rig);
}

// As from the primary's stream.
static void receive(struct rig *rig, const char *text)
{
	uint8_t bytes[4][HL_FRAME_MAX];
	struct hl_packet pkts[4] = { { .data = bytes[0] },
				     { .data = bytes[1] },
				     { .data = bytes[2] },
				     { .data = bytes[3] } };
	struct hl_burst tx = { .pkts = pkts, .cap = 4 };
	const struct stream_message message = {
		.text = text,
		.len = (uint16_t)strlen(text),
		.src = { hl_addr_from_ipv4(0x0a630001), 5060 },
		.dst = memory.own,
		.transport = &memory_transport,
	};

	message_receive(rig->worker, &message, &tx, rig->now_ns);
	cr_assert(eq(u16, tx.n, 0));
}

// A header line of what was sent, its end included.
static size_t header_copy(uint32_t k, const char *name, char *out, size_t room)
{
	char start[32];
	snprintf(start, sizeof(start), "\r\n%s: ", name);
	const char *at = strstr(memory.texts[k], start);

	cr_assert(at != NULL, "%s in %s", name, memory.texts[k]);
	return (size_t)snprintf(out, room, "%.*s\r\n", (int)strcspn(at + 2, "\r"), at + 2);
}

static void answer(struct rig *rig, uint32_t k, const char *status, const char *headers)
{
	static const char *const names[] = { "Via", "From", "To", "Call-ID", "CSeq" };
	char text[2048];
	size_t len = (size_t)snprintf(text, sizeof(text), "SIP/2.0 %s\r\n", status);

	for (int h = 0; h < 5; h++)
		len += header_copy(k, names[h], text + len, sizeof(text) - len);
	snprintf(text + len, sizeof(text) - len, "%sContent-Length: 0\r\n\r\n", headers);
	receive(rig, text);
}

Test(transport, what_arrives_is_not_repeated)
{
	struct rig *rig = start("    primary_detect_interval: 0s\n    register_timeout: 0s\n");

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(eq(u32, memory.n, 1));
	rig_pass(rig, 31 * SEC); // over UDP ten retransmissions
	cr_assert(eq(u32, memory.n, 1));
	rig_pass(rig, 2 * SEC); // timer F
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->timeouts[HL_REGISTER]), 1));
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->retransmissions[HL_REGISTER]), 0));
	cr_assert(eq(u32, memory.n, 2), "a REGISTER at the other server");
	stop(rig);
}

Test(transport, the_via_says_its_name)
{
	struct rig *rig = start("");

	rig_command(rig, HL_COMMAND_ENABLE);
	cr_assert(strstr(memory.texts[0], "\r\nVia: SIP/2.0/TCP 10.99.1.") != NULL, "%s",
		  memory.texts[0]);
	cr_assert(strstr(memory.texts[0], "UDP") == NULL);
	stop(rig);
}

Test(transport, a_challenge_and_a_200_from_a_stream_register_the_line)
{
	struct rig *rig = start("");

	rig_command(rig, HL_COMMAND_ENABLE);
	answer(rig, 0, "401 Unauthorized",
	       "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n");
	cr_assert(eq(u32, memory.n, 2));
	cr_assert(strstr(memory.texts[1], "\r\nAuthorization: Digest ") != NULL);
	answer(rig, 1, "200 OK", "Expires: 3600\r\n");
	cr_assert(eq(int, rig_state(rig, 0).state, HL_ON_P));
	stop(rig);
}

Test(transport, a_branch_that_is_not_ours_is_dropped)
{
	struct rig *rig = start("");

	rig_command(rig, HL_COMMAND_ENABLE);
	char *branch = strstr(memory.texts[0], "branch=z9hG4bK") + sizeof("branch=z9hG4bK");
	*branch = *branch == 'a' ? 'b' : 'a';
	answer(rig, 0, "200 OK", "Expires: 3600\r\n");
	cr_assert(eq(u64, rig_count(&rig_counters(rig)->drops[HL_DROP_UNKNOWN_BRANCH]), 1));
	cr_assert(eq(int, rig_state(rig, 0).state, HL_REG_P));
	stop(rig);
}

Test(transport, a_request_from_a_stream_is_answered_there)
{
	struct rig *rig = start("");

	rig_command(rig, HL_COMMAND_ENABLE);
	receive(rig, "OPTIONS sip:6000@10.99.1.1 SIP/2.0\r\n"
		     "Via: SIP/2.0/TCP 10.99.0.1:5060;branch=z9hG4bKx\r\n"
		     "From: <sip:ping@10.99.0.1>;tag=1\r\nTo: <sip:6000@10.99.1.1>\r\n"
		     "Call-ID: c\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
		     "Content-Length: 0\r\n\r\n");
	cr_assert(eq(u32, memory.n, 2));
	cr_assert(strncmp(memory.texts[1], "SIP/2.0 200 ", 12) == 0, "%s", memory.texts[1]);
	cr_assert(strstr(memory.texts[1], "\r\nCall-ID: c\r\n") != NULL);
	stop(rig);
}

Test(transport, what_finds_no_room_leaves_later)
{
	struct rig *rig = start("");

	memory.full = true;
	rig_command(rig, HL_COMMAND_ENABLE);
	rig_pass(rig, 5 * MS);
	cr_assert(eq(u32, memory.n, 0));
	memory.full = false;
	rig_pass(rig, 5 * MS);
	cr_assert(eq(u32, memory.n, 1));
	stop(rig);
}
