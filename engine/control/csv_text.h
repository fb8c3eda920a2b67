// SPDX-License-Identifier: BSD-3-Clause
// The records and fields of a CSV text (RFC 4180). Fields are slices of the text, which is not changed.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "control/fault.h"

// An iterator over the records of a text that ends with a NUL. A line that begins with "#" is a comment.
struct csv_text {
	const char *name; // of the file; used in messages
	const char *end;
	char separator;
	uint32_t line;    // number of the first line of the record, counted from 1
	uint32_t lines;   // of the record so far; a quoted field may contain line ends
	const char *at;   // start of the record
	const char *stop; // end of the last line that its fields have reached so far
	const char *next; // start of the line after that
};

struct csv_field {
	const char *at; // after the opening quote, if it has one
	uint32_t len;   // without the closing quote
	bool quoted;
	bool doubled; // contains doubled quotes, each of which stands for one
};

void csv_text_start(struct csv_text *text, const char *name, const char *at, size_t len);

// Move on to the next record that is neither a comment nor empty. All fields of the current one must have been
// read. Returns false at the end of the text.
bool csv_record_next(struct csv_text *text);

// The part of csv_field_next() for a field that is quoted, begins with a space or is empty.
int csv_odd_field_next(struct csv_text *text, const char **at, struct csv_field *field,
		       struct fault *fault);

// Read the field at *at and move *at to the next one; the first field is at text->at. Returns 1; or 0 if the
// record has no more fields; or -EINVAL with a description in `fault` and its place in *at.
static inline int csv_field_next(struct csv_text *text, const char **at, struct csv_field *field,
				 struct fault *fault)
{
	const char *start = *at, *end;

	if (start >= text->stop || *start == '"' || *start == ' ')
		return csv_odd_field_next(text, at, field, fault);
	end = memchr(start, text->separator, (size_t)(text->stop - start));
	if (end == NULL)
		end = text->stop;
	*field = (struct csv_field){ .at = start, .len = (uint32_t)(end - start) };
	*at = end + 1;
	return 1;
}

// Copy the text of a field, with doubled quotes made single, to `out`, which has room for field->len bytes and
// may be the field itself. Returns the length.
uint32_t csv_field_copy(const struct csv_field *field, char *out);

// Report a fault at a place in the record.
int csv_text_fail(const struct csv_text *text, const char *at, const struct fault *fault,
		  struct hl_error *err);
