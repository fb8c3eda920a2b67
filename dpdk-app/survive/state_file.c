// SPDX-License-Identifier: BSD-3-Clause
// A temporary file, fsync, rename, fsync of the folder: a crash at any instant leaves the old file or the new one.

#include "survive/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

int state_file_begin(struct state_file *file, const struct state_folder *folder, unsigned worker)
{
	file->folder = folder;
	state_folder_name(folder, worker, file->name);
	snprintf(file->temporary, sizeof(file->temporary), "%s.tmp", file->name);
	file->fd = openat(folder->fd, file->temporary,
			  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	return file->fd < 0 ? -errno : 0;
}

int state_file_add(struct state_file *file, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = write(file->fd, at, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int state_file_commit(struct state_file *file)
{
	int rc = fsync(file->fd) < 0 ? -errno : 0;

	if (close(file->fd) < 0 && rc == 0)
		rc = -errno;
	file->fd = -1;
	if (rc == 0 &&
	    renameat(file->folder->fd, file->temporary, file->folder->fd, file->name) < 0)
		rc = -errno;
	if (rc == 0 && fsync(file->folder->fd) < 0)
		rc = -errno;
	if (rc < 0)
		unlinkat(file->folder->fd, file->temporary, 0);
	return rc;
}

void state_file_drop(struct state_file *file)
{
	if (file->fd < 0)
		return;
	close(file->fd);
	file->fd = -1;
	unlinkat(file->folder->fd, file->temporary, 0);
}

int state_file_read(const struct state_folder *folder, const char *name, uint8_t **bytes,
		    size_t *len)
{
	int fd = openat(folder->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc = 0;
	struct stat st;

	*bytes = NULL;
	*len = 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		rc = -errno;
	else if (!S_ISREG(st.st_mode))
		rc = -EINVAL;
	else if (!(*bytes = malloc((size_t)st.st_size + 1)))
		rc = -ENOMEM;
	while (rc == 0 && *len < (size_t)st.st_size) {
		ssize_t n = read(fd, *bytes + *len, (size_t)st.st_size - *len);

		if (n <= 0 && !(n < 0 && errno == EINTR))
			break;
		*len += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	return rc;
}
