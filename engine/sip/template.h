// SPDX-License-Identifier: BSD-3-Clause
// A message as bytes with fixed-width holes: the hot path copies and patches.
#pragma once

#include <stdint.h>

enum template_field {
	FIELD_USER,    // phone number: AoR and Contact
	FIELD_DISPLAY, // text between the quotes
	FIELD_IP,      // the line's own address as text
	FIELD_PORT,
	FIELD_BRANCH, // all after "z9hG4bK"
	FIELD_CALL_ID,
	FIELD_TAG, // From tag
	FIELD_CSEQ,
	FIELD_EXPIRES,  // right-justified: spaces after a colon are legal (RFC 3261 7.3.1)
	FIELD_INSTANCE, // the UUID of +sip.instance
	FIELDS,
};

#define TEMPLATE_HOLES_MAX 20

struct template_hole {
	uint16_t at; // offset in text
	uint8_t len;
	uint8_t field; // enum template_field
};

struct template
{
	char *text;
	uint16_t len;        // without credentials
	uint16_t auth_at;    // credentials (a whole header line) go here
	uint16_t auth_holes; // of the holes, those in front of the credentials
	uint16_t n_holes;
	struct template_hole holes[TEMPLATE_HOLES_MAX];
};

// Write the message: text, holes patched with values[field] (as long as the hole), credentials put
// in. `out` must have room for t->len + auth_len. Returns the length.
uint32_t template_write(const struct template *t, const char *const values[FIELDS],
			const char *auth, uint32_t auth_len, char *out);

// The marks that stand for fields in a text for template_compile(): letters and digits only, so
// that any builder takes them for a token.
const char *template_mark(enum template_field field);
#define TEMPLATE_AUTH_MARK "X-HlAuth: hlauthhl\r\n" // a header line that stands for the credentials

// Compile a text with marks for the given widths (characters by field). 0; -ENOMEM; -E2BIG (more
// holes than TEMPLATE_HOLES_MAX, or longer than 65,535). Free with template_free().
int template_compile(struct template *t, const char *text, uint32_t len,
		     const uint8_t widths[FIELDS]);
void template_free(struct template *t);
