// SPDX-License-Identifier: BSD-3-Clause
// The C library changes all threads at once, those of EAL among them; the kernel takes the capabilities of each
// when it stops being root.

#include "base/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int user_find(struct user *user, const char *name, struct hl_error *err)
{
	*user = (struct user){ 0 };
	if (!name || !*name)
		return 0;
	errno = 0;
	const struct passwd *entry = getpwnam(name);
	if (!entry)
		return hl_fail(
			err, EINVAL,
			"user: \"%.100s\": %s; name one of this system (getent passwd lists them)",
			name, errno ? strerror(errno) : "there is no such user");
	if (geteuid() != 0 && entry->pw_uid != geteuid())
		return hl_fail(
			err, EPERM,
			"user: \"%.100s\": only root can become another user: leave it out, or "
			"start heartline as root",
			name);
	user->uid = entry->pw_uid;
	user->gid = entry->pw_gid;
	snprintf(user->name, sizeof(user->name), "%s", name);
	return 0;
}

int user_give_file(const struct user *user, const char *path, struct hl_error *err)
{
	if (!user->name[0] || geteuid() != 0 || lchown(path, user->uid, user->gid) == 0 ||
	    errno == ENOENT)
		return 0;
	return hl_fail(err, errno, "user: %s: %s", path, strerror(errno));
}

int user_become(const struct user *user, struct hl_error *err)
{
	if (!user->name[0] || geteuid() == user->uid)
		return 0;
	if (initgroups(user->name, user->gid) < 0 ||
	    setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		return hl_fail(err, errno, "user: %s: %s", user->name, strerror(errno));
	if (setuid(0) == 0)
		return hl_fail(err, EPERM, "user: %s: root could not be given up", user->name);
	return 0;
}
