// SPDX-License-Identifier: BSD-3-Clause
// The clock and the wires of a simulation.
#include "world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/count.h"
#include "base/siphash.h"
#include "net/headers.h"
#include "net/path.h"
#include "verify.h"

#define SWEEP_NS 1000000000ull
#define WORLD_STEPS_A_LINE 20000ull // far above what any scenario needs

struct buffers {
	struct hl_packet pkts[HL_BURST_MAX];
	uint8_t bytes[HL_BURST_MAX][HL_FRAME_MAX];
};

static struct hl_burst burst_new(struct buffers *b)
{
	for (int i = 0; i < HL_BURST_MAX; i++)
		b->pkts[i] = (struct hl_packet){ .data = b->bytes[i] };
	return (struct hl_burst){ .pkts = b->pkts, .cap = HL_BURST_MAX };
}

void world_break(struct world *world, const char *format, ...)
{
	va_list args;
	int n;

	if (world->broken[0])
		return;
	n = snprintf(world->broken, sizeof(world->broken),
		     "at %.6f s: ", (double)(world->now_ns - world->start_ns) / 1e9);
	va_start(args, format);
	vsnprintf(world->broken + n, sizeof(world->broken) - (size_t)n, format, args);
	va_end(args);
}

// What came before, when this came, and its bytes.
static uint64_t hash_on(uint64_t before, uint64_t at_ns, const void *bytes, uint32_t len)
{
	const uint64_t key[2] = { before, at_ns };

	return siphash(key, bytes, len);
}

static void worker_sends(struct world *world, const struct hl_burst *tx)
{
	uint64_t since_ns = world->now_ns - world->start_ns;

	world->frames += tx->n;
	for (uint16_t i = 0; i < tx->n; i++) {
		world->frames_hash = hash_on(world->frames_hash, since_ns, tx->pkts[i].data,
					     tx->pkts[i].len);
		watch_sent(&world->watch, &tx->pkts[i], since_ns);
		if (world->watch.sent_line != UINT32_MAX)
			verify_sender(world, world->watch.sent_line);
		network_send(&world->net, TO_SERVER, &tx->pkts[i], world->now_ns);
	}
}

static void server_sends(struct world *world, const struct hl_burst *tx)
{
	for (uint16_t i = 0; i < tx->n; i++)
		network_send(&world->net, TO_WORKER, &tx->pkts[i], world->now_ns);
}

static bool has_credentials(const struct hl_packet *pkt)
{
	static const char header[] = "\r\nAuthorization: ";

	return memmem(pkt->data, pkt->len, header, sizeof(header) - 1) != NULL;
}

static void maybe_die(struct world *world, const struct hl_packet *pkt)
{
	if (!world->dies_at_credentials || !has_credentials(pkt))
		return;
	world->dies_at_credentials = false;
	hl_registrar_fault(world->registrar, 0, HL_FAULT_SILENT, 0, NULL);
}

// A nonce of another node is unknown, as after a change of the key.
static void balance(struct world *world, const struct hl_packet *pkt)
{
	if (has_credentials(pkt) && rng_below(&world->node_rng, world->nodes) > 0)
		hl_registrar_fault(world->registrar, HL_REGISTRAR_SERVERS_MAX,
				   HL_FAULT_FORGET_NONCES, 0, NULL);
}

// The tags of a frame, in front of which a server stands that knows none; its answers get them back.
static void tags_take(struct hl_packet *pkt, struct path *switched)
{
	struct link_header link;

	if (!link_header_read(pkt->data, pkt->len, &link))
		return;
	const uint16_t tags = link.len - ETH_BYTES;
	switched->l2_len = (uint8_t)link.len;
	memcpy(switched->headers + 12, pkt->data + 12, tags);
	memmove(pkt->data + tags, pkt->data, 12);
	pkt->data += tags;
	pkt->len -= tags;
}

static void to_server(struct world *world, const struct hl_packet *pkts, uint16_t n)
{
	static struct buffers buffers;
	struct hl_burst tx = burst_new(&buffers);

	for (uint16_t i = 0; i < n && world->dies_at_credentials; i++)
		maybe_die(world, &pkts[i]);
	for (uint16_t i = 0; i < n; i++) {
		const uint16_t from = tx.n;
		struct hl_packet pkt = pkts[i];
		struct path switched = { .l2_len = ETH_BYTES };

		if (world->nodes > 1)
			balance(world, &pkt);
		if (world->options.vlans)
			tags_take(&pkt, &switched);
		hl_registrar_rx(world->registrar, &pkt, 1, &tx, world->now_ns);
		for (uint16_t k = from; k < tx.n; k++)
			path_tag_frame(&switched, &tx.pkts[k]);
	}
	server_sends(world, &tx);
}

static void to_worker(struct world *world, const struct hl_packet *pkts, uint16_t n)
{
	static struct buffers buffers;
	struct hl_burst tx = burst_new(&buffers);

	for (uint16_t i = 0; i < n; i++)
		watch_received(&world->watch, &pkts[i], world->now_ns - world->start_ns);
	hl_worker_rx(world->worker, pkts, n, &tx, world->now_ns);
	worker_sends(world, &tx);
}

static void to_worker_one(struct world *world, const struct hl_packet *pkt)
{
	to_worker(world, pkt, 1);
}

// All that has arrived, a burst for one side at a time.
static void deliver(struct world *world)
{
	struct hl_packet pkts[HL_BURST_MAX];
	struct network *net = &world->net;
	const struct flight *first;

	while ((first = network_first(net)) && first->at_ns <= world->now_ns) {
		enum side side = first->side;
		uint16_t n = 0;

		do {
			struct flight f = network_take(net);

			pkts[n++] = (struct hl_packet){ .data = f.bytes, .len = f.len };
			first = network_first(net);
		} while (n < HL_BURST_MAX && first && first->side == side &&
			 first->at_ns <= world->now_ns);
		if (side == TO_SERVER)
			to_server(world, pkts, n);
		else if (world->options.spare_lines == 0)
			to_worker(world, pkts, n);
		else
			for (uint16_t i = 0; i < n; i++)
				churn_receive(world, &pkts[i], to_worker_one);
		for (uint16_t i = 0; i < n; i++)
			network_give_back(net, pkts[i].data);
	}
}

static void hash_event(struct world *world, const struct hl_event *e)
{
	const uint32_t fields[] = { e->line, e->from, e->to, e->server, e->code };

	world->events_hash = hash_on(world->events_hash, e->at_ns - world->start_ns, fields,
				     sizeof(fields));
}

static void keep_history(struct world *world)
{
	struct hl_event events[64];
	uint32_t n;

	while ((n = hl_worker_events(world->worker, events, 64)) > 0)
		for (uint32_t i = 0; i < n; i++) {
			hash_event(world, &events[i]);
			world->history[world->events++ % WORLD_HISTORY] = events[i];
			world->entered[events[i].to]++;
		}
}

static void tick(struct world *world)
{
	static struct buffers buffers;
	struct hl_burst tx = burst_new(&buffers);

	// its sweep over the bindings is dear in a long run, and no hurry
	if (world->now_ns >= world->sweep_ns ||
	    hl_registrar_next(world->registrar, world->now_ns) <= world->now_ns) {
		hl_registrar_tick(world->registrar, &tx, world->now_ns);
		server_sends(world, &tx);
		world->sweep_ns = world->now_ns + SWEEP_NS;
	}
	uint64_t slow = count_read(&hl_worker_counters(world->worker)->slow);
	if (slow != world->slow) // a parser is made at each call
		while (hl_worker_serve_slow(world->worker) > 0)
			continue;
	world->slow = slow;
	tx = burst_new(&buffers);
	hl_worker_tick(world->worker, &tx, world->now_ns);
	worker_sends(world, &tx);
	keep_history(world);
	if (world->options.spare_lines) {
		churn_step(world);
		churn_replay(world, to_worker_one);
	}
	verify_step(world);
}

static uint64_t next_time(const struct world *world)
{
	const struct flight *first = network_first(&world->net);
	uint64_t worker = hl_worker_next(world->worker, world->now_ns);
	uint64_t server = hl_registrar_next(world->registrar, world->now_ns);
	uint64_t next = worker < server ? worker : server;
	uint64_t poll_ns = world->options.poll_ns;

	if (first && first->at_ns < next)
		next = first->at_ns;
	// work left over at the same time goes on a little later: the clock never stands still
	if (next <= world->now_ns)
		return world->now_ns + 1000;
	return poll_ns && next != UINT64_MAX ? (next + poll_ns - 1) / poll_ns * poll_ns : next;
}

void world_run(struct world *world, uint64_t until_ns)
{
	uint64_t end_ns = world->start_ns + until_ns;

	while (!world->broken[0]) {
		deliver(world);
		tick(world);
		if (world->steps++ > WORLD_STEPS_A_LINE * (100 + hl_plan_slots(world->plan)))
			world_break(world, "%" PRIu64 " steps: the run loops", world->steps);
		uint64_t next = next_time(world);
		if (next > end_ns) {
			if (world->now_ns < end_ns)
				world->now_ns = end_ns;
			return;
		}
		world->now_ns = next;
	}
}

void world_step_clock(struct world *world, uint64_t span_ns)
{
	world->now_ns += span_ns;
	for (uint32_t i = 0; i < hl_plan_slots(world->plan); i++) // nobody could notice meanwhile
		world->lost_ns[i] = world->lost_ns[i] ? world->now_ns : 0;
	world->may_lose = true;
}

void world_command(struct world *world, enum hl_command_type type, uint32_t first, uint32_t n,
		   uint64_t spread_ns)
{
	const struct hl_command command = {
		.type = type,
		.first = first,
		.n = n ? n : hl_plan_slots(world->plan),
		.spread_ns = spread_ns,
	};

	if (hl_worker_command(world->worker, &command))
		world_break(world, "the command ring is full");
	// one command waits for the one before
	uint64_t now_ns = world->now_ns - world->start_ns;
	uint64_t from_ns = world->watch.operator_ns > now_ns ? world->watch.operator_ns : now_ns;
	world->watch.operator_ns = from_ns + spread_ns + 1000000000;
}

uint32_t world_broken_line(const struct world *world)
{
	const char *at = strstr(world->broken, "line ");
	unsigned line;

	return at && sscanf(at, "line %u", &line) == 1 ? line : UINT32_MAX;
}

const char *world_aor(const struct world *world, uint32_t line, char out[WORLD_AOR_ROOM])
{
	uint32_t user_len, host_len;
	bool of_row;
	const char *user = hl_plan_phone_number(world->plan, line, &user_len);
	const char *host = hl_plan_domain(world->plan, line, &host_len, &of_row);

	snprintf(out, WORLD_AOR_ROOM, "%.*s@%.*s", (int)user_len, user, (int)host_len, host);
	return out;
}

void world_print_history(const struct world *world, uint32_t line)
{
	uint64_t first = world->events > WORLD_HISTORY ? world->events - WORLD_HISTORY : 0;

	for (uint64_t i = first; i < world->events; i++) {
		const struct hl_event *e = &world->history[i % WORLD_HISTORY];

		if (e->line == line)
			printf("#   %12.6f s  %-6s -> %-6s  code %u\n",
			       (double)(e->at_ns - world->start_ns) / 1e9,
			       hl_line_state_name(e->from), hl_line_state_name(e->to), e->code);
	}
}
