// SPDX-License-Identifier: BSD-3-Clause
// The table of options of heartline run. What a file says of the run, an option replaces.

#include "commands/run_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/open_passwords.h"
#include "loop/lcore_loop.h"
#include "session/reload_check.h"

void run_options_prepare(struct run_options *o)
{
	// clang-format off
	const struct option_spec own[] = {
		{ "config", 'c', OPTION_TEXT, &o->config, 0, 0, "FILE", "the configuration (YAML)", 0 },
		{ "port", 0, OPTION_TEXT, &o->port, 0, 0, "DEVICE", "0000:01:00.0, net_tap0,iface=hl0, ...; takes the place of the file's", 0 },
		{ "rate", 'r', OPTION_TEXT, &o->rate, 0, 0, "N", "at most so many requests per second; 0: no limit (0)", 0 },
		{ "ramp", 0, OPTION_TEXT, &o->ramp, 0, 0, "TIME", "the start of all lines is spread over this time (5s)", 0 },
		{ "duration", 0, OPTION_TEXT, &o->duration, 0, 0, "TIME", "length of the run; 0: until Ctrl-C (0)", 0 },
		{ "drain", 0, OPTION_TEXT, &o->drain, 0, 0, "TIME", "unregistering is spread over this time (5s)", 0 },
		{ "seed", 0, OPTION_TEXT, &o->seed, 0, 0, "N", "seed of all random choices; 0: a new one each time (0)", 0 },
		{ "spare-lines", 0, OPTION_TEXT, &o->spare_lines, 0, 0, "N", "room for lines that are added while it runs (0)", 0 },
		{ "idle-sleep", 0, OPTION_TEXT, &o->idle_sleep, 0, 0, "on|off", "workers sleep when they are idle; off: they always poll (on)", 0 },
		{ "sandbox", 0, OPTION_TEXT, &o->sandbox, 0, 0, "on|off", "the kernel refuses the run what it never needs; off: for debuggers (on)", 0 },
		{ "user", 0, OPTION_TEXT, &o->user_name, 0, 0, "NAME", "whom a run that was started by root becomes once it has started (root)", 0 },
		{ "workers", 0, OPTION_NUMBER, &o->workers, 1, LCORE_LOOPS_MAX, "N", "poll loops (one for each lcore of -- -l, else 1)", 0 },
		{ "link-timeout", 0, OPTION_TIME, &o->link_timeout_ms, 0, 3600000, "TIME", "how long to wait for the port's link (30s)", 0 },
		{ "dns", 0, OPTION_TEXT, &o->dns, 0, 0, "ADDRESSES", "DNS servers to ask for servers given by name (the system's)", 0 },
		{ "dns-timeout", 0, OPTION_TIME, &o->dns_timeout_ms, 0, 3600000, "TIME", "how long to wait for their first answers (5s)", 0 },
		{ "control", 0, OPTION_TEXT, &o->control, 0, 0, "PATH|off", "the UNIX socket for heartline ctl (one in the run-time folder)", 0 },
		{ "http", 0, OPTION_TEXT, &o->http, 0, 0, "ADDRESS:PORT|off", "serve a page, metrics and an API by HTTP, as in 127.0.0.1:9060 (off)", 0 },
		{ "http-token-file", 0, OPTION_TEXT, &o->http_token_file, 0, 0, "FILE", "the token without which HTTP changes nothing; mode 0600", 0 },
		{ "summary", 0, OPTION_TEXT, &o->summary, 0, 0, "FILE", "write the result as JSON; -: stdout", 0 },
		{ "junit", 0, OPTION_TEXT, &o->junit, 0, 0, "FILE", "write the result as JUnit XML, for continuous integration", 0 },
		{ "events", 0, OPTION_TEXT, &o->events_path, 0, 0, "FILE", "write each change of a line's state as a line of JSON", 0 },
		{ "history", 0, OPTION_TEXT, &o->history, 0, 0, "FILE", "keep each change of a line's state, for heartline history (none)", 0 },
		{ "history-age", 0, OPTION_TEXT, &o->history_age, 0, 0, "TIME", "older changes leave the history; 0: none do (0)", 0 },
		{ "history-size", 0, OPTION_TEXT, &o->history_size, 0, 0, "MIB", "the history takes so many MiB at most; 0: no limit (1024)", 0 },
		{ "state-dir", 0, OPTION_TEXT, &o->state_dir, 0, 0, "DIR", "keep what lines need to go on after a kill; a start takes it up (none)", 0 },
		{ "state-interval", 0, OPTION_TEXT, &o->state_interval, 0, 0, "TIME", "how often that is written (2s)", 0 },
		{ "expect", 0, OPTION_EACH, &o->expect, 0, 0, "MEASURE=VALUE", "what the run must come to, else it exits with 1; may be repeated (nothing)", 0 },
		{ "pcap", 0, OPTION_TEXT, &o->pcap, 0, 0, "FILE", "capture what the lines send and receive, for Wireshark (none)", 0 },
		{ "pcap-size", 0, OPTION_TEXT, &o->pcap_size, 0, 0, "MIB", "size of that file; then it ends, or the next one begins; 0: no limit (1024)", 0 },
		{ "pcap-files", 0, OPTION_TEXT, &o->pcap_files, 0, 0, "N", "so many files of that size, the latest ones (1)", 0 },
		{ "hep", 0, OPTION_TEXT, &o->hep, 0, 0, "ADDRESS:PORT|off", "send SIP messages to a collector for HEP3, such as Homer (off)", 0 },
		{ "hep-id", 0, OPTION_TEXT, &o->hep_id, 0, 0, "N", "the capture ID in them (1)", 0 },
		{ "trace-lines", 0, OPTION_TEXT, &o->trace_lines, 0, 0, "LINES", "only these: 1/100 is one in a hundred; or numbers, as in 6000-6099,7001 (all)", 0 },
		{ "trace-failed", 0, OPTION_TEXT, &o->trace_failed, 0, 0, "N", "only the last N messages of a line, when it fails; 0: all (0)", 0 },
		{ "trace-buffer", 0, OPTION_TEXT, &o->trace_buffer, 0, 0, "KIB", "memory of each worker for frames that wait to be written (16384)", 0 },
		{ "find-max", 0, OPTION_TEXT, &o->find.what, 0, 0, "register|options", "search the highest rate that meets what is expected", 0 },
		{ "start-rate", 0, OPTION_NUMBER, &o->find.start_rate, 1, 100000000, "N", "the first rate that --find-max tries (100)", 0 },
		{ "trial", 0, OPTION_TIME, &o->find.trial_ms, 200, 3600000, "TIME", "how long --find-max holds each rate, the last one four times as long (2s)", 0 },
		{ "top", 0, OPTION_FLAG, &o->top, 0, 0, NULL, "a live screen as of heartline top instead of status lines, on a terminal", 0 },
		{ "rate-scale", 0, OPTION_NUMBER, &o->rate_scale, 1, 1000000, "N", "what + and - of that screen change the rate by (1)", 0 },
		{ "quiet", 'q', OPTION_FLAG, &o->quiet, 0, 0, NULL, "no status lines", 0 },
		{ "help", 'h', OPTION_FLAG, &o->help, 0, 0, NULL, "this text", 0 },
	};
	// clang-format on
	unsigned n = sizeof(own) / sizeof(*own);

	*o = (struct run_options){ .link_timeout_ms = 30000,
				   .dns_timeout_ms = 5000,
				   .rate_scale = 1,
				   .find = { .start_rate = 100, .trial_ms = 2000 } };
	memcpy(o->specs, own, sizeof(own));
	config_flags_options(&o->flags, o->specs + n);
}

void run_options_help(const struct run_options *o)
{
	printf("usage: heartline run -c FILE [OPTION...] [-- EAL-OPTION...]\n"
	       "       heartline run --port DEVICE --primary HOST --address RANGES [OPTION...] "
	       "[-- EAL-OPTION...]\n\n"
	       "Registers lines and keeps them registered, on the backup while the primary is down.\n"
	       "Ctrl-C unregisters all and ends the run; a second one ends it at once.\n\n");
	options_help(o->specs);
	printf("\nTimes are 500ms, 10s, 5min or 12h. With -c, lines and servers are described in\n"
	       "the file; heartline keys lists its keys. Of the lcores that the EAL option -l names, the\n"
	       "first one is for control, and each further one runs a worker.\n"
	       "An expectation is registered=100%%, switch_p99=5s, drops=0, failovers=exactly 10, ...:\n"
	       "heartline keys lists what can be measured.\n"
	       "Exit: 0 all well, 1 some lines failed or were down for too long, or not all that was\n"
	       "expected came true, 2 usage or configuration, 97 timed out, 99 nothing processed.\n");
}

// Set the keys of the run that flags give; they override the file and the defaults.
static int overrides_set(const struct run_options *o, struct hl_config *config,
			 struct hl_error *err)
{
	const struct {
		const char *key, *value;
	} keys[] = {
		{ "rate", o->rate },
		{ "ramp", o->ramp },
		{ "duration", o->duration },
		{ "drain", o->drain },
		{ "seed", o->seed },
		{ "spare_lines", o->spare_lines },
		{ "dns_servers", o->dns },
		{ "idle_sleep", o->idle_sleep },
		{ "sandbox", o->sandbox },
		{ "user", o->user_name },
		{ "control_socket", o->control },
		{ "http", o->http },
		{ "http_token_file", o->http_token_file },
		{ "history", o->history },
		{ "history_age", o->history_age },
		{ "history_size", o->history_size },
		{ "pcap", o->pcap },
		{ "pcap_size", o->pcap_size },
		{ "pcap_files", o->pcap_files },
		{ "hep", o->hep },
		{ "hep_id", o->hep_id },
		{ "trace_lines", o->trace_lines },
		{ "trace_failed", o->trace_failed },
		{ "trace_buffer", o->trace_buffer },
		{ "state_dir", o->state_dir },
		{ "state_interval", o->state_interval },
	};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct hl_error inner;
		if (keys[i].value && hl_config_set(config, keys[i].key, keys[i].value, &inner) < 0)
			return hl_fail(err, inner.code, "--%.900s", inner.text);
	}
	if (o->duration && config->n_phases)
		return hl_fail(err, EINVAL, "--duration: the phases of %s say how long the run is",
			       o->config);
	for (unsigned i = 0; i < o->expect.n; i++) {
		struct hl_error inner;
		if (hl_expect_set(&config->expect, o->expect.of[i], &inner) < 0)
			return hl_fail(err, inner.code, "--expect: %.900s", inner.text);
	}
	return 0;
}

int run_config_make(const struct run_options *o, struct hl_config *config, struct hl_error *err)
{
	int rc;

	if (o->config) {
		const char *flag = config_flags_given(&o->flags, o->specs);
		if (flag)
			return hl_fail(err, EINVAL, "--%s does not go with -c: set it in %s", flag,
				       o->config);
		rc = hl_config_load(config, o->config, err);
		if (rc == 0)
			open_passwords_warn(config, o->config);
	} else {
		hl_config_default(config);
		rc = config_from_flags(&o->flags, o->port, config, err);
	}
	return rc < 0 ? rc : overrides_set(o, config, err);
}

void run_config_note_dhcp(struct run_options *o, const struct hl_config *config)
{
	for (uint32_t i = 0; i < config->n_profiles; i++)
		o->by_dhcp[i] = config->profiles[i].dhcp_option_120;
	o->running = config;
}

// DHCP is asked once: a profile whose servers it named keeps these.
static int dhcp_servers_keep(const struct hl_profile *from, struct hl_profile *to)
{
	char **const texts[] = { &to->primary_name, &to->backup_name };
	const char *const kept[] = { from->primary_name, from->backup_name };

	to->dhcp_option_120 = false;
	to->primary = from->primary;
	to->backup = from->backup;
	for (unsigned k = 0; k < 2; k++) {
		free(*texts[k]);
		*texts[k] = kept[k] ? strdup(kept[k]) : NULL;
		if (kept[k] && !*texts[k])
			return -ENOMEM;
	}
	return 0;
}

int run_config_again(void *options, const char *path, struct hl_config *config,
		     struct hl_error *err)
{
	struct run_options *o = options;
	int rc = hl_config_load(config, path, err);

	if (rc == 0)
		rc = overrides_set(o, config, err);
	for (uint32_t i = 0; rc == 0 && i < config->n_profiles; i++) {
		uint32_t k = profile_find(o->running, config->profiles[i].name);
		if (k == UINT32_MAX || !o->by_dhcp[k] || !config->profiles[i].dhcp_option_120)
			continue;
		if (dhcp_servers_keep(&o->running->profiles[k], &config->profiles[i]) < 0)
			rc = hl_fail(err, ENOMEM, "%s: no memory to reload it", path);
	}
	return rc;
}
