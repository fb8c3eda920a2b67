// SPDX-License-Identifier: BSD-3-Clause
// Reads a secret. A file that others can use is refused, so that nobody is careless without noticing.

#include "base/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

static int access_check(const struct secret_file *f, int fd, struct hl_error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return hl_fail(err, errno, "%s: %s: %s", f->key, f->path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return hl_fail(err, EINVAL, "%s: %s: a folder: write the name of a file", f->key,
			       f->path);
	if (S_ISREG(st.st_mode) && st.st_mode & f->refused)
		return hl_fail(err, EINVAL,
			       "%s: %s: %s can read or write it (mode %03o): chmod %s it", f->key,
			       f->path, st.st_mode & S_IRWXO ? "everybody" : "its group",
			       (unsigned)st.st_mode & 0777, f->cure);
	return 0;
}

static int content_read(const struct secret_file *f, int fd, char *room, struct hl_error *err)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, room + len, f->max + 1 - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		return hl_fail(err, errno, "%s: %s: %s", f->key, f->path, strerror(errno));
	if (len > f->max)
		return hl_fail(err, EINVAL, "%s: %s: longer than %zu bytes", f->key, f->path,
			       f->max);
	if (!f->whole && len > 0 && room[len - 1] == '\n')
		len -= len > 1 && room[len - 2] == '\r' ? 2 : 1;
	if (len == 0)
		return hl_fail(err, EINVAL, "%s: %s: empty: write %s in it", f->key, f->path,
			       f->what);
	if (memchr(room, '\0', len) || (!f->whole && memchr(room, '\n', len)))
		return hl_fail(err, EINVAL, "%s: %s: it must hold %s%s", f->key, f->path,
			       f->whole ? "" : "one line, ", f->what);
	room[len] = '\0';
	return 0;
}

int secret_file_read(const struct secret_file *f, char *room, struct hl_error *err)
{
	int fd = open(f->path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return hl_fail(err, errno, "%s: %s: %s", f->key, f->path, strerror(errno));
	int rc = access_check(f, fd, err);
	if (rc == 0)
		rc = content_read(f, fd, room, err);
	close(fd);
	return rc;
}
