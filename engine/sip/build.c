// SPDX-License-Identifier: BSD-3-Clause
// Builds requests with osip2 and prints them, with marks for what differs between lines.
#include "sip/build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>

#include "sip/template.h"

#define HOST_MAX 256

// osip2 frees what it is given, so every text is copied. *failed is set once a copy fails.
static char *copy(const char *text, bool *failed)
{
	char *own = osip_strdup(text);

	if (own == NULL)
		*failed = true;
	return own;
}

// osip2 puts brackets around what has a colon in it.
static void host_set(osip_uri_t *uri, const char *host, bool *failed)
{
	char *own = copy(host, failed);
	size_t len = strlen(host);

	if (own != NULL && len > 2 && own[0] == '[') {
		memmove(own, own + 1, len - 2);
		own[len - 2] = '\0';
	}
	osip_uri_set_host(uri, own);
}

static osip_uri_t *uri_new(const char *user, const char *host, const char *port, bool *failed)
{
	osip_uri_t *uri = NULL;

	if (osip_uri_init(&uri) != 0) {
		*failed = true;
		return NULL;
	}
	osip_uri_set_scheme(uri, copy("sip", failed));
	if (user != NULL)
		osip_uri_set_username(uri, copy(user, failed));
	host_set(uri, host, failed);
	if (port != NULL)
		osip_uri_set_port(uri, copy(port, failed));
	return uri;
}

static const char *domain_port(const struct build_spec *spec, char text[8])
{
	if (spec->domain_port == 0 || spec->domain_port == 5060)
		return NULL;
	snprintf(text, 8, "%u", spec->domain_port);
	return text;
}

static osip_from_t *party_new(const struct build_spec *spec, const char *user, bool *failed)
{
	osip_from_t *party = NULL;
	char port[8];

	if (osip_from_init(&party) != 0) {
		*failed = true;
		return NULL;
	}
	if (spec->display && user != NULL) {
		char quoted[64];

		snprintf(quoted, sizeof(quoted), "\"%s\"", template_mark(FIELD_DISPLAY));
		osip_from_set_displayname(party, copy(quoted, failed));
	}
	osip_from_set_url(party, uri_new(user, spec->domain, domain_port(spec, port), failed));
	return party;
}

// SIP/2.0/UDP (or another transport) address:port;branch=...;rport (RFC 3261 18.1.1, RFC 3581 3)
static void via_add(osip_message_t *m, const struct build_spec *spec, bool *failed)
{
	osip_via_t *via = NULL;
	char branch[64];

	if (osip_via_init(&via) != 0) {
		*failed = true;
		return;
	}
	snprintf(branch, sizeof(branch), "z9hG4bK%s", template_mark(FIELD_BRANCH));
	via_set_version(via, copy("2.0", failed));
	via_set_protocol(via, copy(spec->transport, failed));
	via_set_host(via, copy(template_mark(FIELD_IP), failed));
	via_set_port(via, copy(template_mark(FIELD_PORT), failed));
	osip_via_set_branch(via, copy(branch, failed));
	if (spec->rport)
		osip_via_param_add(via, copy("rport", failed), NULL);
	osip_list_add(&m->vias, via, -1);
}

static void parties_set(osip_message_t *m, const struct build_spec *spec, bool *failed)
{
	const char *user = template_mark(FIELD_USER);

	m->from = party_new(spec, user, failed);
	if (m->from != NULL)
		osip_from_set_tag(m->from, copy(template_mark(FIELD_TAG), failed));
	m->to = party_new(spec, spec->to_user ? user : NULL, failed);
}

static void transaction_set(osip_message_t *m, const char *method, bool *failed)
{
	if (osip_call_id_init(&m->call_id) != 0 || osip_cseq_init(&m->cseq) != 0) {
		*failed = true;
		return;
	}
	osip_call_id_set_number(m->call_id, copy(template_mark(FIELD_CALL_ID), failed));
	osip_cseq_set_number(m->cseq, copy(template_mark(FIELD_CSEQ), failed));
	osip_cseq_set_method(m->cseq, copy(method, failed));
}

// The hl parameter tells bindings at the two servers apart when they share one location store.
static void contact_add(osip_message_t *m, const struct build_spec *spec, bool *failed)
{
	osip_contact_t *contact = NULL;

	if (osip_contact_init(&contact) != 0) {
		*failed = true;
		return;
	}
	osip_list_add(&m->contacts, contact, -1);
	contact->url = uri_new(template_mark(FIELD_USER), template_mark(FIELD_IP),
			       template_mark(FIELD_PORT), failed);
	if (contact->url != NULL && spec->server_tag != NULL)
		osip_uri_uparam_add(contact->url, copy("hl", failed),
				    copy(spec->server_tag, failed));
	if (spec->method != HL_REGISTER)
		return;
	if (spec->instance) { // RFC 5626 4.1
		char id[64];

		snprintf(id, sizeof(id), "\"<urn:uuid:%s>\"", template_mark(FIELD_INSTANCE));
		osip_contact_param_add(contact, copy("+sip.instance", failed), copy(id, failed));
	}
	if (spec->reg_id != 0) {
		char id[16];

		snprintf(id, sizeof(id), "%u", spec->reg_id);
		osip_contact_param_add(contact, copy("reg-id", failed), copy(id, failed));
	}
}

static void header_add(osip_message_t *m, const char *name, const char *value, bool *failed)
{
	if (osip_message_set_header(m, name, value) != 0)
		*failed = true;
}

// The header lines that the profile adds, each "NAME: VALUE\r\n".
static void lines_add(osip_message_t *m, const char *lines, bool *failed)
{
	char *text = copy(lines, failed), *at = text;

	while (at != NULL && *at != '\0') {
		char *colon = strchr(at, ':'), *end = strchr(at, '\r');

		*colon = *end = '\0';
		header_add(m, at, colon + 2, failed);
		at = end + 2;
	}
	osip_free(text);
}

// Headers that osip2 prints after all others, in the order in which they are added.
static void headers_add(osip_message_t *m, const struct build_spec *spec, bool *failed)
{
	if (spec->has_credentials) {
		char name[sizeof(TEMPLATE_AUTH_MARK)] = TEMPLATE_AUTH_MARK;
		char *colon = strchr(name, ':');

		*colon = '\0';
		colon[strcspn(colon + 1, "\r") + 1] = '\0';
		header_add(m, name, colon + 2, failed);
	}
	header_add(m, "Max-Forwards", "70", failed); // RFC 3261 8.1.1.6
	if (spec->user_agent != NULL && spec->user_agent[0] != '\0')
		header_add(m, "User-Agent", spec->user_agent, failed);
	if (spec->allow != NULL)
		header_add(m, "Allow", spec->allow, failed);
	if (spec->supported != NULL)
		header_add(m, "Supported", spec->supported, failed);
	if (spec->headers != NULL)
		lines_add(m, spec->headers, failed);
	if (spec->event != NULL)
		header_add(m, "Event", spec->event, failed);
	if (spec->has_expires)
		header_add(m, "Expires", template_mark(FIELD_EXPIRES), failed);
	if (spec->accept != NULL && osip_message_set_accept(m, spec->accept) != 0)
		*failed = true;
}

static int spec_check(const struct build_spec *spec, struct hl_error *err)
{
	if (spec->method == HL_METHOD_NONE || spec->method >= HL_METHOD_OTHER)
		return hl_fail(err, EINVAL, "no template for method %d: it has no name",
			       (int)spec->method);
	if (spec->domain == NULL || spec->domain[0] == '\0' || strlen(spec->domain) >= HOST_MAX)
		return hl_fail(err, EINVAL, "SIP domain of %zu characters: allowed 1..%d",
			       spec->domain != NULL ? strlen(spec->domain) : 0, HOST_MAX - 1);
	for (const char *c = spec->user_agent; c != NULL && *c != '\0'; c++) {
		if ((unsigned char)*c < ' ')
			return hl_fail(err, EINVAL, "user agent holds a control character");
	}
	return 0;
}

int build_message(const struct build_spec *spec, char out[BUILD_TEXT_MAX], uint32_t *len,
		  struct hl_error *err)
{
	const char *method = hl_method_name(spec->method), *user;
	osip_message_t *m = NULL;
	char *text = NULL, port[8];
	size_t text_len = 0;
	bool failed = false;
	int rc = spec_check(spec, err);

	if (rc != 0)
		return rc;
	if (osip_message_init(&m) != 0)
		return hl_fail(err, ENOMEM, "no memory for a %s", method);
	osip_message_set_method(m, copy(method, &failed));
	osip_message_set_version(m, copy("SIP/2.0", &failed));
	user = spec->uri_of_user ? template_mark(FIELD_USER) : NULL;
	osip_message_set_uri(m, uri_new(user, spec->domain, domain_port(spec, port), &failed));
	via_add(m, spec, &failed);
	parties_set(m, spec, &failed);
	transaction_set(m, method, &failed);
	if (spec->has_contact)
		contact_add(m, spec, &failed);
	headers_add(m, spec, &failed);

	if (failed || osip_message_to_str(m, &text, &text_len) != 0)
		rc = hl_fail(err, ENOMEM, "osip2 cannot print a %s to %s", method, spec->domain);
	else if (text_len >= BUILD_TEXT_MAX)
		rc = hl_fail(err, EINVAL,
			     "%s is %zu bytes long: at most %d (domain, user_agent, headers)",
			     method, text_len, BUILD_TEXT_MAX - 1);
	if (rc == 0) {
		memcpy(out, text, text_len);
		out[text_len] = '\0';
		*len = (uint32_t)text_len;
	}
	osip_free(text);
	osip_message_free(m);
	return rc;
}

int build_request_uri(const struct build_spec *spec, char *out, uint32_t room)
{
	bool failed = false;
	char port[8], *text = NULL;
	osip_uri_t *uri;
	int rc = -ENOMEM;

	if (spec->domain == NULL || spec->domain[0] == '\0')
		return -EINVAL;
	uri = uri_new(NULL, spec->domain, domain_port(spec, port), &failed);
	if (!failed && osip_uri_to_str(uri, &text) == 0) {
		rc = strlen(text) < room ? 0 : -ENOBUFS;
		if (rc == 0)
			strcpy(out, text);
	}
	osip_free(text);
	osip_uri_free(uri);
	return rc;
}
