// SPDX-License-Identifier: BSD-3-Clause
// Rules on the wire: the CSeq rises, a retransmission is the same bytes, an abandoned request is
// not sent again, copies leave at timer E's times, one REGISTER is in flight, what is asked for
// never shrinks.
#include "watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/siphash.h"
#include "line/branch.h"
#include "net/frame.h"

void watch_init(struct watch *watch, uint32_t n, uint32_t every)
{
	*watch = (struct watch){ .n = n, .every = every };
	watch->lines = calloc(n / every + 1, sizeof(*watch->lines));
	if (!watch->lines)
		abort();
}

struct watch_line *watch_line(struct watch *watch, uint32_t line)
{
	return &watch->lines[line / watch->every];
}

void watch_free(struct watch *watch)
{
	free(watch->lines);
}

void watch_go_on(struct watch *watch, const struct watch *before)
{
	for (uint32_t i = 0; i < watch->n / watch->every; i++) {
		const struct watch_line *old = &before->lines[i];

		watch->lines[i].minute = old->minute;
		watch->lines[i].requests = old->requests;
		memcpy(watch->lines[i].server, old->server, sizeof(old->server));
	}
}

void watch_broken(struct watch *watch, uint64_t now_ns, const char *format, ...)
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

const char *watch_header(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? at + strlen(name) : NULL;
}

static int kind_of(const char *text)
{
	const char *expires = watch_header(text, "\r\nExpires:");

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
	struct watch_line *l = watch_line(watch, line);
	uint64_t after_ns = now_ns - l->first_ns[kind];
	unsigned copy = ++l->copies[kind];

	if (copy >= sizeof(due_s) / sizeof(due_s[0]))
		watch_broken(watch, now_ns, "line %u: copy %u of one request", line, copy);
	else if ((double)after_ns < due_s[copy] * 1e9)
		watch_broken(watch, now_ns, "line %u: copy %u after %.3f s, due after %.1f s", line,
			     copy, (double)after_ns / 1e9, due_s[copy]);
	if (after_ns >= watch->timeout_ns + 5000000)
		watch_broken(watch, now_ns,
			     "line %u: sent again %.3f s after the first, over the time-out", line,
			     (double)after_ns / 1e9);
}

// Whatever servers say, a line asks no more often than its own times allow.
static void pace_seen(struct watch *watch, uint32_t line, uint64_t now_ns)
{
	struct watch_line *l = watch_line(watch, line);
	uint64_t minute = now_ns / 60000000000ull;

	l->requests = minute == l->minute ? l->requests + 1 : 1;
	l->minute = minute;
	if (l->requests > watch->worst)
		watch->worst = l->requests;
	if (watch->most_a_minute && l->requests > watch->most_a_minute)
		watch_broken(watch, now_ns, "line %u: %u REGISTERs in one minute, at most %u", line,
			     l->requests, watch->most_a_minute);
}

// RFC 3261 10.2: no new registration before the one under way is answered or has timed out. One
// that was abandoned for the other server is another matter (FAILOVER.md section 4).
static void registration_seen(struct watch *watch, uint32_t line, unsigned server, const char *text,
			      uint64_t now_ns)
{
	struct watch_line *l = watch_line(watch, line);
	const char *expires = watch_header(text, "\r\nExpires:");
	uint32_t asked_s = expires ? (uint32_t)strtoul(expires, NULL, 10) : 0;
	bool in_flight = l->reg_first_ns && !l->reg_answered && l->reg_server == server &&
			 now_ns < l->reg_first_ns + watch->register_timeout_ns;

	if (in_flight && l->reg_first_ns > watch->operator_ns)
		watch_broken(watch, now_ns,
			     "line %u: a second REGISTER to the same server, the first one of "
			     "%.3f s ago is still unanswered",
			     line, (double)(now_ns - l->reg_first_ns) / 1e9);
	if ((asked_s > watch->expires_s || asked_s < watch->least_expires_s) &&
	    asked_s != watch->min_expires_s)
		watch_broken(watch, now_ns, "line %u asks for %u s, not for the profile's %u s",
			     line, asked_s, watch->expires_s);
	l->reg_server = (uint8_t)server;
	l->reg_first_ns = now_ns;
	l->reg_answered = false;
}

struct message {
	char text[HL_FRAME_MAX + 1];
	struct frame frame;
	uint32_t line, cseq;
	uint8_t generation;
};

static uint64_t call_id_of(const char *text)
{
	static const uint64_t key[2] = { 5, 6 };
	const char *value = watch_header(text, "\r\nCall-ID: ");

	return value ? siphash(key, value, (uint32_t)strcspn(value, "\r")) : 0;
}

// RFC 3261 10.2: a registrar refuses what does not rise within a Call-ID, also after a restart.
static void number_seen(struct watch *watch, uint32_t line, unsigned server,
			const struct message *m, uint64_t now_ns)
{
	struct watch_server *s = &watch_line(watch, line)->server[server];
	uint64_t call_id = call_id_of(m->text);

	if (call_id == s->call_id && m->cseq <= s->cseq)
		watch_broken(watch, now_ns, "line %u: CSeq %u after %u of the same Call-ID", line,
			     m->cseq, s->cseq);
	s->call_id = call_id;
	s->cseq = m->cseq;
}

// The numbers of a line begin again only near their end, by a REGISTER with another Call-ID.
static void epoch_seen(struct watch *watch, uint32_t line, const char *text, uint32_t cseq)
{
	struct watch_line *l = watch_line(watch, line);
	uint64_t call_id = call_id_of(text);

	if (cseq == CSEQ_FIRST + 1 && l->last_cseq >= CSEQ_FIRST + NUMBER_EPOCH &&
	    call_id != l->call_id) {
		l->last_cseq = 0;
		watch->epochs++;
	}
	l->call_id = call_id;
}

// True: it is a new one.
static bool request_seen(struct watch *watch, uint32_t line, int kind, uint32_t cseq, uint64_t hash,
			 uint64_t now_ns)
{
	struct watch_line *l = watch_line(watch, line);

	if (cseq == l->cseq[kind]) {
		if (hash != l->hash[kind])
			watch_broken(watch, now_ns, "line %u: CSeq %u sent again with other bytes",
				     line, cseq);
		else
			copy_seen(watch, line, kind, now_ns);
		return false;
	}
	if (cseq > l->last_cseq) {
		l->last_cseq = cseq;
		l->cseq[kind] = cseq;
		l->hash[kind] = hash;
		l->first_ns[kind] = now_ns;
		l->copies[kind] = 0;
		return true;
	}
	watch_broken(
		watch, now_ns,
		"line %u: CSeq %u after %u: it must rise, and an abandoned request must not be "
		"sent again",
		line, cseq, l->last_cseq);
	return false;
}

// The branch comes early, in the topmost Via.
static bool sampled(const struct watch *watch, const struct hl_packet *pkt)
{
	static const char name[] = "branch=z9hG4bK";
	const char *at = memmem(pkt->data, pkt->len < 256 ? pkt->len : 256, name, sizeof(name) - 1);
	char number[9] = { 0 };

	if (!at || at + sizeof(name) + 8 > (const char *)pkt->data + pkt->len)
		return true; // whatever it is
	memcpy(number, at + sizeof(name) - 1, 8);
	return (strtoul(number, NULL, 16) & (BRANCH_LINES - 1)) % watch->every == 0;
}

// False: not SIP, or of a line that is not watched. The branch starts with the line's number.
static bool message_read(struct watch *watch, const struct hl_packet *pkt, struct message *m,
			 uint64_t now_ns)
{
	if (watch->every > 1 && !sampled(watch, pkt))
		return false;
	enum frame_kind kind = frame_read(pkt->data, pkt->len, 0, &m->frame);
	char number[9] = { 0 };

	if (kind == FRAME_BAD || kind == FRAME_BAD_CHECKSUM)
		watch_broken(watch, now_ns, "a frame with a wrong length or checksum");
	if (kind != FRAME_UDP)
		return false;
	memcpy(m->text, m->frame.payload, m->frame.payload_len);
	m->text[m->frame.payload_len] = '\0';
	const char *branch = watch_header(m->text, "branch=z9hG4bK");
	const char *cseq = watch_header(m->text, "\r\nCSeq: ");
	if (!branch || !cseq) {
		if (m->frame.payload_len > 4) // else a keepalive
			watch_broken(watch, now_ns, "a message without branch or CSeq:\n%.200s",
				     m->text);
		return false;
	}
	memcpy(number, branch, 8);
	uint32_t tag = (uint32_t)strtoul(number, NULL, 16);
	m->line = tag & (BRANCH_LINES - 1);
	m->generation = (uint8_t)(tag >> BRANCH_LINE_BITS);
	m->cseq = (uint32_t)strtoul(cseq, NULL, 10);
	if (m->line >= watch->n || m->line % watch->every != 0)
		return false;
	// an answer to a line that had the slot before is nothing to this one
	return strncmp(m->text, "SIP/2.0 ", 8) != 0 ||
	       m->generation == watch_line(watch, m->line)->generation;
}

// P is 10.99.0.1, B is 10.99.0.2.
static unsigned server_of(const struct hl_addr *addr)
{
	return addr->bytes[3] == 2;
}

// Another line has the slot: it begins anew, by a REGISTER with a Call-ID that the one before did not have.
static void generation_seen(struct watch *watch, const struct message *m, uint64_t now_ns)
{
	struct watch_line *l = watch_line(watch, m->line);
	uint64_t call_id = call_id_of(m->text);

	if (m->generation == l->generation)
		return;
	if ((uint8_t)(m->generation - l->generation) > 128)
		watch_broken(watch, now_ns, "line %u: a request of generation %u after %u", m->line,
			     m->generation, l->generation);
	if (m->cseq != CSEQ_FIRST + 1 || call_id == l->call_id)
		watch_broken(watch, now_ns,
			     "line %u: generation %u begins with CSeq %u and %s Call-ID", m->line,
			     m->generation, m->cseq,
			     call_id == l->call_id ? "its predecessor's" : "a new");
	*l = (struct watch_line){ .generation = m->generation };
}

void watch_sent(struct watch *watch, const struct hl_packet *pkt, uint64_t now_ns)
{
	static const uint64_t key[2] = { 1, 2 };
	struct message m;

	watch->sent_line = UINT32_MAX;
	if (!message_read(watch, pkt, &m, now_ns))
		return;
	int kind = kind_of(m.text);
	unsigned server = server_of(&m.frame.dst.addr);
	if (kind < 0)
		return; // an answer of ours
	if (kind != WATCH_UNREGISTER)
		watch->sent_line = m.line;
	generation_seen(watch, &m, now_ns);
	if (kind == WATCH_REGISTER)
		epoch_seen(watch, m.line, m.text, m.cseq);
	if (!request_seen(watch, m.line, kind, m.cseq,
			  siphash(key, m.frame.payload, m.frame.payload_len), now_ns))
		return;
	watch_credentials(watch, m.line, server, m.text, now_ns);
	if (kind != WATCH_OPTIONS) {
		pace_seen(watch, m.line, now_ns);
		number_seen(watch, m.line, server, &m, now_ns);
	}
	if (kind == WATCH_REGISTER)
		registration_seen(watch, m.line, server, m.text, now_ns);
}

void watch_received(struct watch *watch, const struct hl_packet *pkt, uint64_t now_ns)
{
	struct watch_line *l;
	struct message m;

	if (!message_read(watch, pkt, &m, now_ns) || strncmp(m.text, "SIP/2.0 ", 8) != 0)
		return;
	l = watch_line(watch, m.line);
	watch_challenge(watch, m.line, server_of(&m.frame.src.addr), m.text);
	if (m.text[8] != '1' && m.cseq == l->cseq[WATCH_REGISTER])
		l->reg_answered = true;
}
