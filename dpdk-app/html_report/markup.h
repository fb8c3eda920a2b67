// SPDX-License-Identifier: BSD-3-Clause
// Text in HTML and SVG. Whatever a result says is shown as text, never read as markup.
#pragma once

#include <stdio.h>

// With & < > " and ' escaped; other control characters, which XML forbids, as spaces. NULL: "-".
void markup_text(FILE *to, const char *text);

// A tag with a text in it, as in markup_tag(to, "td class=n", "1,234").
void markup_tag(FILE *to, const char *tag, const char *text);
