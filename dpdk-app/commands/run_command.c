// SPDX-License-Identifier: BSD-3-Clause
// heartline run: lines against real servers, from a file or from flags alone.

#include "commands/commands.h"

#include <inttypes.h>
#include <stdio.h>

#include <heartline/config.h>

#include "alerts/alerts.h"
#include "base/exit_code.h"
#include "base/progress.h"
#include "base/start_times.h"
#include "base/stop.h"
#include "commands/confine.h"
#include "commands/find_max.h"
#include "commands/phases.h"
#include "commands/run_options.h"
#include "history/history.h"
#include "http/server.h"
#include "naming/dhcp.h"
#include "naming/leases.h"
#include "naming/resolve.h"
#include "report/judge.h"
#include "report/junit.h"
#include "report/report_print.h"
#include "session/reload.h"
#include "session/run.h"
#include "session/run_history.h"
#include "session/session.h"
#include "surface/control_server.h"
#include "survive/survive.h"
#include "top/own_screen.h"
#include "trace/trace.h"

#define MS 1000000ull

// What a run has beside its data plane.
struct run_parts {
	struct run_options options;
	struct events *events;        // until the data plane takes it over
	struct history *history_file; // likewise
	struct trace *trace;          // likewise
	struct survive *survive;      // NULL: no state survives
	struct leases leases;         // of pools with addresses from DHCP
	struct control_socket socket;
	struct control_server server;
	struct http_server http_server;
	struct reload_signal hangup;
	struct confinement confinement;
	struct own_screen screen;
	struct find_report find;
};

// The device that --port, or those that else the file names.
static int devices_find(const struct run_options *o, const struct hl_config *config,
			struct device devices[], struct hl_error *err)
{
	return o->port ? device_of_option(o->port, devices, err)
		       : devices_of_file(o->config, config, devices, err);
}

static int devices_confine(const struct run_parts *p, const struct hl_config *config,
			   const struct device devices[], struct hl_error *err)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < config->n_ports; i++)
		rc = confine_check(&p->confinement, &devices[i], err);
	return rc;
}

// The name of the interface of a capture: of several, all of them.
static const char *devices_text(const struct hl_config *config, const struct device devices[])
{
	static char text[HL_PORTS_MAX * (sizeof(devices->name) + 2)];
	size_t len = 0;

	for (uint32_t i = 0; i < config->n_ports; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? ", " : "",
					devices[i].name);
	return text;
}

static int hold(struct run_parts *p, struct run *run, struct hl_error *err)
{
	uint64_t duration_ms = run->config->duration_ms;
	const struct control_until over = {
		.timeout_ns = duration_ms ? duration_ms * MS : CONTROL_NO_TIMEOUT,
		.stop_requests = 1,
	};
	int rc = 0;

	if (p->options.find.what) {
		rc = find_max_run(run, &p->options.find, &p->find, err);
	} else if (run->config->n_phases) {
		rc = phases_run(run, err);
	} else {
		if (!stop_wanted())
			run_enable(run);
		control_wait(run->control, &over);
	}
	if (stop_wanted() && !run->status.silent)
		fprintf(stderr,
			"heartline: stopping: lines unregister over %" PRIu64
			" ms; press Ctrl-C again to quit at once\n",
			run->config->drain_ms);
	return rc;
}

static void survive_begin(struct run_parts *p, struct run *run)
{
	char text[SURVIVE_TEXT_ROOM];

	if (!p->survive)
		return;
	run->survive = p->survive;
	survive_take_up(p->survive, run->dp->workers, run->dp->n_workers, run->config->ramp_ms);
	survive_count(p->survive, &run->report.state);
	if (!p->options.quiet)
		fprintf(stderr, "heartline: state: %s: %s\n", run->config->state_dir,
			survive_text(&run->report.state, text));
}

static void survive_finish(struct run_parts *p, struct run *run)
{
	if (!p->survive)
		return;
	survive_end(p->survive, run->report.leftovers + run->report.maybe_left);
	survive_count(p->survive, &run->report.state);
}

// The run itself, from the start of the loops to their end. Returns the exit code.
static int run_through(struct run_parts *p, struct run *run, struct hl_error *err)
{
	struct judgement judgement;
	int rc = run_start(run, err);

	if (rc == 0)
		rc = control_server_start(&p->server, &p->socket, &run->view, run->control->loop,
					  err);
	if (rc == 0)
		rc = http_server_start(&p->http_server, &run->view, run->control->loop, err);
	if (rc == 0)
		rc = own_screen_watch(&p->screen, run->control->loop, run_status_resume, run, err);
	if (rc == 0)
		rc = reload_signal_start(&p->hangup, &run->view, err);
	if (rc == 0)
		rc = alerts_start(&run->alerts, &run->view, run->control->loop, err);
	if (rc == 0 && p->history_file) // now that this thread has its processor
		rc = history_start(p->history_file, err);
	if (rc == 0 && run->dp->trace)
		rc = trace_start(run->dp->trace, err);
	if (rc == 0)
		rc = survive_start(p->survive, run->control->loop, err);
	if (rc == 0)
		rc = leases_watch(&p->leases, run->dp->plan, run->control->loop, err);
	if (rc == 0)
		rc = confine(&p->confinement, run->config, err);
	if (rc < 0) {
		alerts_stop(run->alerts, true);
		return EXIT_USAGE;
	}
	run->dp->events = p->events; // both are closed with the report
	run->dp->history = p->history_file;
	p->events = NULL;
	p->history_file = NULL;
	rc = hold(p, run, err);
	run_drain(run);
	leases_watch_end(&p->leases);
	if (run->drained) // else a server may still send to the addresses
		leases_give_back(&p->leases, run->control);
	own_screen_stop(&p->screen);
	reload_signal_stop(&p->hangup);
	control_server_stop(&p->server);
	http_server_stop(&p->http_server);
	alerts_stop(run->alerts, p->options.quiet);
	run_finish(run, &judgement);
	survive_finish(p, run);
	if (!p->options.quiet)
		report_print(&run->report, stderr);
	int code = run_conclude(run, &judgement, p->options.summary, err);
	return p->options.junit && junit_write(&run->report, &judgement, p->options.config,
					       p->options.junit, err) < 0
		       ? EXIT_USAGE
		       : code;
}

static int run_on_port(struct run_parts *p, struct hl_config *config, struct session *session,
		       struct hl_error *err)
{
	static struct dataplane dp;
	static struct run run;
	const struct resolver_options resolver_options = { p->options.dns_timeout_ms,
							   p->options.quiet };
	struct resolver *resolver;
	int code = EXIT_USAGE;

	run.control = &session->control;
	run.dp = &dp;
	run.config = config;
	run.ports = session->ports;
	run.n_ports = session->n_ports;
	run.status.silent = p->options.quiet || p->screen.is_shown;
	if (!run.status.silent)
		progress_allow();
	run.report.events_path = p->options.events_path;
	run.report.history_path = config->history;
	run.report.state_dir = config->state_dir;
	dp.saved = survive_saved(p->survive);
	dp.leases = p->leases.list;
	run.view.source = p->options.config;
	run.reload = (struct run_reload){ config, run_config_again, &p->options };
	start_step_done(START_DEVICE);
	int rc = resolver_new(&resolver, config, &resolver_options, err);
	if (rc == 0)
		rc = dataplane_new(&dp, config, session->ports, err);
	if (rc == 0)
		rc = run_trace_attach(&run, &p->trace, err);
	if (rc == 0)
		rc = resolver_publish(resolver, dp.plan, err);
	if (rc == 0)
		rc = resolver_run(resolver, err);
	if (rc == 0) {
		if (!p->options.quiet)
			steering_say(&dp.steering);
		survive_begin(p, &run);
		code = run_through(p, &run, err);
	}
	dataplane_stop(&dp);
	trace_close(dp.trace, NULL); // when it did not come to a report
	resolver_free(resolver);
	report_free(&run.report);
	dataplane_free(&dp);
	return code;
}

// Ports of pools whose addresses have MACs of their own.
static int macs_accept(const struct session *session, const struct hl_config *config,
		       struct hl_error *err)
{
	int rc = 0;

	for (uint32_t i = 0; rc == 0 && i < config->n_pools; i++)
		if (config->pools[i].has_macs)
			rc = port_accept_all(&session->ports[config->pools[i].port], err);
	return rc;
}

// Bring up the port, wait for its link if that means anything, ask DHCP, then run.
static int run_opened(struct run_parts *p, struct hl_config *config, struct session *session,
		      const struct session_request *request, struct hl_error *err)
{
	struct control *control = &session->control;
	int rc = session_open(session, request, err);

	for (unsigned i = 0; rc == 0 && i < session->n_ports; i++)
		if (port_has_link(&session->ports[i]))
			rc = port_wait_link(&session->ports[i], control, p->options.link_timeout_ms,
					    err);
	if (rc == 0)
		rc = macs_accept(session, config, err);
	if (rc == 0)
		run_config_note_dhcp(&p->options, config);
	if (rc == 0) {
		p->leases.quiet = p->options.quiet;
		rc = leases_take(&p->leases, config, session->ports, control, err);
	}
	if (rc == 0)
		rc = dhcp_set_servers(config, &session->ports[0], control, p->options.quiet, err);
	return rc < 0 ? session_exit_code(rc) : run_on_port(p, config, session, err);
}

static int http_open(struct run_parts *p, const struct hl_config *config, struct hl_error *err)
{
	const struct http_access *access = &p->http_server.access;
	char place[HL_ENDPOINT_TEXT];
	int rc = http_server_open(&p->http_server, config, err);

	if (rc == 0 && access->is_open && !p->options.quiet) {
		hl_endpoint_format(&access->at, place);
		fprintf(stderr, "heartline: http: %s://%s\n",
			access->certificate ? "https" : "http", place);
	}
	return rc;
}

int run_command(int argc, char **argv)
{
	static struct run_parts p;
	static struct session session;
	static struct device devices[HL_PORTS_MAX];
	struct arguments args;
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	int code = EXIT_USAGE;

	run_options_prepare(&p.options);
	arguments_split(&args, argc, argv);
	int rc = options_read(p.options.specs, &args, &err);
	if (rc == 0 && p.options.help) {
		run_options_help(&p.options);
		return EXIT_ALL_WELL;
	}
	if (rc == 0)
		rc = options_alone(&args, "; a file is given by -c", &err);
	if (rc == 0)
		rc = run_config_make(&p.options, &config, &err);
	if (rc == 0)
		rc = find_max_prepare(&p.options.find, &config, &p.find, &err);
	if (rc == 0)
		rc = devices_find(&p.options, &config, devices, &err);
	if (rc == 0)
		rc = user_find(&p.confinement.user, config.user, &err);
	if (rc == 0)
		rc = devices_confine(&p, &config, devices, &err);
	if (rc == 0)
		rc = result_check("summary", p.options.summary, &err);
	if (rc == 0)
		rc = result_check("junit", p.options.junit, &err);
	if (rc == 0 && p.options.events_path)
		rc = events_open(&p.events, p.options.events_path, &err);
	if (rc == 0)
		rc = alerts_check(&config, &err);
	if (rc == 0)
		rc = phases_check(&config, p.options.config, &err);
	if (rc == 0)
		rc = run_history_open(&p.history_file, &config, p.options.config, &err);
	if (rc == 0)
		rc = trace_open(&p.trace, &config, devices_text(&config, devices), &err);
	if (rc == 0)
		rc = survive_open(&p.survive, &config, &err);
	if (rc == 0)
		rc = control_socket_offer(&p.socket, config.control_socket, p.options.quiet, &err);
	if (rc == 0)
		rc = http_open(&p, &config, &err);
	if (rc == 0 && p.options.top)
		rc = own_screen_start(&p.screen, p.socket.path, p.options.rate_scale, &err);
	start_step_done(START_CONFIGURATION);
	p.confinement.config = p.options.config;
	p.confinement.events = p.options.events_path;
	p.confinement.summary = p.options.summary;
	p.confinement.junit = p.options.junit;
	p.confinement.socket = p.socket.path;
	p.confinement.survive = p.survive;
	if (rc == 0) {
		const struct session_request request = {
			.devices = devices,
			.n_devices = config.n_ports,
			.eal = &args.eal,
			.family = hl_config_family(&config, 0),
			.workers = p.options.workers,
			.peer_timeout_ms = p.options.link_timeout_ms,
		};
		code = run_opened(&p, &config, &session, &request, &err);
	}
	own_screen_stop(&p.screen); // an error is to be seen
	if (err.code)
		error_print(&err);
	events_close(p.events, &(struct events_counts){ 0 });
	history_close(p.history_file, NULL);
	trace_close(p.trace, NULL);
	survive_close(p.survive);
	control_socket_close(&p.socket);
	http_server_close(&p.http_server);
	leases_free(&p.leases);
	session_close(&session);
	hl_config_free(&config);
	return code;
}
