// SPDX-License-Identifier: BSD-3-Clause
// Records and fields of a CSV text (RFC 4180), where they stand: nothing is copied or changed.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "control/fault.h"

// A walk over the records of a text with a NUL behind its end. "#" starts a comment line.
struct csv_text {
	const char *name; // of the file, for messages
	const char *end;
	char separator;
	uint32_t line;    // number of the record's first line, from 1
	uint32_t lines;   // that the record takes so far: quoted fields may hold line ends
	const char *at;   // its start
	const char *stop; // the end of its last line, as far as its fields were read
	const char *next; // what is behind it
};

struct csv_field {
	const char *at; // behind the opening quote, if there is one
	uint32_t len;   // up to the closing one
	bool quoted;
	bool doubled; // holds doubled quotes, of which each is one
};

void csv_text_start(struct csv_text *text, const char *name, const char *at, size_t len);

// Next record that is neither a comment nor empty; fields of the one before must have been read.
bool csv_record_next(struct csv_text *text);

// As csv_field_next(), for one that is quoted, begins with a blank or is empty.
int csv_odd_field_next(struct csv_text *text, const char **at, struct csv_field *field,
		       struct fault *fault);

// The record's field at *at, which moves on; starts at text->at. 1: there is one; 0: none is left;
// -EINVAL: fault says what is wrong, and *at stands where.
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

// The field's own text into `out` of at least field->len bytes, which may be where it stands. Returns
// its length.
uint32_t csv_field_copy(const struct csv_field *field, char *out);

// Fail at a place in the record.
int csv_text_fail(const struct csv_text *text, const char *at, const struct fault *fault,
		  struct hl_error *err);
