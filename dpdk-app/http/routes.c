// SPDX-License-Identifier: BSD-3-Clause
// One table of paths. What serves a path sees only requests that were found to be allowed.

#include "http/routes.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/serve_api.h"
#include "http/serve_files.h"
#include "http/serve_metrics.h"
#include "http/serve_seconds.h"
#include "http/stream.h"

#define COMMAND(id) .serve = http_serve_command, .command = (id)
#define READ(path, id) \
	{ \
		"GET", path, COMMAND(id) \
	}
#define CHANGE(path, id) \
	{ \
		"POST", path, COMMAND(id) \
	}

// clang-format off
static const struct http_route routes[] = {
	{ "GET", "/", .serve = http_serve_file, .is_public = true },
	{ "GET", "/page/", .has_name = true, .serve = http_serve_file, .is_public = true },
	{ "GET", "/metrics", .serve = http_serve_metrics },
	{ "GET", "/api/v1/openapi.json", .serve = http_serve_file },
	READ("/api/v1/summary", CTL_STATUS),
	{ "GET", "/api/v1/seconds", .serve = http_serve_seconds },
	READ("/api/v1/profiles", CTL_PROFILE_LIST),
	READ("/api/v1/servers", CTL_SERVER_LIST),
	READ("/api/v1/lines", CTL_LINES),
	{ "GET", "/api/v1/lines/", .has_name = true, COMMAND(CTL_LINE_SHOW) },
	READ("/api/v1/events", CTL_EVENTS),
	{ "GET", "/api/v1/events/stream", .serve = http_serve_stream },
	CHANGE("/api/v1/lines:add", CTL_LINES_ADD),
	CHANGE("/api/v1/lines:remove", CTL_LINES_REMOVE),
	CHANGE("/api/v1/lines:force", CTL_LINE_FORCE),
	{ "POST", "/api/v1/servers/", ":drain", true, COMMAND(CTL_SERVER_DRAIN) },
	{ "POST", "/api/v1/servers/", ":restore", true, COMMAND(CTL_SERVER_RESTORE) },
	{ "POST", "/api/v1/servers/", ":force", true, COMMAND(CTL_SERVER_FORCE) },
	CHANGE("/api/v1/reload", CTL_RELOAD),
	CHANGE("/api/v1/rate", CTL_RATE),
	CHANGE("/api/v1/pause", CTL_PAUSE),
	CHANGE("/api/v1/resume", CTL_RESUME),
	CHANGE("/api/v1/drain", CTL_DRAIN),
};
// clang-format on

#define N_ROUTES (sizeof(routes) / sizeof(*routes))

static bool route_holds(const struct http_route *r, struct http_exchange *x)
{
	size_t len = strlen(x->path), prefix = strlen(r->prefix),
	       suffix = r->suffix ? strlen(r->suffix) : 0;

	if (len < prefix + suffix + r->has_name || strncmp(x->path, r->prefix, prefix) != 0 ||
	    (suffix && strcmp(x->path + len - suffix, r->suffix) != 0))
		return false;
	x->name = x->path + prefix;
	x->name_len = len - prefix - suffix;
	return r->has_name ? !memchr(x->name, '/', x->name_len) : x->name_len == 0;
}

// HEAD is a GET whose body is left out.
static bool method_suits(const char *method, const struct http_route *r)
{
	return !strcmp(method, r->method) || (!strcmp(method, "HEAD") && !strcmp(r->method, "GET"));
}

// NULL: there is none, or its method is another one, which *allow is then.
static const struct http_route *route_find(struct http_exchange *x, const char *method,
					   const char **allow)
{
	*allow = NULL;
	for (const struct http_route *r = routes; r < routes + N_ROUTES; r++) {
		if (!route_holds(r, x))
			continue;
		if (method_suits(method, r))
			return r;
		*allow = r->method;
	}
	return NULL;
}

static void route_refuse(struct http_exchange *x, const char *allow)
{
	if (allow)
		http_refuse(x, 405, "the method does not go with this path", allow, NULL);
	else
		http_refuse(x, 404, "there is nothing at this path", NULL,
			    "see /api/v1/openapi.json for the paths");
	x->reply.allow = allow;
}

static bool type_is_json(const char *type)
{
	static const char json[] = "application/json";
	size_t len = type ? strcspn(type, "; ") : 0;

	return len == sizeof(json) - 1 && !strncasecmp(type, json, len);
}

static void token_refuse(struct http_exchange *x, const struct http_head *head)
{
	http_refuse(x, 401,
		    head->authorization ? "the token is wrong" : "this needs the token of the run",
		    "Authorization: Bearer TOKEN",
		    "send the token from the file of http_token_file");
	x->reply.asks_token = true;
}

// A change: nobody's browser can be made to send it, since it needs the token and this type.
static void change_check(struct http_exchange *x, const struct http_access *access,
			 const struct http_head *head)
{
	const char *length = head->content_length;

	if (!access->token[0])
		http_refuse(x, 403, "this run takes no changes by HTTP", NULL,
			    "start it with http_token_file");
	else if (!http_access_token(access, head->authorization))
		token_refuse(x, head);
	else if (!type_is_json(head->content_type))
		http_refuse(x, 415, "the body is not said to be JSON",
			    "Content-Type: application/json", NULL);
	else if (!length || head->transfer_encoding)
		http_refuse(x, 411, "the body has no length", "Content-Length: 0..65536",
			    "send it as a whole, not in chunks");
	else if (strspn(length, "0123456789") != strlen(length) || !*length)
		http_refuse(x, 400, "Content-Length is no number", "0..65536", NULL);
	else if (strlen(length) > 6 || strtoul(length, NULL, 10) > HTTP_BODY_MAX)
		http_refuse(x, 413, "the body is too long", "0..65536 bytes", NULL);
	else
		x->body_len = strtoul(length, NULL, 10);
}

static bool has_body(const struct http_head *head)
{
	return head->transfer_encoding ||
	       (head->content_length &&
		strspn(head->content_length, "0") != strlen(head->content_length));
}

void http_route_choose(struct http_exchange *x, const struct http_access *access,
		       const struct http_head *head)
{
	const char *allow;
	const struct http_route *route = route_find(x, head->method, &allow);

	if (!http_access_host(access, head->host))
		http_refuse(x, head->host ? 403 : 400,
			    head->host ? "Host names another server than this one"
				       : "Host is missing",
			    "localhost or an address of loopback", NULL);
	else if (!(route && route->is_public) && !access->is_loopback &&
		 !http_access_token(access, head->authorization))
		token_refuse(x, head);
	else if (!route)
		route_refuse(x, allow);
	else
		x->route = route;
	if (!x->route)
		return;
	if (!strcmp(x->route->method, "POST"))
		change_check(x, access, head);
	else if (has_body(head))
		http_refuse(x, 400, "a request that only reads has a body", NULL, "send none");
}
