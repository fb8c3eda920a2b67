// SPDX-License-Identifier: BSD-3-Clause
// What earlier runs have left: read at the start, given to the workers, and let go.

#include "survive/take_up.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timebase.h"
#include "survive/moment.h"

struct reading {
	struct survive *s;
	struct hl_moment now;
};

static void refuse(struct survive *s, const char *name, const char *why)
{
	s->counts.refused++;
	fprintf(stderr, "heartline: warning: state_dir: %s/%s: %s; what it had is not taken up\n",
		s->folder.path, name, why);
}

static void note_age(struct survive_counts *c, const struct hl_saved_head *head,
		     const struct hl_moment *now)
{
	uint64_t age_ms;

	c->found = true;
	if (!hl_moment_age(&head->at, now, &age_ms))
		return;
	if (!c->age_known || age_ms < c->age_ms)
		c->age_ms = age_ms;
	c->age_known = true;
}

static int file_read(void *context, const char *name)
{
	struct reading *r = context;
	struct state_bytes *kept = calloc(1, sizeof(*kept));
	struct hl_saved_head head;
	struct hl_error err;
	size_t len;

	if (!kept)
		return -ENOMEM;
	kept->next = r->s->read;
	r->s->read = kept;
	r->s->old_left = true;
	int rc = state_file_read(&r->s->folder, name, &kept->bytes, &len);
	if (rc < 0)
		refuse(r->s, name, strerror(-rc));
	else if (hl_saved_read(r->s->saved, kept->bytes, len, &r->now, &head, &err) < 0)
		refuse(r->s, name, err.text);
	else
		note_age(&r->s->counts, &head, &r->now);
	return rc == -ENOMEM ? rc : 0;
}

int take_up_read(struct survive *s, struct hl_error *err)
{
	struct reading r = { s, moment_now() };
	int rc = -ENOMEM;

	s->saved = hl_saved_new();
	if (s->saved)
		rc = state_folder_each(&s->folder, file_read, &r);
	return rc < 0 ? hl_fail(err, -rc, "state_dir: %.900s: %s", s->folder.path, strerror(-rc))
		      : 0;
}

void take_up_lines(struct survive *s, uint64_t spread_ms)
{
	struct hl_take_up t = { .spread_ns = spread_ms * 1000000 };

	for (unsigned i = 0; i < s->n_workers; i++) {
		t.now_ns = timebase_ns();
		hl_worker_take_up(s->workers[i], s->saved, &t);
	}
	memcpy(s->counts.taken, t.by, sizeof(t.by));
	s->counts.gone = hl_saved_left(s->saved);
}

void take_up_free(struct survive *s)
{
	hl_saved_free(s->saved);
	s->saved = NULL;
	while (s->read) {
		struct state_bytes *next = s->read->next;

		free(s->read->bytes);
		free(s->read);
		s->read = next;
	}
}
