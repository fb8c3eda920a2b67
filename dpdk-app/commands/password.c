// SPDX-License-Identifier: BSD-3-Clause
// Reads the password. A file that everybody can read or write is refused.

#include "commands/password.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Accept a regular file, and a pipe as in --password-file <(pass show lab).
static int access_check(int fd, const char *path, struct hl_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return hl_fail(err, errno, "--password-file: %s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return hl_fail(err, EINVAL,
			       "--password-file: %s: a folder: write the name of a file", path);
	if (S_ISREG(st.st_mode) && st.st_mode & (S_IROTH | S_IWOTH))
		return hl_fail(
			err, EINVAL,
			"--password-file: %s: everybody can read or write it (mode %03o): chmod o-rw it",
			path, (unsigned)st.st_mode & 0777);
	return 0;
}

// Editors add a newline at the end.
static int content_read(int fd, const char *path, char room[PASSWORD_FILE_MAX + 1],
			struct hl_error *err)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, room + len, PASSWORD_FILE_MAX + 1 - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		return hl_fail(err, errno, "--password-file: %s: %s", path, strerror(errno));
	if (len > PASSWORD_FILE_MAX)
		return hl_fail(err, EINVAL, "--password-file: %s: longer than %d bytes", path,
			       PASSWORD_FILE_MAX);
	if (len > 0 && room[len - 1] == '\n')
		len -= len > 1 && room[len - 2] == '\r' ? 2 : 1;
	if (len == 0)
		return hl_fail(err, EINVAL, "--password-file: %s: empty: write the password in it",
			       path);
	if (memchr(room, '\0', len) || memchr(room, '\n', len))
		return hl_fail(err, EINVAL,
			       "--password-file: %s: it must hold one line, the password", path);
	room[len] = '\0';
	return 0;
}

static int file_read(const char *path, char room[PASSWORD_FILE_MAX + 1], struct hl_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return hl_fail(err, errno, "--password-file: %s: %s", path, strerror(errno));
	int rc = access_check(fd, path, err);
	if (rc == 0)
		rc = content_read(fd, path, room, err);
	close(fd);
	return rc;
}

int password_choose(const struct password_source *source, char room[PASSWORD_FILE_MAX + 1],
		    const char **password, struct hl_error *err)
{
	const char *variable = getenv(PASSWORD_VARIABLE);

	*password = source->text;
	if (source->text && source->file)
		return hl_fail(err, EINVAL,
			       "--password and --password-file exclude each other: give one");
	if (source->text)
		return 0;
	if (source->file) {
		*password = room;
		return file_read(source->file, room, err);
	}
	*password = variable && *variable ? variable : NULL;
	return 0;
}
