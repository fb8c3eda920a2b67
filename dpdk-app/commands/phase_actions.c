// SPDX-License-Identifier: BSD-3-Clause
// Commands take the way that a request of the control socket takes. Nothing here keeps the control thread from
// its other work, but the question to a registrar, which answers within milliseconds.

#include "commands/phase_actions.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/program.h"
#include "commands/ctl_ask.h"
#include "commands/ctl_request.h"
#include "surface/serve.h"

#define MS 1000000ull
#define COMMAND_NS (30000 * MS)
#define COMMAND_LOOK_NS (MS / 2)
#define PROGRAM_LOOK_NS (10 * MS)
#define REGISTRAR_S 2
#define COMMAND_WORDS 32 // as many as a configuration allows

// Commands that change something. The end of the run is no matter of a phase.
static bool is_change(const struct ctl_command *command)
{
	switch ((enum ctl_id)(command - ctl_commands)) {
	case CTL_LINES_ADD:
	case CTL_LINES_REMOVE:
	case CTL_LINE_FORCE:
	case CTL_SERVER_DRAIN:
	case CTL_SERVER_RESTORE:
	case CTL_SERVER_FORCE:
	case CTL_RELOAD:
	case CTL_RATE:
	case CTL_PAUSE:
	case CTL_RESUME:
		return true;
	case CTL_STATUS:
	case CTL_LINES:
	case CTL_LINE_SHOW:
	case CTL_LINE_TRACE:
	case CTL_SERVER_LIST:
	case CTL_PROFILE_LIST:
	case CTL_PORT:
	case CTL_EVENTS:
	case CTL_DRAIN:
	case CTL_REGISTRAR:
	case CTL_COMMANDS:
		break;
	}
	return false;
}

static int command_check(const struct hl_action *action, struct hl_error *err)
{
	const struct ctl_command *command;
	json_t *object;
	struct request request;
	int rc = ctl_words_request(action->words, &command, &object, err);

	if (rc < 0) {
		json_decref(object);
		return rc;
	}
	if (!is_change(command)) {
		json_decref(object);
		return hl_fail(
			err, EINVAL,
			"%s changes nothing that a phase could be about; allowed: lines add, "
			"lines remove, line force, server drain, server restore, server force, "
			"reload, rate, pause, resume",
			command->name);
	}
	rc = request_take(&request, object, err);
	if (rc == 0)
		request_free(&request);
	return rc;
}

static json_t *registrar_request(const struct hl_action *action, struct hl_error *err)
{
	char *words[COMMAND_WORDS + 2] = { (char *)(uintptr_t)ctl_commands[CTL_REGISTRAR].name };
	const struct ctl_command *command;
	json_t *request = NULL;

	for (unsigned i = 0; action->words[i] && i < COMMAND_WORDS; i++)
		words[i + 1] = action->words[i];
	if (ctl_words_request(words, &command, &request, err) == 0)
		return request;
	json_decref(request);
	return NULL;
}

int phase_action_check(const struct hl_action *action, struct hl_error *err)
{
	json_t *request;

	switch (action->kind) {
	case HL_ACTION_COMMAND:
		return command_check(action, err);
	case HL_ACTION_PROGRAM:
		if (access(action->words[0], X_OK) < 0)
			return hl_fail(err, errno, "%.200s: %s: name a program that can be run",
				       action->words[0], strerror(errno));
		return 0;
	case HL_ACTION_REGISTRAR:
		request = registrar_request(action, err);
		json_decref(request);
		return request ? 0 : -err->code;
	}
	return 0;
}

static enum phase_end failed(char why[PHASE_WHY_ROOM], const struct hl_action *action,
			     const char *problem)
{
	size_t len = 0;

	for (unsigned i = 0; action->words[i] && len < PHASE_WHY_ROOM / 2; i++)
		len += (size_t)snprintf(why + len, PHASE_WHY_ROOM - len, "%s%.100s", i ? " " : "",
					action->words[i]);
	snprintf(why + len, PHASE_WHY_ROOM - len, ": %s", problem);
	return PHASE_FAILED;
}

// What is being served, until there is an answer.
struct asking {
	struct view *view;
	struct serving *serving;
	json_t *reply;
};

static bool answered(void *context)
{
	struct asking *a = context;

	if (!a->reply)
		a->reply = serve_continue(a->view, a->serving);
	return a->reply != NULL;
}

static enum phase_end reply_judge(const struct hl_action *action, json_t *reply,
				  char why[PHASE_WHY_ROOM])
{
	const char *error = json_string_value(json_object_get(reply, "error"));
	bool ok = json_is_true(json_object_get(reply, "ok"));
	enum phase_end end = ok ? PHASE_OK
				: failed(why, action, error ? error : "refused, without a reason");

	json_decref(reply);
	return end;
}

static enum phase_end command_act(struct run *run, const struct hl_action *action, int stops,
				  char why[PHASE_WHY_ROOM])
{
	static struct serving serving;
	struct asking asking = { .view = &run->view, .serving = &serving };
	const struct control_until until = {
		.reached = answered,
		.context = &asking,
		.look_every_ns = COMMAND_LOOK_NS,
		.timeout_ns = COMMAND_NS,
		.stop_requests = stops,
	};
	const struct ctl_command *command;
	json_t *request;
	struct hl_error err;

	if (ctl_words_request(action->words, &command, &request, &err) < 0) {
		json_decref(request);
		return failed(why, action, err.text);
	}
	asking.reply = serve_object(&run->view, &serving, request);
	enum control_end end = control_wait(run->control, &until);
	if (end == CONTROL_REACHED)
		return reply_judge(action, asking.reply, why);
	serve_cancel(&run->view, &serving);
	return end == CONTROL_STOPPED ? PHASE_STOPPED
				      : failed(why, action, "no answer within 30 s");
}

struct program {
	pid_t pid;
	int status;
};

static bool program_over(void *context)
{
	struct program *p = context;

	return program_ended(p->pid, &p->status);
}

static enum phase_end program_act(struct run *run, const struct hl_action *action, int stops,
				  char why[PHASE_WHY_ROOM])
{
	struct program program;
	const struct control_until until = {
		.reached = program_over,
		.context = &program,
		.look_every_ns = PROGRAM_LOOK_NS,
		.timeout_ns = action->within_ms * MS,
		.stop_requests = stops,
	};
	char problem[PHASE_WHY_ROOM / 2];
	int rc = program_start(action->words, -1, NULL, &program.pid);

	if (rc != 0) {
		snprintf(problem, sizeof(problem), "it cannot be started: %s", strerror(rc));
		return failed(why, action, problem);
	}
	switch (control_wait(run->control, &until)) {
	case CONTROL_REACHED:
		return program_succeeded(program.status, problem, sizeof(problem))
			       ? PHASE_OK
			       : failed(why, action, problem);
	case CONTROL_STOPPED:
		program_kill(program.pid);
		return PHASE_STOPPED;
	case CONTROL_TIMED_OUT:
		break;
	}
	program_kill(program.pid);
	snprintf(problem, sizeof(problem), "it was killed: it took longer than %.1f s",
		 (double)action->within_ms / 1000);
	return failed(why, action, problem);
}

static enum phase_end registrar_act(const struct hl_action *action, char why[PHASE_WHY_ROOM])
{
	struct hl_error err;
	json_t *request = registrar_request(action, &err), *reply = NULL;
	int rc = request ? ctl_ask(action->socket, NULL, REGISTRAR_S, request, &reply, &err)
			 : -err.code;

	json_decref(request);
	return rc < 0 ? failed(why, action, err.text) : reply_judge(action, reply, why);
}

enum phase_end phase_act(struct run *run, const struct hl_action *action, int stops,
			 char why[PHASE_WHY_ROOM])
{
	switch (action->kind) {
	case HL_ACTION_COMMAND:
		return command_act(run, action, stops, why);
	case HL_ACTION_PROGRAM:
		return program_act(run, action, stops, why);
	case HL_ACTION_REGISTRAR:
		return registrar_act(action, why);
	}
	return PHASE_OK;
}
