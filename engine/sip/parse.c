// SPDX-License-Identifier: BSD-3-Clause
// Replies that the scanner declined: made plain, validated by osip2, read on the slow path.
#include "sip/parse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>

#include "sip/plain.h"
#include "sip/value.h"

// osip2 prints about every message that it refuses, unless somebody else takes what it says.
static void trace_nothing(const char *file, int line, osip_trace_level_t level, const char *format,
			  va_list args)
{
	(void)file, (void)line, (void)level, (void)format, (void)args;
}

void parse_init(void)
{
	parser_init();
	osip_trace_initialize_func(TRACE_LEVEL0, trace_nothing);
}

// Room in the store, slice by slice.
struct store {
	struct parsed_reply *out;
	uint32_t used;
	bool full;
};

static struct slice store_put(struct store *s, const char *at, size_t len)
{
	if (len > PARSE_STORE - s->used) {
		s->full = true;
		return (struct slice){ NULL, 0 };
	}
	char *to = s->out->store + s->used;
	memcpy(to, at, len);
	s->used += (uint32_t)len;
	return (struct slice){ to, (uint32_t)len };
}

static bool name_is(const char *name, size_t len, const char *is)
{
	return strlen(is) == len && strncasecmp(name, is, len) == 0;
}

// Delta-seconds and what may follow them; SIP_NO_NUMBER: another thing stands there.
static uint32_t seconds(const char *text)
{
	char *end;

	if (text == NULL || *text < '0' || *text > '9')
		return SIP_NO_NUMBER;
	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	if (*end != '\0' && strchr(" ;(,", *end) == NULL)
		return SIP_NO_NUMBER;
	return errno != 0 || n >= SIP_NO_NUMBER ? SIP_NO_NUMBER - 1 : (uint32_t)n;
}

static uint32_t header_seconds(const osip_message_t *m, const char *name)
{
	osip_header_t *header = NULL;
	uint32_t n = SIP_NO_NUMBER;

	for (int at = 0; n == SIP_NO_NUMBER; at++) {
		at = osip_message_header_get_byname(m, name, at, &header);
		if (at < 0)
			break;
		n = seconds(header->hvalue);
	}
	return n;
}

// Those that have no slice of their own go on in the last one, as if they stood in its line
// (RFC 3261 7.3.1): none is lost. Nothing else is put between them.
static void contact_keep(struct store *s, const char *value, size_t len)
{
	struct sip_reply *r = &s->out->reply;

	if (r->n_contacts < SIP_CONTACTS_MAX) {
		r->contacts[r->n_contacts++] = store_put(s, value, len);
		return;
	}
	store_put(s, ", ", 2);
	store_put(s, value, len);
	r->contacts[SIP_CONTACTS_MAX - 1].len += 2 + (uint32_t)len;
}

// Contacts and challenges are kept as they were written: osip2 keeps only what it knows of them.
// contacts: them alone, else all others.
static void values_keep(struct store *s, const struct plain *plain, bool contacts)
{
	struct sip_reply *r = &s->out->reply;
	const char *line = plain->headers;

	for (line += strspn(line, "\r\n"); line < plain->end; line += strspn(line, "\r\n")) {
		const char *end = line + strcspn(line, "\r\n");
		const char *colon = memchr(line, ':', (size_t)(end - line));
		struct slice value = slice_trim(colon + 1, end);
		const char *name_at = line;
		size_t name = slice_trim(line, colon).len, len = value.len;
		bool proxy = name_is(name_at, name, "Proxy-Authenticate");
		bool contact = name_is(name_at, name, "Contact") || name_is(name_at, name, "m");

		line = end;
		if (len == 0 || contact != contacts)
			continue;
		if (contact) {
			contact_keep(s, value.at, len);
		} else if (proxy || name_is(name_at, name, "WWW-Authenticate")) {
			if (r->n_challenges == SIP_CHALLENGES_MAX)
				continue;
			r->proxy_challenges |= (uint8_t)(proxy << r->n_challenges);
			r->challenges[r->n_challenges++] = store_put(s, value.at, len);
		} else if (name_is(name_at, name, "Authentication-Info") &&
			   r->auth_info.at == NULL) {
			r->auth_info = store_put(s, value.at, len);
		}
	}
}

static bool is_token(const char *text)
{
	static const char others[] = "-.!%*_+`'~"; // RFC 3261 25.1

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		bool letter = (*text | 0x20) >= 'a' && (*text | 0x20) <= 'z';
		if (!letter && !(*text >= '0' && *text <= '9') && strchr(others, *text) == NULL)
			return false;
	}
	return true;
}

static bool cseq_take(const osip_cseq_t *cseq, struct sip_reply *r)
{
	if (cseq == NULL || cseq->number == NULL || cseq->method == NULL ||
	    cseq->number[0] == '\0' || cseq->number[strspn(cseq->number, "0123456789")] != '\0' ||
	    !is_token(cseq->method))
		return false;
	errno = 0;
	unsigned long long n = strtoull(cseq->number, NULL, 10);
	if (errno != 0 || n > INT32_MAX) // RFC 3261 8.1.1.5
		return false;
	r->cseq = (uint32_t)n;
	r->method = HL_METHOD_OTHER;
	for (uint8_t i = HL_REGISTER; i < HL_METHOD_OTHER; i++) {
		if (strcmp(hl_method_name(i), cseq->method) == 0)
			r->method = i;
	}
	return true;
}

static int reply_take(struct store *s, const osip_message_t *m, const struct plain *plain)
{
	struct sip_reply *r = &s->out->reply;
	osip_via_t *via = osip_list_get(&m->vias, 0);
	char name[] = "branch"; // osip2 does not know const
	osip_generic_param_t *branch = NULL;

	if (via == NULL || !cseq_take(m->cseq, r) || m->status_code < 100 || m->status_code > 699)
		return -EBADMSG;
	r->status = (uint16_t)m->status_code;
	r->expires = header_seconds(m, "expires");
	r->min_expires = header_seconds(m, "min-expires");
	r->retry_after = header_seconds(m, "retry-after");
	osip_via_param_get_byname(via, name, &branch);
	if (branch != NULL && branch->gvalue != NULL)
		r->branch = store_put(s, branch->gvalue, strlen(branch->gvalue));
	r->to = store_put(s, plain->to.at, plain->to.len);
	values_keep(s, plain, true);
	values_keep(s, plain, false);
	return s->full ? -ENOBUFS : 0;
}

int parse_reply(const char *text, uint32_t len, struct parsed_reply *out)
{
	struct store s = { .out = out };
	osip_message_t *m = NULL;
	struct plain plain;
	char *room = malloc(PLAIN_ROOM(len));
	int rc = room != NULL ? plain_make(text, len, room, &plain) : -EBADMSG;

	memset(&out->reply, 0, sizeof(out->reply));
	if (rc == 0) {
		rc = -EBADMSG;
		if (osip_message_init(&m) == 0 &&
		    osip_message_parse(m, plain.asked, plain.asked_len) == 0)
			rc = reply_take(&s, m, &plain);
		osip_message_free(m);
	}
	free(room);
	return rc;
}

static void slice_rebase(struct slice *s, const struct parsed_reply *from,
			 struct parsed_reply *copy)
{
	if (s->at != NULL)
		s->at = copy->store + (s->at - from->store);
}

void parse_rebase(struct parsed_reply *copy, const struct parsed_reply *from)
{
	struct sip_reply *r = &copy->reply;

	slice_rebase(&r->branch, from, copy);
	slice_rebase(&r->to, from, copy);
	slice_rebase(&r->auth_info, from, copy);
	for (uint8_t i = 0; i < r->n_contacts; i++)
		slice_rebase(&r->contacts[i], from, copy);
	for (uint8_t i = 0; i < r->n_challenges; i++)
		slice_rebase(&r->challenges[i], from, copy);
}
