// SPDX-License-Identifier: BSD-3-Clause
// Writes snapshots. A file that is there is never written over: the name counts on.

#include "top/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TRIES 100

static json_t *snapshot(const struct viewer *v, const struct tm *utc)
{
	static const char *const pages[] = { "main", "lines", "servers", "line", "help" };
	const struct {
		const char *key;
		json_t *answer;
		bool shown;
	} parts[] = {
		{ "status", v->status, true },
		{ "lines", v->lines, v->page == TOP_LINES },
		{ "line", v->line, v->page == TOP_LINE },
		{ "servers", v->servers, v->page == TOP_SERVERS },
	};
	char time[32];

	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", utc);
	json_t *object = json_pack("{ss ss}", "time", time, "page", pages[v->page]);
	for (unsigned i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (parts[i].shown && parts[i].answer)
			json_object_set(object, parts[i].key, parts[i].answer);
	return object;
}

static int file_make(const struct tm *utc, char name[TOP_FILE_ROOM])
{
	char stamp[32];
	int fd = -1;

	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", utc);
	errno = EEXIST;
	for (int k = 1; fd < 0 && errno == EEXIST && k < TRIES; k++) {
		char count[16] = "";
		if (k > 1)
			snprintf(count, sizeof(count), "-%d", k);
		snprintf(name, TOP_FILE_ROOM, "heartline-top-%s%s.json", stamp, count);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	}
	return fd;
}

int top_save(const struct viewer *v, time_t now, char name[TOP_FILE_ROOM], struct hl_error *err)
{
	struct tm utc;
	json_t *object;
	int fd, rc;

	if (!v->status)
		return hl_fail(err, ENODATA, "nothing to save: the run has not answered yet");
	gmtime_r(&now, &utc);
	fd = file_make(&utc, name);
	if (fd < 0)
		return hl_fail(err, errno, "%s: %s", name, strerror(errno));
	object = snapshot(v, &utc);
	errno = EIO;
	rc = json_dumpfd(object, fd, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	if (rc == 0)
		rc = write(fd, "\n", 1) == 1 ? 0 : -1;
	if (close(fd) < 0 || rc < 0) {
		rc = hl_fail(err, errno, "%s: %s", name, strerror(errno));
		unlink(name);
	}
	json_decref(object);
	return rc;
}
