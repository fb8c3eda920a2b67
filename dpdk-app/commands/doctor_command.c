// SPDX-License-Identifier: BSD-3-Clause
// heartline doctor: why it does not work, or is slower than asked.

#include "commands/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "commands/doctor_ask.h"
#include "commands/options.h"
#include "commands/run_options.h"
#include "doctor/examine.h"
#include "doctor/print.h"
#include "doctor/rules.h"
#include "doctor/run_rules.h"

#define OWN_OPTIONS 6
#define OF_RUN_OPTIONS 4 // the first ones, which are about a run that goes on
#define PATIENCE_MS 3000 // unless --link-timeout says otherwise

struct doctor_options {
	const char *socket, *instance;
	uint64_t watch_ms;
	bool running, json, all;
	struct run_options run; // of the run that is to be
	struct option_spec specs[OWN_OPTIONS + RUN_OWN_OPTIONS + CONFIG_FLAGS + 1];
};

// Of the options of heartline run all are taken, so that its command line can be examined as it is; those
// that make no difference here are not listed.
static void run_options_add(struct doctor_options *o)
{
	static const char *const listed[] = { "config",      "port",    "rate",         "ramp",
					      "spare-lines", "workers", "link-timeout", "dns",
					      "dns-timeout", "help" };
	struct option_spec *of_run = o->specs + OWN_OPTIONS;

	run_options_prepare(&o->run);
	o->run.link_timeout_ms = PATIENCE_MS;
	memcpy(of_run, o->run.specs, sizeof(o->run.specs));
	for (struct option_spec *spec = of_run; spec->name; spec++) {
		bool is_listed = spec->to >= (void *)&o->run.flags &&
				 spec->to < (void *)(&o->run.flags + 1);
		for (unsigned i = 0; i < sizeof(listed) / sizeof(*listed); i++)
			is_listed |= !strcmp(spec->name, listed[i]);
		if (!is_listed)
			spec->help = NULL;
		if (!strcmp(spec->name, "link-timeout"))
			spec->help = "how long to wait for link, ARP answers, servers (3s)";
	}
}

static void options_table(struct doctor_options *o)
{
	// clang-format off
	const struct option_spec own[OWN_OPTIONS] = {
		{ "running", 0, OPTION_FLAG, &o->running, 0, 0, NULL, "ask the only run on this machine, by its control socket", 0 },
		{ "socket", 0, OPTION_TEXT, &o->socket, 0, 0, "PATH", "ask the run with this control socket", 0 },
		{ "instance", 0, OPTION_TEXT, &o->instance, 0, 0, "PROCESS", "ask the run of this process", 0 },
		{ "watch", 0, OPTION_TIME, &o->watch_ms, 100, 600000, "TIME", "look at what a run does in this time (2s)", 0 },
		{ "json", 0, OPTION_FLAG, &o->json, 0, 0, NULL, "print the findings as JSON", 0 },
		{ "all", 0, OPTION_FLAG, &o->all, 0, 0, NULL, "print also what is ok", 0 },
	};
	// clang-format on

	*o = (struct doctor_options){ .watch_ms = 2000 };
	memcpy(o->specs, own, sizeof(own));
	run_options_add(o);
}

static void help_print(const struct doctor_options *o)
{
	printf("usage: heartline doctor [-c FILE | the flags of heartline run] [OPTION...] "
	       "[-- EAL-OPTION...]\n"
	       "       heartline doctor --running | --socket PATH | --instance PROCESS [OPTION...]\n\n"
	       "Before a run: looks at all that it needs, machine, device, configuration, network and\n"
	       "servers. It sends ARP and OPTIONS, and registers nothing. Of a run that goes on: ranks the\n"
	       "reasons why nothing is received, or why it is slower than asked. Each finding says what\n"
	       "shows it, and what fixes it; what could not be looked at is said, and is never ok.\n\n");
	options_help(o->specs);
	printf("\nThe other options of heartline run are taken, too, and make no difference.\n"
	       "Exit: 0 nothing is wrong, 1 an error was found, 2 usage.\n");
}

// A file with an error in it is a finding; one that cannot be read, or flags that are wrong, are usage.
// *wrong: what is wrong in the file.
static int config_make(const struct doctor_options *o, struct hl_config *config,
		       struct hl_error *wrong, struct hl_error *err)
{
	const char *path = o->run.config;
	struct hl_error inner;

	if (path && access(path, R_OK) < 0)
		return hl_fail(err, errno, "%s: %s", path, strerror(errno));
	int rc = run_config_make(&o->run, config, &inner);
	if (rc == 0 && path && config->n_ports != 1)
		rc = hl_config_fault(path, "ports", "this version drives one port", "give one",
				     &inner);
	if (rc == 0 && config->n_pools > 0) {
		hl_config_fault(
			path, "pools", "doctor looks at one port with addresses, not at pools",
			"heartline check FILE explains them, heartline doctor --running asks a run",
			err);
		return -EINVAL;
	}
	if (rc == 0)
		return 0;
	*(path && strstr(inner.text, ": error: ") ? wrong : err) = inner;
	return wrong->code ? 0 : rc;
}

static int findings_say(const struct doctor_options *o, const struct findings *findings)
{
	if (o->json) {
		json_t *json = findings_json(findings);
		json_dumpf(json, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(json);
	} else {
		findings_print(findings, o->all, stdout);
	}
	return findings_count(findings, SEVERITY_ERROR) ? EXIT_SOME_FAILED : EXIT_ALL_WELL;
}

static int examine_and_say(const struct doctor_options *o, const struct examination *e)
{
	static struct facts facts;
	static struct findings findings;

	if (examine(e, &facts) == -EINTR)
		return EXIT_NOTHING;
	rules_apply(&facts, &findings);
	return findings_say(o, &findings);
}

// A run that goes on.
static int run_look(const struct doctor_options *o, struct hl_error *err)
{
	static struct run_facts facts;
	static struct findings findings;
	const struct option_spec *spec = o->specs + OF_RUN_OPTIONS;

	for (; spec->name; spec++)
		if (spec->given && strcmp(spec->name, "json") && strcmp(spec->name, "all")) {
			hl_fail(err, EINVAL,
				"--%s is about a run that is to be, and does not go with --running, "
				"--socket and --instance",
				spec->name);
			return EXIT_USAGE;
		}
	int rc = run_facts_ask(&facts, o->socket, o->instance, o->watch_ms, err);
	if (rc < 0)
		return rc == -ETIMEDOUT ? EXIT_TIMED_OUT : EXIT_USAGE;
	run_rules_apply(&facts, &findings);
	return findings_say(o, &findings);
}

// With whatever could be read.
static int look(struct doctor_options *o, const struct arguments *args, struct hl_error *err)
{
	// A device alone is looked at as well.
	bool configured = o->run.config || config_flags_given(&o->run.flags, o->run.specs);
	struct hl_config config = { 0 };
	struct hl_error wrong = { 0 }, of_device = { 0 };
	struct device device;
	int code = EXIT_USAGE;

	int rc = configured ? config_make(o, &config, &wrong, err) : 0;
	bool usable = configured && rc == 0 && !wrong.code;
	struct examination e = {
		.root = "",
		.config = usable ? &config : NULL,
		.config_path = o->run.config,
		.config_error = wrong.code ? wrong.text : NULL,
		.device_text = o->run.port ? o->run.port
			       : usable    ? config.ports[0].device
					   : NULL,
		.eal = &args->eal,
		.workers = o->run.workers,
		.patience_ms = o->run.link_timeout_ms,
		.dns_timeout_ms = o->run.dns_timeout_ms,
	};
	if (rc == 0 && e.device_text) {
		if (device_read(&device, e.device_text, &of_device) < 0)
			e.device_error = of_device.text;
		if (device.name[0])
			e.device = &device;
	}
	if (rc == 0)
		code = examine_and_say(o, &e);
	hl_config_free(&config);
	return code;
}

int doctor_command(int argc, char **argv)
{
	static struct doctor_options o;
	struct arguments args;
	struct hl_error err = { 0 };
	int code = EXIT_USAGE;

	options_table(&o);
	arguments_split(&args, argc, argv);
	int rc = options_read(o.specs, &args, &err);
	// What was given is noted there as well.
	memcpy(o.run.specs, o.specs + OWN_OPTIONS, sizeof(o.run.specs));
	if (rc == 0 && o.run.help) {
		help_print(&o);
		return EXIT_ALL_WELL;
	}
	if (rc == 0)
		rc = options_alone(&args, "; a file is given by -c", &err);
	bool of_run = o.running || o.socket || o.instance;
	if (rc == 0 && !of_run && option_find(o.specs, "watch")->given)
		rc = hl_fail(&err, EINVAL,
			     "--watch is about a run that goes on: give --running, --socket or "
			     "--instance as well");
	if (rc == 0)
		code = of_run ? run_look(&o, &err) : look(&o, &args, &err);
	if (err.code)
		error_print(&err);
	return code;
}
