// SPDX-License-Identifier: BSD-3-Clause
// One remembered text: what may differ, and whether another is like it.
#include "sip/form.h"

#include <string.h>

#include "sip/header.h"

#define WAYS 2
#define WORTH_NEW 2
#define WORTH_PROVEN 8

static inline bool is_plain(char c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26 || (uint8_t)(c - '0') < 10 || c == '-' || c == '.';
}

#if defined(__AVX512BW__)
// What a byte is by each half of it: plain bytes have a bit in common.
#define LOW_HALVES 0xa, 0xe, 0xe, 0xe, 0xe, 0xe, 0xe, 0xe, 0xe, 0xe, 0xc, 0x4, 0x4, 0x5, 0x5, 0x4
#define HIGH_HALVES 0, 0, 0x1, 0x2, 0x4, 0x8, 0x4, 0x8, 0, 0, 0, 0, 0, 0, 0, 0

static bool text_fits(const struct form *form, const char *text)
{
	const __m512i lows = _mm512_broadcast_i32x4(_mm_setr_epi8(LOW_HALVES));
	const __m512i highs = _mm512_broadcast_i32x4(_mm_setr_epi8(HIGH_HALVES));
	const uint32_t len = form->len;
	__mmask64 other = 0;

	for (uint32_t i = 0; i < len; i += BLOCK_BYTES) {
		const uint32_t n = len - i < BLOCK_BYTES ? len - i : BLOCK_BYTES;
		const __m512i x = _mm512_maskz_loadu_epi8(first_of_block(n), text + i);
		const __m512i high = _mm512_and_si512(_mm512_srli_epi16(x, 4),
						      _mm512_set1_epi8(0xf));
		const __m512i plain = _mm512_and_si512(_mm512_shuffle_epi8(lows, x),
						       _mm512_shuffle_epi8(highs, high));
		const __mmask64 fixed = _mm512_testn_epi8_mask(plain,
							       _mm512_loadu_si512(form->free + i));

		other |= _mm512_mask_cmpneq_epi8_mask(fixed, x, _mm512_loadu_si512(form->text + i));
	}
	return other == 0;
}
#elif defined(__SSE2__)
static inline bool fits_16(const struct form *form, const char *text, uint32_t i)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(text + i));
	const __m128i known = _mm_loadu_si128((const __m128i *)(const void *)(form->text + i));
	const __m128i free = _mm_loadu_si128((const __m128i *)(const void *)(form->free + i));
	const __m128i from_a = _mm_sub_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)),
					    _mm_set1_epi8('a'));
	const __m128i from_dash = _mm_sub_epi8(x, _mm_set1_epi8('-')); // - . / and the digits
	const __m128i letter = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
	const __m128i other = _mm_cmpeq_epi8(_mm_min_epu8(from_dash, _mm_set1_epi8('9' - '-')),
					     from_dash);
	const __m128i plain = _mm_or_si128(
		letter, _mm_andnot_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('/')), other));

	return _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(x, known),
					      _mm_and_si128(plain, free))) == 0xffff;
}

// What is left at the end is looked at together with bytes before it.
static bool text_fits(const struct form *form, const char *text)
{
	uint32_t i = 0;

	for (; i + 16 <= form->len; i += 16) {
		if (!fits_16(form, text, i))
			return false;
	}
	return i == form->len || fits_16(form, text, form->len - 16u);
}
#else
static bool text_fits(const struct form *form, const char *text)
{
	for (uint32_t i = 0; i < form->len; i++) {
		if (text[i] != form->text[i] && !(form->free[i] && is_plain(text[i])))
			return false;
	}
	return true;
}
#endif

// Where a text of this length may be remembered: two places, so that two kinds of messages that are
// equally long do not drive each other out.
static inline uint32_t place(uint32_t len, unsigned way)
{
	return (len + way) % FORMS;
}

int forms_find(struct form forms[FORMS], const char *text, uint32_t len)
{
	for (unsigned way = 0; way < WAYS; way++) {
		struct form *form = &forms[place(len, way)];

		if (form->len != len || len == 0 || !text_fits(form, text))
			continue;
		form->worth = WORTH_PROVEN;
		return (int)(form - forms);
	}
	return -1;
}

int forms_take(struct form forms[FORMS], const char *text, uint32_t len)
{
	// at least what a vector holds (text_fits() reads the end together with bytes before it)
	if (len < 16 || len > FORM_BYTES_MAX)
		return -1;
	for (unsigned way = 0; way < WAYS; way++) {
		struct form *form = &forms[place(len, way)];

		if (form->worth > 0) {
			form->worth--;
			continue;
		}
		memset(form, 0, sizeof(*form));
		memcpy(form->text, text, len);
		form->len = (uint16_t)len;
		form->worth = WORTH_NEW;
		return (int)(form - forms);
	}
	return -1;
}

void form_free(struct form *form, const char *from, const char *to)
{
	for (; from < to; from++) {
		if (is_plain(*from))
			form->free[from - form->text] = (char)0xff;
	}
}

static const char *stop_find(const char *at, const char *end)
{
	while (at < end && *at != ';' && *at != ',' && *at != '"')
		at++;
	return at;
}

void form_free_params(struct form *form, const char *at, const char *end)
{
	while (at < end && *at == ';') {
		const char *next = stop_find(at + 1, end);
		const char *equal = memchr(at, '=', (size_t)(next - at));

		if (equal != NULL)
			form_free(form, equal + 1, next);
		at = next;
	}
}

void form_free_via(struct form *form, struct slice value)
{
	const char *const end = value.at + value.len;
	const char *host = value.at + sizeof("SIP/2.0/UDP ") - 1;

	if (value.len <= sizeof("SIP/2.0/UDP ") || memcmp(value.at, "SIP/2.0/UDP ", 12) != 0)
		return; // the way everybody writes it, or it must stay as it is
	const char *stop = stop_find(host, end);
	const char *colon = memchr(host, ':', (size_t)(stop - host));

	if (*host == '[' || is_lws(*host) || is_lws(stop[-1]))
		return;
	if (colon != NULL) {
		form->port = (struct slice){ colon + 1, (uint32_t)(stop - colon - 1) };
		form_free(form, colon + 1, stop);
	}
	form_free(form, host, colon != NULL ? colon : stop);
	form_free_params(form, stop, end);
}

void form_free_cseq(struct form *form, struct slice value)
{
	const char *end = value.at;

	while (end < value.at + value.len && (uint8_t)(*end - '0') <= 9)
		end++;
	form->cseq = value;
	form_free(form, value.at, end);
}
