// SPDX-License-Identifier: BSD-3-Clause
// Finds the run that heartline ctl is to speak to.

#include "surface/control_socket.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "device/runtime_dir.h"

#define FOUND_MAX 16
#define NAME_ROOM 16

struct found {
	unsigned n;
	char names[FOUND_MAX][NAME_ROOM]; // numbers of processes
};

// -1 with errno.
static int path_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) > HL_SOCKET_PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const void *)&address, sizeof(address)) < 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static int path_connect_said(const char *path, struct hl_error *err)
{
	int fd = path_connect(path);

	if (fd >= 0)
		return fd;
	if (errno == ECONNREFUSED || errno == ENOENT)
		return hl_fail(err, errno,
			       "%s: no run listens there; heartline run says its path with "
			       "control_socket, or --control",
			       path);
	return hl_fail(err, errno, "%s: %s", path, strerror(errno));
}

// "4711.sock", as a run names its socket.
bool control_socket_is_named(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	return digits > 0 && digits < NAME_ROOM && !strcmp(name + digits, ".sock");
}

static void socket_path(char path[RUNTIME_DIR_ROOM + 32], const char *folder, const char *instance)
{
	snprintf(path, RUNTIME_DIR_ROOM + 32, "%s/%.15s.sock", folder, instance);
}

// Those that somebody listens on.
static void folder_look(const char *folder, struct found *found)
{
	char path[RUNTIME_DIR_ROOM + 32], name[NAME_ROOM];
	DIR *dir = opendir(folder);

	for (struct dirent *e; dir && found->n < FOUND_MAX && (e = readdir(dir));) {
		if (!control_socket_is_named(e->d_name))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(e->d_name, "."), e->d_name);
		socket_path(path, folder, name);
		int fd = path_connect(path);
		if (fd < 0)
			continue;
		close(fd);
		memcpy(found->names[found->n++], name, sizeof(name));
	}
	if (dir)
		closedir(dir);
}

static int several(const struct found *found, struct hl_error *err)
{
	char list[FOUND_MAX * (NAME_ROOM + 2)] = "";
	size_t len = 0;

	for (unsigned i = 0; i < found->n; i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "",
					found->names[i]);
	return hl_fail(err, EINVAL,
		       "%u runs are there: %s; choose one by --instance, as in --instance %s",
		       found->n, list, found->names[0]);
}

int control_socket_connect(const char *path, const char *instance, struct hl_error *err)
{
	char folder[RUNTIME_DIR_ROOM], chosen[RUNTIME_DIR_ROOM + 32];
	struct found found = { 0 };

	if (path && instance)
		return hl_fail(err, EINVAL, "--socket and --instance exclude each other: give one");
	if (path)
		return path_connect_said(path, err);
	runtime_dir_own(folder);
	if (instance && strspn(instance, "0123456789") != strlen(instance))
		return hl_fail(
			err, EINVAL,
			"--instance: \"%s\": give the number of its process; heartline ctl status "
			"lists them when there are several",
			instance);
	if (!instance) {
		folder_look(folder, &found);
		if (found.n > 1)
			return several(&found, err);
		if (found.n == 0)
			return hl_fail(
				err, ENOENT,
				"no run has its socket in %s; start one by heartline run, or "
				"give the path of its socket by --socket",
				folder);
		instance = found.names[0];
	}
	socket_path(chosen, folder, instance);
	return path_connect_said(chosen, err);
}
