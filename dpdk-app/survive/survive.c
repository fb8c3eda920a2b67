// SPDX-License-Identifier: BSD-3-Clause
// The course of a run's state: opened, taken up, written, and removed or kept at the end.

#include "survive/survive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/counter.h"
#include "survive/take_up.h"

int survive_open(struct survive **survive, const struct hl_config *config, struct hl_error *err)
{
	*survive = NULL;
	if (!config->state_dir)
		return 0;
	struct survive *s = calloc(1, sizeof(*s));
	if (!s)
		return hl_fail(err, ENOMEM, "state_dir: no memory");
	*survive = s;
	side_thread_init(&s->side);
	s->file.fd = -1;
	s->interval_ns = config->state_interval_ms * 1000000;
	int rc = state_folder_open(&s->folder, config->state_dir, err);
	if (rc == 0)
		rc = take_up_read(s, err);
	return rc;
}

const struct hl_saved *survive_saved(const struct survive *s)
{
	return s ? s->saved : NULL;
}

void survive_take_up(struct survive *s, struct hl_worker *const workers[], unsigned n_workers,
		     uint64_t spread_ms)
{
	if (!s)
		return;
	s->workers = workers;
	s->n_workers = n_workers;
	take_up_lines(s, spread_ms);
	take_up_free(s);
	collect_now(s);
}

int survive_start(struct survive *s, struct control_loop *loop, struct hl_error *err)
{
	if (!s)
		return 0;
	int rc = s->timer = control_loop_add_timer(loop, collect_due, s, err);
	if (rc < 0)
		return rc;
	s->loop = loop;
	rc = side_thread_start(&s->side, "state", writer_main, s);
	if (rc != 0)
		return hl_fail(err, rc, "state_dir: %s: no thread: %s", s->folder.path,
			       strerror(rc));
	control_loop_set_timer(loop, s->timer, s->interval_ns, 0);
	return 0;
}

int survive_give(const struct survive *s, const struct user *user, struct hl_error *err)
{
	return s ? state_folder_give(&s->folder, user, err) : 0;
}

int survive_check(const struct survive *s, const struct user *user, struct hl_error *err)
{
	if (!s || faccessat(s->folder.fd, ".", W_OK | X_OK, 0) == 0)
		return 0;
	return hl_fail(err, errno,
		       "user: %s cannot write to state_dir %s: %s: choose a folder of its own for "
		       "this user",
		       user->name, s->folder.path, strerror(errno));
}

void survive_count(const struct survive *s, struct survive_counts *counts)
{
	*counts = s->counts;
	counts->written = counter_load(&s->written);
	counts->failed = counter_load(&s->failed);
	counts->failing = counter_load(&s->failing);
	snprintf(counts->error, sizeof(counts->error), "%s", counts->failed > 0 ? s->error : "");
}

// False: the writer is inside of a call that does not return, and all that it may still touch is left to it.
static bool stop(struct survive *s)
{
	if (s->loop)
		control_loop_remove(s->loop, s->timer);
	s->loop = NULL;
	bool ended = side_thread_end(&s->side, SURVIVE_END_MS);
	s->side.running &= !ended;
	return ended;
}

void survive_end(struct survive *s, uint64_t bound)
{
	if (!s)
		return;
	if (!stop(s)) {
		s->counts.kept = true;
		fprintf(stderr,
			"heartline: state: %s: the disk does not answer; what was written last is left\n",
			s->folder.path);
		return;
	}
	s->counts.kept = bound > 0;
	if (bound > 0)
		collect_now(s);
	else
		state_folder_clear(&s->folder, true);
}

void survive_close(struct survive *s)
{
	if (!s)
		return;
	if (!stop(s))
		return;
	take_up_free(s);
	state_folder_close(&s->folder);
	side_thread_free(&s->side);
	free(s);
}
