// SPDX-License-Identifier: BSD-3-Clause
// Lines over IPv6: found by their neighbours, registered at a server in brackets, and not to be moved by a forger.
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/worker.h>

#include "ipv6_frames.h"
#include "net/ndp.h"

#define MS 1000000ull
#define SEC 1000000000ull
#define OWN "2001:db8::1:1"
#define P "2001:db8::a"
#define B "2001:db8::b"
#define CAUGHT 128

static const uint8_t worker_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t server_mac[6] = { 2, 0, 0, 0, 0, 2 };
static const uint8_t rival_mac[6] = { 2, 0, 0, 0, 0, 9 };

static struct hl_plan *plan;
static struct hl_worker *worker;
static uint64_t now_ns;
static uint8_t room[CAUGHT][HL_FRAME_MAX];
static struct hl_packet out[CAUGHT];
static struct hl_burst tx = { .pkts = out, .cap = CAUGHT };

static void setup(void)
{
	static const char yaml[] = "ports:\n  - {device: rig, addresses: " OWN
				   "-2001:db8::1:2/64}\n"
				   "profiles:\n  rig:\n    outbound_server: " P "\n"
				   "    backup_outbound_server: " B "\n"
				   "    primary_detect_interval: 5s\n    refresh_jitter: off\n"
				   "lines:\n  - {profile: rig, range: 6000-6001}\n";
	const struct hl_plan_options options = { .n_workers = 1, .mac = { 2, 0, 0, 0, 0, 1 } };
	const struct hl_worker_options of_worker = { .start_ns = SEC, .seed = 1 };
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };

	cr_assert(eq(int, hl_config_parse(&config, "rig", yaml, &err), 0), "%s", err.text);
	cr_assert(eq(int, hl_plan_new(&plan, &config, &options, &err), 0), "%s", err.text);
	cr_assert(eq(int, hl_worker_new(&worker, plan, &of_worker, &err), 0), "%s", err.text);
	hl_config_free(&config);
	now_ns = SEC;
	for (int i = 0; i < CAUGHT; i++)
		out[i].data = room[i];
}
TestSuite(ipv6, .init = setup);

static void pass(uint64_t span_ns)
{
	for (const uint64_t end_ns = now_ns + span_ns; now_ns < end_ns; now_ns += MS)
		hl_worker_tick(worker, &tx, now_ns);
}

static void hear(const uint8_t *bytes, uint16_t len)
{
	const struct hl_packet pkt = { .data = (uint8_t *)bytes, .len = len };

	hl_worker_rx(worker, &pkt, 1, &tx, now_ns);
}

// The neighbour message of a frame that was caught; NDP_BAD: it is none.
static enum ndp_kind caught(uint32_t k, struct frame *f, struct ndp *m)
{
	return frame_read(out[k].data, out[k].len, 0, f) == FRAME_NDP ? ndp_read(f, m) : NDP_BAD;
}

// "target is at mac", as an answer to us.
static void advertise(const char *target, const uint8_t mac[6], uint8_t flags)
{
	const struct hl_addr addr = ipv6_text(target);
	uint8_t icmp[32] = { 136, 0, 0, 0, flags }, bytes[HL_FRAME_MAX];

	memcpy(icmp + 8, addr.bytes, 16);
	icmp[24] = 2;
	icmp[25] = 1;
	memcpy(icmp + 26, mac, 6);
	uint16_t len = ipv6_frame_write(bytes,
					&(struct ipv6_frame){ .src = target,
							      .dst = flags & 0x40 ? OWN : "ff02::1",
							      .protocol = IPV6_ICMP,
							      .hops = 255,
							      .payload = icmp,
							      .payload_len = sizeof(icmp),
							      .dst_is_group = !(flags & 0x40) });
	memcpy(bytes + 6, mac, 6);
	hear(bytes, len);
}

static void start_lines(void)
{
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 2 };

	pass(10 * MS);
	advertise(P, server_mac, 0x60);
	advertise(B, server_mac, 0x60);
	tx.n = 0;
	hl_worker_command(worker, &enable);
	pass(50 * MS);
}

// The kth datagram that was caught, as text; "": there are fewer.
static const char *sip(uint32_t k, struct frame *f)
{
	static char text[HL_FRAME_MAX];

	for (uint32_t i = 0; i < tx.n; i++) {
		if (frame_read(out[i].data, out[i].len, 0, f) != FRAME_UDP || k-- > 0)
			continue;
		snprintf(text, sizeof(text), "%.*s", f->payload_len, (const char *)f->payload);
		return text;
	}
	return "";
}

static void send_text(const struct frame *to, const char *text)
{
	uint8_t udp[HL_FRAME_MAX], bytes[HL_FRAME_MAX];
	char src[HL_ADDR_TEXT], dst[HL_ADDR_TEXT];
	const uint16_t len = (uint16_t)(8 + strlen(text));

	hl_addr_format(&to->dst.addr, src);
	hl_addr_format(&to->src.addr, dst);
	store_be16(udp, to->dst.port);
	store_be16(udp + 2, to->src.port);
	store_be16(udp + 4, len);
	memcpy(udp + 8, text, len - 8u);
	hear(bytes, ipv6_frame_write(bytes, &(struct ipv6_frame){ .src = src,
								  .dst = dst,
								  .protocol = IP_UDP,
								  .payload = udp,
								  .payload_len = len }));
}

// A header of a request, its line end with it.
static const char *header(const char *text, const char *name, char into[256])
{
	const char *at = strstr(text, name);

	cr_assert_neq(at, NULL, "no %s in:\n%s", name, text);
	snprintf(into, 256, "%.*s", (int)(strstr(at, "\r\n") - at), at);
	return into;
}

// Answers a REGISTER with 200; contact: as the registrar writes it.
static void grant(const char *request, const struct frame *f, const char *contact)
{
	char via[256], from[256], to[256], call_id[256], cseq[256], answer[1400];

	snprintf(answer, sizeof(answer),
		 "SIP/2.0 200 OK\r\n%s\r\n%s\r\n%s;tag=x\r\n%s\r\n%s\r\n%s"
		 "Content-Length: 0\r\n\r\n",
		 header(request, "Via: ", via), header(request, "From: ", from),
		 header(request, "To: ", to), header(request, "Call-ID: ", call_id),
		 header(request, "CSeq: ", cseq), contact);
	send_text(f, answer);
}

static enum hl_line_state state_of(uint32_t line)
{
	return (enum hl_line_state)hl_state_unpack(hl_worker_state(worker, line)).state;
}

Test(ipv6, addresses_are_announced_and_next_hops_asked_for)
{
	const struct hl_addr p = ipv6_text(P), own = ipv6_text("2001:db8::1:2");
	bool asked = false, announced = false;
	struct frame f;
	struct ndp m;

	pass(10 * MS);
	for (uint32_t k = 0; k < tx.n; k++) {
		enum ndp_kind kind = caught(k, &f, &m);

		asked |= kind == NDP_SOLICITATION && hl_addr_equal(&m.target, &p);
		announced |= kind == NDP_ADVERTISEMENT && hl_addr_equal(&m.target, &own) &&
			     memcmp(m.mac, worker_mac, 6) == 0;
	}
	cr_assert(asked);
	cr_assert(announced);
}

Test(ipv6, who_asks_for_an_address_of_a_line_is_answered)
{
	const struct hl_addr own = ipv6_text(OWN), asker = ipv6_text("fe80::9");
	uint8_t icmp[32] = { 135 }, bytes[HL_FRAME_MAX];
	struct frame f;
	struct ndp m;

	pass(10 * MS);
	for (int foreign = 0; foreign < 2; foreign++) {
		memcpy(icmp + 8, own.bytes, 16);
		icmp[23] += (uint8_t)(5 * foreign);
		memcpy(icmp + 24, "\1\1\2\0\0\0\0\7", 8);
		uint16_t len = ipv6_frame_write(
			bytes,
			&(struct ipv6_frame){ .src = "fe80::9",
					      .dst = foreign ? "ff02::1:ff01:6" : "ff02::1:ff01:1",
					      .protocol = IPV6_ICMP,
					      .hops = 255,
					      .payload = icmp,
					      .payload_len = sizeof(icmp),
					      .dst_is_group = true });
		tx.n = 0;
		hear(bytes, len);
		cr_assert(eq(u16, tx.n, foreign ? 0 : 1));
	}
	cr_assert(eq(u64, hl_worker_counters(worker)->ndp_solicitations, 1));
	icmp[23] = 1;
	hear(bytes, ipv6_frame_write(bytes, &(struct ipv6_frame){ .src = "fe80::9",
								  .dst = OWN,
								  .protocol = IPV6_ICMP,
								  .hops = 255,
								  .payload = icmp,
								  .payload_len = sizeof(icmp) }));
	cr_assert(eq(int, caught(0, &f, &m), NDP_ADVERTISEMENT));
	cr_assert(m.solicited && hl_addr_equal(&f.dst.addr, &asker));
	cr_assert(hl_addr_equal(&m.target, &own) && memcmp(m.mac, worker_mac, 6) == 0);
}

Test(ipv6, a_line_registers_with_its_address_in_brackets)
{
	struct frame f;

	start_lines();
	const char *request = sip(0, &f);
	char via[96], contact[96], own[HL_ADDR_TEXT];
	const struct hl_addr p = ipv6_text(P);

	hl_addr_format(&f.src.addr, own);
	cr_assert(eq(int, strncmp(request, "REGISTER sip:[" P "] SIP/2.0\r\n", 35), 0), "%s",
		  request);
	snprintf(via, sizeof(via), "Via: SIP/2.0/UDP [%s]:5060;", own);
	snprintf(contact, sizeof(contact), "@[%s]:5060;hl=p>", own);
	cr_assert_neq(strstr(request, via), NULL, "%s", request);
	cr_assert_neq(strstr(request, contact), NULL, "%s", request);
	cr_assert_neq(strstr(request, "@[" P "]>"), NULL, "%s", request);
	cr_assert(hl_addr_equal(&f.dst.addr, &p) && f.dst.port == 5060);
	// RFC 5118 4.10: the same address, however a registrar writes it
	snprintf(contact, sizeof(contact),
		 "Contact: <sip:%.4s@[2001:DB8:0:0:0:0:0001:%s]:5060;hl=p>;expires=60\r\n",
		 strstr(request, "sip:6") + 4, strrchr(own, ':') + 1);
	grant(request, &f, contact);
	uint32_t line = (uint32_t)(strstr(request, "sip:6")[7] - '0');
	cr_assert(eq(int, state_of(line), HL_ON_P));
}

Test(ipv6, an_answer_of_the_usual_kind_registers_both_lines)
{
	struct frame f;

	start_lines();
	for (uint32_t k = 0; k < 2; k++) {
		const char *request = sip(k, &f);
		char contact[256], line[300];

		snprintf(line, sizeof(line), "%s;expires=60\r\n",
			 header(request, "Contact: ", contact));
		grant(request, &f, line);
	}
	cr_assert(eq(int, state_of(0), HL_ON_P));
	cr_assert(eq(int, state_of(1), HL_ON_P));
	cr_assert(eq(u64, hl_worker_counters(worker)->slow, 0), "nothing in it is unusual");
}

Test(ipv6, requests_wait_until_a_neighbour_is_known)
{
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 2 };
	struct frame f;

	hl_worker_command(worker, &enable);
	pass(50 * MS);
	cr_assert_str_eq(sip(0, &f), "");
	tx.n = 0;
	advertise(P, server_mac, 0x60);
	pass(20 * MS);
	cr_assert_neq(*sip(0, &f), '\0');
	cr_assert(eq(int, memcmp(out[0].data, server_mac, 6), 0));
}

// A MAC that is known is only replaced once it does not answer itself, and never by nonsense.
Test(ipv6, a_neighbour_is_not_moved_by_a_claim)
{
	static const uint8_t group[6] = { 0x33, 0x33, 0, 0, 0, 1 }, zero[6];
	struct hl_next_hop hop;
	struct frame f;
	struct ndp m;

	start_lines();
	advertise(P, group, 0x60);
	advertise(P, zero, 0x60);
	advertise(P, worker_mac, 0x20);
	cr_assert(eq(u64, hl_worker_counters(worker)->drops[HL_DROP_NDP_REFUSED], 3));
	cr_assert(hl_plan_next_hop(plan, 0, &hop) && hop.known);

	tx.n = 0;
	advertise(P, rival_mac, 0x20); // unsolicited, override
	pass(20 * MS);
	cr_assert(eq(int, caught(0, &f, &m), NDP_SOLICITATION));
	cr_assert(eq(int, memcmp(out[0].data, server_mac, 6), 0),
		  "the one that is known is asked alone");
	advertise(P, server_mac, 0x60);
	tx.n = 0;
	pass(SEC);
	cr_assert(eq(int, memcmp(out[tx.n - 1].data, rival_mac, 6) == 0, 0));

	advertise(P, rival_mac, 0x20);
	pass(2 * SEC); // the old one is silent
	tx.n = 0;
	pass(5 * SEC);
	bool moved = false;
	for (uint32_t k = 0; k < tx.n; k++)
		moved |= memcmp(out[k].data, rival_mac, 6) == 0;
	cr_assert(moved);
}

// An unreachable as the kth request's own server sends it.
static void unreachable(uint32_t k, const char *from)
{
	uint8_t icmp[HL_FRAME_MAX] = { 1, 4 }, bytes[HL_FRAME_MAX];
	char own[HL_ADDR_TEXT];
	struct frame f;

	sip(k, &f);
	hl_addr_format(&f.src.addr, own);
	uint16_t quoted = (uint16_t)(48 + f.payload_len);
	memcpy(icmp + 8, f.payload - 48, quoted);
	hear(bytes, ipv6_frame_write(
			    bytes, &(struct ipv6_frame){ .src = from,
							 .dst = own,
							 .protocol = IPV6_ICMP,
							 .payload = icmp,
							 .payload_len = (uint16_t)(8 + quoted) }));
}

Test(ipv6, a_port_that_is_closed_moves_a_line_and_a_forger_does_not)
{
	const struct hl_counters *counters = hl_worker_counters(worker);

	start_lines();
	unreachable(0, "2001:db8::bad");
	cr_assert(eq(u64, counters->drops[HL_DROP_ICMP_SOURCE], 1));
	cr_assert(eq(u64, counters->icmp_errors, 0));
	unreachable(0, P);
	cr_assert(eq(u64, counters->icmp_errors, 1));
	unreachable(0, P);
	cr_assert(eq(u64, counters->drops[HL_DROP_ICMP_STALE], 1), "that one has ended");
}

Test(ipv6, pings_are_answered)
{
	static const uint8_t echo[] = { 128, 0, 0, 0, 1, 2, 3, 4 };
	uint8_t bytes[HL_FRAME_MAX];
	struct frame f;

	pass(10 * MS);
	tx.n = 0;
	hear(bytes, ipv6_frame_write(bytes, &(struct ipv6_frame){ .src = P,
								  .dst = OWN,
								  .protocol = IPV6_ICMP,
								  .payload = echo,
								  .payload_len = sizeof(echo) }));
	cr_assert(eq(u16, tx.n, 1));
	cr_assert(eq(int, frame_read(out[0].data, out[0].len, 0, &f), FRAME_ICMP));
	cr_assert(eq(u8, f.payload[0], 129));
}

// A 200 in two fragments, behind a destination option.
Test(ipv6, fragments_are_put_together)
{
	struct frame f;
	char answer[1400], via[256], from[256], to[256], call_id[256], cseq[256], contact[256];
	uint8_t datagram[1400], header_bytes[8] = { IP_UDP, 0, 0, 1, 0, 0, 0, 77 };
	uint8_t bytes[HL_FRAME_MAX];
	char src[HL_ADDR_TEXT], dst[HL_ADDR_TEXT];

	start_lines();
	const char *request = sip(0, &f);
	snprintf(answer, sizeof(answer),
		 "SIP/2.0 200 OK\r\n%s\r\n%s\r\n%s;tag=x\r\n%s\r\n%s\r\n%s;expires=60\r\n"
		 "Content-Length: 0\r\n\r\n",
		 header(request, "Via: ", via), header(request, "From: ", from),
		 header(request, "To: ", to), header(request, "Call-ID: ", call_id),
		 header(request, "CSeq: ", cseq), header(request, "Contact: ", contact));
	const uint16_t len = (uint16_t)(8 + strlen(answer)), first = 200;
	uint32_t line = (uint32_t)(strstr(request, "sip:6")[7] - '0');

	hl_addr_format(&f.dst.addr, src);
	hl_addr_format(&f.src.addr, dst);
	store_be16(datagram, f.dst.port);
	store_be16(datagram + 2, f.src.port);
	store_be16(datagram + 4, len);
	memcpy(datagram + 8, answer, len - 8u);
	struct ipv6_frame whole = {
		.src = src, .dst = dst, .protocol = IP_UDP, .payload = datagram, .payload_len = len
	};
	ipv6_frame_write(bytes, &whole); // its checksum
	memcpy(datagram, bytes + ETH_BYTES + IPV6_BYTES, len);
	struct ipv6_frame part = { .src = src,
				   .dst = dst,
				   .first = IPV6_FRAGMENT,
				   .protocol = IPV6_NOTHING, // no checksum in it
				   .between = header_bytes,
				   .between_len = 8,
				   .payload = datagram + first,
				   .payload_len = (uint16_t)(len - first) };
	store_be16(header_bytes + 2, first); // the last one first
	hear(bytes, ipv6_frame_write(bytes, &part));
	cr_assert(ne(int, state_of(line), HL_ON_P), "half of it is none");
	store_be16(header_bytes + 2, 1);
	part.payload = datagram;
	part.payload_len = first;
	hear(bytes, ipv6_frame_write(bytes, &part));
	cr_assert(eq(u64, hl_worker_counters(worker)->reassembled, 1));
	cr_assert(eq(int, state_of(line), HL_ON_P));
}
