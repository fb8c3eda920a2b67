// SPDX-License-Identifier: BSD-3-Clause
// Texts that were scanned before. A server answers a million lines with a few texts in which only
// values differ, and so do the lines ask: where a text is like an earlier one, what the scanner found
// in that one holds for it, too.
//
// Like: as long, and byte for byte the same but where a plain byte (a letter, a digit, - or .) stands
// in a value that the scanner does not look into, and another plain one in its place. Numbers that it
// does look into are read again. Whatever is accepted, sip/scan.h reads the same way
// (tests/unit/sip/test_form.c).
#pragma once

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#include "sip/scan.h"

#define FORM_BYTES_MAX 1024 // longer texts are not remembered
#define FORMS 64            // kept: as many lengths as a few servers and methods give

struct form {
	alignas(64) char text[FORM_BYTES_MAX]; // NUL behind its end
	char free[FORM_BYTES_MAX];             // all bits set: another plain one may stand there
	uint16_t len;                          // 0: none
	uint8_t worth;                         // misses until another text takes its place
	struct slice port, cseq; // numbers that are read again: Via's port (or none), CSeq's value
};

// The form that a text is like, by its index; -1: none. Its numbers are still to be read.
int forms_find(struct form forms[FORMS], const char *text, uint32_t len);

// Remember a text; nothing in it is free yet. Its index; -1: it is too long, or others are worth more.
int forms_take(struct form forms[FORMS], const char *text, uint32_t len);
// Plain bytes of form->text from `from` up to `to` become free.
void form_free(struct form *form, const char *from, const char *to);
// The first value of a Via line: its sent-by and what its parameters are.
void form_free_via(struct form *form, struct slice value);
// The values of ";name=value;name", up to a comma or a quoted string.
void form_free_params(struct form *form, const char *at, const char *end);
// A CSeq value's number.
void form_free_cseq(struct form *form, struct slice value);

// A piece of a form's text, in another text that it fits.
static inline struct slice form_slice(const struct form *form, struct slice s, const char *text)
{
	return s.at != NULL ? (struct slice){ text + (s.at - form->text), s.len } : s;
}

struct reply_forms {
	struct form forms[FORMS];
	struct sip_reply replies[FORMS]; // of their texts
};

// scan_reply() with a memory.
enum scan_result reply_forms_scan(struct reply_forms *forms, const char *text, uint32_t len,
				  struct sip_reply *out);
// Its two halves: is the text like a remembered one (then *out is filled)? To be remembered.
bool reply_forms_find(struct reply_forms *forms, const char *text, uint32_t len,
		      struct sip_reply *out);
void reply_forms_learn(struct reply_forms *forms, const char *text, uint32_t len);

struct request_forms {
	struct form forms[FORMS];
	struct sip_request requests[FORMS]; // of their texts
};

// scan_request() with a memory.
enum scan_result request_forms_scan(struct request_forms *forms, const char *text, uint32_t len,
				    struct sip_request *out);
bool request_forms_find(struct request_forms *forms, const char *text, uint32_t len,
			struct sip_request *out);
void request_forms_learn(struct request_forms *forms, const char *text, uint32_t len);
