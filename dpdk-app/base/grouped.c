// SPDX-License-Identifier: BSD-3-Clause
// A comma before each group of three digits.

#include "base/grouped.h"

#include <inttypes.h>
#include <stdio.h>

const char *grouped_text(uint64_t value, char out[GROUPED_ROOM])
{
	char digits[GROUPED_ROOM];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, value);
	char *at = out;

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			*at++ = ',';
		*at++ = digits[i];
	}
	*at = 0;
	return out;
}
