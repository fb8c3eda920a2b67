// SPDX-License-Identifier: BSD-3-Clause
// The doctor's survey of a network that the test plays.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "doctor/survey.h"
#include "doctor/survey_frame.h"

#define FRAMES 32
#define OWN_1 0x0a630101 // 10.99.1.1
#define OWN_2 0x0a630102
#define SERVER 0x0a630001 // 10.99.0.1
#define MS 1000000ull

static const uint8_t our_mac[6] = { 2, 0, 0, 0, 0, 1 }, their_mac[6] = { 2, 0, 0, 0, 0, 9 },
		     third_mac[6] = { 2, 0, 0, 0, 0, 7 };

// What the network does with a frame that was sent.
struct play {
	bool has_own_2;     // another host has it
	bool answers_arp;   // the server does
	bool doubled;       // so does another host
	bool answers;       // OPTIONS
	bool wrong_sum;     // with a wrong checksum
	bool elsewhere;     // from another port
	bool unreachable;   // ICMP instead
	bool kernel_speaks; // from our own MAC address
	bool asks_first;    // who asks, by ARP, before it answers
	bool other_run;     // the answer is for another survey
};

static struct survey survey;
static struct probe_storage {
	uint8_t bytes[FRAMES][HL_FRAME_MAX];
} sent_bytes, back_bytes;
static struct hl_packet sent[FRAMES], back[FRAMES];
static unsigned n_back, asked_source_first;

static struct hl_packet *back_next(void)
{
	cr_assert_lt(n_back, FRAMES);
	back[n_back].data = back_bytes.bytes[n_back];
	return &back[n_back++];
}

static void arp_back(const struct survey_arp *asked, const uint8_t mac[6])
{
	arp_answer_write(back_next(), mac, asked->target, asked);
}

static void udp_back(const struct survey_frame *f, const struct play *play)
{
	struct hl_packet *to = back_next();
	char *payload = (char *)to->data + SURVEY_PAYLOAD_AT, via[256] = "";
	const char *at = strstr(f->payload, "Via:");
	const struct survey_ends ends = {
		.mac = their_mac,
		.to_mac = our_mac,
		.from = f->to,
		.to = f->from,
		.from_port = play->elsewhere ? 5099 : f->to_port,
		.to_port = f->from_port,
	};

	snprintf(via, sizeof(via), "%.*s", (int)strcspn(at, "\r"), at);
	if (play->other_run)
		strstr(via, "-dr-")[4] ^= 1;
	int n = snprintf(payload, 600, "SIP/2.0 200 OK\r\n%s\r\nCSeq: 1 OPTIONS\r\n\r\n", via);
	datagram_write(to, &ends, (uint16_t)n);
	if (play->wrong_sum)
		to->data[SURVEY_PAYLOAD_AT - 1] ^= 0x55;
}

static void icmp_back(const struct hl_packet *packet, const struct survey_frame *f)
{
	struct hl_packet *to = back_next();
	const struct survey_ends ends = {
		.mac = their_mac,
		.to_mac = our_mac,
		.from = f->to,
		.to = f->from,
	};
	uint8_t *icmp = to->data + 34;

	datagram_write(to, &ends, 28);
	memset(icmp, 0, 8);
	icmp[0] = 3;
	icmp[1] = 3;
	memcpy(icmp + 8, packet->data + 14, 28);
	to->data[23] = 1; // ICMP; the header's checksum is that of 17
	uint16_t sum = (uint16_t)(to->data[24] << 8 | to->data[25]);
	sum = (uint16_t)(sum + 16);
	to->data[24] = (uint8_t)(sum >> 8);
	to->data[25] = (uint8_t)sum;
}

static uint8_t held_bytes[HL_FRAME_MAX];
static struct hl_packet held; // a request that waits for our ARP answer

static void held_answer(const struct play *play)
{
	struct survey_frame f;

	survey_frame_read(&held, &f);
	udp_back(&f, play);
}

static void request_hold(const struct hl_packet *packet, uint32_t who)
{
	memcpy(held_bytes, packet->data, sizeof(held_bytes));
	held = (struct hl_packet){ .data = held_bytes, .len = packet->len };
	arp_ask_write(back_next(), their_mac, SERVER, who);
}

static void sent_take(const struct hl_packet *packet, const struct play *play)
{
	struct survey_frame f;

	((char *)packet->data)[packet->len] = 0; // behind a text
	survey_frame_read(packet, &f);
	if (f.kind == FRAME_ARP && f.arp.is_request) {
		bool probe = f.arp.sender == 0;
		if (!probe && !asked_source_first)
			asked_source_first = f.arp.sender;
		if (probe && f.arp.target == OWN_2 && play->has_own_2)
			arp_back(&f.arp, third_mac);
		if (!probe && f.arp.target == SERVER && play->answers_arp)
			arp_back(&f.arp, their_mac);
		if (!probe && f.arp.target == SERVER && play->doubled)
			arp_back(&f.arp, third_mac);
	} else if (f.kind == FRAME_ARP) {
		cr_expect_eq(f.arp.target, SERVER, "we answer who asked");
		held_answer(play);
	} else if (f.kind == FRAME_UDP) {
		cr_expect(!f.bad_checksum, "what is sent has right checksums");
		if (play->asks_first)
			request_hold(packet, f.from);
		else if (play->answers)
			udp_back(&f, play);
		if (play->unreachable)
			icmp_back(packet, &f);
	}
}

static void kernel_speak(void)
{
	static const struct survey_ends ends = {
		.mac = our_mac,
		.to_mac = their_mac,
		.from = 0x0a63c801,
		.to = SERVER,
		.from_port = 1,
		.to_port = 2,
	};

	datagram_write(back_next(), &ends, 0);
}

// Play until it is done; how long it took, in milliseconds.
static unsigned survey_play(const struct play *play, uint32_t first_own)
{
	static struct probe_storage in_bytes;
	struct hl_packet in[FRAMES];
	unsigned ms = 0, n_in;

	survey = (struct survey){ .source_port = 5060,
				  .key = 0xabcd1234,
				  .patience_ns = 1000 * MS };
	memcpy(survey.mac, our_mac, 6);
	survey.own = calloc(2, sizeof(*survey.own));
	survey.own[survey.n_own++].ip = first_own;
	survey.own[survey.n_own++].ip = OWN_2;
	survey.hops[survey.n_hops++].ip = SERVER;
	survey.servers[survey.n_servers++] = (struct survey_server){ .ip = SERVER, .port = 5060 };
	n_back = asked_source_first = 0;
	survey_start(&survey, 0);
	for (; survey.stage != SURVEY_DONE && ms < 20000; ms++) {
		in_bytes = back_bytes;
		n_in = n_back;
		for (unsigned i = 0; i < n_in; i++)
			in[i] = (struct hl_packet){ .data = in_bytes.bytes[i], .len = back[i].len };
		n_back = 0;
		for (unsigned i = 0; i < FRAMES; i++)
			sent[i].data = sent_bytes.bytes[i];
		unsigned n = survey_poll(&survey, in, n_in, sent, FRAMES - 1, ms * MS);
		for (unsigned i = 0; i < n; i++)
			sent_take(&sent[i], play);
		if (play->kernel_speaks && ms == 5)
			kernel_speak();
	}
	cr_assert_eq(survey.stage, SURVEY_DONE);
	return ms;
}

static struct facts_network report(void)
{
	struct facts_network network = { 0 };

	survey_report(&survey, &network);
	free(survey.own);
	return network;
}

Test(doctor_survey, a_network_that_is_well)
{
	const struct play play = { .answers_arp = true, .answers = true };
	unsigned ms = survey_play(&play, OWN_1);
	const struct facts_network n = report();

	cr_expect_lt(ms, 1400, "three probes and no more waiting: %u ms", ms);
	cr_expect_str_eq(n.source, "10.99.1.1");
	cr_expect_eq(n.n_conflicts, 0);
	cr_expect(n.hops[0].known && !n.hops[0].doubled);
	cr_expect_eq(n.servers[0].outcome, SERVER_ANSWERED);
	cr_expect_eq(n.servers[0].status, 200);
	cr_expect_str_eq(n.servers[0].phrase, "OK");
	cr_expect_eq(n.heard_bad_checksum, 0);
	cr_expect_eq(n.from_own_mac, 0);
}

Test(doctor_survey, an_address_that_another_host_has)
{
	const struct play play = { .answers_arp = true, .answers = true, .has_own_2 = true };

	survey_play(&play, OWN_1);
	const struct facts_network n = report();
	cr_expect_eq(n.n_conflicts, 1);
	cr_expect_str_eq(n.conflicts[0].addr, "10.99.1.2");
	cr_expect_eq(memcmp(n.conflicts[0].mac, third_mac, 6), 0);
}

// RFC 5227 2.1.1: whoever finds his address in use does not use it.
Test(doctor_survey, nothing_is_asked_from_an_address_in_use)
{
	const struct play play = { .answers_arp = true, .answers = true, .has_own_2 = true };

	survey_play(&play, OWN_2);
	const struct facts_network n = report();
	cr_expect_eq(asked_source_first, 0);
	cr_expect_str_eq(n.source, "0.0.0.0");
	cr_expect_eq(n.servers[0].outcome, SERVER_NO_HOP);
}

Test(doctor_survey, a_server_without_an_arp_answer_is_not_asked)
{
	const struct play play = { .answers = true };

	survey_play(&play, OWN_1);
	const struct facts_network n = report();
	cr_expect(!n.hops[0].known);
	cr_expect_eq(n.hops[0].asked, 2, "after 0 and 500 ms: %u", n.hops[0].asked);
	cr_expect_eq(n.servers[0].outcome, SERVER_NO_HOP);
	cr_expect_eq(n.servers[0].sent, 0);
}

Test(doctor_survey, two_hosts_with_one_address)
{
	const struct play play = { .answers_arp = true, .answers = true, .doubled = true };

	survey_play(&play, OWN_1);
	const struct facts_network n = report();
	cr_expect(n.hops[0].doubled);
	cr_expect_eq(memcmp(n.hops[0].other_mac, third_mac, 6), 0);
}

Test(doctor_survey, a_server_that_looks_for_us_first_is_answered)
{
	const struct play play = { .answers_arp = true, .asks_first = true };

	survey_play(&play, OWN_1);
	const struct facts_network n = report();
	cr_expect_eq(n.servers[0].outcome, SERVER_ANSWERED);
	cr_expect_eq(n.servers[0].sent, 1);
}

Test(doctor_survey, a_silent_server_is_asked_again)
{
	const struct play play = { .answers_arp = true };

	survey_play(&play, OWN_1);
	const struct facts_network n = report();
	cr_expect_eq(n.servers[0].outcome, SERVER_SILENT);
	cr_expect_eq(n.servers[0].sent, 2);
}

Test(doctor_survey, answers_with_a_wrong_checksum)
{
	const struct play play = { .answers_arp = true, .answers = true, .wrong_sum = true };

	survey_play(&play, OWN_1);
	const struct facts_network n = report();
	cr_expect_eq(n.servers[0].outcome, SERVER_BAD_CHECKSUM);
	cr_expect_gt(n.heard_bad_checksum, 0);
}

Test(doctor_survey, answers_from_another_port)
{
	const struct play play = { .answers_arp = true, .answers = true, .elsewhere = true };

	survey_play(&play, OWN_1);
	const struct facts_network n = report();
	cr_expect_eq(n.servers[0].outcome, SERVER_ELSEWHERE);
	cr_expect_str_eq(n.servers[0].from, "10.99.0.1:5099");
}

Test(doctor_survey, answers_to_another_survey_do_not_count)
{
	const struct play play = { .answers_arp = true, .answers = true, .other_run = true };

	survey_play(&play, OWN_1);
	const struct facts_network n = report();
	cr_expect_eq(n.servers[0].outcome, SERVER_SILENT);
}

Test(doctor_survey, port_unreachable)
{
	const struct play play = { .answers_arp = true, .unreachable = true };

	survey_play(&play, OWN_1);
	const struct facts_network n = report();
	cr_expect_eq(n.servers[0].outcome, SERVER_UNREACHABLE);
	cr_expect_eq(n.servers[0].status, 3);
}

Test(doctor_survey, frames_of_the_kernel_from_the_same_mac_address)
{
	const struct play play = { .answers_arp = true, .answers = true, .kernel_speaks = true };

	survey_play(&play, OWN_1);
	const struct facts_network n = report();
	cr_expect_eq(n.from_own_mac, 1);
	cr_expect_str_eq(n.own_mac_example, "IPv4 from 10.99.200.1 to 10.99.0.1");
}

// Whatever arrives is read within its bounds.
Test(doctor_survey, cut_frames_are_no_more_than_heard)
{
	uint8_t bytes[HL_FRAME_MAX];
	struct hl_packet whole = { .data = bytes };
	const struct survey_ends ends = {
		.mac = their_mac,
		.to_mac = our_mac,
		.from = SERVER,
		.to = OWN_1,
		.from_port = 5060,
		.to_port = 5060,
	};

	memset(bytes, 'x', sizeof(bytes));
	datagram_write(&whole, &ends, 100);
	for (uint16_t len = 0; len < whole.len; len++) {
		uint8_t *copy = malloc(len ? len : 1);
		struct hl_packet cut = { .data = copy, .len = len };
		struct survey_frame f;
		memcpy(copy, bytes, len);
		survey_frame_read(&cut, &f);
		cr_expect_neq(f.kind, FRAME_UDP, "of %u bytes", len);
		free(copy);
	}
}
