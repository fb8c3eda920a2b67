// SPDX-License-Identifier: BSD-3-Clause
// Makes answers. Every error has one shape: {"error": {"what", "allowed", "fix"}}.

#include "http/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/stream.h"

#define JSON_TYPE "application/json"

struct http_exchange *http_exchange_new(struct view *view, struct MHD_Connection *connection,
					const char *path)
{
	struct http_exchange *x = calloc(1, sizeof(*x));

	if (x)
		x->path = strdup(path);
	if (!x || !x->path) {
		free(x);
		return NULL;
	}
	x->view = view;
	x->connection = connection;
	return x;
}

void http_exchange_free(struct http_exchange *x)
{
	if (!x)
		return;
	serve_cancel(x->view, &x->serving);
	http_stream_free(x->stream);
	free(x->reply.owned);
	free(x->body);
	free(x->path);
	free(x);
}

void http_reply_static(struct http_exchange *x, const char *type, const char *bytes, size_t n)
{
	x->reply = (struct http_reply){ .status = 200, .type = type, .bytes = bytes, .n = n };
}

void http_reply_owned(struct http_exchange *x, unsigned status, const char *type, char *bytes,
		      size_t n)
{
	static const char no_memory[] =
		"{\"error\":{\"what\":\"no memory\",\"allowed\":null,\"fix\":\"try again later\"}}\n";

	x->reply = (struct http_reply){
		.status = status, .type = type, .owned = bytes, .bytes = bytes, .n = n
	};
	if (bytes)
		return;
	x->reply.status = 503;
	x->reply.type = JSON_TYPE;
	x->reply.bytes = no_memory;
	x->reply.n = sizeof(no_memory) - 1;
}

void http_reply_json(struct http_exchange *x, unsigned status, json_t *object)
{
	size_t n = object ? json_dumpb(object, NULL, 0, JSON_COMPACT) : 0;
	char *text = n ? malloc(n + 1) : NULL;

	if (text) {
		json_dumpb(object, text, n, JSON_COMPACT);
		text[n] = '\n';
	}
	json_decref(object);
	http_reply_owned(x, status, JSON_TYPE, text, n + 1);
}

// Bytes that are no UTF-8 are shown as question marks.
static json_t *words(const char *text, size_t n)
{
	json_t *value = json_stringn(text, n);
	char plain[HL_ERROR_TEXT];

	if (value)
		return value;
	snprintf(plain, sizeof(plain), "%.*s", (int)n, text);
	for (char *at = plain; *at; at++)
		*at = *at & 0x80 ? '?' : *at;
	return json_string(plain);
}

static void refuse(struct http_exchange *x, unsigned status, json_t *what, json_t *allowed,
		   json_t *fix)
{
	http_reply_json(x, status,
			json_pack("{s{so so so}}", "error", "what", what, "allowed",
				  allowed ? allowed : json_null(), "fix", fix ? fix : json_null()));
}

void http_refuse(struct http_exchange *x, unsigned status, const char *what, const char *allowed,
		 const char *fix)
{
	refuse(x, status, words(what, strlen(what)),
	       allowed ? words(allowed, strlen(allowed)) : NULL,
	       fix ? words(fix, strlen(fix)) : NULL);
}

void http_refuse_text(struct http_exchange *x, unsigned status, const char *text)
{
	static const char mark[] = "allowed ";
	const char *allowed = strstr(text, mark), *fix = strstr(text, "; ");
	size_t n = strlen(text), n_allowed = 0;

	if (allowed && (allowed < text + 2 || !strchr(":;", allowed[-2])))
		allowed = NULL; // a word of the message, or of what was sent
	if (allowed) {
		n = (size_t)(allowed - text) - 2;
		allowed += sizeof(mark) - 1;
		fix = strstr(allowed, "; ");
		n_allowed = fix ? (size_t)(fix - allowed) : strlen(allowed);
	} else if (fix) {
		n = (size_t)(fix - text);
	}
	refuse(x, status, words(text, n), allowed ? words(allowed, n_allowed) : NULL,
	       fix ? words(fix + 2, strlen(fix + 2)) : NULL);
}
