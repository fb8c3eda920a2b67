// SPDX-License-Identifier: BSD-3-Clause
// heartline doctor: why it does not work, or is slower than asked.

#include "commands/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/exit_code.h"
#include "commands/config_from_flags.h"
#include "commands/doctor_ask.h"
#include "commands/options.h"
#include "doctor/examine.h"
#include "doctor/print.h"
#include "doctor/rules.h"
#include "doctor/run_rules.h"
#include "loop/lcore_loop.h"

#define OWN_OPTIONS 16
#define OF_RUN_OPTIONS 4 // the first ones, which are about a run that goes on

struct doctor_options {
	const char *config, *port, *rate, *ramp, *spare_lines, *dns;
	const char *socket, *instance;
	uint64_t workers, patience_ms, dns_timeout_ms, watch_ms;
	bool running, json, all, help;
	struct config_flags flags;
	struct option_spec specs[OWN_OPTIONS + CONFIG_FLAGS + 1];
};

static void options_table(struct doctor_options *o)
{
	// clang-format off
	const struct option_spec own[OWN_OPTIONS] = {
		{ "running", 0, OPTION_FLAG, &o->running, 0, 0, NULL, "ask the only run on this machine, by its control socket", 0 },
		{ "socket", 0, OPTION_TEXT, &o->socket, 0, 0, "PATH", "ask the run with this control socket", 0 },
		{ "instance", 0, OPTION_TEXT, &o->instance, 0, 0, "PROCESS", "ask the run of this process", 0 },
		{ "watch", 0, OPTION_TIME, &o->watch_ms, 100, 600000, "TIME", "look at what a run does in this time (2s)", 0 },
		{ "config", 'c', OPTION_TEXT, &o->config, 0, 0, "FILE", "the configuration (YAML) of the run that is to be", 0 },
		{ "port", 0, OPTION_TEXT, &o->port, 0, 0, "DEVICE", "as for heartline run; takes the place of the file's", 0 },
		{ "rate", 'r', OPTION_TEXT, &o->rate, 0, 0, "N", "as for heartline run", 0 },
		{ "ramp", 0, OPTION_TEXT, &o->ramp, 0, 0, "TIME", "as for heartline run", 0 },
		{ "spare-lines", 0, OPTION_TEXT, &o->spare_lines, 0, 0, "N", "as for heartline run", 0 },
		{ "workers", 0, OPTION_NUMBER, &o->workers, 1, LCORE_LOOPS_MAX, "N", "as for heartline run", 0 },
		{ "link-timeout", 0, OPTION_TIME, &o->patience_ms, 100, 3600000, "TIME", "how long to wait for the link, for ARP answers, for servers (3s)", 0 },
		{ "dns", 0, OPTION_TEXT, &o->dns, 0, 0, "ADDRESSES", "as for heartline run", 0 },
		{ "dns-timeout", 0, OPTION_TIME, &o->dns_timeout_ms, 0, 3600000, "TIME", "how long to wait for DNS (5s)", 0 },
		{ "json", 0, OPTION_FLAG, &o->json, 0, 0, NULL, "print the findings as JSON", 0 },
		{ "all", 0, OPTION_FLAG, &o->all, 0, 0, NULL, "print also what is ok", 0 },
		{ "help", 'h', OPTION_FLAG, &o->help, 0, 0, NULL, "this text", 0 },
	};
	// clang-format on

	*o = (struct doctor_options){ .patience_ms = 3000,
				      .dns_timeout_ms = 5000,
				      .watch_ms = 2000 };
	memcpy(o->specs, own, sizeof(own));
	config_flags_options(&o->flags, o->specs + OWN_OPTIONS);
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
	printf("\nExit: 0 nothing is wrong, 1 an error was found, 2 usage.\n");
}

static int overrides_set(const struct doctor_options *o, struct hl_config *config,
			 struct hl_error *err)
{
	const struct {
		const char *key, *value;
	} keys[] = {
		{ "rate", o->rate },
		{ "ramp", o->ramp },
		{ "spare_lines", o->spare_lines },
		{ "dns_servers", o->dns },
	};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct hl_error inner;
		if (keys[i].value && hl_config_set(config, keys[i].key, keys[i].value, &inner) < 0)
			return hl_fail(err, inner.code, "--%.900s", inner.text);
	}
	return 0;
}

// A file with an error in it is a finding; one that cannot be read, or flags that are wrong, are usage.
// *wrong: what is wrong in the file.
static int config_make(const struct doctor_options *o, struct hl_config *config,
		       struct hl_error *wrong, struct hl_error *err)
{
	const char *flag = config_flags_given(&o->flags, o->specs);
	int rc;

	if (o->config && flag)
		return hl_fail(err, EINVAL, "--%s does not go with -c: set it in %s", flag,
			       o->config);
	if (o->config && access(o->config, R_OK) < 0)
		return hl_fail(err, errno, "%s: %s", o->config, strerror(errno));
	if (o->config) {
		rc = hl_config_load(config, o->config, wrong);
		if (rc == 0 && config->n_ports != 1)
			rc = hl_config_fault(o->config, "ports", "this version drives one port",
					     "give one", wrong);
		if (rc < 0)
			return 0;
	} else {
		hl_config_default(config);
		rc = config_from_flags(&o->flags, o->port, config, err);
	}
	return rc < 0 ? rc : overrides_set(o, config, err);
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
	bool configured = o->config || config_flags_given(&o->flags, o->specs);
	struct hl_config config = { 0 };
	struct hl_error wrong = { 0 }, of_device = { 0 };
	struct device device;
	int code = EXIT_USAGE;

	int rc = configured ? config_make(o, &config, &wrong, err) : 0;
	bool usable = configured && rc == 0 && !wrong.code;
	struct examination e = {
		.root = "",
		.config = usable ? &config : NULL,
		.config_path = o->config,
		.config_error = wrong.code ? wrong.text : NULL,
		.device_text = o->port  ? o->port
			       : usable ? config.ports[0].device
					: NULL,
		.eal = &args->eal,
		.workers = o->workers,
		.patience_ms = o->patience_ms,
		.dns_timeout_ms = o->dns_timeout_ms,
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
	if (rc == 0 && o.help) {
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
