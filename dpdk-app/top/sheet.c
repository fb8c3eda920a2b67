// SPDX-License-Identifier: BSD-3-Clause
// Writes texts into cells. Names come from files and from the network, so nothing in them may move the
// cursor or change the terminal.

#include "top/sheet.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_ROOM 1024

int sheet_resize(struct sheet *s, int rows, int columns)
{
	struct cell *cells = calloc((size_t)rows * (size_t)columns + 1, sizeof(*cells));

	if (!cells)
		return -ENOMEM;
	free(s->cells);
	s->cells = cells;
	s->rows = rows;
	s->columns = columns;
	sheet_clear(s);
	return 0;
}

void sheet_free(struct sheet *s)
{
	free(s->cells);
	*s = (struct sheet){ 0 };
}

void sheet_clear(struct sheet *s)
{
	for (int k = 0; k < s->rows * s->columns; k++)
		s->cells[k] = (struct cell){ .character = L' ', .ink = INK_PLAIN };
	sheet_window(s, 0, s->rows, 0);
}

void sheet_window(struct sheet *s, int first, int end, int scroll)
{
	s->first = first;
	s->end = end < s->rows ? end : s->rows;
	s->scroll = scroll;
}

// The cells of a row; NULL: it is not seen.
static struct cell *row_cells(const struct sheet *s, int row)
{
	int at = s->first + row - s->scroll;

	return at < s->first || at >= s->end ? NULL : s->cells + (size_t)at * (size_t)s->columns;
}

// The next character of a text; what is no UTF-8 counts byte by byte.
static wchar_t character_next(const unsigned char **at)
{
	unsigned char first = *(*at)++;
	unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
	wchar_t c = more ? first & (0x3f >> more) : first;

	if (first >= 0x80 && !more)
		return L'?';
	for (; more > 0; more--) {
		if ((**at & 0xc0) != 0x80)
			return L'?';
		c = c << 6 | (*(*at)++ & 0x3f);
	}
	return c;
}

static int width_of(const struct sheet *s, wchar_t *c)
{
	int width = *c < 0x80 || s->utf8 ? wcwidth(*c) : -1;

	if (width >= 0)
		return width;
	*c = L'?';
	return 1;
}

static int text_put(struct sheet *s, struct cell *cells, int column, enum ink ink, const char *text)
{
	for (const unsigned char *at = (const void *)text; *at;) {
		wchar_t c = character_next(&at);
		int width = width_of(s, &c);
		if (width == 0)
			continue;
		if (column + width > s->columns)
			break;
		cells[column++] = (struct cell){ .character = c, .ink = ink };
		if (width == 2)
			cells[column++] = (struct cell){ .ink = ink };
	}
	return column;
}

int sheet_put(struct sheet *s, int row, int column, enum ink ink, const char *format, ...)
{
	struct cell *cells = row_cells(s, row);
	char text[TEXT_ROOM];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return cells && column >= 0 ? text_put(s, cells, column, ink, text) : column;
}

void sheet_bar(struct sheet *s, int row, int column, int width, double share)
{
	struct cell *cells = row_cells(s, row);
	int full = (int)(share * width + 0.5);

	if (full == 0 && share > 0)
		full = 1;
	for (int k = 0; cells && k < width && column + k < s->columns; k++)
		cells[column + k] = (struct cell){
			.character = k >= full ? (s->utf8 ? L'░' : L'.') : (s->utf8 ? L'█' : L'#'),
			.ink = k < full ? INK_PLAIN : INK_FAINT,
		};
}

void sheet_row_ink(struct sheet *s, int row, enum ink ink)
{
	struct cell *cells = row_cells(s, row);

	for (int k = 0; cells && k < s->columns; k++)
		cells[k].ink = ink;
}
