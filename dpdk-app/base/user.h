// SPDX-License-Identifier: BSD-3-Clause
// Gives up root: the process goes on as another user, without any capability.
#pragma once

#include <sys/types.h>

#include <heartline/error.h>

struct user {
	char name[64]; // empty: the process stays who it is
	uid_t uid;
	gid_t gid;
};

// Look it up; NULL or empty: nobody in particular. Only root can become another user.
// @return 0; -EINVAL, -EPERM with a message that begins with "user: "
int user_find(struct user *user, const char *name, struct hl_error *err);

// A file that was made as root, and that the user is to go on with. Without one of that name, nothing.
int user_give_file(const struct user *user, const char *path, struct hl_error *err);

// Every thread of the process becomes the user, with the user's groups. Nothing leads back.
int user_become(const struct user *user, struct hl_error *err);
