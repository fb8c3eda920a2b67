// SPDX-License-Identifier: BSD-3-Clause
// What is to be seen of a viewer.
#pragma once

#include "top/viewer.h"

// The whole screen: title, page, what was said, keys. Says so when the sheet is too small.
void top_draw(struct viewer *viewer, struct sheet *sheet, uint64_t now_ns);

// The pages, each from row 0 on. @return the rows that it has, some of which may not be seen
int screen_main(const struct viewer *viewer, struct sheet *sheet);
int screen_lines(const struct viewer *viewer, struct sheet *sheet);
int screen_servers(const struct viewer *viewer, struct sheet *sheet);
int screen_line(const struct viewer *viewer, struct sheet *sheet);
int screen_help(const struct viewer *viewer, struct sheet *sheet);
