// SPDX-License-Identifier: BSD-3-Clause
// What a profile's lines share: policy, times, servers and their neighbours, messages by osip2.
#include "control/planner.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/check.h"

#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull
#define SUBSCRIBE_S 3761u          // RFC 3680 4.4
#define REGISTER_TIMEOUT_MS 32000u // RFC 3261 17.1.2.2: timer F, 64 * T1

static void policy_make(const struct hl_profile *c, uint32_t n_workers, struct plan_profile *out)
{
	out->policy = (struct failover_policy){
		.fail_max = (uint8_t)(c->max_detect_fail_count +
				      (c->fail_compare == HL_COMPARE_EXCEED ? 1 : 0)),
		.recover_count = (uint8_t)c->recover_count,
		.has_backup = c->backup.addr.family != HL_FAMILY_NONE || c->backup_name != NULL,
		.probes = c->primary_detect_interval_ms != 0,
		.prefer_primary = c->prefer_primary,
		.auto_return = c->return_mode == HL_RETURN_AUTO,
		.remove_last = c->remove_last_registration,
	};
	out->expires_s = c->register_refresh_interval_s;
	out->register_timeout_ns = NS_PER_MS * (c->register_timeout_ms != 0 ? c->register_timeout_ms
									    : REGISTER_TIMEOUT_MS);
	out->options_timeout_ns = NS_PER_MS * (c->options_timeout_ms != 0 ? c->options_timeout_ms
									  : REGISTER_TIMEOUT_MS);
	out->switch_ms = (uint32_t)(hl_profile_switch_ms(c) < UINT32_MAX ? hl_profile_switch_ms(c)
									 : UINT32_MAX);
	out->detect_interval_ns = NS_PER_MS * c->primary_detect_interval_ms;
	out->return_delay_ns = NS_PER_S * c->back_to_primary_delay_s;
	out->backoff_base_ns = NS_PER_S * c->backoff_base_s;
	out->backoff_max_ns = NS_PER_S * c->backoff_max_s;
	out->park_ns = NS_PER_S * c->park_s;
	out->retry_after_max_s = c->retry_after_max_s;
	out->refresh_min_ns = NS_PER_S * c->refresh_min_s;
	out->refresh_jitter = c->refresh_jitter;
	out->keepalive_interval_ns = c->sip_options ? NS_PER_MS * c->sip_options_interval_ms : 0;
	out->nat_keepalive_interval_ns = NS_PER_S * c->nat_keepalive_interval_s;
	out->switch_spread_ns = NS_PER_S * c->switch_spread_s;
	if (c->server_rate != 0) // each worker has its share
		out->server_interval = (NS_PER_S << PACE_SHIFT) * n_workers / c->server_rate;
	out->initial_auth = c->initial_register_with_auth;
	out->full_registration = c->full_registration;
	out->check_user = c->check_request_user;
	out->only_from_server = c->accept_only_from_server;
	out->strict_source = c->reply_source == HL_REPLY_STRICT;
	out->drop_rejected = c->reject == HL_REJECT_DROP;
	out->server_address = c->server_address;
	out->failover_codes = c->failover_codes;
	out->down_codes = c->down_codes;
	if (c->register_subscribe)
		out->subscribe_s = c->register_subscribe_interval_s != 0
					   ? c->register_subscribe_interval_s
					   : SUBSCRIBE_S;
}

// A server by name is found later (hl_plan_set_targets()).
static int server_make(struct planner *p, uint32_t profile, enum hl_server server,
		       const struct hl_endpoint *at)
{
	const struct hl_target target = { .at = *at, .weight = 1 };

	plan_server_clear(&p->plan->profiles[profile].server[server]);
	if (at->addr.family == HL_FAMILY_NONE)
		return 0;
	return hl_plan_set_targets(p->plan, profile, server, &target, 1, p->err);
}

static void ha2_make(struct digest *digest, const struct plan_profile *profile,
		     struct plan_server *out)
{
	static const struct slice method = { .at = "REGISTER", .len = 8 };
	struct slice uri = { .at = profile->uri, .len = profile->uri_len };

	for (int algorithm = 0; algorithm < HL_DIGEST_ALGORITHMS; algorithm++)
		for (int auth_int = 0; auth_int < 2; auth_int++)
			digest_ha2(digest, (enum hl_digest_algorithm)algorithm, method, uri,
				   auth_int != 0, out->ha2[algorithm][auth_int]);
}

static int messages_make(struct planner *p, struct build_spec *spec, const struct hl_profile *c,
			 struct message of[PLAN_TEXTS])
{
	static const enum hl_method methods[PLAN_TEXTS] = {
		[PLAN_REGISTER] = HL_REGISTER,
		[PLAN_OPTIONS] = HL_OPTIONS,
		[PLAN_SUBSCRIBE] = HL_SUBSCRIBE,
	};

	for (int i = 0; i < PLAN_TEXTS; i++) {
		int rc;

		if (i == PLAN_SUBSCRIBE && !c->register_subscribe)
			continue;
		spec->method = methods[i];
		struct hl_error inner;
		rc = build_message(spec, of[i].text, &of[i].len, &inner);
		if (rc != 0)
			return hl_fail(p->err, -rc, "profile %s: %.900s", c->name, inner.text);
	}
	return 0;
}

static int profile_make(struct planner *p, uint32_t index, struct digest *digest)
{
	const struct hl_profile *c = &p->config->profiles[index];
	const struct hl_endpoint *const at[HL_SERVERS] = { &c->primary, &c->backup };
	const char *const names[HL_SERVERS] = { c->primary_name, c->backup_name };
	static const char *const tags[HL_SERVERS] = { "p", "b" };
	struct plan_profile *out = &p->plan->profiles[index];
	char domain[HL_ADDR_TEXT];
	struct build_spec spec = {
		.method = HL_REGISTER,
		.domain = c->proxy_server != NULL   ? c->proxy_server
			  : c->primary_name != NULL ? c->primary_name
						    : domain,
		.domain_port = c->proxy_port,
		.server_tag = tags[HL_SERVER_P],
		.rport = c->rport,
		.display = true,
		.user_agent = c->user_agent != NULL ? c->user_agent : "heartline",
		.allow = c->allow,
		.supported = c->supported != NULL ? c->supported
			     : c->reg_id != 0     ? "path, outbound" // RFC 5626 4.2.1
						  : NULL,
		.headers = c->headers,
		.instance = c->sip_instance,
	};
	int rc;

	hl_addr_format(&c->primary.addr, domain);
	policy_make(c, p->plan->options.n_workers, out);
	rc = build_request_uri(&spec, out->uri, sizeof(out->uri));
	if (rc != 0)
		return hl_fail(p->err, -rc, "profile %s: the Request-URI of %s is too long",
			       c->name, spec.domain);
	out->uri_len = (uint16_t)strlen(out->uri);
	for (int s = 0; s < HL_SERVERS && rc == 0; s++) {
		rc = server_make(p, index, (enum hl_server)s, at[s]);
		if (at[s]->addr.family == HL_FAMILY_NONE && names[s] == NULL)
			continue;
		spec.server_tag = tags[s];
		// another flow: servers with one store would take both for the same binding
		spec.reg_id = c->reg_id != 0 ? c->reg_id + (uint32_t)s : 0;
		if (rc == 0)
			rc = messages_make(p, &spec, c, p->messages[index].of[s]);
		ha2_make(digest, out, &out->server[s]);
	}
	return rc;
}

// What a server that is found later is checked against.
static void subnet_note(struct planner *p)
{
	const struct hl_port *port = &p->config->ports[0];

	p->plan->subnet_mask = port_mask(port);
	p->plan->subnet = hl_addr_ipv4(&port->ranges[0].first) & port_mask(port);
	p->plan->gateway = port->gateway;
}

// Next hops that there can ever be: one for each address that a server may have in a run, but no more
// than the subnet has, and the gateway.
static int neighbours_make(struct planner *p)
{
	uint64_t hosts = (uint64_t)~p->plan->subnet_mask + 1, n = 0;

	for (uint32_t i = 0; i < p->config->n_profiles; i++) {
		const struct hl_profile *c = &p->config->profiles[i];

		n += c->primary_name ? PLAN_ENDPOINTS_MAX : PLAN_TARGETS_MAX;
		n += c->backup_name ? PLAN_ENDPOINTS_MAX : PLAN_TARGETS_MAX;
	}
	n = (n < hosts ? n : hosts) + 1;
	return neigh_init(&p->plan->neighbours, (uint32_t)n) == 0 ? 0 : plan_no_memory(p);
}

int plan_profiles(struct planner *p)
{
	struct digest *digest = digest_new();
	int rc = 0;

	subnet_note(p);
	p->plan->profiles = memory_zalloc(p->plan->n_profiles, sizeof(*p->plan->profiles), 64);
	p->messages = calloc(p->plan->n_profiles, sizeof(*p->messages));
	if (p->plan->profiles == NULL || p->messages == NULL || neighbours_make(p) != 0)
		rc = plan_no_memory(p);
	else if (digest == NULL)
		rc = hl_fail(p->err, ENOTSUP, "OpenSSL gives no MD5, SHA-256 or SHA-512/256 here");
	for (uint32_t i = 0; rc == 0 && i < p->plan->n_profiles; i++)
		rc = profile_make(p, i, digest);
	digest_free(digest);
	return rc;
}
