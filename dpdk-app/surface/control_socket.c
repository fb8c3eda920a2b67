// SPDX-License-Identifier: BSD-3-Clause
// Makes and removes the socket's file. Whether somebody still listens is found out by connecting, and two
// runs that start at the same moment take turns by a lock on the folder.

#include "surface/control_socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "device/runtime_dir.h"

#define BACKLOG 16

static int address_set(struct sockaddr_un *address, const char *path, struct hl_error *err)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) > HL_SOCKET_PATH_MAX)
		return hl_fail(
			err, ENAMETOOLONG,
			"control_socket: %s: %zu characters, allowed 1..%d; give a shorter one "
			"by --control",
			path, strlen(path), HL_SOCKET_PATH_MAX);
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

static int path_choose(char path[CONTROL_PATH_ROOM], const char *wanted, struct hl_error *err)
{
	char folder[RUNTIME_DIR_ROOM], chosen[RUNTIME_DIR_ROOM + 32];

	if (wanted) {
		snprintf(path, CONTROL_PATH_ROOM, "%s", wanted);
		return 0;
	}
	runtime_dir_own(folder);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return hl_fail(err, errno,
			       "control_socket: %s: %s; give a path by --control, or --control off",
			       folder, strerror(errno));
	int rc = runtime_dir_check(folder, err); // even a new folder, because of umask and races
	if (rc < 0)
		return rc;
	snprintf(chosen, sizeof(chosen), "%s/%u.sock", folder, (unsigned)getpid());
	struct sockaddr_un address;
	rc = address_set(&address, chosen, err);
	if (rc == 0)
		snprintf(path, CONTROL_PATH_ROOM, "%s", address.sun_path);
	return rc;
}

// 0: nothing is there any more. Under the folder's lock.
static int stale_remove(const struct sockaddr_un *address, struct hl_error *err)
{
	const char *path = address->sun_path;
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0
				       : hl_fail(err, errno, "control_socket: %s: %s", path,
						 strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return hl_fail(err, EEXIST,
			       "control_socket: %s: is there, and is no socket; remove it, or give "
			       "another path",
			       path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc = connect(fd, (const void *)address, sizeof(*address));
	int error = errno;
	close(fd);
	if (rc == 0 || error != ECONNREFUSED) // EAGAIN: so many wait for it that it must be alive
		return hl_fail(err, EADDRINUSE,
			       "control_socket: %s: another run listens there; stop it, or give "
			       "another path by --control",
			       path);
	if (unlink(path) < 0)
		return hl_fail(err, errno, "control_socket: %s: %s", path, strerror(errno));
	return 0;
}

// Those of runs that could not remove theirs: they were killed, or had given up root.
static void others_stale_remove(const char *folder)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct hl_error unwanted;
	DIR *dir = opendir(folder);

	for (struct dirent *e; dir && (e = readdir(dir));) {
		int n = snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", folder,
				 e->d_name);
		if (n > 0 && (size_t)n < sizeof(address.sun_path) &&
		    control_socket_is_named(e->d_name))
			stale_remove(&address, &unwanted);
	}
	if (dir)
		closedir(dir);
}

// The file has its mode before anybody can connect.
static int socket_listen(struct control_socket *s, const struct sockaddr_un *address,
			 struct hl_error *err)
{
	struct stat st;

	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return hl_fail(err, errno, "control_socket: %s", strerror(errno));
	mode_t before = umask(0177);
	int rc = bind(s->fd, (const void *)address, sizeof(*address));
	umask(before);
	if (rc == 0)
		rc = lstat(address->sun_path, &st);
	if (rc == 0)
		rc = listen(s->fd, BACKLOG);
	if (rc < 0) {
		rc = hl_fail(err, errno, "control_socket: %s: %s; give another path by --control",
			     address->sun_path, strerror(errno));
		close(s->fd);
		s->fd = -1;
		return rc;
	}
	s->made = st;
	return 0;
}

int control_socket_open(struct control_socket *s, const char *wanted, struct hl_error *err)
{
	struct sockaddr_un address;
	char folder[CONTROL_PATH_ROOM];

	*s = (struct control_socket){ .fd = -1 };
	if (wanted && !strcmp(wanted, "off"))
		return 0;
	int rc = path_choose(s->path, wanted, err);
	if (rc == 0)
		rc = address_set(&address, s->path, err);
	if (rc == 0) {
		memcpy(folder, s->path, sizeof(folder));
		int lock = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (lock < 0)
			rc = hl_fail(err, errno, "control_socket: %s: %s", s->path,
				     strerror(errno));
		if (lock >= 0)
			flock(lock, LOCK_EX);
		if (rc == 0)
			rc = stale_remove(&address, err);
		if (rc == 0 && !wanted)
			others_stale_remove(folder);
		if (rc == 0)
			rc = socket_listen(s, &address, err);
		if (lock >= 0)
			close(lock);
	}
	if (rc < 0)
		s->path[0] = 0;
	return rc;
}

int control_socket_offer(struct control_socket *s, const char *wanted, bool quiet,
			 struct hl_error *err)
{
	int rc = control_socket_open(s, wanted, err);

	if (rc == 0 || wanted)
		return rc;
	if (!quiet)
		fprintf(stderr, "heartline: no control socket, so no heartline ctl: %s\n",
			err->text);
	*err = (struct hl_error){ 0 };
	return 0;
}

void control_socket_close(struct control_socket *s)
{
	struct stat st;

	if (s->path[0] == 0)
		return;
	if (lstat(s->path, &st) == 0 && st.st_ino == s->made.st_ino &&
	    st.st_ctim.tv_sec == s->made.st_ctim.tv_sec &&
	    st.st_ctim.tv_nsec == s->made.st_ctim.tv_nsec)
		unlink(s->path);
	close(s->fd);
	*s = (struct control_socket){ .fd = -1 };
}

bool control_socket_peer_allowed(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	       (peer.uid == geteuid() || peer.uid == 0);
}
