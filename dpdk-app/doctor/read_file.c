// SPDX-License-Identifier: BSD-3-Clause
// Reads files of the kernel.

#include "doctor/read_file.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static void path_make(char path[ROOT_PATH_ROOM], const char *root, const char *format, va_list args)
{
	int n = snprintf(path, ROOT_PATH_ROOM, "%s", root);

	if (n < 0 || n >= ROOT_PATH_ROOM)
		n = 0;
	vsnprintf(path + n, ROOT_PATH_ROOM - (size_t)n, format, args);
}

void root_path(char path[ROOT_PATH_ROOM], const char *root, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	path_make(path, root, format, args);
	va_end(args);
}

bool root_line(char *out, size_t room, const char *root, const char *format, ...)
{
	char path[ROOT_PATH_ROOM];
	va_list args;

	va_start(args, format);
	path_make(path, root, format, args);
	va_end(args);
	*out = 0;
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	bool got = fgets(out, (int)room, file) != NULL;
	out[strcspn(out, "\n")] = 0;
	fclose(file);
	return got;
}

bool root_exists(const char *root, const char *format, ...)
{
	char path[ROOT_PATH_ROOM];
	va_list args;

	va_start(args, format);
	path_make(path, root, format, args);
	va_end(args);
	return access(path, F_OK) == 0;
}

void root_link(char *out, size_t room, const char *root, const char *format, ...)
{
	char path[ROOT_PATH_ROOM], target[ROOT_PATH_ROOM];
	va_list args;

	va_start(args, format);
	path_make(path, root, format, args);
	va_end(args);
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	target[len > 0 ? len : 0] = 0;
	const char *slash = strrchr(target, '/');
	snprintf(out, room, "%s", slash ? slash + 1 : target);
}
