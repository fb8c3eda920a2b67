// SPDX-License-Identifier: BSD-3-Clause
// The folder of EAL's run-time files: one that only we can write to.
#pragma once

#include <heartline/error.h>

// A folder, no symbolic link, of this user, that others can neither read, enter nor write?
// @return 0; -ENOENT there is none; -EINVAL, and err says what it is instead. err: NULL, not wanted.
int runtime_dir_check(const char *path, struct hl_error *err);

// Where EAL's own choice will not do, name one in the temporary folder.
int runtime_dir_choose(struct hl_error *err);
