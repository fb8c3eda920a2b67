// SPDX-License-Identifier: BSD-3-Clause
// The folder for EAL's run-time files, which nobody else may be able to write to.
#pragma once

#include <heartline/error.h>

#define RUNTIME_DIR_ROOM 512

// Check that this is a folder and no symbolic link, that it belongs to this user, and that others
// can neither read, enter nor write it.
// @return 0; -ENOENT when there is none; -EINVAL with a message in err, which may be NULL
int runtime_dir_check(const char *path, struct hl_error *err);

// The folder for heartline's own sockets: RUNTIME_DIRECTORY, or /run/heartline for root, or the folder
// "heartline" below XDG_RUNTIME_DIR when that is usable, or /tmp/heartline-UID. The same for the run
// and for those who look for it, as long as their environments agree.
void runtime_dir_own(char path[RUNTIME_DIR_ROOM]);

// When EAL's own choice is not usable, make it use a folder below the temporary folder.
int runtime_dir_choose(struct hl_error *err);
