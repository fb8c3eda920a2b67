// SPDX-License-Identifier: BSD-3-Clause
// The header lines of a text that is to be remembered, for who says what in them may differ.
#pragma once

#include "sip/form.h"
#include "sip/header.h"

// One line, its value between `at` and `end`. again: a Via, and not the first.
typedef void form_line_fn(struct form *form, enum header_id id, const char *at, const char *end,
			  bool again);

// Each line, the first one of the text left aside. False: a line is folded or odd, so that a scanner
// alone shall read such texts.
static inline bool form_lines(struct form *form, form_line_fn *line)
{
	const char *at = form->text, *const end = form->text + form->len, *line_end;
	enum line_kind kind;
	bool again = false;
	struct marks m;

	marks_start(&m, at, end);
	while ((kind = line_next(&m, at, &line_end, false)) == LINE_TEXT) {
		const char *colon = at == form->text ? NULL : header_colon(at, line_end, end);

		if (colon != NULL) {
			enum header_id id = header_id(at, name_len(at, colon));

			line(form, id, colon + 1, line_end, again && id == HEADER_VIA);
			again |= id == HEADER_VIA;
		}
		at = line_end + 2;
	}
	return kind == LINE_BLANK;
}
