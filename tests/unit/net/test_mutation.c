// SPDX-License-Identifier: BSD-3-Clause
// Valid frames of every kind, cut and flipped: no read past the end, no damage unnoticed.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/rng.h"
#include "captured.h"
#include "guard.h"
#include "net/arp.h"
#include "net/icmp.h"

static const struct sample {
	const uint8_t *bytes;
	uint16_t len;
	enum frame_kind kind;
	bool summed; // every byte behind Ethernet is under a checksum
} samples[] = {
	{ captured_arp_request, sizeof(captured_arp_request), FRAME_ARP, false },
	{ captured_arp_reply, sizeof(captured_arp_reply), FRAME_ARP, false },
	{ captured_udp, sizeof(captured_udp), FRAME_UDP, true },
	{ captured_udp_odd, sizeof(captured_udp_odd), FRAME_UDP, true },
	{ captured_udp_options, sizeof(captured_udp_options), FRAME_UDP, true },
	{ captured_udp_unsummed, sizeof(captured_udp_unsummed), FRAME_UDP, false },
	{ captured_echo_request, sizeof(captured_echo_request), FRAME_ICMP, true },
	{ captured_echo_reply, sizeof(captured_echo_reply), FRAME_ICMP, true },
	{ captured_unreachable, sizeof(captured_unreachable), FRAME_ICMP, true },
};
#define N_SAMPLES (sizeof(samples) / sizeof(samples[0]))

// The pages are the test: a byte outside the frame cannot be read.
static void touch(const uint8_t *bytes, uint16_t len)
{
	for (uint16_t i = 0; i < len; i++)
		(void)*(const volatile uint8_t *)&bytes[i];
}

static bool within(const uint8_t *part, uint16_t part_len, const uint8_t *all, uint16_t len)
{
	return part >= all && part + part_len <= all + len;
}

static void read_inner_icmp(const struct frame *f, const uint8_t *frame)
{
	uint8_t room[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = room };
	struct frame reply;
	struct icmp_quote quote;

	switch (icmp_read(f, &quote)) {
	case ICMP_UNREACHABLE:
		cr_assert(within(quote.payload, quote.payload_len, f->payload, f->payload_len));
		touch(quote.payload, quote.payload_len);
		break;
	case ICMP_ECHO_REQUEST:
		icmp_write_echo_reply(&pkt, frame, f, false);
		cr_assert(eq(int, frame_read(room, pkt.len, 0, &reply), FRAME_ICMP));
		break;
	case ICMP_BAD_QUOTE:
	case ICMP_OTHER:
		break;
	}
}

// Read as the worker does, and everything that was found.
static enum frame_kind read_all(const uint8_t *bytes, uint16_t len, uint16_t flags)
{
	struct frame f;
	struct arp arp;
	enum frame_kind kind = frame_read(bytes, len, flags, &f);

	if (kind < FRAME_ARP)
		return kind;
	cr_assert(within(f.payload, f.payload_len, bytes, len));
	touch(f.payload, f.payload_len);
	if (kind == FRAME_ARP)
		arp_read(f.payload, f.payload_len, &arp);
	else if (kind == FRAME_ICMP)
		read_inner_icmp(&f, bytes);
	return kind;
}

Test(mutation, samples_are_valid)
{
	for (size_t s = 0; s < N_SAMPLES; s++)
		cr_assert(eq(int, read_all(samples[s].bytes, samples[s].len, 0), samples[s].kind));
}

Test(mutation, every_truncation_is_bad)
{
	for (size_t s = 0; s < N_SAMPLES; s++) {
		for (uint16_t len = 0; len < samples[s].len; len++) {
			uint8_t *copy = guard_copy(samples[s].bytes, len);
			cr_assert(eq(int, read_all(copy, len, 0), FRAME_BAD), "%zu, %u", s, len);
			cr_assert(eq(int, read_all(copy, len, HL_PACKET_CSUM_GOOD), FRAME_BAD));
			guard_free(copy, len);
		}
	}
}

Test(mutation, every_flipped_bit_under_a_checksum_is_found)
{
	for (size_t s = 0; s < N_SAMPLES; s++) {
		const struct sample *sample = &samples[s];
		uint8_t *copy = guard_copy(sample->bytes, sample->len);
		for (unsigned bit = 0; bit < 8u * sample->len; bit++) {
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			enum frame_kind kind = read_all(copy, sample->len, 0);
			read_all(copy, sample->len, HL_PACKET_CSUM_GOOD);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);

			if (bit / 8 < 12)
				cr_assert(eq(int, kind, sample->kind), "MACs are not looked at");
			else if (bit / 8 < ETH_BYTES)
				cr_assert(eq(int, kind, FRAME_OTHER), "%zu, bit %u", s, bit);
			else if (sample->summed)
				cr_assert(kind == FRAME_BAD || kind == FRAME_BAD_CHECKSUM,
					  "%zu, bit %u: %d", s, bit, kind);
		}
		guard_free(copy, sample->len);
	}
}

Test(mutation, every_flipped_bit_with_a_mended_ip_header_is_harmless)
{
	for (size_t s = 0; s < N_SAMPLES; s++) {
		const struct sample *sample = &samples[s];
		if (sample->kind == FRAME_ARP)
			continue;
		for (unsigned bit = 8 * ETH_BYTES; bit < 8u * sample->len; bit++) {
			uint8_t *copy = guard_copy(sample->bytes, sample->len);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (ETH_BYTES + (copy[ETH_BYTES] & 15) * 4 <= sample->len)
				ipv4_sum_again(copy);
			read_all(copy, sample->len, 0);
			guard_free(copy, sample->len);
		}
	}
}

// What frame_read()'s checksum keeps away: the quote itself, damaged and cut.
Test(mutation, every_flipped_bit_of_a_quote_at_every_length_is_harmless)
{
	const uint8_t *icmp = captured_unreachable + ETH_BYTES + IPV4_BYTES;
	const uint16_t whole = sizeof(captured_unreachable) - ETH_BYTES - IPV4_BYTES;

	for (uint16_t len = 0; len <= whole; len++) {
		uint8_t *copy = guard_copy(icmp, len);
		struct frame f = { .payload = copy, .payload_len = len };
		for (unsigned bit = 0; bit < 8u * len; bit++) {
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			read_inner_icmp(&f, captured_unreachable);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		guard_free(copy, len);
	}
}

Test(mutation, random_damage_is_harmless)
{
	struct rng rng;

	rng_seed(&rng, 1);
	for (int i = 0; i < 30000; i++) {
		const struct sample *sample = &samples[rng_below(&rng, N_SAMPLES)];
		uint16_t len = (uint16_t)rng_below(&rng, sample->len + 1u);
		uint8_t *copy = guard_copy(sample->bytes, len);
		for (uint32_t n = rng_below(&rng, 6); n > 0 && len > ETH_BYTES; n--)
			copy[12 + rng_below(&rng, len - 12u)] = (uint8_t)rng_next(&rng);
		if (len >= ETH_BYTES + IPV4_BYTES && (rng_next(&rng) & 1)) // lengths that agree
			store_be16(copy + ETH_BYTES + 2, len - ETH_BYTES);
		read_all(copy, len, rng_next(&rng) & 1 ? HL_PACKET_CSUM_GOOD : 0);
		guard_free(copy, len);
	}
}
