// SPDX-License-Identifier: BSD-3-Clause
// Via branches: 8 hex of generation and line, 8 hex of kind, server and number, 12 hex of MAC.
#include "line/branch.h"

#include <assert.h>
#include <string.h>

#include "base/hex.h"
#include "base/siphash.h"
#include "base/text.h"

enum {
	NUMBER_BITS = 28, // below the server's bit and the kind's three
	SERVER_SHIFT = NUMBER_BITS,
	KIND_SHIFT = SERVER_SHIFT + 1,
	BODY_LEN = 16, // line and request
	GENERATION_SHIFT = 32 + BRANCH_LINE_BITS,
	MAC_LEN = 12,
	MAC_SHIFT = 64 - 4 * MAC_LEN, // the MAC is the upper end of the hash
};
static_assert(BODY_LEN + MAC_LEN == BRANCH_TEXT_LEN, "body and MAC");
static_assert(BODY_LEN + 16 == BRANCH_TEXT_ROOM, "body and the whole hash");
static_assert(BRANCH_COOKIE_LEN + BRANCH_TEXT_LEN == BRANCH_LEN, "cookie and text");
static_assert(sizeof(BRANCH_COOKIE) - 1 == BRANCH_COOKIE_LEN, "cookie without its NUL");
static_assert(REQUEST_KINDS <= 8, "three bits");

void branch_write(const uint64_t key[2], const struct branch *branch, char out[BRANCH_TEXT_ROOM])
{
	assert(branch->kind < 8 && branch->server < 2 && branch->number >> NUMBER_BITS == 0);
	assert(branch->line < BRANCH_LINES);

	uint32_t request = (uint32_t)branch->kind << KIND_SHIFT |
			   (uint32_t)branch->server << SERVER_SHIFT | branch->number;
	uint64_t body = (uint64_t)branch->generation << GENERATION_SHIFT |
			(uint64_t)branch->line << 32 | request;

	text_put_hex64(out, body);
	text_put_hex64(out + BODY_LEN, siphash_u64(key, body));
}

// Two words that overlap; the bit of the small letters, where there are letters.
static bool cookie_is(const char *text)
{
	uint32_t first, last;

	memcpy(&first, text, 4);
	memcpy(&last, text + 3, 4);
	return (first | 0x20200020) == ('z' | '9' << 8 | 'h' << 16 | 'g' << 24) &&
	       (last | 0x20200020) == ('g' | '4' << 8 | 'b' << 16 | 'k' << 24);
}

// Case is ignored: a branch is a token, and tokens are (RFC 3261 7.3.1), so a proxy may change it.
bool branch_parse(const char *text, uint32_t len, struct branch_text *out)
{
	uint64_t mac; // the four digits before it, which are the body's, and itself

	if (len != BRANCH_LEN || !cookie_is(text))
		return false;
	text += BRANCH_COOKIE_LEN;
	if (!text_get_hex64(text, &out->body) ||
	    !text_get_hex64(text + BODY_LEN + MAC_LEN - 16, &mac))
		return false;
	out->mac = mac << MAC_SHIFT;
	return true;
}

static inline bool is_true(const struct branch_text *text, uint64_t hash)
{
	return (hash ^ text->mac) >> MAC_SHIFT == 0;
}

static inline struct branch branch_of(const struct branch_text *text)
{
	uint32_t request = (uint32_t)text->body;

	return (struct branch){
		.line = branch_text_line(text),
		.generation = (uint8_t)(text->body >> GENERATION_SHIFT),
		.kind = (uint8_t)(request >> KIND_SHIFT),
		.server = request >> SERVER_SHIFT & 1,
		.number = request & ((1u << NUMBER_BITS) - 1),
	};
}

bool branch_read(const uint64_t key[2], const char *text, uint32_t len, struct branch *branch)
{
	struct branch_text parsed;

	if (!branch_parse(text, len, &parsed) || !is_true(&parsed, siphash_u64(key, parsed.body)))
		return false;
	*branch = branch_of(&parsed);
	return true;
}

uint32_t branches_verify(const uint64_t key[2], const struct branch_text texts[BRANCHES],
			 unsigned n, struct branch branches[BRANCHES])
{
	uint64_t hashes[SIPHASH_LANES];
	uint32_t ours = 0;

	static_assert(BRANCHES == SIPHASH_LANES, "a lane a branch");
	assert(n <= BRANCHES);
	for (unsigned i = 0; i < BRANCHES; i++)
		hashes[i] = i < n ? texts[i].body : 0;
	siphash_u64_lanes(key, hashes);
	for (unsigned i = 0; i < n; i++) {
		branches[i] = branch_of(&texts[i]);
		ours |= (uint32_t)is_true(&texts[i], hashes[i]) << i;
	}
	return ours;
}
