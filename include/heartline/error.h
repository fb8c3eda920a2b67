// SPDX-License-Identifier: BSD-3-Clause
// One error convention: functions return 0 or -errno, the text says what, where, and what is
// allowed.
#pragma once

#define HL_ERROR_TEXT 2048

struct hl_error {
	int code;                 // errno value, 0: none
	char text[HL_ERROR_TEXT]; // one message: place, what, allowed; may hold several lines
};

/**
 * Fill @p err (may be NULL) with a formatted message.
 *
 * @param code  positive errno value
 * @return -code, so that a caller writes `return hl_fail(err, EINVAL, "...")`
 */
int hl_fail(struct hl_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
