// SPDX-License-Identifier: BSD-3-Clause
// The folder, its lock, and the names of the files in it.

#include "survive/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

#define LOCK_WAIT_MS 1000
#define LOCK_STEP_MS 10

static const char lock_name[] = "lock";

// False: it is none of ours.
static bool name_read(const char *name, uint64_t *run, bool *is_temporary)
{
	unsigned worker;
	int end = 0;

	if (sscanf(name, "run-%" SCNu64 "-worker-%u.state%n", run, &worker, &end) != 2 || end == 0)
		return false;
	*is_temporary = strcmp(name + end, ".tmp") == 0;
	return *is_temporary || name[end] == '\0';
}

void state_folder_name(const struct state_folder *folder, unsigned worker,
		       char name[STATE_NAME_ROOM])
{
	snprintf(name, STATE_NAME_ROOM, "run-%" PRIu64 "-worker-%u.state", folder->run, worker);
}

// Each entry but "." and "..".
static int each_entry(const struct state_folder *folder,
		      int (*found)(void *context, const char *name), void *context)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (!dir) {
		rc = -errno;
		if (fd >= 0)
			close(fd);
		return rc;
	}
	while (rc == 0 && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			rc = found(context, entry->d_name);
	closedir(dir);
	return rc;
}

static int look_at(void *context, const char *name)
{
	struct state_folder *folder = context;
	bool is_temporary;
	uint64_t run;

	if (!name_read(name, &run, &is_temporary))
		folder->is_ours &= strcmp(name, lock_name) == 0;
	else if (run >= folder->run && run < UINT64_MAX)
		folder->run = run + 1;
	return 0;
}

static int cannot(const char *path, int code, const char *cure, struct hl_error *err)
{
	return hl_fail(err, code, "state_dir: %.900s: %s%s", path, strerror(code), cure);
}

// A process that was just killed may still be dying, and hold it. 0, or an error.
static int lock_take(int fd)
{
	const struct timespec pause = { .tv_nsec = LOCK_STEP_MS * 1000000 };

	for (unsigned ms = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; ms += LOCK_STEP_MS) {
		if (errno != EWOULDBLOCK || ms >= LOCK_WAIT_MS)
			return errno;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int open_lock(struct state_folder *folder, struct hl_error *err)
{
	char who[24] = "";

	folder->lock = openat(folder->fd, lock_name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			      0600);
	if (folder->lock < 0)
		return cannot(folder->path, errno, ": choose a folder that this user can write to",
			      err);
	int rc = lock_take(folder->lock);
	if (rc != 0 && rc != EWOULDBLOCK)
		return cannot(folder->path, rc, ": choose a folder that can be locked (flock)",
			      err);
	if (rc != 0) {
		ssize_t n = pread(folder->lock, who, sizeof(who) - 1, 0);
		return hl_fail(
			err, EBUSY,
			"state_dir: %.900s: process %.*s runs with it: give each run a folder of "
			"its own, or stop that one first",
			folder->path, n > 0 ? (int)strcspn(who, "\n") : 1, n > 0 ? who : "?");
	}
	int n = snprintf(who, sizeof(who), "%ld\n", (long)getpid());
	if (ftruncate(folder->lock, 0) < 0 || pwrite(folder->lock, who, (size_t)n, 0) < 0)
		who[0] = 0; // a full disk: only the message of the other run knows less
	return 0;
}

int state_folder_open(struct state_folder *folder, const char *path, struct hl_error *err)
{
	*folder = (struct state_folder){ .fd = -1, .lock = -1, .run = 1, .is_ours = true };
	folder->path = strdup(path);
	if (!folder->path)
		return hl_fail(err, ENOMEM, "state_dir: no memory");
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return cannot(path, errno,
			      errno == ENOENT ? ": make the folder above it"
					      : ": choose a place that this user can write to",
			      err);
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd < 0)
		return cannot(path, errno,
			      errno == ENOTDIR ? ": name a folder"
					       : ": choose a folder that this user can read",
			      err);
	int rc = open_lock(folder, err);
	if (rc == 0) {
		rc = each_entry(folder, look_at, folder);
		if (rc < 0)
			rc = cannot(path, -rc, ": choose a folder that this user can read", err);
	}
	return rc;
}

void state_folder_close(struct state_folder *folder)
{
	if (folder->lock >= 0)
		close(folder->lock); // from here on another run may have it
	if (folder->fd >= 0)
		close(folder->fd);
	free(folder->path);
	*folder = (struct state_folder){ .fd = -1, .lock = -1 };
}

struct each {
	int (*found)(void *context, const char *name);
	void *context;
};

static int whole_files(void *context, const char *name)
{
	const struct each *each = context;
	bool is_temporary;
	uint64_t run;

	return name_read(name, &run, &is_temporary) && !is_temporary
		       ? each->found(each->context, name)
		       : 0;
}

int state_folder_each(const struct state_folder *folder,
		      int (*found)(void *context, const char *name), void *context)
{
	struct each each = { found, context };

	return each_entry(folder, whole_files, &each);
}

struct clearing {
	const struct state_folder *folder;
	bool own;
};

static int clear_one(void *context, const char *name)
{
	const struct clearing *c = context;
	bool is_temporary;
	uint64_t run;

	if (name_read(name, &run, &is_temporary) && (c->own || run != c->folder->run))
		unlinkat(c->folder->fd, name, 0);
	return 0;
}

void state_folder_clear(const struct state_folder *folder, bool own)
{
	struct clearing c = { folder, own };

	each_entry(folder, clear_one, &c);
	fsync(folder->fd);
}

struct giving {
	const struct state_folder *folder;
	const struct user *user;
	struct hl_error *err;
};

static int give_one(void *context, const char *name)
{
	const struct giving *g = context;
	bool is_temporary;
	uint64_t run;
	char path[4400];

	if (strcmp(name, lock_name) != 0 && !name_read(name, &run, &is_temporary))
		return 0;
	snprintf(path, sizeof(path), "%s/%s", g->folder->path, name);
	return user_give_file(g->user, path, g->err);
}

int state_folder_give(const struct state_folder *folder, const struct user *user,
		      struct hl_error *err)
{
	struct giving g = { folder, user, err };
	int rc = folder->is_ours ? user_give_file(user, folder->path, err) : 0;

	return rc < 0 ? rc : each_entry(folder, give_one, &g);
}
