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

static int domain_make(struct planner *p, uint32_t index, struct digest *digest)
{
	const struct domain *domain = &p->domains.list[index];
	const struct hl_profile *c = &p->config->profiles[domain->profile];
	struct plan_domain *out = &p->constants->domains[index];
	int rc = messages_uri(c, domain->text, out->uri, sizeof(out->uri));

	if (rc != 0)
		return hl_fail(p->err, -rc, "profile %s: the Request-URI of %s is too long",
			       c->name, domain->text);
	out->profile = (uint16_t)domain->profile;
	out->uri_len = (uint16_t)strlen(out->uri);
	ha2_make(digest, out);
	return messages_write(c, &p->constants->profiles[domain->profile], domain->text,
			      p->constants->transport->via, &p->messages[index], p->err);
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
