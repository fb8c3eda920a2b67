// SPDX-License-Identifier: BSD-3-Clause
// The messages of a profile and a domain, as osip2 writes them: with marks for what differs by line.
#include "control/messages.h"

#include <errno.h>
#include <string.h>

#include "control/domains.h"
#include "worker/kinds.h"

static struct build_spec spec_of(const struct hl_profile *c, const char *domain, const char *via)
{
	return (struct build_spec){
		.method = HL_REGISTER,
		.transport = via,
		.domain = domain,
		.domain_port = c->proxy_port,
		.server_tag = "p",
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
}

static int server_write(const struct hl_profile *c, const struct plan_profile *p,
			struct build_spec *spec, struct message of[PLAN_TEXTS],
			struct hl_error *err)
{
	for (int i = 0; i < PLAN_TEXTS; i++) {
		const struct request_text *text = &request_texts[i];
		struct hl_error inner;
		int rc;

		if (!kinds_use_text(p, (enum plan_text)i))
			continue;
		spec->method = text->method;
		spec->event = text->event;
		spec->accept = text->accept;
		spec->has_credentials = text->marks & TEXT_SIGNED;
		spec->has_contact = text->marks & TEXT_CONTACT;
		spec->has_expires = text->marks & TEXT_EXPIRES;
		spec->to_user = text->marks & TEXT_TO_USER;
		spec->uri_of_user = text->marks & TEXT_URI_OF_USER;
		rc = build_message(spec, of[i].text, &of[i].len, &inner);
		if (rc != 0)
			return hl_fail(err, -rc, "profile %s: %.900s", c->name, inner.text);
	}
	return 0;
}

int messages_write(const struct hl_profile *c, const struct plan_profile *made, const char *domain,
		   const char *via, struct messages *out, struct hl_error *err)
{
	static const char *const tags[HL_SERVERS] = { "p", "b" };
	const bool has[HL_SERVERS] = {
		true, // or hl_config_check() had refused it
		c->backup.addr.family != HL_FAMILY_NONE || c->backup_name != NULL,
	};
	struct build_spec spec = spec_of(c, domain, via);
	int rc = 0;

	for (int s = 0; s < HL_SERVERS && rc == 0; s++) {
		if (!has[s])
			continue;
		spec.server_tag = tags[s];
		// another flow: servers with one store would take both for the same binding
		spec.reg_id = c->reg_id != 0 ? c->reg_id + (uint32_t)s : 0;
		rc = server_write(c, made, &spec, out->of[s], err);
	}
	return rc;
}

void domain_text(const struct plan_domain *domain, char *out)
{
	const char *host = domain->uri + sizeof("sip:") - 1;
	size_t len = host_length(host);

	memcpy(out, host, len);
	out[len] = '\0';
}

int messages_uri(const struct hl_profile *c, const char *domain, char *out, uint32_t room)
{
	const struct build_spec spec = spec_of(c, domain, "UDP");

	return build_request_uri(&spec, out, room);
}
