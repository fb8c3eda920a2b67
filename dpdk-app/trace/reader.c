// SPDX-License-Identifier: BSD-3-Clause
// Takes frames out of all rings in the order of their times, and gives them to who wants them.

#include "trace/reader.h"

#include <string.h>

#include <rte_ip.h>
#include <rte_udp.h>

#include "base/counter.h"
#include "base/timebase.h"
#include "base/wall_time.h"

#define FRAMES_AT_ONCE 1024
#define LOOK_EVERY_NS 5000000
#define WALL_EVERY_NS 1000000000u // how often the clocks are compared: the wall clock may be set

static void wall_look(struct trace *t)
{
	uint64_t now_ns = timebase_ns();

	if (t->wall_looked_ns && now_ns - t->wall_looked_ns < WALL_EVERY_NS)
		return;
	t->to_wall_ns = wall_offset_ns();
	if (t->wall_looked_ns == 0)
		t->start_wall_ns = now_ns + (uint64_t)t->to_wall_ns;
	t->wall_looked_ns = now_ns;
}

static struct pcapng_tally tally_now(const struct trace *t)
{
	struct pcapng_tally tally = {
		.start_wall_ns = t->start_wall_ns,
		.end_wall_ns = timebase_ns() + (uint64_t)t->to_wall_ns,
	};

	for (unsigned i = 0; i < t->n; i++)
		tally.dropped += counter_load(&t->taps[i]->dropped);
	tally.seen = tally.dropped + pcap_file_written(t->pcap);
	return tally;
}

// As the device would have done it.
static void checksums_finish(uint8_t *frame, const struct trace_record *r)
{
	struct rte_ipv4_hdr *ip = (void *)(frame + r->l2_len);
	const struct rte_ipv6_hdr *ipv6 = (const void *)ip;
	struct rte_udp_hdr *udp = (void *)(frame + r->l2_len + r->l3_len);

	if (r->bytes < r->l2_len + r->l3_len + sizeof(*udp) || r->bytes < r->wire_bytes)
		return;
	udp->dgram_cksum = 0;
	if (ip->version == 6) {
		udp->dgram_cksum = rte_ipv6_udptcp_cksum(ipv6, udp);
		return;
	}
	ip->hdr_checksum = 0;
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	udp->dgram_cksum = rte_ipv4_udptcp_cksum(ip, udp);
}

static void frame_capture(struct trace *t, const struct trace_record *r, const uint8_t *data,
			  const char *comment)
{
	uint8_t finished[TAP_BYTES_MAX];
	const struct pcapng_tally tally = tally_now(t);
	struct pcapng_frame frame = {
		.wall_ns = r->at_ns + (uint64_t)t->to_wall_ns,
		.data = data,
		.bytes = r->bytes,
		.wire_bytes = r->wire_bytes,
		.sent = r->flags & TRACE_SENT,
		.comment = comment,
	};

	if (r->flags & TRACE_UNFINISHED) {
		memcpy(finished, data, r->bytes);
		checksums_finish(finished, r);
		frame.data = finished;
	}
	pcap_file_add(t->pcap, &frame, &tally);
}

// What is no SIP says nothing to a collector.
static void message_send(struct trace *t, const struct trace_record *r, const uint8_t *data)
{
	struct glance_datagram datagram;

	if (glance_datagram(r, data, &datagram) && glance_is_sip(&datagram))
		hep_send(t->hep, &datagram, r->at_ns + (uint64_t)t->to_wall_ns);
}

static void frame_write(struct trace *t, const struct trace_record *r, const uint8_t *data,
			const char *comment)
{
	if (t->pcap)
		frame_capture(t, r, data, comment);
	if (t->hep)
		message_send(t, r, data);
}

// For who follows the line. Never waits: without room it is counted.
static void seen_put(struct trace *t, const struct trace_record *r, const uint8_t *data)
{
	struct trace_record of_line = *r;
	uint64_t at = byte_ring_at(t->seen);

	if (r->line == TRACE_NO_LINE &&
	    hl_plan_frame_of(t->plan, r->port, data, r->bytes, r->flags & TRACE_SENT,
			     &of_line.line) != HL_FRAME_OF_LINE)
		return;
	if (!line_set_has(t->watched, of_line.line))
		return;
	uint8_t *to = byte_ring_reserve(t->seen, &at, (uint32_t)sizeof(of_line) + r->bytes);
	if (!to) {
		counter_add(&t->seen_dropped, 1);
		return;
	}
	memcpy(to, &of_line, sizeof(of_line));
	memcpy(to + sizeof(of_line), data, r->bytes);
	byte_ring_publish(t->seen, at);
}

static bool is_captured(const struct trace *t, const struct trace_record *r)
{
	return r->line == TRACE_NO_LINE || line_set_has(t->chosen, r->line);
}

static void frame_take(struct trace *t, const struct trace_record *r, const uint8_t *data)
{
	if (atomic_load_explicit(&t->n_watches, memory_order_acquire) > 0)
		seen_put(t, r, data);
	if ((!t->pcap && !t->hep) || !is_captured(t, r))
		return;
	if (t->kept)
		kept_add(t->kept, r, data);
	else
		frame_write(t, r, data, NULL);
}

// The messages up to the failure; the last one says what it was.
static void notice_take(struct trace *t, const struct trace_notice *notice, const char *comment)
{
	if (notice->is_gone) {
		kept_forget(t->kept, notice->line);
		return;
	}
	uint32_t n = kept_take(t->kept, notice->line, notice->at_ns, t->taken, t->n_last);
	for (uint32_t i = 0; i < n; i++)
		frame_write(t, t->taken[i].record, t->taken[i].data, i == n - 1 ? comment : NULL);
	counter_add(&t->failures, 1);
}

// The next frame of a ring. NULL: there is none now.
static const struct trace_record *ring_next(const struct tap *tap, uint64_t *cursor)
{
	uint32_t bytes;

	return byte_ring_next(tap->ring, cursor, &bytes);
}

// The earliest frame of all rings; *of says whose, *behind where its ring goes on.
static const struct trace_record *earliest(const struct trace *t, unsigned *of, uint64_t *behind)
{
	const struct trace_record *first = NULL;

	for (unsigned i = 0; i < t->n; i++) {
		uint64_t cursor = byte_ring_cursor(t->taps[i]->ring);
		const struct trace_record *r = ring_next(t->taps[i], &cursor);
		if (!r || (first && first->at_ns <= r->at_ns))
			continue;
		first = r;
		*of = i;
		*behind = cursor;
	}
	return first;
}

// Returns how many frames there were.
static unsigned frames_take(struct trace *t)
{
	const struct trace_record *r;
	unsigned n = 0, of;
	uint64_t behind;

	for (; n < FRAMES_AT_ONCE && (r = earliest(t, &of, &behind)); n++) {
		frame_take(t, r, (const uint8_t *)(r + 1));
		byte_ring_release(t->taps[of]->ring, behind);
	}
	return n;
}

// What is told of lines up to `end` was told after their frames were in the rings.
static void notices_take(struct trace *t, uint64_t end)
{
	uint64_t cursor = byte_ring_cursor(t->notices);
	const struct trace_notice *notice;
	uint32_t bytes;

	while (cursor != end && (notice = byte_ring_next(t->notices, &cursor, &bytes))) {
		notice_take(t, notice, (const char *)(notice + 1));
		byte_ring_release(t->notices, cursor);
	}
}

// Returns whether there was anything.
static bool turn(struct trace *t)
{
	uint64_t told = t->notices ? byte_ring_published(t->notices) : 0;
	uint64_t begun_ns = timebase_ns();
	bool any = false;

	wall_look(t);
	while (frames_take(t) > 0 && !side_thread_too_late(&t->thread)) {
		any = true;
		begun_ns = timebase_ns();
	}
	atomic_store_explicit(&t->drained_ns, begun_ns, memory_order_release);
	if (t->notices && told != byte_ring_cursor(t->notices)) {
		notices_take(t, told);
		any = true;
	}
	if (t->pcap)
		pcap_file_flush(t->pcap);
	return any;
}

void *trace_reader_main(void *context)
{
	struct trace *t = context;

	side_thread_yield();
	while (!side_thread_is_ending(&t->thread))
		if (!turn(t))
			side_thread_rest(&t->thread, LOOK_EVERY_NS);
	turn(t);
	if (t->pcap) {
		const struct pcapng_tally tally = tally_now(t);
		pcap_file_end(t->pcap, &tally);
	}
	return NULL;
}
