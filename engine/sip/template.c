// SPDX-License-Identifier: BSD-3-Clause
// Templates: compiled once from a text with marks, then copied and patched for each request.
#include "sip/template.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/memory.h"

// No mark is part of another one, and no message contains one by chance.
static const char *const marks[FIELDS] = {
	[FIELD_USER] = "HlMarkUserHl",       [FIELD_DISPLAY] = "HlMarkDisplayHl",
	[FIELD_IP] = "HlMarkAddressHl",      [FIELD_PORT] = "HlMarkPortHl",
	[FIELD_BRANCH] = "HlMarkBranchHl",   [FIELD_CALL_ID] = "HlMarkCallIdHl",
	[FIELD_TAG] = "HlMarkTagHl",         [FIELD_CSEQ] = "HlMarkCSeqHl",
	[FIELD_EXPIRES] = "HlMarkExpiresHl", [FIELD_INSTANCE] = "HlMarkInstanceHl",
};

const char *template_mark(enum template_field field)
{
	return marks[field];
}

static bool begins_with(const char *at, const char *end, const char *what)
{
	size_t len = strlen(what);

	return (size_t)(end - at) >= len && memcmp(at, what, len) == 0;
}

static int field_at(const char *at, const char *end)
{
	for (int field = 0; field < FIELDS; field++) {
		if (begins_with(at, end, marks[field]))
			return field;
	}
	return -1;
}

// Compile into `t`; while it has no text, only lengths and holes are determined.
static int compile_into(struct template *t, const char *text, uint32_t len,
			const uint8_t widths[FIELDS])
{
	const char *const end = text + len;
	uint32_t out = 0, auth_at = UINT32_MAX;

	t->n_holes = 0;
	for (const char *at = text; at < end;) {
		int field = *at == 'H' ? field_at(at, end) : -1;

		if (*at == TEMPLATE_AUTH_MARK[0] && begins_with(at, end, TEMPLATE_AUTH_MARK)) {
			auth_at = out;
			t->auth_holes = t->n_holes;
			at += strlen(TEMPLATE_AUTH_MARK);
			continue;
		}
		if (field < 0) {
			if (t->text != NULL)
				t->text[out] = *at;
			at++;
			out++;
		} else {
			if (t->n_holes == TEMPLATE_HOLES_MAX)
				return -E2BIG;
			t->holes[t->n_holes++] = (struct template_hole){
				.at = (uint16_t)out,
				.len = widths[field],
				.field = (uint8_t)field,
			};
			if (t->text != NULL)
				memset(t->text + out, ' ', widths[field]);
			at += strlen(marks[field]);
			out += widths[field];
		}
		if (out > UINT16_MAX)
			return -E2BIG;
	}
	t->len = (uint16_t)out;
	t->auth_at = (uint16_t)(auth_at != UINT32_MAX ? auth_at : out);
	if (auth_at == UINT32_MAX)
		t->auth_holes = t->n_holes;
	return 0;
}

int template_compile(struct template *t, const char *text, uint32_t len,
		     const uint8_t widths[FIELDS])
{
	memset(t, 0, sizeof(*t));
	int rc = compile_into(t, text, len, widths); // how long it will be
	if (rc != 0)
		return rc;
	t->text = memory_zalloc(1, (size_t)t->len + 1, 1);
	if (t->text == NULL)
		return -ENOMEM;
	return compile_into(t, text, len, widths);
}

void template_free(struct template *t)
{
	memory_free(t->text);
	t->text = NULL;
}

static inline void holes_fill(const struct template *t, unsigned from, unsigned to,
			      const char *const values[FIELDS], char *out)
{
	for (unsigned i = from; i < to; i++) {
		const struct template_hole *h = &t->holes[i];

		copy_short(out + h->at, values[h->field], h->len);
	}
}

uint32_t template_write(const struct template *t, const char *const values[FIELDS],
			const char *auth, uint32_t auth_len, char *out)
{
	if (auth_len == 0) {
		memcpy(out, t->text, t->len);
		holes_fill(t, 0, t->n_holes, values, out);
		return t->len;
	}
	// Holes are in order: those after the credentials move by the length of these.
	memcpy(out, t->text, t->auth_at);
	memcpy(out + t->auth_at, auth, auth_len);
	memcpy(out + t->auth_at + auth_len, t->text + t->auth_at, (size_t)(t->len - t->auth_at));
	holes_fill(t, 0, t->auth_holes, values, out);
	holes_fill(t, t->auth_holes, t->n_holes, values, out + auth_len);
	return t->len + auth_len;
}
