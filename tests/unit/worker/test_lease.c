// SPDX-License-Identifier: BSD-3-Clause
// A line whose address comes from DHCP: it registers from there, sends nothing once that is lost, and registers anew
// when it is there again.
#include "../dhcp/dhcp_server.h"
#include "worker/worker.h"
#include "wire.h"

#define YAML \
	"ports:\n  - device: x\n" \
	"pools:\n  - {name: leased, addresses: dhcp}\n" \
	"profiles:\n  lab:\n    outbound_server: 10.99.0.1\n    primary_detect_interval: 1s\n" \
	"lines:\n  - {profile: lab, range: 1000-1000}\n"

static struct bed bed;

static struct wire *wire_leased(void)
{
	struct wire *wire = calloc(1, sizeof(*wire));
	struct hl_config config = { 0 };
	struct hl_error err = { 0 };
	struct hl_leases *const leases[] = { bed.l };
	const struct hl_plan_options plan = {
		.n_workers = 1,
		.mac = { 2, 0, 0, 0, 1, 0 },
		.leases = leases,
	};

	wire->now_ns = bed.now_ns;
	const struct hl_worker_options worker = { .start_ns = wire->now_ns, .seed = 1 };
	cr_assert(eq(int, hl_config_parse(&config, "wire", YAML, &err), 0), "%s", err.text);
	cr_assert(eq(u32, config.pools[0].at.n_leases, 1), "one for each line");
	cr_assert(eq(int, hl_leases_settle(bed.l, &config.pools[0], &err), 0), "%s", err.text);
	cr_assert(eq(int, hl_plan_new(&wire->plan, &config, &plan, &err), 0), "%s", err.text);
	cr_assert(eq(int, hl_worker_new(&wire->worker, wire->plan, &worker, &err), 0), "%s",
		  err.text);
	hl_config_free(&config);
	for (int i = 0; i < 64; i++)
		wire->out[i].data = wire->bytes[i];
	return wire;
}

struct sent {
	unsigned requests, dhcp;
	struct asked last; // of DHCP
	struct hl_addr from;
};

// What is sent within a time; ARP for the server is answered.
static struct sent run(struct wire *wire, uint64_t ns)
{
	struct sent sent = { 0 };

	for (uint64_t end = wire->now_ns + ns; wire->now_ns < end; wire->now_ns += SEC / 100) {
		uint8_t bytes[HL_FRAME_MAX];
		struct hl_packet answer = { .data = bytes };
		bool asks = false;

		wire_tick(wire);
		for (uint16_t k = 0; k < wire->n; k++) {
			struct frame f;
			struct arp arp;
			enum frame_kind kind = frame_read(wire->out[k].data, wire->out[k].len,
							  wire->out[k].flags, &f);

			if (kind == FRAME_ARP && arp_read(f.payload, f.payload_len, &arp) &&
			    load_be32(arp.target.bytes) == SERVER) {
				arp_write_reply(&answer, bed_server_mac, &arp);
				asks = true;
			}
			if (kind != FRAME_UDP)
				continue;
			if (f.dst.port == DHCP_SERVER_PORT) {
				bed.n_asked = 0;
				bed_read(&bed, &wire->out[k]);
				sent.last = bed.asked[0];
				sent.dhcp++;
			} else {
				sent.requests++;
				sent.from = f.src.addr;
			}
		}
		if (asks)
			wire_hear(wire, &answer);
	}
	return sent;
}

static void answer(struct wire *wire, const struct asked *to, enum dhcp_type type)
{
	struct hl_packet pkt = bed_write(&bed, to, type, type == DHCP_NAK ? 0 : FIRST);

	wire_hear(wire, &pkt);
}

Test(lease, a_line_without_its_address_is_silent_until_that_is_there_again)
{
	const struct hl_addr first = leases_number(FIRST);
	const struct hl_command enable = { .type = HL_COMMAND_ENABLE, .n = 1 };
	struct asked last;

	bed_init(&bed, 1, 100, false);
	bed.renew_s = 20;
	bed_bind(&bed, &last);
	struct wire *wire = wire_leased();
	const struct hl_counters *c = hl_worker_counters(wire->worker);
	hl_worker_command(wire->worker, &enable);
	struct sent sent = run(wire, 5 * SEC);
	cr_assert(gt(uint, sent.requests, 0));
	cr_assert(hl_addr_equal(&sent.from, &first), "from its lease");
	cr_assert(eq(uint, sent.dhcp, 0));
	for (int s = 0; s < 20 && sent.dhcp == 0; s++)
		sent = run(wire, SEC);
	cr_assert(eq(int, sent.last.type, DHCP_REQUEST), "a renewal, by its worker");
	answer(wire, &sent.last, DHCP_NAK);
	uint64_t before = c->requests[HL_REGISTER] + c->requests[HL_OPTIONS];
	sent = run(wire, SEC / 2);
	sent = run(wire, 60 * SEC);
	cr_assert(eq(uint, sent.requests, 0), "nothing is sent from what one does not have");
	cr_assert(eq(u64, c->requests[HL_REGISTER] + c->requests[HL_OPTIONS], before));
	cr_assert(eq(u64, c->dhcp[HL_DHCP_EVENT_NAK], 1));
	cr_assert(gt(u64, c->limits[HL_LIMIT_NO_LEASE], 0));
	struct hl_state s = hl_state_unpack(hl_worker_state(wire->worker, 0));
	cr_assert(eq(int, s.state, HL_DOWN));
	cr_assert(eq(int, s.code, HL_CODE_NO_LEASE));
	while (sent.dhcp == 0 || sent.last.type != DHCP_DISCOVER)
		sent = run(wire, SEC);
	answer(wire, &sent.last, DHCP_OFFER);
	sent = run(wire, 5 * SEC);
	cr_assert(eq(int, sent.last.type, DHCP_REQUEST));
	answer(wire, &sent.last, DHCP_ACK);
	sent = run(wire, 3 * SEC);
	cr_assert(gt(uint, sent.requests, 0), "it registers anew");
	wire_free(wire);
	hl_leases_free(bed.l);
}
