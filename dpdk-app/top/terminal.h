// SPDX-License-Identifier: BSD-3-Clause
// The terminal, by ncurses: shows a sheet, reads keys, and is as it was before once it is closed.
#pragma once

#include <stdbool.h>

#include <heartline/error.h>

#include "top/sheet.h"

// Are stdin and stdout a terminal?
bool terminal_is_there(void);

// And is this process in their foreground? Behind it, whoever reads them is stopped.
bool terminal_is_ours(void);

// -ENOTTY, -ENXIO with a message. One for a process.
int terminal_open(struct sheet *sheet, struct hl_error *err);
// From here on Ctrl-Z is a key as others, and nothing of job control stops this process.
void terminal_keep(void);
void terminal_close(void);

// Show the sheet: what has changed is written.
void terminal_show(const struct sheet *sheet);

// The next key, a character or of enum top_key; -1: none now; 0: one that means nothing. After a change of the
// terminal's size the sheet has the new one.
int terminal_key(struct sheet *sheet);
