// SPDX-License-Identifier: BSD-3-Clause
// Asks a few times a second for what has happened since the last answer.

#include "commands/line_trace.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/exit_code.h"
#include "commands/ctl_ask.h"
#include "surface/ctl_values.h"

#define EVERY_NS 200000000
#define PATIENCE_S 30

static volatile sig_atomic_t is_over;

static void over_note(int number)
{
	(void)number;
	is_over = 1;
}

static void catch_end(void)
{
	struct sigaction action = { .sa_handler = over_note }; // without SA_RESTART

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGPIPE, &action, NULL); // as of `| head`
}

// The time of the day, in UTC.
static const char *clock_of(const json_t *item)
{
	const char *time = ctl_text_or(item, "time", "-"), *t = strchr(time, 'T');

	return t ? t + 1 : time;
}

static void change_print(const json_t *item)
{
	printf("%-16s ==  %s to %s", clock_of(item), ctl_text_or(item, "from", "-"),
	       ctl_text_or(item, "to", "-"));
	printf(ctl_text(item, "cause") ? ": %s\n" : "\n", ctl_text(item, "cause"));
}

static void message_print(const json_t *item)
{
	bool sent = !strcmp(ctl_text_or(item, "direction", ""), "sent");
	const char *cseq = ctl_text(item, "cseq"), *call_id = ctl_text(item, "call_id");

	printf("%-16s %s  %s %s  %s", clock_of(item), sent ? "->" : "<-",
	       ctl_text_or(item, "server", "-"), ctl_text_or(item, "peer", "-"),
	       ctl_text_or(item, "start", "-"));
	if (cseq)
		printf("  CSeq %s", cseq);
	if (call_id)
		printf("  Call-ID %s", call_id);
	putchar('\n');
}

static void items_print(const struct line_trace *t, const json_t *reply)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(reply, "items"), i, item)
	{
		if (t->json) {
			json_dumpf(item, stdout, JSON_COMPACT);
			putchar('\n');
		} else if (!strcmp(ctl_text_or(item, "what", ""), "change")) {
			change_print(item);
		} else {
			message_print(item);
		}
	}
	if (fflush(stdout) == EOF)
		is_over = 1;
}

static void missed_say(const json_t *reply, uint64_t *missed)
{
	uint64_t n = ctl_whole(reply, "missed");

	if (n > *missed)
		fprintf(stderr,
			"heartline: %" PRIu64 " messages are missing here: they came too fast\n",
			n - *missed);
	*missed = n;
}

static int run_ask(const struct line_trace *t, json_t **reply, struct hl_error *err)
{
	return ctl_ask(t->socket, t->instance, PATIENCE_S, t->request, reply, err);
}

// 1: the run has answered; 0: it has gone; -EINVAL with a message: it refuses.
static int turn(const struct line_trace *t, json_t **reply, struct hl_error *err)
{
	struct hl_error gone;

	if (run_ask(t, reply, &gone) < 0)
		return 0;
	const char *why = ctl_text(*reply, "error");
	if (json_is_true(json_object_get(*reply, "ok"))) {
		json_object_set(t->request, "after", json_object_get(*reply, "next"));
		return 1;
	}
	hl_fail(err, EINVAL, "%s", why ? why : "refused, without a reason");
	json_decref(*reply);
	return -EINVAL;
}

int line_trace_follow(const struct line_trace *t, struct hl_error *err)
{
	const struct timespec pause = { .tv_nsec = EVERY_NS };
	uint64_t missed = 0;
	json_t *reply;
	int rc = run_ask(t, &reply, err);

	if (rc < 0)
		return rc == -ETIMEDOUT ? EXIT_TIMED_OUT : EXIT_USAGE;
	json_decref(reply);
	rc = turn(t, &reply, err);
	if (rc > 0 && !t->json)
		fprintf(stderr, "%s, profile %s, at %s: %s; Ctrl-C ends this\n",
			ctl_text_or(reply, "number", "-"), ctl_text_or(reply, "profile", "-"),
			ctl_text_or(reply, "address", "-"), ctl_text_or(reply, "state", "-"));
	catch_end();
	while (rc > 0 && !is_over) {
		items_print(t, reply);
		missed_say(reply, &missed);
		json_decref(reply);
		nanosleep(&pause, NULL);
		rc = turn(t, &reply, err);
	}
	if (rc > 0) { // what has come until Ctrl-C
		items_print(t, reply);
		json_decref(reply);
	}
	if (rc == 0 && !is_over)
		fprintf(stderr, "heartline: the run has ended\n");
	return rc < 0 ? EXIT_USAGE : EXIT_ALL_WELL;
}
