// SPDX-License-Identifier: BSD-3-Clause
// Which worker must see a frame: by destination, by what an ICMP error quotes, else the first.
#include "config_text.h"

#include <heartline/plan.h>
#include "base/bytes.h"
#include "datagram.h"
#include "guard.h"
#include "net/frame.h"
#include "worker/plan.h"

enum { ICMP_AT = ETH_BYTES + IPV4_BYTES, QUOTE_AT = ICMP_AT + 8 };

static struct hl_plan *plan_new(void)
{
	struct hl_plan_options options = { .n_workers = 3, .boot_key = { 5, 6 } };
	struct hl_error err = { 0 };
	struct hl_config config;
	struct hl_plan *plan;

	config_read(&config, PORTS PROFILES "    use_random_sip_port: on\n"
					    "lines: [{profile: lab, range: 1-1000}]\n");
	cr_assert_eq(hl_plan_new(&plan, &config, &options, &err), 0, "%s", err.text);
	hl_config_free(&config);
	return plan;
}

static void ipv4_put(uint8_t *ip, uint8_t protocol, uint32_t src, uint32_t dst)
{
	ip[0] = 0x45;
	ip[9] = protocol;
	store_be32(ip + 12, src);
	store_be32(ip + 16, dst);
}

// A UDP frame to a line.
static uint16_t udp_put(uint8_t *frame, uint32_t dst, uint16_t port)
{
	store_be16(frame + 12, ETHERTYPE_IPV4);
	ipv4_put(frame + ETH_BYTES, IP_UDP, 0x0a630001, dst);
	store_be16(frame + ICMP_AT, 5060);
	store_be16(frame + ICMP_AT + 2, port);
	return FRAME_UDP_AT;
}

// An unreachable that quotes a datagram of a line.
static uint16_t unreachable_put(uint8_t *frame, uint32_t src, uint16_t port)
{
	store_be16(frame + 12, ETHERTYPE_IPV4);
	ipv4_put(frame + ETH_BYTES, IP_ICMP, 0x0a6300fe, src);
	frame[ICMP_AT] = 3;
	ipv4_put(frame + QUOTE_AT, IP_UDP, src, 0x0a630001);
	store_be16(frame + QUOTE_AT + IPV4_BYTES, port);
	store_be16(frame + QUOTE_AT + IPV4_BYTES + 2, 5060);
	return QUOTE_AT + IPV4_BYTES + UDP_BYTES;
}

static uint32_t owner(const struct hl_plan *plan, const uint8_t *frame, uint16_t len)
{
	uint8_t *copy = guard_copy(frame, len);
	bool steered;
	uint32_t worker = hl_plan_owner(plan, 0, copy, len, &steered);

	cr_expect_not(steered, "nothing steers");
	guard_free(copy, len);
	return worker;
}

static uint32_t line_owner(const struct hl_plan *plan, uint32_t line)
{
	uint32_t worker = 0;

	while (line >= plan->table.first[worker + 1])
		worker++;
	return worker;
}

Test(find, a_datagram_goes_to_the_owner_of_its_line)
{
	struct hl_plan *plan = plan_new();

	for (uint32_t i = 0; i < plan->table.n_lines; i++) {
		uint32_t ip = hl_addr_ipv4(&plan->table.addresses[plan->table.lines[i].addr].addr);
		uint8_t frame[128] = { 0 };
		uint16_t len = udp_put(frame, ip, plan->table.lines[i].port);

		cr_assert_eq(owner(plan, frame, len), line_owner(plan, i), "line %u", i);
	}
	hl_plan_free(plan);
}

Test(find, an_error_goes_to_the_owner_of_the_quoted_source)
{
	struct hl_plan *plan = plan_new();

	for (uint32_t i = 0; i < plan->table.n_lines; i++) {
		uint32_t ip = hl_addr_ipv4(&plan->table.addresses[plan->table.lines[i].addr].addr);
		uint8_t frame[128] = { 0 };
		uint16_t len = unreachable_put(frame, ip, plan->table.lines[i].port);

		cr_assert_eq(owner(plan, frame, len), line_owner(plan, i), "line %u", i);
	}
	hl_plan_free(plan);
}

Test(find, options_in_the_header_are_skipped)
{
	struct hl_plan *plan = plan_new();
	uint32_t ip = hl_addr_ipv4(&plan->table.addresses[plan->table.lines[999].addr].addr);
	uint8_t frame[128] = { 0 };

	udp_put(frame, ip, 0);
	frame[ETH_BYTES] = 0x46;
	store_be16(frame + ICMP_AT + 4 + 2, plan->table.lines[999].port);
	cr_expect_eq(owner(plan, frame, FRAME_UDP_AT + 4), 2);
	hl_plan_free(plan);
}

Test(find, everything_else_goes_to_the_first_worker)
{
	struct hl_plan *plan = plan_new();
	uint32_t ip = hl_addr_ipv4(&plan->table.addresses[plan->table.lines[999].addr].addr);
	uint16_t port = plan->table.lines[999].port;
	uint8_t frame[128] = { 0 };
	uint16_t len = udp_put(frame, ip, port);

	cr_assert_eq(owner(plan, frame, len), 2);
	frame[12] = 0x86; // IPv6
	cr_expect_eq(owner(plan, frame, len), 0);
	frame[12] = 0x08;
	frame[ETH_BYTES] = 0x65;
	cr_expect_eq(owner(plan, frame, len), 0, "version");
	frame[ETH_BYTES] = 0x44;
	cr_expect_eq(owner(plan, frame, len), 0, "header too short");
	frame[ETH_BYTES] = 0x4f;
	cr_expect_eq(owner(plan, frame, len), 0, "header longer than the frame");
	frame[ETH_BYTES] = 0x45;
	frame[ETH_BYTES + 7] = 1;
	cr_expect_eq(owner(plan, frame, len), HL_PLAN_EVERY, "a later fragment has no ports");
	frame[ETH_BYTES + 7] = 0;
	frame[ETH_BYTES + 9] = 6;
	cr_expect_eq(owner(plan, frame, len), 0, "TCP");
	udp_put(frame, ip + 99, port);
	cr_expect_eq(owner(plan, frame, len), 0, "not our address");
	udp_put(frame, ip, 1);
	cr_expect_eq(owner(plan, frame, len), 0, "not our port");

	len = unreachable_put(frame, ip, port);
	cr_assert_eq(owner(plan, frame, len), 2);
	frame[ICMP_AT] = 8;
	cr_expect_eq(owner(plan, frame, len), 0, "echo");
	hl_plan_free(plan);
}

Test(find, a_frame_of_any_length_is_not_read_behind_its_end)
{
	struct hl_plan *plan = plan_new();
	uint32_t ip = hl_addr_ipv4(&plan->table.addresses[plan->table.lines[999].addr].addr);
	uint8_t frame[128] = { 0 };
	uint16_t full = udp_put(frame, ip, plan->table.lines[999].port);

	for (uint16_t len = 0; len < full; len++)
		cr_expect_eq(owner(plan, frame, len), 0, "%u bytes", len);
	full = unreachable_put(frame, ip, plan->table.lines[999].port);
	for (uint16_t len = 0; len < full; len++)
		cr_expect_eq(owner(plan, frame, len), 0, "%u bytes", len);
	hl_plan_free(plan);
}
