// SPDX-License-Identifier: BSD-3-Clause
// Random bytes, from getrandom(2).

#include "base/random.h"

#include <errno.h>

#include <sys/random.h>
#include <sys/types.h>

int random_fill(void *out, size_t bytes, struct hl_error *err)
{
	if (getrandom(out, bytes, 0) == (ssize_t)bytes)
		return 0;
	return hl_fail(err, EIO, "getrandom: no random numbers from the system");
}
