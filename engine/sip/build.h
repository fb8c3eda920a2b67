// SPDX-License-Identifier: BSD-3-Clause
// Messages written by osip2, once per profile and server, with marks for what changes by line.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/counters.h>
#include <heartline/error.h>

struct build_spec {
	enum hl_method method;
	bool uri_of_user; // the Request-URI is the AoR; else the domain
	bool to_user;     // so is To; else it is addressed to the server
	bool has_contact;
	bool has_credentials; // has a place for them
	bool has_expires;
	const char *event, *accept; // values of these headers; NULL: none
	const char *transport;      // token of the Via
	const char *domain;         // host of Request-URI and AoR
	uint16_t domain_port;       // in the URIs when it is not 5060
	const char *server_tag;     // "p" or "b": the Contact's hl parameter
	bool rport;                 // RFC 3581
	bool display;               // From and To carry a display name
	const char *user_agent;
	const char *allow, *supported; // NULL: none
	const char *headers;           // further lines, each with CRLF; NULL: none
	bool instance;                 // +sip.instance in the Contact of a REGISTER
	uint32_t reg_id;               // 0: none
};

#define BUILD_TEXT_MAX 2048

// 0 and the text (NUL-terminated, *len without it); -EINVAL, -ENOMEM with a message.
int build_message(const struct build_spec *spec, char out[BUILD_TEXT_MAX], uint32_t *len,
		  struct hl_error *err);

// digest-uri of a REGISTER from this spec: its Request-URI, NUL-terminated.
int build_request_uri(const struct build_spec *spec, char *out, uint32_t room);
