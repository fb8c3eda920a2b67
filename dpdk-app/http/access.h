// SPDX-License-Identifier: BSD-3-Clause
// Who may connect to the HTTP server, and who may do what: address, TLS, token, host.
#pragma once

#include <stdbool.h>

#include <heartline/addr.h>
#include <heartline/config.h>
#include <heartline/error.h>

#define HTTP_TOKEN_MIN 16
#define HTTP_TOKEN_MAX 256

struct http_access {
	struct hl_endpoint at;
	bool is_open;     // somebody asked for the server
	bool is_loopback; // reading needs no token
	char token[HTTP_TOKEN_MAX +
		   1];           // zeros behind its end; "": there is none, so nothing is changed
	char *certificate, *key; // PEM; NULL: no TLS
};

// Read the settings and the files that they name, and refuse what would be open to everybody.
// http_access_free() in either case.
int http_access_read(struct http_access *access, const struct hl_config *config,
		     struct hl_error *err);
void http_access_free(struct http_access *access);

// Does an Authorization header carry the token? The time it takes says nothing about the token.
bool http_access_token(const struct http_access *access, const char *authorization);

// Is this Host header one that a browser has only when its user meant this server? A page of somebody
// else may have a name of its own lead here (DNS rebinding). With TLS the certificate sees to that.
bool http_access_host(const struct http_access *access, const char *host);
