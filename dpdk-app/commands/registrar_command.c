// SPDX-License-Identifier: BSD-3-Clause
// heartline registrar: the answering side, on a port of its own.

#include "commands/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/exit_code.h"
#include "commands/options.h"
#include "commands/password.h"
#include "commands/registrar_serve.h"
#include "dataplane/registrar_queue.h"
#include "session/session.h"

#define SIP_PORT 5060
#define LINK_TIMEOUT_MS 30000

struct registrar_options {
	const char *port, *address, *algorithm, *control;
	uint64_t grant_ms, min_expires_ms, nonce_life_ms, retry_after_ms, capacity, seed;
	bool qop, help;
	struct password_source password;
	char password_room[PASSWORD_FILE_MAX + 1];
	struct control_socket socket;
	struct registrar_service service;
};

static int servers_read(struct registrar_options *o, struct hl_error *err)
{
	struct hl_registrar_config *config = &o->service.config;

	for (const char *at = o->address; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
		size_t len = strcspn(at, ",");
		if (config->n_servers == HL_REGISTRAR_SERVERS_MAX)
			return hl_fail(err, EINVAL, "--address: allowed 1..%d servers",
				       HL_REGISTRAR_SERVERS_MAX);
		if (hl_endpoint_parse(at, len, SIP_PORT, &config->servers[config->n_servers]) < 0)
			return hl_fail(
				err, EINVAL,
				"--address: \"%.*s\": write 10.0.0.1, 10.0.0.1:5060, 2001:db8::1 or "
				"[2001:db8::1]:5060, several with commas",
				(int)len, at);
		config->n_servers++;
	}
	return 0;
}

// IPv6 when any server has such an address.
static enum hl_family family_of(const struct hl_registrar_config *config)
{
	for (uint32_t i = 0; i < config->n_servers; i++)
		if (config->servers[i].addr.family == HL_FAMILY_IPV6)
			return HL_FAMILY_IPV6;
	return HL_FAMILY_IPV4;
}

static int config_make(struct registrar_options *o, struct hl_error *err)
{
	if (!o->port || !o->address)
		return hl_fail(err, EINVAL,
			       "--%s is missing: write heartline registrar --port DEVICE --address "
			       "A[:PORT][,B[:PORT]]",
			       o->port ? "address" : "port");
	o->service.config.max_grant_s = (uint32_t)(o->grant_ms / 1000);
	o->service.config.min_expires_s = (uint32_t)(o->min_expires_ms / 1000);
	o->service.config.retry_after_s = (uint32_t)(o->retry_after_ms / 1000);
	o->service.config.nonce_life_s = (uint32_t)(o->nonce_life_ms / 1000);
	o->service.config.capacity = (uint32_t)o->capacity;
	o->service.config.qop_auth = o->qop;
	o->service.config.seed = o->seed;
	int rc = password_choose(&o->password, o->password_room, &o->service.config.password, err);
	if (rc < 0)
		return rc;
	rc = o->algorithm ? algorithm_read(o->algorithm, &o->service.config.algorithm, err) : 0;
	return rc < 0 ? rc : servers_read(o, err);
}

// Make a registrar with the same settings, only to check all of them before EAL starts.
static int settings_check(const struct registrar_options *o, struct hl_error *err)
{
	struct hl_registrar_config config = o->service.config;
	struct hl_registrar *registrar;

	config.capacity = 1;
	int rc = hl_registrar_new(&registrar, &config, err);
	if (rc < 0)
		return rc;
	rc = registrar_script_add(&o->service, registrar, 0, err);
	hl_registrar_free(registrar);
	return rc;
}

static int registrar_on_port(struct registrar_options *o, struct session *session,
			     struct hl_error *err)
{
	struct queue_context *queue = registrar_queue_new(&o->service.config, &session->ports[0],
							  err);

	if (!queue)
		return EXIT_USAGE;
	int code = registrar_serve(&o->service, queue, &session->control, err);
	registrar_queue_free(queue);
	return code;
}

static void help_print(const struct option_spec specs[])
{
	printf("usage: heartline registrar --port DEVICE --address A[:PORT][,B[:PORT]] [OPTION...] "
	       "[-- EAL-OPTION...]\n\n"
	       "Answers REGISTER and OPTIONS on several addresses at once.\n\n");
	options_help(specs);
	printf("\nA script has lines such as\n"
	       "  at 10s: silent              the first server receives and says nothing\n"
	       "  at 20s: ok                  it answers again\n"
	       "  at 5s: 10.0.0.2 status 503  another server answers everything with 503\n"
	       "  at 1s: all loss 12.5%%       all lose an eighth of the requests\n"
	       "  at 1s: delay 50ms           answers are held back\n"
	       "  at 9s: wipe                 all bindings are forgotten\n"
	       "  at 1s: limit 5000           what is more in a second gets a 503\n"
	       "Other faults: register N (that status to REGISTER alone), stale, refuse, grant TIME,\n"
	       "forget-nonces, twice TIME.\n");
}

int registrar_command(int argc, char **argv)
{
	static struct registrar_options o = {
		.grant_ms = 3600000,
		.nonce_life_ms = 300000,
		.capacity = 1 << 20,
		.qop = true,
		.service = { .idle_sleep = true },
	};
	static struct session session;
	struct device device;
	struct arguments args;
	struct hl_error err = { 0 };
	int code = EXIT_USAGE;
	// clang-format off
	struct option_spec specs[] = {
		{ "port", 0, OPTION_TEXT, &o.port, 0, 0, "DEVICE", "0000:01:00.0, net_memif0,role=server, net_tap0,iface=hl0, ...", 0 },
		{ "address", 'i', OPTION_TEXT, &o.address, 0, 0, "A[:PORT],...", "servers to play, 1 to 8 (port 5060)", 0 },
		{ "password", 0, OPTION_SECRET, &o.password.text, 0, 0, "TEXT", "password of every user (the environment's HEARTLINE_PASSWORD); none: no digest", 0 },
		{ "ap", 0, OPTION_SECRET, &o.password.text, 0, 0, "TEXT", NULL, 0 },
		{ "password-file", 0, OPTION_TEXT, &o.password.file, 0, 0, "FILE", "the same from a file that others cannot read", 0 },
		{ "account", 0, OPTION_TEXT, &o.service.config.account, 0, 0, "NAME|*", "digest user name of everybody; *: any (the user of the AoR)", 0 },
		{ "realm", 0, OPTION_TEXT, &o.service.config.realm, 0, 0, "TEXT", "realm of the challenge (heartline)", 0 },
		{ "algorithm", 0, OPTION_TEXT, &o.algorithm, 0, 0, "NAME", "digest algorithm: MD5, SHA-256 or SHA-512-256 (MD5)", 0 },
		{ "qop", 0, OPTION_SWITCH, &o.qop, 0, 0, "on|off", "offer qop=\"auth\" (on)", 0 },
		{ "nonce-life", 0, OPTION_TIME, &o.nonce_life_ms, 1000, 86400000, "TIME", "a nonce that is older gets stale=true (300s)", 0 },
		{ "grant", 0, OPTION_TIME, &o.grant_ms, 1000, 86400000, "TIME", "longest time granted (3600s)", 0 },
		{ "min-expires", 0, OPTION_TIME, &o.min_expires_ms, 0, 86400000, "TIME", "a shorter time gets 423; 0: no minimum (0)", 0 },
		{ "retry-after", 0, OPTION_TIME, &o.retry_after_ms, 0, 86400000, "TIME", "Retry-After in answers of the fault \"status\"; 0: none (0)", 0 },
		{ "shared-store", 0, OPTION_SWITCH, &o.service.config.shared_store, 0, 0, "on|off", "all servers keep one table of bindings (off)", 0 },
		{ "one-time-nonces", 0, OPTION_SWITCH, &o.service.config.one_time_nonces, 0, 0, "on|off", "a nonce is good for one request (off)", 0 },
		{ "rewrite-contacts", 0, OPTION_SWITCH, &o.service.config.rewrite_contacts, 0, 0, "on|off", "a 200 lists Contacts with another host (off)", 0 },
		{ "foreign-contacts", 0, OPTION_SWITCH, &o.service.config.foreign_contacts, 0, 0, "on|off", "a 200 lists Contacts of other people too (off)", 0 },
		{ "capacity", 0, OPTION_NUMBER, &o.capacity, 1, 1u << 28, "N", "bindings per server (1048576)", 0 },
		{ "script", 0, OPTION_TEXT, &o.service.script, 0, 0, "FILE", "faults at given times, see below", 0 },
		{ "at", 0, OPTION_TEXT, &o.service.at, 0, 0, "TEXT", "the same in one text: \"10s: silent; 20s: ok\"", 0 },
		{ "control", 0, OPTION_TEXT, &o.control, 0, 0, "PATH", "a UNIX socket by which heartline ctl --socket PATH registrar commands faults (none)", 0 },
		{ "duration", 0, OPTION_TIME, &o.service.duration_ms, 0, 86400000000, "TIME", "how long to serve; 0: until Ctrl-C (0)", 0 },
		{ "seed", 0, OPTION_NUMBER, &o.seed, 0, UINT64_MAX, "N", "seed of all random choices; 0: a new one each time (0)", 0 },
		{ "idle-sleep", 0, OPTION_SWITCH, &o.service.idle_sleep, 0, 0, "on|off", "sleep when there is nothing to answer; off: always poll (on)", 0 },
		{ "quiet", 'q', OPTION_FLAG, &o.service.quiet, 0, 0, NULL, "no status lines", 0 },
		{ "help", 'h', OPTION_FLAG, &o.help, 0, 0, NULL, "this text", 0 },
		{ 0 },
	};
	// clang-format on

	arguments_split(&args, argc, argv);
	int rc = options_read(specs, &args, &err);
	if (rc == 0 && o.help) {
		help_print(specs);
		return EXIT_ALL_WELL;
	}
	if (rc == 0)
		rc = options_alone(&args, "", &err);
	if (rc == 0)
		rc = config_make(&o, &err);
	if (rc == 0)
		rc = settings_check(&o, &err);
	if (rc == 0 && o.control) {
		rc = control_socket_open(&o.socket, o.control, &err);
		o.service.socket = &o.socket;
	}
	if (rc == 0)
		rc = device_of_option(o.port, &device, &err);
	if (rc == 0) {
		const struct session_request request = {
			.devices = &device,
			.n_devices = 1,
			.eal = &args.eal,
			.family = family_of(&o.service.config),
			.workers = 1,
			.peer_timeout_ms = LINK_TIMEOUT_MS,
		};
		rc = session_open(&session, &request, &err);
		code = rc < 0 ? session_exit_code(rc) : registrar_on_port(&o, &session, &err);
	}
	if (err.code)
		error_print(&err);
	control_socket_close(&o.socket);
	session_close(&session);
	return code;
}
