// SPDX-License-Identifier: BSD-3-Clause
// Parses command lines by a table, with getopt_long_only: "-ap x", "--password x" and "-r 100" all
// work.

#include "commands/options.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/config.h>

#define OPTIONS_MAX 96
#define FIRST_LONG 256 // values of long options start above those of all letters

void arguments_split(struct arguments *args, int argc, char **argv)
{
	*args = (struct arguments){ .argc = argc, .argv = argv };
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		args->argc = i;
		args->eal.argc = argc - i - 1;
		args->eal.argv = argv + i + 1;
		return;
	}
}

static int number_read(const struct option_spec *spec, const char *text, struct hl_error *err)
{
	char *end;
	errno = 0;
	uint64_t value = strtoull(text, &end, 10);
	uint64_t factor = *end == 'k' ? 1000 : *end == 'M' ? 1000000 : 1;
	bool numeric = isdigit((unsigned char)*text) && !errno && !end[factor > 1];

	if (!numeric || value > UINT64_MAX / factor || value * factor < spec->min ||
	    value * factor > spec->max)
		return hl_fail(err, EINVAL, "--%s: \"%s\": allowed %" PRIu64 "..%" PRIu64,
			       spec->name, text, spec->min, spec->max);
	*(uint64_t *)spec->to = value * factor;
	return 0;
}

static int time_read(const struct option_spec *spec, const char *text, struct hl_error *err)
{
	uint64_t ms;

	if (hl_time_parse(text, 1000, &ms) < 0)
		return hl_fail(err, EINVAL,
			       "--%s: \"%s\" is not a time: write 500ms, 10s, 5min or 12h",
			       spec->name, text);
	if (ms < spec->min || ms > spec->max)
		return hl_fail(err, EINVAL, "--%s: \"%s\": allowed %" PRIu64 "ms..%" PRIu64 "s",
			       spec->name, text, spec->min, spec->max / 1000);
	*(uint64_t *)spec->to = ms;
	return 0;
}

// ps and /proc/PID/cmdline show argv itself. Leave a star there, so that not even the length shows.
static char *secret_take(char *text)
{
	char *copy = strdup(text);

	if (copy) {
		explicit_bzero(text, strlen(text));
		*text = '*';
	}
	return copy;
}

static int text_add(const struct option_spec *spec, const char *text, struct hl_error *err)
{
	struct option_texts *texts = spec->to;

	if (texts->n == OPTION_TEXTS_MAX)
		return hl_fail(err, E2BIG, "--%s: given more than %d times", spec->name,
			       OPTION_TEXTS_MAX);
	texts->of[texts->n++] = text;
	return 0;
}

static int value_read(struct option_spec *spec, char *text, struct hl_error *err)
{
	bool again = spec->given;

	spec->given = true;
	switch (spec->kind) {
	case OPTION_FLAG:
		*(bool *)spec->to = true;
		return 0;
	case OPTION_SWITCH:
		if (strcmp(text, "on") && strcmp(text, "off"))
			return hl_fail(err, EINVAL, "--%s: \"%s\": allowed on, off", spec->name,
				       text);
		*(bool *)spec->to = !strcmp(text, "on");
		return 0;
	case OPTION_NUMBER:
		return number_read(spec, text, err);
	case OPTION_TIME:
		return time_read(spec, text, err);
	case OPTION_EACH:
		return text_add(spec, text, err);
	case OPTION_TEXT:
	case OPTION_SECRET:
		if (!*text)
			return hl_fail(err, EINVAL, "--%s: empty: write %s", spec->name,
				       spec->value);
		if (spec->kind == OPTION_SECRET && again)
			free(*(char **)spec->to);
		*(const char **)spec->to = spec->kind == OPTION_SECRET ? secret_take(text) : text;
		return *(const char **)spec->to ? 0 : hl_fail(err, ENOMEM, "no memory");
	}
	return 0;
}

static struct option_spec *spec_of(struct option_spec specs[], int code)
{
	if (code >= FIRST_LONG)
		return &specs[code - FIRST_LONG];
	for (struct option_spec *s = specs; s->name; s++)
		if (s->letter && s->letter == code)
			return s;
	return NULL;
}

// Convert the table to the form that getopt_long needs.
static void table_compile(const struct option_spec specs[], struct option longs[OPTIONS_MAX + 1],
			  char letters[2 * OPTIONS_MAX + 2])
{
	char *at = letters;
	int n = 0;

	*at++ = ':'; // a missing value is ':', an unknown option '?'
	for (; specs[n].name; n++) {
		assert(n < OPTIONS_MAX);
		bool valued = specs[n].kind != OPTION_FLAG;
		longs[n] = (struct option){
			.name = specs[n].name,
			.has_arg = valued ? required_argument : no_argument,
			.val = FIRST_LONG + n,
		};
		if (!specs[n].letter)
			continue;
		*at++ = specs[n].letter;
		if (valued)
			*at++ = ':';
	}
	*at = 0;
	longs[n] = (struct option){ 0 };
}

int options_read(struct option_spec specs[], struct arguments *args, struct hl_error *err)
{
	struct option longs[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 2];

	table_compile(specs, longs, letters);
	opterr = 0;
	optind = 1;
	for (;;) {
		int at = optind;
		int code = getopt_long_only(args->argc, args->argv, letters, longs, NULL);
		if (code == -1)
			break;
		struct option_spec *spec = spec_of(specs, code == ':' ? optopt : code);
		if (code == '?' || !spec)
			return hl_fail(err, EINVAL,
				       "unknown option: %s (heartline %s --help lists them)",
				       args->argv[optind > at ? optind - 1 : at], args->argv[0]);
		if (code == ':')
			return hl_fail(err, EINVAL, "--%s: a value is missing: %s", spec->name,
				       spec->value);
		int rc = value_read(spec, optarg, err);
		if (rc < 0)
			return rc;
	}
	args->n_names = args->argc - optind;
	args->names = args->argv + optind;
	return 0;
}

int options_alone(const struct arguments *args, const char *hint, struct hl_error *err)
{
	if (args->n_names == 0)
		return 0;
	return hl_fail(err, EINVAL, "%s: not an option%s", args->names[0], hint);
}

const struct option_spec *option_find(const struct option_spec specs[], const char *name)
{
	while (specs->name && strcmp(specs->name, name))
		specs++;
	assert(specs->name);
	return specs;
}

void options_help(const struct option_spec specs[])
{
	for (; specs->name; specs++) {
		char left[64];
		if (!specs->help)
			continue;
		snprintf(left, sizeof(left), "%c%c%s --%s%s%s", specs->letter ? '-' : ' ',
			 specs->letter ? specs->letter : ' ', specs->letter ? "," : " ",
			 specs->name, specs->value ? " " : "", specs->value ? specs->value : "");
		printf("  %-34s %s\n", left, specs->help);
	}
}
