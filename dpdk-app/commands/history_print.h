// SPDX-License-Identifier: BSD-3-Clause
// Prints rows of a history: a table for people, CSV (RFC 4180) or JSON for programs.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum rows_format { ROWS_TEXT, ROWS_CSV, ROWS_JSON };

enum column_kind {
	COLUMN_TEXT,
	COLUMN_WHOLE,
	COLUMN_TIME, // ms since 1970; 0: "-", null
	COLUMN_SPAN, // ms
};

struct column {
	const char *key;   // NULL: not for programs
	const char *title; // NULL: not in the table
	int width;         // in the table
	enum column_kind kind;
};

struct cell {
	const char *text; // COLUMN_TEXT; NULL: "-", null
	int64_t value;    // of the other kinds
};

// Columns end with neither key nor title.
struct rows {
	enum rows_format format;
	const struct column *columns;
	FILE *to; // memory, until rows_flush()
	char *text;
	size_t len;
	uint64_t n;
};

void rows_begin(struct rows *rows, enum rows_format format, const struct column columns[]);
void rows_add(struct rows *rows, const struct cell cells[]);
void rows_flush(struct rows *rows); // to stdout, which may be slow
void rows_end(struct rows *rows);

#define MOMENT_ROOM 32
// "2026-11-29T11:46:02.123Z"
const char *moment_text(int64_t ms, char out[MOMENT_ROOM]);
