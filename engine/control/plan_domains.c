// SPDX-License-Identifier: BSD-3-Clause
// What the lines of one SIP domain share: the messages by osip2, the Request-URI, and its hashes.
#include "control/planner.h"
#include "worker/transport.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void ha2_make(struct digest *digest, struct plan_domain *domain)
{
	static const struct slice method = { .at = "REGISTER", .len = 8 };
	struct slice uri = { .at = domain->uri, .len = domain->uri_len };

	for (int algorithm = 0; algorithm < HL_DIGEST_ALGORITHMS; algorithm++)
		for (int auth_int = 0; auth_int < 2; auth_int++)
			digest_ha2(digest, (enum hl_digest_algorithm)algorithm, method, uri,
				   auth_int != 0, domain->ha2[algorithm][auth_int]);
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

static int domain_make(struct planner *p, uint32_t index, struct digest *digest)
{
	const struct domain *domain = &p->domains.list[index];
	const struct hl_profile *c = &p->config->profiles[domain->profile];
	const bool has[HL_SERVERS] = {
		true, // or hl_config_check() had refused it
		c->backup.addr.family != HL_FAMILY_NONE || c->backup_name != NULL,
	};
	static const char *const tags[HL_SERVERS] = { "p", "b" };
	struct plan_domain *out = &p->constants->domains[index];
	struct build_spec spec = {
		.method = HL_REGISTER,
		.transport = p->constants->transport->via,
		.domain = domain->text,
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
	int rc = build_request_uri(&spec, out->uri, sizeof(out->uri));

	if (rc != 0)
		return hl_fail(p->err, -rc, "profile %s: the Request-URI of %s is too long",
			       c->name, spec.domain);
	out->uri_len = (uint16_t)strlen(out->uri);
	ha2_make(digest, out);
	for (int s = 0; s < HL_SERVERS && rc == 0; s++) {
		if (!has[s])
			continue;
		spec.server_tag = tags[s];
		// another flow: servers with one store would take both for the same binding
		spec.reg_id = c->reg_id != 0 ? c->reg_id + (uint32_t)s : 0;
		rc = messages_make(p, &spec, c, p->messages[index].of[s]);
	}
	return rc;
}

int plan_domains(struct planner *p)
{
	struct fault fault;
	struct digest *digest;
	int rc = domains_make(&p->domains, p->config, &fault);

	if (rc != 0) // hl_config_check() made them, too
		return fault_fail(&fault, p->err);
	p->constants->n_domains = p->domains.n;
	p->constants->domains = memory_zalloc(p->domains.n, sizeof(*p->constants->domains), 64);
	p->messages = calloc(p->domains.n, sizeof(*p->messages));
	if (p->constants->domains == NULL || p->messages == NULL)
		return plan_no_memory(p);
	digest = digest_new();
	if (digest == NULL)
		rc = hl_fail(p->err, ENOTSUP, "OpenSSL offers no MD5, SHA-256 or SHA-512/256 here");
	for (uint32_t i = 0; rc == 0 && i < p->domains.n; i++)
		rc = domain_make(p, i, digest);
	digest_free(digest);
	return rc;
}
