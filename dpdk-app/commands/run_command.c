// SPDX-License-Identifier: BSD-3-Clause
// heartline run: lines against real servers, from a file or from flags alone.

#include "commands/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/config.h>

#include "alerts/alerts.h"
#include "base/exit_code.h"
#include "base/progress.h"
#include "base/start_times.h"
#include "base/stop.h"
#include "commands/config_from_flags.h"
#include "commands/confine.h"
#include "commands/open_passwords.h"
#include "commands/options.h"
#include "history/history.h"
#include "http/listen.h"
#include "http/server.h"
#include "naming/dhcp.h"
#include "naming/resolve.h"
#include "report/judge.h"
#include "report/report_print.h"
#include "session/reload.h"
#include "session/reload_check.h"
#include "session/run.h"
#include "session/run_history.h"
#include "session/session.h"
#include "surface/control_server.h"
#include "top/own_screen.h"

#define MS 1000000ull
#define OWN_OPTIONS 28

struct run_options {
	const char *config, *port, *summary, *events_path;
	struct events *events;        // until the data plane takes it over
	struct history *history_file; // likewise
	struct control_socket socket;
	struct control_server server;
	struct http_server http_server;
	struct reload_signal hangup;
	bool by_dhcp[HL_PROFILES_MAX]; // DHCP named the servers of the profile
	const struct hl_config *running;
	struct confinement confinement;
	const char *rate, *ramp, *duration, *drain, *seed, *spare_lines, *dns, *idle_sleep,
		*sandbox, *user_name, *control, *http, *http_token_file, *history, *history_age,
		*history_size; // NULL: use the value of the file
	uint64_t workers, link_timeout_ms, dns_timeout_ms;
	bool quiet, top, help;
	uint64_t rate_scale;
	struct own_screen screen;
	struct config_flags flags;
	struct option_spec specs[OWN_OPTIONS + CONFIG_FLAGS + 1];
};

static void options_table(struct run_options *o)
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
		{ "events", 0, OPTION_TEXT, &o->events_path, 0, 0, "FILE", "write each change of a line's state as a line of JSON", 0 },
		{ "history", 0, OPTION_TEXT, &o->history, 0, 0, "FILE", "keep each change of a line's state, for heartline history (none)", 0 },
		{ "history-age", 0, OPTION_TEXT, &o->history_age, 0, 0, "TIME", "older changes leave the history; 0: none do (0)", 0 },
		{ "history-size", 0, OPTION_TEXT, &o->history_size, 0, 0, "MIB", "the history takes so many MiB at most; 0: no limit (1024)", 0 },
		{ "top", 0, OPTION_FLAG, &o->top, 0, 0, NULL, "a live screen as of heartline top instead of status lines, on a terminal", 0 },
		{ "rate-scale", 0, OPTION_NUMBER, &o->rate_scale, 1, 1000000, "N", "what + and - of that screen change the rate by (1)", 0 },
		{ "quiet", 'q', OPTION_FLAG, &o->quiet, 0, 0, NULL, "no status lines", 0 },
		{ "help", 'h', OPTION_FLAG, &o->help, 0, 0, NULL, "this text", 0 },
	};
	// clang-format on
	unsigned n = sizeof(own) / sizeof(*own);

	*o = (struct run_options){ .link_timeout_ms = 30000,
				   .dns_timeout_ms = 5000,
				   .rate_scale = 1 };
	memcpy(o->specs, own, sizeof(own));
	config_flags_options(&o->flags, o->specs + n);
}

static void help_print(const struct run_options *o)
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
	       "Exit: 0 all well, 1 some lines failed or were down for too long, 2 usage or\n"
	       "configuration, 97 timed out, 99 nothing processed.\n");
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
	};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct hl_error inner;
		if (keys[i].value && hl_config_set(config, keys[i].key, keys[i].value, &inner) < 0)
			return hl_fail(err, inner.code, "--%.900s", inner.text);
	}
	return 0;
}

static int config_make(const struct run_options *o, struct hl_config *config, struct hl_error *err)
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

static void dhcp_note(struct run_options *o, const struct hl_config *config)
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

// The configuration of a run that goes on, from a file, which flags override as at the start.
static int config_again(void *context, const char *path, struct hl_config *config,
			struct hl_error *err)
{
	struct run_options *o = context;
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

// The device that --port or else the file names.
static int device_find(const struct run_options *o, const struct hl_config *config,
		       struct device *device, struct hl_error *err)
{
	return o->port ? device_of_option(o->port, device, err)
		       : device_of_file(o->config, config, device, err);
}

static void hold(const struct run *run)
{
	uint64_t duration_ms = run->config->duration_ms;
	const struct control_until over = {
		.timeout_ns = duration_ms ? duration_ms * MS : CONTROL_NO_TIMEOUT,
		.stop_requests = 1,
	};

	if (control_wait(run->control, &over) == CONTROL_STOPPED && !run->status.silent)
		fprintf(stderr,
			"heartline: stopping: lines unregister over %" PRIu64
			" ms; press Ctrl-C again to quit at once\n",
			run->config->drain_ms);
}

// The run itself, from the start of the loops to their end. Returns the exit code.
static int run_through(struct run_options *o, struct run *run, struct hl_error *err)
{
	struct judgement judgement;
	int rc = run_start(run, err);

	if (rc == 0)
		rc = control_server_start(&o->server, &o->socket, &run->view, run->control->loop,
					  err);
	if (rc == 0)
		rc = http_server_start(&o->http_server, &run->view, run->control->loop, err);
	if (rc == 0)
		rc = own_screen_watch(&o->screen, run->control->loop, run_status_resume, run, err);
	if (rc == 0)
		rc = reload_signal_start(&o->hangup, &run->view, err);
	if (rc == 0)
		rc = alerts_start(&run->alerts, &run->view, run->control->loop, err);
	if (rc == 0 && o->history_file) // now that this thread has its processor
		rc = history_start(o->history_file, err);
	if (rc == 0)
		rc = confine(&o->confinement, run->config, err);
	if (rc < 0) {
		alerts_stop(run->alerts, true);
		return EXIT_USAGE;
	}
	run->dp->events = o->events; // both are closed with the report
	run->dp->history = o->history_file;
	o->events = NULL;
	o->history_file = NULL;
	if (!stop_wanted())
		run_enable(run);
	hold(run);
	run_drain(run);
	own_screen_stop(&o->screen);
	reload_signal_stop(&o->hangup);
	control_server_stop(&o->server);
	http_server_stop(&o->http_server);
	alerts_stop(run->alerts, o->quiet);
	run_finish(run, &judgement);
	if (!o->quiet)
		report_print(&run->report, stderr);
	return run_conclude(run, &judgement, o->summary, err);
}

static int run_on_port(struct run_options *o, struct hl_config *config, struct session *session,
		       struct hl_error *err)
{
	static struct dataplane dp;
	static struct run run;
	const struct resolver_options resolver_options = { o->dns_timeout_ms, o->quiet };
	struct resolver *resolver;
	int code = EXIT_USAGE;

	run.control = &session->control;
	run.dp = &dp;
	run.config = config;
	run.port = &session->port;
	run.status.silent = o->quiet || o->screen.is_shown;
	if (!run.status.silent)
		progress_allow();
	run.report.events_path = o->events_path;
	run.report.history_path = config->history;
	run.view.source = o->config;
	run.reload = (struct run_reload){ config, config_again, o };
	start_step_done(START_DEVICE);
	int rc = resolver_new(&resolver, config, &resolver_options, err);
	if (rc == 0)
		rc = dataplane_new(&dp, config, &session->port, session->n_workers, err);
	if (rc == 0)
		rc = resolver_publish(resolver, dp.plan, err);
	if (rc == 0)
		rc = resolver_run(resolver, err);
	if (rc == 0) {
		if (!o->quiet)
			steering_say(&dp.steering);
		code = run_through(o, &run, err);
	}
	dataplane_stop(&dp);
	resolver_free(resolver);
	report_free(&run.report);
	dataplane_free(&dp);
	return code;
}

// Bring up the port, wait for its link if that means anything, ask DHCP, then run.
static int run_opened(struct run_options *o, struct hl_config *config, struct session *session,
		      const struct session_request *request, struct hl_error *err)
{
	struct control *control = &session->control;
	int rc = session_open(session, request, err);

	if (rc == 0 && port_has_link(&session->port))
		rc = port_wait_link(&session->port, control, o->link_timeout_ms, err);
	if (rc == 0)
		dhcp_note(o, config);
	if (rc == 0)
		rc = dhcp_set_servers(config, &session->port, control, o->quiet, err);
	return rc < 0 ? session_exit_code(rc) : run_on_port(o, config, session, err);
}

static int http_open(struct run_options *o, const struct hl_config *config, struct hl_error *err)
{
	const struct http_access *access = &o->http_server.access;
	char place[HTTP_PLACE_ROOM];
	int rc = http_server_open(&o->http_server, config, err);

	if (rc == 0 && access->is_open && !o->quiet)
		fprintf(stderr, "heartline: http: %s://%s\n",
			access->certificate ? "https" : "http", http_place(&access->at, place));
	return rc;
}

int run_command(int argc, char **argv)
{
	static struct run_options o;
	static struct session session;
	struct device device;
	struct arguments args;
	struct hl_config config = { 0 };
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
	if (rc == 0)
		rc = config_make(&o, &config, &err);
	if (rc == 0)
		rc = device_find(&o, &config, &device, &err);
	if (rc == 0)
		rc = user_find(&o.confinement.user, config.user, &err);
	if (rc == 0)
		rc = confine_check(&o.confinement, &device, &err);
	if (rc == 0)
		rc = summary_check(o.summary, &err);
	if (rc == 0 && o.events_path)
		rc = events_open(&o.events, o.events_path, &err);
	if (rc == 0)
		rc = alerts_check(&config, &err);
	if (rc == 0)
		rc = run_history_open(&o.history_file, &config, o.config, &err);
	if (rc == 0)
		rc = control_socket_offer(&o.socket, config.control_socket, o.quiet, &err);
	if (rc == 0)
		rc = http_open(&o, &config, &err);
	if (rc == 0 && o.top)
		rc = own_screen_start(&o.screen, o.socket.path, o.rate_scale, &err);
	start_step_done(START_CONFIGURATION);
	o.confinement.config = o.config;
	o.confinement.events = o.events_path;
	o.confinement.summary = o.summary;
	o.confinement.socket = o.socket.path;
	if (rc == 0) {
		const struct session_request request = {
			.device = &device,
			.eal = &args.eal,
			.workers = o.workers,
			.peer_timeout_ms = o.link_timeout_ms,
		};
		code = run_opened(&o, &config, &session, &request, &err);
	}
	own_screen_stop(&o.screen); // an error is to be seen
	if (err.code)
		error_print(&err);
	events_close(o.events, &(struct events_counts){ 0 });
	history_close(o.history_file, NULL);
	control_socket_close(&o.socket);
	http_server_close(&o.http_server);
	session_close(&session);
	hl_config_free(&config);
	return code;
}
