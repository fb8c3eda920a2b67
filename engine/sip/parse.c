// SPDX-License-Identifier: BSD-3-Clause
// Replies that the scanner declined: made plain, judged by osip2, read without haste.
#include "sip/parse.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>

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

// A NUL-terminated copy in which each header is one line, tabs are spaces, and SIP is in capitals:
// what osip2 wants to read. *body: offset behind the blank line. NULL: no memory, or a NUL in the
// headers, which osip2 would take for the end.
static char *plain_copy(const char *text, uint32_t len, uint32_t *plain_len, uint32_t *body)
{
	while (len > 0 && (*text == '\r' || *text == '\n')) { // RFC 3261 7.5
		text++;
		len--;
	}
	char *plain = malloc((size_t)len + 1);
	if (plain == NULL)
		return NULL;
	memcpy(plain, text, len);
	plain[len] = '\0';
	*plain_len = *body = len;
	if (len >= 4 && strncasecmp(plain, "sip/", 4) == 0)
		memcpy(plain, "SIP/", 4); // RFC 3261 7.1: in any case

	for (uint32_t i = 0; i < len; i++) {
		if (plain[i] == '\t')
			plain[i] = ' ';
		if (plain[i] == '\0') {
			free(plain);
			return NULL;
		}
		if (plain[i] != '\r' && plain[i] != '\n')
			continue;
		uint32_t next = i + (plain[i] == '\r' && plain[i + 1] == '\n' ? 2 : 1);
		if (plain[next] == '\r' || plain[next] == '\n') { // a blank line
			*body = next + (plain[next] == '\r' && plain[next + 1] == '\n' ? 2 : 1);
			break;
		}
		if (plain[next] == ' ' || plain[next] == '\t') // RFC 3261 7.3.1
			memset(plain + i, ' ', next - i);
		else
			i = next - 1;
	}
	return plain;
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
static void values_keep(struct store *s, const char *headers, const char *body, bool contacts)
{
	struct sip_reply *r = &s->out->reply;
	const char *line = headers + strcspn(headers, "\r\n");

	for (; line < body; line += strcspn(line, "\r\n")) {
		line += strspn(line, "\r\n");
		if (line >= body)
			break;
		const char *end = line + strcspn(line, "\r\n");
		const char *colon = memchr(line, ':', (size_t)(end - line));
		if (colon == NULL)
			continue;
		const char *name_end = colon, *value = colon + 1;
		while (name_end > line && name_end[-1] == ' ')
			name_end--;
		while (value < end && *value == ' ')
			value++;
		while (end > value && end[-1] == ' ')
			end--;
		size_t name = (size_t)(name_end - line), len = (size_t)(end - value);
		bool proxy = name_is(line, name, "Proxy-Authenticate");

		bool contact = name_is(line, name, "Contact") || name_is(line, name, "m");

		if (len == 0 || contact != contacts)
			continue;
		if (contact) {
			contact_keep(s, value, len);
		} else if (name_is(line, name, "To") || name_is(line, name, "t")) {
			r->to = store_put(s, value, len);
		} else if (proxy || name_is(line, name, "WWW-Authenticate")) {
			if (r->n_challenges == SIP_CHALLENGES_MAX)
				continue;
			r->proxy_challenges |= (uint8_t)(proxy << r->n_challenges);
			r->challenges[r->n_challenges++] = store_put(s, value, len);
		} else if (name_is(line, name, "Authentication-Info") && r->auth_info.at == NULL) {
			r->auth_info = store_put(s, value, len);
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

// RFC 3261 18.3: a datagram that is shorter than it says was cut.
static bool length_fits(const osip_content_length_t *length, uint32_t left)
{
	if (length == NULL || length->value == NULL)
		return true;
	if (length->value[0] == '\0' || length->value[strspn(length->value, "0123456789")] != '\0')
		return false;
	errno = 0;
	unsigned long long n = strtoull(length->value, NULL, 10);
	return errno == 0 && n <= left;
}

// "SIP/2.0 200 ...": osip2 would look for the status in the next lines.
static bool status_line_good(const char *plain, const osip_message_t *m)
{
	const char *digits = plain + strlen("SIP/2.0");

	digits += strspn(digits, " ");
	return strspn(digits, "0123456789") == 3 && digits[3] == ' ' && m->sip_version != NULL &&
	       strcmp(m->sip_version, "SIP/2.0") == 0 && m->status_code >= 100 &&
	       m->status_code <= 699;
}

static int reply_take(struct store *s, const osip_message_t *m, const char *plain, uint32_t len,
		      uint32_t body)
{
	struct sip_reply *r = &s->out->reply;
	osip_via_t *via = osip_list_get(&m->vias, 0);
	char name[] = "branch"; // osip2 does not know const
	osip_generic_param_t *branch = NULL;

	if (!status_line_good(plain, m) || via == NULL || m->from == NULL || m->to == NULL ||
	    m->call_id == NULL || !cseq_take(m->cseq, r) ||
	    !length_fits(m->content_length, len - body))
		return -EBADMSG;
	r->status = (uint16_t)m->status_code;
	r->expires = header_seconds(m, "expires");
	r->min_expires = header_seconds(m, "min-expires");
	r->retry_after = header_seconds(m, "retry-after");
	osip_via_param_get_byname(via, name, &branch);
	if (branch != NULL && branch->gvalue != NULL)
		r->branch = store_put(s, branch->gvalue, strlen(branch->gvalue));
	values_keep(s, plain, plain + body, true);
	values_keep(s, plain, plain + body, false);
	return s->full ? -ENOBUFS : 0;
}

int parse_reply(const char *text, uint32_t len, struct parsed_reply *out)
{
	struct store s = { .out = out };
	osip_message_t *m = NULL;
	uint32_t plain_len, body;
	char *plain = plain_copy(text, len, &plain_len, &body);
	int rc = -EBADMSG;

	memset(&out->reply, 0, sizeof(out->reply));
	if (plain == NULL)
		return -EBADMSG;
	if (osip_message_init(&m) == 0 && strncmp(plain, "SIP/2.0 ", 8) == 0 &&
	    osip_message_parse(m, plain, plain_len) == 0)
		rc = reply_take(&s, m, plain, plain_len, body);
	osip_message_free(m);
	free(plain);
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
