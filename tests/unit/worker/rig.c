// SPDX-License-Identifier: BSD-3-Clause
// The bench of a worker under test.
#include "rig.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/count.h"
#include "control/planner.h"
#include "net/arp.h"

#include "datagram.h"

uint64_t rig_boot_key[2] = { 11, 12 };
const struct transport *rig_transport = &transport_udp;
const char *rig_rows;
struct hl_saved *rig_saved;
struct hl_take_up rig_taken;

static const uint8_t worker_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t server_mac[6] = { 2, 0, 0, 0, 0, 2 };

static void must(int result, const struct hl_error *err)
{
	if (result == 0)
		return;
	fprintf(stderr, "rig: %s\n", err->text);
	abort();
}

void rig_neighbour(struct rig *rig, const char *addr)
{
	uint8_t bytes[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = bytes };
	struct arp request = { .request = true };

	hl_addr_parse(addr, strlen(addr), &request.target);
	hl_addr_parse("10.99.1.1", 9, &request.sender);
	memcpy(request.sender_mac, worker_mac, 6);
	arp_write_reply(&pkt, server_mac, &request);
	rig_frame(rig, bytes, pkt.len);
}

static void teach_neighbours(struct rig *rig)
{
	rig_neighbour(rig, "10.99.0.1");
	rig_neighbour(rig, "10.99.0.2");
	rig_clear(rig);
}

uint64_t rig_start_ns = SEC;

// The lines of a configuration: the rows in a file of their own, or a range.
static void write_lines(char path[64], char *out, size_t room, uint32_t lines)
{
	path[0] = '\0';
	if (!rig_rows) {
		snprintf(out, room, "range: 6000-%u", 6000 + lines - 1);
		return;
	}
	strcpy(path, "/tmp/heartline-rig-XXXXXX");
	FILE *file = fdopen(mkstemp(path), "w");
	cr_assert(file && fputs(rig_rows, file) >= 0 && fclose(file) == 0);
	snprintf(out, room, "csv: %s", path);
}

static struct rig *make(const char *profile, const char *extra, uint32_t lines, uint64_t rate)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	const struct hl_plan_options plan = { .n_workers = 1,
					      .mac = { 2, 0, 0, 0, 0, 1 },
					      .boot_key = { rig_boot_key[0], rig_boot_key[1] },
					      .saved = rig_saved };
	const struct hl_worker_options worker = { .start_ns = rig_start_ns,
						  .seed = 1,
						  .rate = rate };
	char yaml[2048], rows[64], group[80];

	write_lines(rows, group, sizeof(group), lines);
	snprintf(yaml, sizeof(yaml),
		 "ports:\n  - device: rig\n    addresses: 10.99.1.1-10.99.1.2/16\n"
		 "profiles:\n  rig:\n%s%s"
		 "lines:\n  - profile: rig\n    %s\n",
		 profile, extra, group);
	must(hl_config_parse(&config, "rig", yaml, &err), &err);
	if (rows[0])
		unlink(rows);
	must(plan_new(&rig->plan, &config, &plan, rig_transport, &err), &err);
	hl_config_free(&config);
	must(hl_worker_new(&rig->worker, rig->plan, &worker, &err), &err);
	rig->now_ns = rig_start_ns;
	rig_taken = (struct hl_take_up){ .now_ns = rig_start_ns, .spread_ns = rig_taken.spread_ns };
	if (rig_saved)
		hl_worker_take_up(rig->worker, rig_saved, &rig_taken);
	rig_pass(rig, 10 * MS);
	return rig;
}

#define TWO_SERVERS \
	"    outbound_server: 10.99.0.1\n    backup_outbound_server: 10.99.0.2\n" \
	"    password: secret\n    use_random_sip_port: on\n    refresh_jitter: off\n"

struct rig *rig_new_rate(const char *extra, uint32_t lines, uint64_t rate)
{
	struct rig *rig = make(TWO_SERVERS, extra, lines, rate);

	teach_neighbours(rig);
	return rig;
}

struct rig *rig_new_profile(const char *profile, uint32_t lines)
{
	struct rig *rig = make(profile, "", lines, 0);

	teach_neighbours(rig);
	return rig;
}

struct rig *rig_new(const char *extra, uint32_t lines)
{
	return rig_new_rate(extra, lines, 0);
}

struct rig *rig_new_alone(const char *extra, uint32_t lines)
{
	return make(TWO_SERVERS, extra, lines, 0);
}

// At the end of each test: every request that left has ended in one way, or is outstanding.
static void check_balance(const struct rig *rig)
{
	const struct hl_counters *c = hl_worker_counters(rig->worker);

	for (enum hl_method m = HL_REGISTER; m <= HL_SUBSCRIBE; m++) {
		uint64_t ended = count_read(&c->finals[m]) + count_read(&c->timeouts[m]) +
				 count_read(&c->unreachable[m]) + count_read(&c->abandoned[m]);

		cr_expect(eq(u64, count_read(&c->requests[m]),
			     ended + hl_worker_outstanding(rig->worker, m)),
			  "of %s requests", hl_method_name(m));
	}
}

void rig_free(struct rig *rig)
{
	check_balance(rig);
	hl_worker_free(rig->worker);
	hl_plan_free(rig->plan);
	free(rig);
}

static void catch (struct rig *rig, const struct hl_burst *tx)
{
	for (uint16_t i = 0; i < tx->n; i++) {
		struct frame f;

		if (frame_read(tx->pkts[i].data, tx->pkts[i].len, 0, &f) != FRAME_UDP ||
		    rig->n == RIG_FRAMES)
			continue;
		uint32_t k = rig->n++;
		memcpy(rig->sent[k].bytes, tx->pkts[i].data, tx->pkts[i].len);
		rig->sent[k].len = tx->pkts[i].len;
		rig->sent[k].at_ns = rig->now_ns;
		frame_read(rig->sent[k].bytes, rig->sent[k].len, 0, &rig->sent[k].frame);
		memcpy(rig->sent[k].text, f.payload, f.payload_len);
		rig->sent[k].text[f.payload_len] = '\0';
	}
}

static void call(struct rig *rig, const struct hl_packet *pkt)
{
	static uint8_t bytes[64][HL_FRAME_MAX];
	struct hl_packet pkts[64];
	struct hl_burst tx = { .pkts = pkts, .cap = 64 };

	for (int i = 0; i < 64; i++)
		pkts[i] = (struct hl_packet){ .data = bytes[i] };
	if (pkt)
		hl_worker_rx(rig->worker, pkt, 1, &tx, rig->now_ns);
	else
		hl_worker_tick(rig->worker, &tx, rig->now_ns);
	catch (rig, &tx);
}

void rig_pass(struct rig *rig, uint64_t span_ns)
{
	uint64_t end = rig->now_ns + span_ns;

	for (;;) {
		while (hl_worker_serve_slow(rig->worker) > 0)
			continue;
		call(rig, NULL);
		uint64_t next = hl_worker_next(rig->worker, rig->now_ns);
		if (next > end)
			break;
		rig->now_ns = next > rig->now_ns ? next : rig->now_ns + 1000;
	}
	rig->now_ns = end;
}

void rig_clear(struct rig *rig)
{
	rig->n = 0;
}

void rig_command(struct rig *rig, enum hl_command_type type)
{
	const struct hl_command command = { .type = type, .n = hl_plan_slots(rig->plan) };

	hl_worker_command(rig->worker, &command);
	rig_pass(rig, 1 * MS);
}

void rig_frame(struct rig *rig, const uint8_t *bytes, uint16_t len)
{
	uint8_t *copy = malloc(len); // so that a sanitizer sees a read past the end
	const struct hl_packet pkt = { .data = copy, .len = len };

	memcpy(copy, bytes, len);
	call(rig, &pkt);
	free(copy);
}

void rig_datagram(struct rig *rig, const char *src, uint16_t src_port, const struct hl_addr *dst,
		  uint16_t dst_port, const char *text)
{
	struct hl_endpoint from = { .port = src_port }, to = { *dst, dst_port };
	struct route route;
	uint8_t bytes[HL_FRAME_MAX];
	struct hl_packet pkt = { .data = bytes };

	memcpy(route.src_mac, server_mac, 6);
	memcpy(route.dst_mac, worker_mac, 6);
	hl_addr_parse(src, strlen(src), &from.addr);
	datagram_write(&pkt, &route, &from, &to, text, (uint16_t)strlen(text));
	rig_frame(rig, bytes, pkt.len);
}

const char *rig_header(const struct rig *rig, uint32_t k, const char *name)
{
	static char value[HL_FRAME_MAX];
	char start[64];

	snprintf(start, sizeof(start), "\r\n%s: ", name);
	const char *at = k < rig->n ? strstr(rig->sent[k].text, start) : NULL;
	if (!at)
		return "";
	at += strlen(start);
	at += strspn(at, " ");
	size_t len = strcspn(at, "\r");
	memcpy(value, at, len);
	value[len] = '\0';
	return value;
}

static size_t copy_header(const struct rig *rig, uint32_t k, const char *name, char *out,
			  size_t room)
{
	return (size_t)snprintf(out, room, "%s: %s\r\n", name, rig_header(rig, k, name));
}

void rig_answer_changed(struct rig *rig, uint32_t k, unsigned status, const char *headers,
			const char *from, const char *to)
{
	static const char *const copied[] = { "Via", "From", "To", "Call-ID", "CSeq" };
	char text[HL_FRAME_MAX], changed[2 * HL_FRAME_MAX], addr[HL_ADDR_TEXT];
	size_t len = (size_t)snprintf(text, sizeof(text), "SIP/2.0 %u Whatever\r\n", status);
	const struct frame *f = &rig->sent[k].frame;

	for (unsigned h = 0; h < 5; h++)
		len += copy_header(rig, k, copied[h], text + len, sizeof(text) - len);
	snprintf(text + len, sizeof(text) - len, "%sContent-Length: 0\r\n\r\n", headers);
	const char *at = from ? strstr(text, from) : NULL;
	if (at)
		snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, to,
			 at + strlen(from));
	else
		snprintf(changed, sizeof(changed), "%s", text);
	hl_addr_format(&f->dst.addr, addr);
	rig_datagram(rig, addr, f->dst.port, &f->src.addr, f->src.port, changed);
}

void rig_answer(struct rig *rig, uint32_t k, unsigned status, const char *headers)
{
	rig_answer_changed(rig, k, status, headers, NULL, NULL);
}

void rig_icmp(struct rig *rig, const struct hl_addr *src, uint8_t type, uint8_t code,
	      const uint8_t *quote, uint16_t quote_len)
{
	uint8_t bytes[HL_FRAME_MAX] = { 0 };
	uint8_t *icmp = bytes + ETH_BYTES + IPV4_BYTES;
	const uint16_t len = (uint16_t)(8 + quote_len);
	const struct hl_addr dst = hl_addr_from_ipv4(quote_len < 16 ? 0 : load_be32(quote + 12));

	frame_write_eth(bytes, worker_mac, server_mac, ETHERTYPE_IPV4);
	frame_write_ipv4(bytes + ETH_BYTES, src, &dst, IP_ICMP, len, false);
	icmp[0] = type;
	icmp[1] = code;
	memcpy(icmp + 8, quote, quote_len);
	store_be16(icmp + 2, checksum_finish(checksum_add(0, icmp, len)));
	rig_frame(rig, bytes, (uint16_t)(ETH_BYTES + IPV4_BYTES + len));
}

void rig_unreachable(struct rig *rig, uint32_t k, uint8_t code)
{
	const uint16_t len = (uint16_t)(rig->sent[k].len - ETH_BYTES);

	// as much as Linux quotes
	rig_icmp(rig, &rig->sent[k].frame.dst.addr, 3, code, rig->sent[k].bytes + ETH_BYTES,
		 len < 548 ? len : 548);
}

struct hl_state rig_state(const struct rig *rig, uint32_t line)
{
	return hl_state_unpack(hl_worker_state(rig->worker, line));
}

uint64_t rig_count(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit((_Atomic uint64_t *)counter, memory_order_relaxed);
}

const struct hl_counters *rig_counters(const struct rig *rig)
{
	return hl_worker_counters(rig->worker);
}

const char *rig_server(const struct rig *rig, uint32_t k)
{
	char addr[HL_ADDR_TEXT];

	if (k >= rig->n)
		return "";
	hl_addr_format(&rig->sent[k].frame.dst.addr, addr);
	return strcmp(addr, "10.99.0.1") == 0 ? "P" : strcmp(addr, "10.99.0.2") == 0 ? "B" : "";
}
