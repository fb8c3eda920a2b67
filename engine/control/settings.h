// SPDX-License-Identifier: BSD-3-Clause
// The settings of a profile, as they were configured: copied, and held against others that are to replace them.
#pragma once

#include <heartline/config.h>

// -ENOMEM: nothing is left of it.
int settings_copy(struct hl_profile *copy, const struct hl_profile *profile);
void settings_free(struct hl_profile *profile);

// May lines go on with `next` while they run? -EINVAL with a message that says which key may not change, and why.
int settings_check(const struct hl_profile *now, const struct hl_profile *next,
		   struct hl_error *err);

// Do their messages differ?
bool settings_differ_in_text(const struct hl_profile *a, const struct hl_profile *b);
