// SPDX-License-Identifier: BSD-3-Clause
// Answers and requests that come in fragments: they count as any other does, and no fragment harms a line.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/rng.h"
#include "net/headers.h"
#include "outstanding.h"

static const struct hl_addr server = { .family = HL_FAMILY_IPV4, .bytes = { 10, 99, 0, 1 } };
static const struct hl_addr stranger = { .family = HL_FAMILY_IPV4, .bytes = { 192, 0, 2, 1 } };

struct datagram {
	uint8_t bytes[UDP_BYTES + 8192];
	uint16_t len;
	struct hl_addr src, dst;
};

static void datagram_make(struct datagram *d, const struct hl_addr *src,
			  const struct frame *request, const char *text)
{
	const size_t len = strlen(text);

	d->src = *src;
	d->dst = request->src.addr;
	d->len = (uint16_t)(UDP_BYTES + len);
	store_be16(d->bytes, 5060);
	store_be16(d->bytes + 2, request->src.port);
	store_be16(d->bytes + 4, d->len);
	store_be16(d->bytes + 6, 0);
	memcpy(d->bytes + UDP_BYTES, text, len);
	uint64_t sum = checksum_pseudo_ipv4(d->src.bytes, d->dst.bytes, IP_UDP, d->len);
	store_be16(d->bytes + 6, checksum_finish(checksum_add(sum, d->bytes, d->len)));
}

// The fragment from `at` on, of at most `size` bytes.
static void send_piece(struct rig *rig, const struct datagram *d, uint16_t id, uint16_t at,
		       uint16_t size)
{
	static const uint8_t own_mac[6] = { 2, 0, 0, 0, 0, 1 },
			     server_mac[6] = { 2, 0, 0, 0, 0, 2 };
	uint8_t bytes[HL_FRAME_MAX], *ip = bytes + ETH_BYTES;
	const uint16_t len = size < d->len - at ? size : (uint16_t)(d->len - at);

	frame_write_eth(bytes, own_mac, server_mac, ETHERTYPE_IPV4);
	frame_write_ipv4(ip, &d->src, &d->dst, IP_UDP, len, false);
	store_be16(ip + 4, id);
	store_be16(ip + 6, (uint16_t)((at + len < d->len ? 0x2000 : 0) | at / 8));
	store_be16(ip + 10, 0);
	store_be16(ip + 10, checksum_finish(checksum_add(0, ip, IPV4_BYTES)));
	memcpy(ip + IPV4_BYTES, d->bytes + at, len);
	rig_frame(rig, bytes, (uint16_t)(ETH_BYTES + IPV4_BYTES + len));
}

static void send_all(struct rig *rig, const struct datagram *d, uint16_t id, uint16_t size)
{
	for (uint16_t at = 0; at < d->len; at = (uint16_t)(at + size))
		send_piece(rig, d, id, at, size);
}

// 200 to the kth request, padded to so many bytes.
static void ok_text(struct rig *rig, uint32_t k, const char *headers, uint16_t len, char *out)
{
	static const char *const copied[] = { "Via", "From", "To", "Call-ID", "CSeq" };
	static const char end[] = "\r\nContent-Length: 0\r\n\r\n";
	uint16_t at = (uint16_t)sprintf(out, "SIP/2.0 200 OK\r\n");

	for (unsigned h = 0; h < 5; h++)
		at = (uint16_t)(at + sprintf(out + at, "%s: %s%s\r\n", copied[h],
					     rig_header(rig, k, copied[h]),
					     strcmp(copied[h], "To") == 0 ? ";tag=srv" : ""));
	at = (uint16_t)(at + sprintf(out + at, "Expires: 600\r\n%sX-Pad: ", headers));
	while (at < len - (sizeof(end) - 1))
		out[at++] = 'x';
	strcpy(out + at, end);
}

static uint64_t drops(const struct rig *rig, enum hl_drop reason)
{
	return rig_count(&rig_counters(rig)->drops[reason]);
}

static struct rig *registering(const char *extra)
{
	return kinds[0].make(extra).rig;
}

Test(fragment, an_answer_of_any_length_counts_in_any_order)
{
	static const uint16_t lens[] = { 700, 1473, 2039, 2960, 3000, 4000, 4096 };
	static struct datagram d;
	char text[8192];

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		for (int backwards = 0; backwards < 2; backwards++)
			for (int odd = 0; odd < 2; odd++) { // for the full parser
				struct rig *rig = registering("");
				const uint16_t size = lens[i] < 1473 ? 512 : 1480;

				ok_text(rig, 0, odd ? "X-Folded: a\r\n b\r\n" : "", lens[i], text);
				cr_assert(eq(sz, strlen(text), lens[i]));
				datagram_make(&d, &server, &rig->sent[0].frame, text);
				for (uint16_t at = 0; at < d.len; at = (uint16_t)(at + size))
					send_piece(
						rig, &d, 77,
						backwards
							? (uint16_t)((d.len - 1) / size * size - at)
							: at,
						size);
				rig_pass(rig, 1 * MS);
				cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P), "%u bytes%s%s",
					  lens[i], backwards ? ", backwards" : "",
					  odd ? ", odd" : "");
				cr_expect(eq(u64, rig_count(&rig_counters(rig)->reassembled), 1));
				cr_expect(eq(u64, rig_count(&rig_counters(rig)->slow), odd));
				rig_free(rig);
			}
}

Test(fragment, an_answer_to_each_kind_of_request_counts)
{
	static struct datagram d;
	char text[8192];

	for (size_t i = 0; i < KINDS; i++) {
		struct out o = kinds[i].make("");

		ok_text(o.rig, o.k, "", 2039, text);
		datagram_make(&d, &o.rig->sent[o.k].frame.dst.addr, &o.rig->sent[o.k].frame, text);
		send_all(o.rig, &d, 1, 1480);
		cr_expect(not(is_out(o.rig, kinds[i].kind)), "%s", kinds[i].name);
		rig_free(o.rig);
	}
}

Test(fragment, what_is_longer_is_counted_and_the_line_goes_on)
{
	static struct datagram d;
	struct rig *rig = registering("");
	char text[8192];

	ok_text(rig, 0, "", 4097, text);
	datagram_make(&d, &server, &rig->sent[0].frame, text);
	send_all(rig, &d, 1, 1480);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_REG_P));
	cr_expect(eq(u64, drops(rig, HL_DROP_FRAGMENT_TOO_LONG), 1));
	cr_expect(eq(u64, drops(rig, HL_DROP_FRAGMENT), 2), "those before it");
	rig_answer(rig, 0, 200, "");
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_free(rig);
}

Test(fragment, a_wrong_checksum_of_the_whole_is_dropped)
{
	static struct datagram d;
	struct rig *rig = registering("");
	char text[8192];

	ok_text(rig, 0, "", 2039, text);
	datagram_make(&d, &server, &rig->sent[0].frame, text);
	d.bytes[1800] ^= 1;
	send_all(rig, &d, 1, 1480);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_REG_P));
	cr_expect(eq(u64, drops(rig, HL_DROP_BAD_CHECKSUM), 1));
	rig_free(rig);
}

Test(fragment, an_overlap_drops_the_whole)
{
	static struct datagram d, other;
	struct rig *rig = registering("");
	char text[8192];

	ok_text(rig, 0, "", 2039, text);
	datagram_make(&d, &server, &rig->sent[0].frame, text);
	other = d;
	other.bytes[100] ^= 1;
	send_piece(rig, &d, 1, 0, 1480);
	send_piece(rig, &other, 1, 0, 1480);
	send_piece(rig, &d, 1, 1480, 1480);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_REG_P));
	cr_expect(eq(u64, drops(rig, HL_DROP_FRAGMENT_OVERLAP), 1));
	cr_expect(eq(u64, drops(rig, HL_DROP_FRAGMENT), 2));
	rig_free(rig);
}

Test(fragment, a_stranger_s_flood_neither_harms_nor_hides)
{
	static struct datagram d, flood;
	struct rig *rig = registering("");
	struct rng rng = { 0 };
	char text[8192];
	uint64_t sent = 0;

	rng_seed(&rng, 7);
	ok_text(rig, 0, "", 2039, text);
	datagram_make(&d, &server, &rig->sent[0].frame, text);
	flood = d;
	send_piece(rig, &d, 1, 0, 1480);
	for (int k = 0; k < 20000; k++, sent++) {
		flood.src = hl_addr_from_ipv4(0xc0000000 | rng_below(&rng, 1 << 24));
		send_piece(rig, &flood, (uint16_t)rng_next(&rng),
			   (uint16_t)(8 * rng_below(&rng, 120)), 504);
	}
	send_piece(rig, &d, 1, 1480, 1480);
	cr_expect(eq(int, rig_state(rig, 0).state, HL_ON_P));
	rig_pass(rig, 60 * SEC); // those that are left run out of time
	cr_expect(
		eq(u64, drops(rig, HL_DROP_FRAGMENT) + drops(rig, HL_DROP_FRAGMENT_OVERLAP), sent));
	rig_free(rig);
}

// As any answer: it counts from elsewhere when the profile lets it, and a wrong branch never does.
Test(fragment, where_it_comes_from_and_its_branch_are_judged_as_ever)
{
	for (int strict = 0; strict < 2; strict++) {
		static struct datagram d;
		struct rig *rig = registering(strict ? "    reply_source: strict\n" : "");
		char text[8192];

		ok_text(rig, 0, "", 2039, text);
		*(strstr(text, "z9hG4bK") + 30) ^= 1;
		datagram_make(&d, &server, &rig->sent[0].frame, text);
		send_all(rig, &d, 1, 1480);
		cr_expect(eq(u64, drops(rig, HL_DROP_UNKNOWN_BRANCH), 1));
		ok_text(rig, 0, "", 2039, text);
		datagram_make(&d, &stranger, &rig->sent[0].frame, text);
		send_all(rig, &d, 2, 1480);
		cr_expect(eq(int, rig_state(rig, 0).state, strict ? HL_REG_P : HL_ON_P));
		cr_expect(eq(u64, drops(rig, HL_DROP_WRONG_SOURCE), strict));
		rig_free(rig);
	}
}

Test(fragment, a_request_is_answered)
{
	static struct datagram d;
	struct rig *rig = registering("");
	char text[4096];
	const struct frame f = rig->sent[0].frame;
	int at = sprintf(text, "OPTIONS sip:6000@10.99.1.1 SIP/2.0\r\n"
			       "Via: SIP/2.0/UDP 10.99.0.1;branch=z9hG4bKx\r\nX-Pad: ");

	memset(text + at, 'x', 2000);
	strcpy(text + at + 2000, "\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:6000@b>\r\nCall-ID: c\r\n"
				 "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
	rig_clear(rig);
	datagram_make(&d, &server, &f, text);
	send_all(rig, &d, 1, 1480);
	cr_assert(eq(u32, rig->n, 1));
	cr_expect(eq(int, strncmp(rig->sent[0].text, "SIP/2.0 200 ", 12), 0));
	rig_free(rig);
}

Test(fragment, what_is_for_nobody_here_takes_no_room)
{
	static struct datagram d;
	struct rig *rig = registering("");
	struct frame f = rig->sent[0].frame;

	f.src.addr.bytes[3] = 77;
	datagram_make(&d, &server, &f, "SIP/2.0 200 OK\r\n\r\n");
	send_piece(rig, &d, 1, 0, 16);
	cr_expect(eq(u64, drops(rig, HL_DROP_NOT_OURS), 1));
	cr_expect(eq(u32, rig->worker->reassembly->open, 0));
	rig_free(rig);
}
