// SPDX-License-Identifier: BSD-3-Clause
// Anybody can create a folder of any name in /tmp, so one that exists already is checked before it
// is used.

#include "device/runtime_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAY_OUT "remove it, or set RUNTIME_DIRECTORY to a folder of your own"

int runtime_dir_check(const char *path, struct hl_error *err)
{
	struct hl_error unwanted;
	struct stat st;

	err = err ? err : &unwanted;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return hl_fail(err, EINVAL, "%s: a symbolic link or a file, not a folder: " WAY_OUT,
			       path);
	if (fd < 0)
		return hl_fail(err, EINVAL, "%s: %s: " WAY_OUT, path, strerror(errno));
	int rc = fstat(fd, &st);
	close(fd);
	if (rc < 0)
		return hl_fail(err, EINVAL, "%s: %s: " WAY_OUT, path, strerror(errno));
	if (st.st_uid != geteuid())
		return hl_fail(err, EINVAL, "%s: belongs to user %u, not to %u: " WAY_OUT, path,
			       (unsigned)st.st_uid, (unsigned)geteuid());
	if (st.st_mode & 077)
		return hl_fail(err, EINVAL,
			       "%s: others may use it (mode %03o): chmod 700 it, or " WAY_OUT, path,
			       (unsigned)st.st_mode & 0777);
	return 0;
}

void runtime_dir_own(char path[RUNTIME_DIR_ROOM])
{
	const char *given = getenv("RUNTIME_DIRECTORY"), *base = getenv("XDG_RUNTIME_DIR");

	if (given && *given)
		snprintf(path, RUNTIME_DIR_ROOM, "%s", given);
	else if (geteuid() == 0)
		snprintf(path, RUNTIME_DIR_ROOM, "/run/heartline");
	else if (base && runtime_dir_check(base, NULL) == 0)
		snprintf(path, RUNTIME_DIR_ROOM, "%s/heartline", base);
	else
		snprintf(path, RUNTIME_DIR_ROOM, "/tmp/heartline-%u", (unsigned)geteuid());
}

// EAL keeps its run-time files in the folder "dpdk" below XDG_RUNTIME_DIR or /tmp. An ordinary user
// may not be allowed to write there (a stale XDG_RUNTIME_DIR after su), or another user may have
// created it.
int runtime_dir_choose(struct hl_error *err)
{
	const char *base = getenv("XDG_RUNTIME_DIR");
	char path[512];

	if (geteuid() == 0 || getenv("RUNTIME_DIRECTORY"))
		return 0;
	base = base ? base : "/tmp";
	snprintf(path, sizeof(path), "%s/dpdk", base);
	int rc = runtime_dir_check(path, NULL);
	if (rc == 0 || (rc == -ENOENT && access(base, W_OK | X_OK) == 0))
		return 0;
	snprintf(path, sizeof(path), "/tmp/heartline-%u", (unsigned)geteuid());
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return hl_fail(err, errno, "%s: %s: set RUNTIME_DIRECTORY to a folder of your own",
			       path, strerror(errno));
	rc = runtime_dir_check(path, err); // even a new folder, because of umask and races
	if (rc == 0)
		setenv("RUNTIME_DIRECTORY", path, 1);
	return rc == -ENOENT ? hl_fail(err, EINVAL, "%s: disappeared: start again", path) : rc;
}
