// SPDX-License-Identifier: BSD-3-Clause
// Asks a run twice.

#include "commands/doctor_ask.h"

#include <errno.h>
#include <unistd.h>

#include "commands/ctl_ask.h"
#include "surface/ctl_values.h"

#define PATIENCE_S 30
#define LINES_ASKED 1000 // of those that are registered nowhere

// The request is taken. A run that refuses it says why.
static int asked(const char *path, const char *instance, json_t *request, json_t **reply,
		 struct hl_error *err)
{
	int rc = ctl_ask(path, instance, PATIENCE_S, request, reply, err);

	json_decref(request);
	if (rc == 0 && !json_is_true(json_object_get(*reply, "ok")))
		rc = hl_fail(err, EPROTO, "the run refuses to tell: %s",
			     ctl_text_or(*reply, "error", "no reason given"));
	return rc;
}

static int both_ask(struct run_answers *a, unsigned k, const char *path, const char *instance,
		    struct hl_error *err)
{
	int rc = asked(path, instance, json_pack("{ss}", "command", "status"), &a->status[k], err);

	return rc < 0 ? rc
		      : asked(path, instance, json_pack("{ss}", "command", "port"), &a->port[k],
			      err);
}

int run_facts_ask(struct run_facts *facts, const char *path, const char *instance,
		  uint64_t window_ms, struct hl_error *err)
{
	struct run_answers a = { 0 };

	int rc = both_ask(&a, 0, path, instance, err);
	if (rc == 0) {
		usleep((useconds_t)window_ms * 1000);
		rc = both_ask(&a, 1, path, instance, err);
	}
	if (rc == 0)
		rc = asked(path, instance,
			   json_pack("{ss ss si}", "command", "lines", "state", "unregistered",
				     "limit", LINES_ASKED),
			   &a.lines, err);
	if (rc == 0)
		run_facts_read(facts, &a);
	for (unsigned k = 0; k < 2; k++) {
		json_decref(a.status[k]);
		json_decref(a.port[k]);
	}
	json_decref(a.lines);
	return rc;
}
