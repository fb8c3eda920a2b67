// SPDX-License-Identifier: BSD-3-Clause
// The one place where an error gets its text.
#include <heartline/error.h>

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

int hl_fail(struct hl_error *err, int code, const char *format, ...)
{
	assert(code > 0);
	if (err != NULL) {
		// err's own text may be an argument ("line 3: %s"), so build the new one apart.
		struct hl_error made = { .code = code };
		va_list args;

		va_start(args, format);
		vsnprintf(made.text, sizeof(made.text), format, args);
		va_end(args);
		*err = made;
	}
	return -code;
}
