// SPDX-License-Identifier: BSD-3-Clause
// heartline demo: lines and two servers in one process, without NIC, root or huge pages.

#include "commands/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include <rte_common.h>

#include "base/exit_code.h"
#include "base/grouped.h"
#include "base/progress.h"
#include "base/start_times.h"
#include "commands/demo_phases.h"
#include "commands/options.h"
#include "dataplane/registrar_queue.h"
#include "device/eal.h"
#include "device/host.h"
#include "report/judge.h"
#include "report/report_print.h"
#include "session/session.h"
#include "surface/control_server.h"
#include "top/own_screen.h"
#include "trace/trace.h"

#define LINES_MAX 10000000
#define PORTS_AN_ADDRESS 10000
#define LINES_A_SECOND 50000 // during the ramp and during the drain
#define PROBES_A_SECOND 25000
#define DETECT_S 3

struct demo_options {
	const char *summary, *algorithm_text, *control; // control NULL: in the run-time folder
	const char *pcap, *hep, *trace_lines, *trace_failed, *trace_buffer;
	struct trace *trace; // until the data plane takes it over
	struct control_socket socket;
	struct control_server server;
	enum hl_digest_algorithm algorithm;
	uint64_t lines, hold_ms, seed;
	struct own_screen screen;
	bool quiet, top, help;
};

// The configuration that `heartline run` would need for this demo with a NIC and two servers.
static int config_make(const struct demo_options *o, struct hl_config *config, struct hl_error *err)
{
	char text[2048];
	uint64_t addresses = (o->lines + PORTS_AN_ADDRESS - 1) / PORTS_AN_ADDRESS;
	// Addresses from 10.99.1.1 on.
	uint32_t last = (10u << 24 | 99u << 16 | 1u << 8 | 1u) + (uint32_t)addresses - 1;
	uint64_t spread_s = RTE_MAX(o->lines / LINES_A_SECOND, UINT64_C(1));
	uint64_t detect_s = RTE_MAX(o->lines / PROBES_A_SECOND, (uint64_t)DETECT_S);

	int len = snprintf(text, sizeof(text),
			   "ports:\n"
			   "  - device: ring\n"
			   "    addresses: 10.99.1.1-10.%u.%u.%u/16\n"
			   "profiles:\n"
			   "  demo:\n"
			   "    outbound_server: 10.99.0.1\n"
			   "    backup_outbound_server: 10.99.0.2\n"
			   "    password: secret\n"
			   "    use_random_sip_port: on\n"
			   "    min_random_sip_port: 50000\n"
			   "    max_random_sip_port: %u\n"
			   "    register_refresh_interval: 120s\n"
			   "    primary_detect_interval: %" PRIu64 "s\n"
			   "    max_detect_fail_count: 1\n"
			   "    prefer_primary: on\n"
			   "    remove_last_registration: on\n"
			   "    register_timeout: 2000ms\n"
			   "    options_timeout: 2000ms\n"
			   "lines:\n"
			   "  - profile: demo\n"
			   "    range: 10000000-%" PRIu64 "\n"
			   "ramp: %" PRIu64 "s\n"
			   "drain: %" PRIu64 "s\n"
			   "seed: %" PRIu64 "\n",
			   last >> 16 & 255, last >> 8 & 255, last & 255,
			   50000 + PORTS_AN_ADDRESS - 1, detect_s, 10000000 + o->lines - 1,
			   spread_s, spread_s, o->seed);
	if ((size_t)len >= sizeof(text))
		return hl_fail(err, ENOMEM, "demo: configuration too long");
	return hl_config_parse(config, "demo", text, err);
}

static struct queue_context *servers_make(const struct demo_options *o,
					  const struct hl_config *config, const struct port *port,
					  struct hl_error *err)
{
	struct hl_registrar_config servers = {
		.n_servers = 2,
		.servers = { config->profiles[0].primary, config->profiles[0].backup },
		.password = config->profiles[0].password,
		.algorithm = o->algorithm,
		.qop_auth = true,
		.capacity = (uint32_t)o->lines,
		.seed = o->seed,
	};

	return registrar_queue_new(&servers, port, err);
}

static void worst_cases(struct demo *demo, const struct hl_profile *p)
{
	demo->fail_worst_ms = hl_profile_detect_ms(p) + hl_profile_switch_ms(p);
	// A probe that is under way may have to time out first.
	demo->return_worst_ms = (uint64_t)p->primary_detect_interval_ms * p->recover_count +
				p->options_timeout_ms + p->register_timeout_ms;
}

static void demo_say(const struct demo_options *o, const struct demo *demo, enum verdict verdict,
		     const struct report *report)
{
	char lines[32];

	printf("heartline demo: %s lines, digest %s, primary 10.99.0.1, backup 10.99.0.2, "
	       "all in one process\n\n",
	       grouped_text(o->lines, lines), algorithm_name(o->algorithm));
	demo_print(demo);
	printf("\nverdict: %s; %" PRIu64 " bindings left on the primary, %" PRIu64
	       " on the backup\n",
	       verdict_name(verdict), demo_bindings(demo, 0), demo_bindings(demo, 1));
	report_print_reasons(report, stdout);
	report_print_outages(report, stdout);
}

static int demo_through(struct demo_options *o, struct demo *demo, struct hl_error *err)
{
	struct judgement judgement;

	int rc = run_start(demo->run, err);
	if (rc == 0)
		rc = control_server_start(&o->server, &o->socket, &demo->run->view,
					  demo->run->control->loop, err);
	if (rc == 0)
		rc = own_screen_watch(&o->screen, demo->run->control->loop, run_status_resume,
				      demo->run, err);
	if (rc == 0 && demo->run->dp->trace)
		rc = trace_start(demo->run->dp->trace, err);
	if (rc < 0)
		return EXIT_USAGE;
	demo_run(demo);
	own_screen_stop(&o->screen);
	control_server_stop(&o->server);
	run_finish(demo->run, &judgement);
	demo->run->report.registrar = demo->servers->registrar;
	fflush(stderr);
	demo_say(o, demo, judgement.verdict, &demo->run->report);
	return run_conclude(demo->run, &judgement, o->summary, err);
}

static unsigned n_loops(void)
{
	char cpus[1024];

	return host_processors(cpus, sizeof(cpus)) > 1 ? 2 : 1;
}

static int demo_on_rings(struct demo_options *o, const struct hl_config *config,
			 struct session *session, struct hl_error *err)
{
	static struct dataplane dp;
	static struct run run = { .dp = &dp };
	struct demo demo = { .run = &run, .lines = config->total, .hold_ms = o->hold_ms };
	int code = EXIT_USAGE;

	run.control = &session->control;
	run.config = config;
	run.status.silent = o->quiet || o->screen.is_shown;
	if (!run.status.silent)
		progress_allow();
	worst_cases(&demo, &config->profiles[0]);
	if (dataplane_new(&dp, config, session->ports, err) == 0 &&
	    run_trace_attach(&run, &o->trace, err) == 0)
		demo.servers = servers_make(o, config, &session->far_port, err);
	if (demo.servers) {
		dataplane_add_queue(&dp, demo.servers);
		code = demo_through(o, &demo, err);
	}
	dataplane_stop(&dp);
	trace_close(dp.trace, NULL); // when it did not come to a report
	report_free(&run.report);
	dataplane_free(&dp);
	registrar_queue_free(demo.servers);
	return code;
}

static void help_print(const struct option_spec specs[])
{
	printf("usage: heartline demo [OPTION...] [-- EAL-OPTION...]\n\n"
	       "Lines and two registrars in one process, joined by rings: registers all lines, lets\n"
	       "the primary fall silent, sees all on the backup, brings it back, sees all return\n"
	       "and leave.\n\n");
	options_help(specs);
}

static int keys_set(const struct demo_options *o, struct hl_config *config, struct hl_error *err)
{
	const struct {
		const char *flag, *key, *value;
	} keys[] = {
		{ "control", "control_socket", o->control },
		{ "pcap", "pcap", o->pcap },
		{ "hep", "hep", o->hep },
		{ "trace-lines", "trace_lines", o->trace_lines },
		{ "trace-failed", "trace_failed", o->trace_failed },
		{ "trace-buffer", "trace_buffer", o->trace_buffer },
	};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct hl_error inner;
		if (keys[i].value && hl_config_set(config, keys[i].key, keys[i].value, &inner) < 0)
			return hl_fail(err, inner.code, "--%s: %.900s", keys[i].flag, inner.text);
	}
	return 0;
}

int demo_command(int argc, char **argv)
{
	static struct session session;
	static struct demo_options o = { .lines = 10000, .hold_ms = 2000, .seed = 0 };
	struct arguments args;
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	int code = EXIT_USAGE;
	struct option_spec specs[] = {
		{ "lines", 'l', OPTION_NUMBER, &o.lines, 1, LINES_MAX, "N",
		  "how many lines (10000)", 0 },
		{ "hold", 0, OPTION_TIME, &o.hold_ms, 0, 86400000, "TIME",
		  "how long each state is held (2s)", 0 },
		{ "algorithm", 0, OPTION_TEXT, &o.algorithm_text, 0, 0, "NAME",
		  "digest algorithm: MD5, SHA-256 or SHA-512-256 (MD5)", 0 },
		{ "seed", 0, OPTION_NUMBER, &o.seed, 0, UINT64_MAX, "N",
		  "seed of all random choices; 0: a new one each time (0)", 0 },
		{ "control", 0, OPTION_TEXT, &o.control, 0, 0, "PATH|off",
		  "the UNIX socket for heartline ctl (one in the run-time folder)", 0 },
		{ "pcap", 0, OPTION_TEXT, &o.pcap, 0, 0, "FILE",
		  "capture what the lines send and receive, for Wireshark (none)", 0 },
		{ "hep", 0, OPTION_TEXT, &o.hep, 0, 0, "ADDRESS:PORT",
		  "send SIP messages to a collector for HEP3, such as Homer (none)", 0 },
		{ "trace-lines", 0, OPTION_TEXT, &o.trace_lines, 0, 0, "LINES",
		  "only these: 1/100 is one in a hundred; or numbers, as in 10000000-10000099 (all)",
		  0 },
		{ "trace-failed", 0, OPTION_TEXT, &o.trace_failed, 0, 0, "N",
		  "only the last N messages of a line, when it fails; 0: all (0)", 0 },
		{ "trace-buffer", 0, OPTION_TEXT, &o.trace_buffer, 0, 0, "KIB",
		  "memory for frames that wait to be written (16384)", 0 },
		{ "summary", 0, OPTION_TEXT, &o.summary, 0, 0, "FILE",
		  "write the result as JSON; -: stdout", 0 },
		{ "top", 0, OPTION_FLAG, &o.top, 0, 0, NULL,
		  "a live screen as of heartline top, on a terminal", 0 },
		{ "quiet", 'q', OPTION_FLAG, &o.quiet, 0, 0, NULL, "print only the table", 0 },
		{ "help", 'h', OPTION_FLAG, &o.help, 0, 0, NULL, "this text", 0 },
		{ 0 },
	};

	arguments_split(&args, argc, argv);
	int rc = options_read(specs, &args, &err);
	if (rc == 0 && o.help) {
		help_print(specs);
		return EXIT_ALL_WELL;
	}
	if (rc == 0)
		rc = options_alone(&args, "", &err);
	if (rc == 0 && o.algorithm_text)
		rc = algorithm_read(o.algorithm_text, &o.algorithm, &err);
	if (rc == 0)
		rc = result_check("summary", o.summary, &err);
	if (rc == 0)
		rc = config_make(&o, &config, &err);
	if (rc == 0)
		rc = keys_set(&o, &config, &err);
	if (rc == 0)
		rc = trace_open(&o.trace, &config, "demo", &err);
	if (rc == 0)
		rc = control_socket_offer(&o.socket, config.control_socket, o.quiet, &err);
	if (rc == 0 && o.top)
		rc = own_screen_start(&o.screen, o.socket.path, 1, &err);
	start_step_done(START_CONFIGURATION);
	if (rc == 0) {
		// One loop for the lines and one for the servers. With a single lcore they share
		// it.
		const struct session_request request = {
			.eal = &args.eal,
			.workers = eal_lcores_given(&args.eal) ? 0 : n_loops(),
		};
		rc = session_open(&session, &request, &err);
	}
	if (rc == 0)
		code = demo_on_rings(&o, &config, &session, &err);
	own_screen_stop(&o.screen);
	if (err.code)
		error_print(&err);
	trace_close(o.trace, NULL);
	control_socket_close(&o.socket);
	session_close(&session);
	hl_config_free(&config);
	return code;
}
