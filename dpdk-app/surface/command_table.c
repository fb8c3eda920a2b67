// SPDX-License-Identifier: BSD-3-Clause
// The table of commands, and what values their arguments may have.

#include "surface/command_table.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <heartline/config.h>

// As in enum hl_line_state, and two groups of them.
#define STATES "off reg_p on_p sw_b on_b hold_b sw_p down park registered unregistered"

// clang-format off
#define OF_STATE { "state", CTL_CHOICE, .choices = STATES, .value = "STATE", .help = "lines in this state" }
#define AT_SERVER { "server", CTL_CHOICE, .choices = "P B", .value = "P|B", .help = "lines that are registered there" }
#define OF_PROFILE { "profile", CTL_TEXT, .max = 256, .value = "NAME", .help = "lines of this profile" }
#define OF_DOMAIN { "domain", CTL_TEXT, .max = 256, .value = "HOST", .help = "lines whose row of the CSV names this domain" }
#define WHICH { "which", CTL_CHOICE, .is_word = true, .is_required = true, .choices = "P B", .value = "SERVER", .help = "of each profile" }
#define SPREAD { "spread", CTL_TIME, .max = 86400000, .value = "TIME", .help = "over so long (ramp of the run; one line: at once)" }

const struct ctl_command ctl_commands[CTL_COMMANDS] = {
	[CTL_STATUS] = { "status", "the run in figures: lines by state, the last second, all counters", { { 0 } } },
	[CTL_LINES_ADD] = { "lines add", "add lines to the run, in free places (spare_lines), and start them", {
		{ "source", CTL_SOURCE, .is_word = true, .is_required = true, .max = 4095, .value = "RANGE|FILE", .help = "numbers as in 6000-6099, or a CSV file" },
		{ "profile", CTL_TEXT, .max = 256, .value = "NAME", .help = "their profile (the only one)" },
		{ "spread", CTL_TIME, .max = 86400000, .value = "TIME", .help = "they start over so long (ramp of the run)" },
	} },
	[CTL_LINES_REMOVE] = { "lines remove", "unregister lines and take them out of the run; their places are free a little later", {
		{ "number", CTL_TEXT, .is_word = true, .max = 128, .value = "NUMBER", .help = "one number, or a range as in 6000-6099" },
		OF_STATE, AT_SERVER, OF_PROFILE, OF_DOMAIN,
		{ "all", CTL_FLAG, .help = "all lines of the run" },
		SPREAD,
	} },
	[CTL_LINES] = { "lines", "lines by state, server, profile or number, a page at a time", {
		OF_STATE, AT_SERVER, OF_PROFILE, OF_DOMAIN,
		{ "number", CTL_TEXT, .max = 128, .value = "NUMBER", .help = "one number, or a range as in 6000-6099" },
		{ "sort", CTL_CHOICE, .choices = "line since oldest", .value = "ORDER", .help = "as configured, latest change first, oldest first" },
		{ "limit", CTL_COUNT, .min = 1, .max = 1000, .value = "N", .help = "lines of a page (50)" },
		{ "after", CTL_TEXT, .max = 40, .value = "PLACE", .help = "the next page: what the last one gave as next" },
	} },
	[CTL_LINE_SHOW] = { "line show", "one line: state, bindings, nonces, what is due when, outages, its latest changes with their causes", {
		{ "number", CTL_TEXT, .is_word = true, .is_required = true, .max = 128, .value = "NUMBER", .help = "its phone number" },
		OF_DOMAIN,
	} },
	[CTL_LINE_TRACE] = { "line trace", "follow one line: each message that it sends and receives, and each change of its state, until Ctrl-C", {
		{ "number", CTL_TEXT, .is_word = true, .is_required = true, .max = 128, .value = "NUMBER", .help = "its phone number" },
		OF_DOMAIN,
		{ "after", CTL_COUNT, .max = 999999999999999999, .value = "PLACE", .help = "for programs: what the last answer gave as next (now)" },
	} },
	[CTL_SERVER_LIST] = { "server list", "the servers of each profile, and how many lines are registered there", { { 0 } } },
	[CTL_PROFILE_LIST] = { "profile list", "the profiles, their lines, and the worst cases of their switches", { { 0 } } },
	[CTL_PORT] = { "port", "the port: link, next hops, steering, the first frame dropped for each reason", { { 0 } } },
	[CTL_EVENTS] = { "events", "changes of lines' states, the latest ones or those behind a number", {
		{ "limit", CTL_COUNT, .min = 1, .max = 1000, .value = "N", .help = "at most so many (50)" },
		{ "after", CTL_COUNT, .max = 999999999999999999, .value = "NUMBER", .help = "those behind it: what the last answer gave as next" },
	} },
	[CTL_LINE_FORCE] = { "line force", "move lines, hold them on their server, stop or start them", {
		{ "action", CTL_CHOICE, .is_word = true, .is_required = true, .choices = "P B lock unlock disable enable", .value = "ACTION", .help = "where to, or what" },
		{ "number", CTL_TEXT, .is_word = true, .max = 128, .value = "NUMBER", .help = "one number, or a range as in 6000-6099" },
		OF_STATE, AT_SERVER, OF_PROFILE, OF_DOMAIN,
		{ "all", CTL_FLAG, .help = "all lines of the run" },
		SPREAD,
	} },
	[CTL_SERVER_DRAIN] = { "server drain", "move all lines away from a server, and hold them on the other one", { WHICH, OF_PROFILE, SPREAD } },
	[CTL_SERVER_RESTORE] = { "server restore", "the end of that: lines are free again, and return to a primary", { WHICH, OF_PROFILE, SPREAD } },
	[CTL_SERVER_FORCE] = { "server force", "move all lines to a server; they are free to leave it", { WHICH, OF_PROFILE, SPREAD } },
	[CTL_RELOAD] = { "reload", "take the configuration again: settings of profiles, lines, rate, ramp, drain", {
		{ "file", CTL_PATH, .is_word = true, .max = 4095, .value = "FILE", .help = "another file (that of the start)" },
	} },
	[CTL_RATE] = { "rate", "requests a second of the whole run, from now on", {
		{ "rate", CTL_COUNT, .is_word = true, .is_required = true, .max = 1000000000, .value = "N", .help = "retransmissions included; 0: no limit" },
	} },
	[CTL_PAUSE] = { "pause", "no new probes and no new registrations; what is held is refreshed", { { 0 } } },
	[CTL_RESUME] = { "resume", "the end of a pause", { { 0 } } },
	[CTL_REGISTRAR] = { "registrar", "of heartline registrar --control: put a fault on a server, or end it", {
		{ "fault", CTL_REST, .is_word = true, .is_required = true, .max = CTL_REST_MAX, .value = "[ADDRESS|all] FAULT", .help = "as in its scripts: silent, 10.99.0.2 status 503, all ok" },
	} },
	[CTL_DRAIN] = { "drain", "unregister all lines and end the run, as one Ctrl-C does", { { 0 } } },
};
// clang-format on

const struct ctl_command *ctl_command_find(const char *name)
{
	for (unsigned i = 0; i < CTL_COMMANDS; i++)
		if (!strcmp(ctl_commands[i].name, name))
			return &ctl_commands[i];
	return NULL;
}

const struct ctl_argument *ctl_argument_find(const struct ctl_command *command, const char *name)
{
	for (const struct ctl_argument *a = command->arguments; a->name; a++)
		if (!strcmp(a->name, name))
			return a;
	return NULL;
}

int ctl_choice(const struct ctl_argument *argument, const char *text)
{
	size_t len = strlen(text);
	int index = 0;

	for (const char *at = argument->choices; *at; index++) {
		size_t n = strcspn(at, " ");

		if (n == len && !strncasecmp(at, text, n))
			return index;
		at += n + (at[n] == ' ');
	}
	return -1;
}

int ctl_count_check(const struct ctl_argument *a, uint64_t count, struct hl_error *err)
{
	if (count < a->min || count > a->max)
		return hl_fail(err, EINVAL, "%s: %" PRIu64 ": allowed %" PRIu64 "..%" PRIu64,
			       a->name, count, a->min, a->max);
	return 0;
}

static int count_text_check(const struct ctl_argument *a, const char *text, struct hl_error *err)
{
	size_t len = strlen(text);

	if (len == 0 || len > 18 || strspn(text, "0123456789") != len)
		return hl_fail(err, EINVAL, "%s: \"%.60s\": allowed %" PRIu64 "..%" PRIu64, a->name,
			       text, a->min, a->max);
	return ctl_count_check(a, strtoull(text, NULL, 10), err);
}

static int text_check(const struct ctl_argument *a, const char *text, struct hl_error *err)
{
	for (const char *at = text; *at; at++)
		if (iscntrl((unsigned char)*at))
			return hl_fail(err, EINVAL,
				       "%s: has a control character (0x%02x), which none may have",
				       a->name, (unsigned)(unsigned char)*at);
	if (*text == 0 || strlen(text) > a->max)
		return hl_fail(err, EINVAL, "%s: %zu characters, allowed 1..%" PRIu64, a->name,
			       strlen(text), a->max);
	return 0;
}

static int path_check(const struct ctl_argument *a, const char *text, struct hl_error *err)
{
	int rc = text_check(a, text, err);

	if (rc == 0 && *text != '/')
		return hl_fail(err, EINVAL, "%s: \"%.60s\": write an absolute path%s", a->name,
			       text, a->kind == CTL_SOURCE ? ", or numbers as in 6000-6099" : "");
	return rc;
}

bool ctl_source_is_range(const char *text)
{
	return *text && strspn(text, "0123456789-") == strlen(text);
}

int ctl_value_check(const struct ctl_argument *a, const char *text, struct hl_error *err)
{
	uint64_t ms;

	switch (a->kind) {
	case CTL_FLAG:
		return 0;
	case CTL_COUNT:
		return count_text_check(a, text, err);
	case CTL_TEXT:
	case CTL_REST:
		return text_check(a, text, err);
	case CTL_PATH:
		return path_check(a, text, err);
	case CTL_SOURCE:
		return ctl_source_is_range(text) ? text_check(a, text, err)
						 : path_check(a, text, err);
	case CTL_TIME:
		if (hl_time_parse(text, 1000, &ms) < 0 || ms < a->min || ms > a->max)
			return hl_fail(err, EINVAL,
				       "%s: \"%.60s\": write a time of %" PRIu64 "ms..%" PRIu64
				       "s, as in 500ms, 10s or 5min",
				       a->name, text, a->min, a->max / 1000);
		return 0;
	case CTL_CHOICE:
		if (ctl_choice(a, text) < 0)
			return hl_fail(err, EINVAL, "%s: \"%.60s\": allowed %s", a->name, text,
				       a->choices);
		return 0;
	}
	return 0;
}

const char *ctl_command_names(char out[CTL_NAMES_ROOM])
{
	size_t len = 0;

	out[0] = 0;
	for (unsigned i = 0; i < CTL_COMMANDS && len < CTL_NAMES_ROOM; i++)
		len += (size_t)snprintf(out + len, CTL_NAMES_ROOM - len, "%s%s", i ? ", " : "",
					ctl_commands[i].name);
	return out;
}
