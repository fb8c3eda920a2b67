// SPDX-License-Identifier: BSD-3-Clause
// Reads a whole file: a regular one by its size, a pipe until it ends.
#include "control/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FIRST_ROOM 65536

int file_read(const char *path, char **text, size_t *len)
{
	FILE *file = fopen(path, "rb");
	size_t room = FIRST_ROOM, n = 0;
	struct stat about;
	char *buffer = NULL;
	int rc = 0;

	if (file == NULL)
		return -errno;
	if (fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode))
		room = (size_t)about.st_size +
		       2; // one more than its size, so that the end is seen by the first read
	for (;;) {
		char *more = realloc(buffer, room);

		if (more == NULL) {
			rc = -ENOMEM;
			break;
		}
		buffer = more;
		n += fread(buffer + n, 1, room - 1 - n, file);
		if (ferror(file)) {
			rc = errno != 0 ? -errno : -EIO;
			break;
		}
		if (n < room - 1)
			break;
		room *= 2;
	}
	fclose(file);
	if (rc != 0) {
		free(buffer);
		return rc;
	}
	buffer[n] = '\0';
	*text = buffer;
	*len = n;
	return 0;
}

char *file_beside(const char *from, const char *path)
{
	const char *slash = from != NULL && *path != '/' ? strrchr(from, '/') : NULL;
	size_t folder = slash != NULL ? (size_t)(slash + 1 - from) : 0;
	char *joined = malloc(folder + strlen(path) + 1);

	if (joined != NULL) {
		if (folder > 0)
			memcpy(joined, from, folder);
		strcpy(joined + folder, path);
	}
	return joined;
}
