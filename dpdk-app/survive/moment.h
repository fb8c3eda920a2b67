// SPDX-License-Identifier: BSD-3-Clause
// Now, by clocks that the next run can hold its own against.
#pragma once

#include <heartline/saved.h>

struct hl_moment moment_now(void);
