// SPDX-License-Identifier: BSD-3-Clause
// What is to be seen, as cells with a character and an ink: pages write here, the terminal shows it, tests
// read it.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

enum ink {
	INK_PLAIN,
	INK_BOLD,
	INK_FAINT,
	INK_TITLE,
	INK_GOOD,
	INK_WARN,
	INK_BAD,
	INKS,
};

struct cell {
	wchar_t character; // 0: the second half of a wide one
	enum ink ink;
};

struct sheet {
	int rows, columns;
	bool utf8;          // else what is no ASCII shows as "?"
	int first, end;     // the rows that are written to now
	int scroll;         // of these rows, so many are above the first one
	struct cell *cells; // rows * columns
};

// All blank. -ENOMEM: it is as it was.
int sheet_resize(struct sheet *sheet, int rows, int columns);
void sheet_free(struct sheet *sheet);
void sheet_clear(struct sheet *sheet);

// From here on row 0 is `first`, less `scroll`; what falls outside of first..end - 1 is not seen.
void sheet_window(struct sheet *sheet, int first, int end, int scroll);

// Write a text, UTF-8, as far as there is room. Control characters show as "?".
// @return the column behind it
int sheet_put(struct sheet *sheet, int row, int column, enum ink ink, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

// A bar of `width` cells, of which a share (0..1) is full; a share above 0 shows at least one.
void sheet_bar(struct sheet *sheet, int row, int column, int width, double share);

// One ink for a whole row.
void sheet_row_ink(struct sheet *sheet, int row, enum ink ink);
