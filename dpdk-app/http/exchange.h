// SPDX-License-Identifier: BSD-3-Clause
// One request over HTTP, from its headers to its answer.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "session/view.h"
#include "surface/serve.h"

#define HTTP_BODY_MAX (64u << 10)

struct MHD_Connection;
struct http_exchange;
struct http_stream;
struct http_streams;

struct http_reply {
	unsigned status; // 0: there is none yet
	const char *type;
	const char *allow; // 405: the method that would do
	bool asks_token;   // 401
	char *owned;       // the bytes, when they are to be freed
	const char *bytes;
	size_t n;
};

// A path and a method, and what serves them.
struct http_route {
	const char *method; // "GET", "POST"
	const char *prefix, *suffix;
	bool has_name;  // between the two, as in /api/v1/lines/6000
	bool is_public; // nothing of the run is in it, so it needs no token
	// One turn, of a few milliseconds at most. Without a reply set, there is another turn.
	void (*serve)(struct http_exchange *exchange);
	enum ctl_id command; // for those of the API
};

struct http_exchange {
	struct view *view;
	struct MHD_Connection *connection;
	const struct http_route *route;
	const char *name; // of the path; as long as the exchange
	size_t name_len;
	char *path;
	bool is_whole;   // the request is there, to its last byte
	bool is_walking; // it waits for its next turn, and the connection is suspended
	char *body;
	size_t body_len, n_body; // what is announced, what has come
	struct http_reply reply;
	struct serving serving; // of what walks lines
	struct http_streams *streams;
	struct http_stream *stream; // the answer has no end; NULL: it has one
};

// One that did not fit leaves NULL.
struct http_exchange *http_exchange_new(struct view *view, struct MHD_Connection *connection,
					const char *path);
void http_exchange_free(struct http_exchange *exchange);

// Answer with text that stays, or with text that is freed afterwards. NULL: there was no memory for it.
void http_reply_static(struct http_exchange *exchange, const char *type, const char *bytes,
		       size_t n);
void http_reply_owned(struct http_exchange *exchange, unsigned status, const char *type,
		      char *bytes, size_t n);
// Takes the object.
void http_reply_json(struct http_exchange *exchange, unsigned status, json_t *object);

// Answer with an error: what was wrong, what is allowed, how to mend it; the last two may be NULL.
void http_refuse(struct http_exchange *exchange, unsigned status, const char *what,
		 const char *allowed, const char *fix);

// The same from a message as the control socket has it, "WHAT; allowed ALLOWED; FIX".
void http_refuse_text(struct http_exchange *exchange, unsigned status, const char *text);
