// SPDX-License-Identifier: BSD-3-Clause
// Pieces of header values, for both scanners: numbers, methods, addresses, parameters.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <heartline/counters.h>
#include "base/text.h"
#include "sip/scan.h"

// Every byte up to a space is LWS: a line contains no control characters but those of a fold.
static inline bool is_lws(char c)
{
	return (uint8_t)c <= ' ';
}

static inline bool slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static inline struct slice slice_trim(const char *at, const char *end)
{
	while (at < end && is_lws(*at))
		at++;
	while (end > at && is_lws(end[-1]))
		end--;
	return (struct slice){ at, (uint32_t)(end - at) };
}

// Bits in which two pieces of a name differ, ignoring the case of letters. Each width has a type of its
// own, since a copy into part of a word would go through memory.
#define LETTERS_DIFFER(BITS) \
	static inline uint64_t letters_differ_##BITS(const char *a, const char *lower) \
	{ \
		uint##BITS##_t x, y; \
\
		memcpy(&x, a, sizeof(x)); \
		memcpy(&y, lower, sizeof(y)); \
		return (uint##BITS##_t)((x | (uint##BITS##_t)0x2020202020202020) ^ y); \
	}
LETTERS_DIFFER(8)
LETTERS_DIFFER(16)
LETTERS_DIFFER(32)
LETTERS_DIFFER(64)
#undef LETTERS_DIFFER

// True when `a` equals `lower`, ignoring the case of its letters. `lower` is a literal of at most 24
// letters, digits, '-', '/' and '.'. Compares overlapping words: loops over bytes took a quarter of the
// scanner's time.
static inline bool letters_are(const char *a, const char *lower, uint32_t n)
{
	if (n > 16)
		return (letters_differ_64(a, lower) | letters_differ_64(a + 8, lower + 8) |
			letters_differ_64(a + n - 8, lower + n - 8)) == 0;
	if (n >= 8)
		return (letters_differ_64(a, lower) |
			letters_differ_64(a + n - 8, lower + n - 8)) == 0;
	if (n >= 4)
		return (letters_differ_32(a, lower) |
			letters_differ_32(a + n - 4, lower + n - 4)) == 0;
	if (n >= 2)
		return (letters_differ_16(a, lower) |
			letters_differ_16(a + n - 2, lower + n - 2)) == 0;
	return letters_differ_8(a, lower) == 0;
}

// Delta-seconds at the start of a value: more may follow (RFC 3261 20.33: a comment, parameters).
// SIP_NO_NUMBER: none. Too large ones saturate below that.
static inline uint32_t value_seconds(struct slice value)
{
	uint64_t n = 0;
	uint32_t i = 0;

	for (; i < value.len && (uint8_t)(value.at[i] - '0') <= 9; i++) {
		n = n * 10 + (uint8_t)(value.at[i] - '0');
		if (n >= SIP_NO_NUMBER)
			n = SIP_NO_NUMBER - 1;
	}
	if (i == 0)
		return SIP_NO_NUMBER;
	if (i < value.len && !is_lws(value.at[i]) && memchr(";(,", value.at[i], 3) == NULL)
		return SIP_NO_NUMBER;
	return (uint32_t)n;
}

// RFC 3261 25.1
static inline bool is_token_char(char c)
{
	// alphanumeric and -.!%*_+`'~ ; a bit for each of the 96 characters from SP on
	static const uint32_t set[3] = { 0x03ff6ca2, 0x87fffffe, 0x47ffffff };
	uint8_t i = (uint8_t)(c - ' ');

	return i < 96 && set[i / 32] >> i % 32 & 1;
}

// enum hl_method of a token; HL_METHOD_NONE when it is none. Case counts (RFC 3261 7.1).
static inline uint8_t method_read(struct slice token)
{
#define METHOD_IS(TEXT, METHOD) \
	if (memcmp(token.at, TEXT, sizeof(TEXT) - 1) == 0) \
	return METHOD
	switch (token.len) {
	case 0:
		return HL_METHOD_NONE;
	case 3:
		METHOD_IS("ACK", HL_ACK);
		METHOD_IS("BYE", HL_BYE);
		break;
	case 6:
		METHOD_IS("INVITE", HL_INVITE);
		METHOD_IS("CANCEL", HL_CANCEL);
		METHOD_IS("NOTIFY", HL_NOTIFY);
		break;
	case 7:
		METHOD_IS("OPTIONS", HL_OPTIONS);
		METHOD_IS("MESSAGE", HL_MESSAGE);
		break;
	case 8:
		METHOD_IS("REGISTER", HL_REGISTER);
		break;
	case 9:
		METHOD_IS("SUBSCRIBE", HL_SUBSCRIBE);
		break;
	}
#undef METHOD_IS
	for (uint32_t i = 0; i < token.len; i++) {
		if (!is_token_char(token.at[i]))
			return HL_METHOD_NONE;
	}
	return HL_METHOD_OTHER;
}

// Eight digits at once: pairs, fours, eights. False: not all are digits.
static inline bool eight_digits_read(const char *at, uint32_t *number)
{
	uint64_t x;

	memcpy(&x, at, sizeof(x));
	uint64_t above = x + 0x4646464646464646; // bit 7 of what is above '9'
	x -= 0x3030303030303030;                 // bit 7 of what is below '0'
	if ((above | x) & 0x8080808080808080)
		return false;
	x = x * 10 + (x >> 8);
	x = ((x & 0x000000ff000000ff) * (100 + (1000000ull << 32)) +
	     (x >> 16 & 0x000000ff000000ff) * (1 + (10000ull << 32))) >>
	    32;
	*number = (uint32_t)x;
	return true;
}

// CSeq (RFC 3261 20.16): a number below 2^31, LWS, a method; false when it is not that.
static inline bool cseq_read(struct slice value, uint32_t *number, uint8_t *method)
{
	uint32_t eight = 0, i = 0;

	if (value.len >= 8 && eight_digits_read(value.at, &eight)) // ours have ten
		i = 8;
	uint64_t n = eight;
	for (; i < value.len && i < 19 && (uint8_t)(value.at[i] - '0') <= 9; i++)
		n = n * 10 + (uint8_t)(value.at[i] - '0');
	if (i == 0 || i == value.len || n > INT32_MAX || !is_lws(value.at[i]))
		return false;
	*number = (uint32_t)n;
	*method = method_read(slice_trim(value.at + i, value.at + value.len));
	return *method != HL_METHOD_NONE;
}

// One of the addresses that From, To or Contact holds.
struct address {
	struct slice uri;    // without <>
	struct slice params; // header parameters, from their first ';'
	struct slice whole;  // with display name and comma; set by contact_next() alone
};

// Reads an address at *at and moves behind it and its comma; false: none is left, or it is
// malformed, which *at != end tells.
bool address_next(const char **at, const char *end, struct address *out);

// The contacts of a reply, over all its header lines; starts at { 0 }. What cannot be read, up to the
// end of its value, comes once, as an address without URI: uri.at == NULL.
struct contact_walk {
	uint8_t index;
	const char *at, *end;
};
bool contact_next(const struct sip_reply *reply, struct contact_walk *walk, struct address *out);

// A SIP or SIPS URI; another scheme has empty parts and is fine. False: no URI.
struct address_uri {
	struct slice user, host; // host without []
	uint16_t port;           // 0: none
	struct slice params;     // from their first ';', headers cut off
	bool sip;
};
bool address_uri_read(struct slice uri, struct address_uri *out);

// The same host, with or without brackets, whatever the case; IPv6 in whatever form (RFC 5118 4.10).
bool hosts_equal(struct slice a, struct slice b);

// One parameter of ";name=value;name". Without a value it is empty; what is no parameter ("name value")
// has an empty name.
struct param {
	struct slice name, value;
};
// The next one, behind which *params stands then. False: none, or a quoted string does not end.
bool param_next(struct slice *params, struct param *out);

// Is that its name? `lower`: as for letters_are().
static inline bool param_is(const struct param *param, const char *lower)
{
	const uint32_t len = (uint32_t)strlen(lower);

	return param->name.len == len && letters_are(param->name.at, lower, len);
}

// A parameter of ";name=value;name" by its name (in lower case); *value is empty when it has none.
bool param_find(struct slice params, const char *name, struct slice *value);

// Parameters of a Via value: `at` is behind its host. False: a quoted string does not end.
struct via_params {
	const char *rport_end; // behind an rport without value (RFC 3581 3); NULL: there is none
	const char *end;       // of this value: its comma, or the end of the line
	struct slice maddr;    // its value (RFC 3261 20.42); at == NULL: none
	bool nameless;         // ";;" or ";=x": no parameter, so this is no Via
};
bool via_params_read(const char *at, const char *end, struct via_params *out);
