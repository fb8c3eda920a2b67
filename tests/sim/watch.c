// SPDX-License-Identifier: BSD-3-Clause
// Rules on the wire: the CSeq rises, a retransmission is the same bytes, an abandoned request is
// not sent again, copies leave at timer E's times.
#include "watch.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "net/frame.h"

void watch_init(struct watch *watch, uint32_t n, uint64_t timeout_ns)
{
	*watch = (struct watch){ .n = n, .timeout_ns = timeout_ns };
	watch->lines = calloc(n, sizeof(*watch->lines));
	if (!watch->lines)
		abort();
}

void watch_free(struct watch *watch)
{
	free(watch->lines);
}

__attribute__((format(printf, 3, 4))) static void broken(struct watch *watch, uint64_t now_ns,
							 const char *format, ...)
{
	va_list args;
	int n;

	if (watch->broken[0])
		return;
	n = snprintf(watch->broken, sizeof(watch->broken), "at %.6f s: ", (double)now_ns / 1e9);
	va_start(args, format);
	vsnprintf(watch->broken + n, sizeof(watch->broken) - (size_t)n, format, args);
	va_end(args);
}

// Text after a header's name, or NULL. The text ends with a NUL.
static const char *header(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? at + strlen(name) : NULL;
}

static int kind_of(const char *text)
{
	const char *expires = header(text, "\r\nExpires:");

	if (strncmp(text, "OPTIONS ", 8) == 0)
		return WATCH_OPTIONS;
	if (strncmp(text, "REGISTER ", 9) != 0)
		return -1;
	return expires && strtoul(expires, NULL, 10) == 0 ? WATCH_UNREGISTER : WATCH_REGISTER;
}

static void copy_seen(struct watch *watch, uint32_t line, int kind, uint64_t now_ns)
{
	// timer E: 0.5, 1.5, 3.5, 7.5 s ... after the first, then every 4 s (RFC 3261 17.1.2.2)
	static const double due_s[] = { 0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5 };
	struct watch_line *l = &watch->lines[line];
	uint64_t after_ns = now_ns - l->first_ns[kind];
	unsigned copy = ++l->copies[kind];

	if (copy >= sizeof(due_s) / sizeof(due_s[0]))
		broken(watch, now_ns, "line %u: copy %u of one request", line, copy);
	else if ((double)after_ns < due_s[copy] * 1e9)
		broken(watch, now_ns, "line %u: copy %u after %.3f s, due after %.1f s", line, copy,
		       (double)after_ns / 1e9, due_s[copy]);
	if (after_ns >= watch->timeout_ns + 5000000)
		broken(watch, now_ns,
		       "line %u: sent again %.3f s after the first, over the time-out", line,
		       (double)after_ns / 1e9);
}

static void request_seen(struct watch *watch, uint32_t line, int kind, uint32_t cseq, uint64_t hash,
			 uint64_t now_ns)
{
	struct watch_line *l = &watch->lines[line];

	if (cseq > l->last_cseq) {
		l->last_cseq = cseq;
		l->cseq[kind] = cseq;
		l->hash[kind] = hash;
		l->first_ns[kind] = now_ns;
		l->copies[kind] = 0;
	} else if (cseq != l->cseq[kind]) {
		broken(watch, now_ns,
		       "line %u: CSeq %u after %u: it must rise, and an abandoned "
		       "request must not be sent again",
		       line, cseq, l->last_cseq);
	} else if (hash != l->hash[kind]) {
		broken(watch, now_ns, "line %u: CSeq %u sent again with other bytes", line, cseq);
	} else {
		copy_seen(watch, line, kind, now_ns);
	}
}

void watch_frame(struct watch *watch, const struct hl_packet *pkt, uint64_t now_ns)
{
	static const uint64_t key[2] = { 1, 2 };
	char text[HL_FRAME_MAX + 1];
	struct frame f;
	enum frame_kind kind = frame_read(pkt->data, pkt->len, 0, &f);

	if (kind == FRAME_BAD || kind == FRAME_BAD_CHECKSUM)
		broken(watch, now_ns, "a frame with a wrong length or checksum left the worker");
	if (kind != FRAME_UDP)
		return;
	memcpy(text, f.payload, f.payload_len);
	text[f.payload_len] = '\0';
	int what = kind_of(text);
	const char *branch = header(text, "branch=z9hG4bK"), *cseq = header(text, "\r\nCSeq: ");
	if (what < 0)
		return; // an answer of ours
	if (!branch || !cseq) {
		broken(watch, now_ns, "a request without branch or CSeq:\n%.200s", text);
		return;
	}
	char number[9] = { 0 };
	memcpy(number, branch, 8);
	uint32_t line = (uint32_t)strtoul(number, NULL, 16);
	if (line >= watch->n)
		broken(watch, now_ns, "a request of line %u, there are %u", line, watch->n);
	else
		request_seen(watch, line, what, (uint32_t)strtoul(cseq, NULL, 10),
			     siphash(key, f.payload, f.payload_len), now_ns);
}
