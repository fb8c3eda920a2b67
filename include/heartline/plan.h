// SPDX-License-Identifier: BSD-3-Clause
// The plan: configuration turned into read-only tables that workers run.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/config.h>
#include <heartline/error.h>
#include <heartline/state.h>

struct hl_plan;
struct hl_saved;
struct hl_leases;

#define HL_RSS_KEY_MIN 16 // bytes: the hash of IPv4 addresses and ports uses so many
#define HL_RSS_KEY_MIN_IPV6 40
#define HL_RSS_KEY_MAX 64

enum hl_steer_by {
	HL_STEER_RSS,     // Toeplitz over the frame's addresses, and its UDP ports when hash_ports
	HL_STEER_ADDRESS, // rules: the destination address as a number
	HL_STEER_PORT,    // rules: the destination port
};

/**
 * How a port with several queues chooses the queue of a frame: table[x % table_size], where x is
 * what `by` says. Worker w polls queue w.
 */
struct hl_steering {
	enum hl_steer_by by;
	const uint16_t *table; // queue of each entry
	uint32_t table_size;
	// of RSS, as read from the port
	bool hash_ports;
	uint32_t key_len; // HL_RSS_KEY_MIN..HL_RSS_KEY_MAX bytes
	uint8_t key[HL_RSS_KEY_MAX];
};

/**
 * The key to ask of a port: under it the source address does not count, so replies of a line's
 * servers, whatever their addresses, arrive together. With others they do so by luck: where queues
 * take turns in the table, the queues of two servers differ by the same for all of a line's ports.
 */
void hl_steering_key(uint8_t key[], uint32_t key_len, enum hl_family family);

// A port of several, and the workers that it has to itself.
struct hl_plan_port {
	uint32_t n_workers;
	uint8_t mac[6];
	bool tx_csum_offload;
};

struct hl_plan_options {
	uint32_t n_workers;   // 1..64, of all ports
	uint8_t mac[6];       // of the port
	uint64_t boot_key[2]; // secret, random at each start; a key for each purpose is made of it
	uint32_t spare_lines; // room for lines that are added while workers run, see hl_plan_add()
	bool tx_csum_offload; // the device finishes IPv4 and UDP checksums
	// By port of the configuration; workers are numbered through. The caller's, used while the plan is made.
	// NULL: there is one port, and all workers are its own.
	const struct hl_plan_port *ports;
	// Addresses and ports are chosen by it, so that replies arrive at the worker of their line;
	// the caller's, used while the plan is made. NULL: one queue, or nothing is known.
	const struct hl_steering *steering;
	// Lines that it knows get the address and port they had; used while the plan is made. NULL: none are known.
	const struct hl_saved *saved;
	// By pool of the configuration: those that have settled, which are to be freed after the plan. NULL: there
	// are none, or a plan is made that will not run.
	struct hl_leases *const *leases;
	// Told now and then, while the plan is made, how much of the work is done, in lines. NULL: nobody is.
	void (*progress)(uint64_t done);
};

/**
 * Turn a checked configuration into a plan. Writes each SIP message once per profile and server with
 * osip2, and compiles it to templates.
 *
 * @return 0, -EINVAL, -ENOMEM. The config may be freed afterwards.
 */
int hl_plan_new(struct hl_plan **plan, const struct hl_config *config,
		const struct hl_plan_options *options, struct hl_error *err);
void hl_plan_free(struct hl_plan *plan);

/** Places for lines, with an address and a port each, taken or free: what global numbers count. */
uint32_t hl_plan_slots(const struct hl_plan *plan);
/** How many of them have a line. */
uint32_t hl_plan_lines(const struct hl_plan *plan);
uint32_t hl_plan_workers(const struct hl_plan *plan);
/** The port of the configuration that a worker has a queue of. */
uint32_t hl_plan_port(const struct hl_plan *plan, uint32_t worker);

/**
 * Give a free slot to each line of a group: to those of the worker that has most of them left. The lines
 * begin with HL_COMMAND_ADD, in the ranges in which their slots stand.
 *
 * @param config  that has the profiles of the plan, in their order; the group need not be in it
 * @param slots   out: one for each line, in the order of the group; room for all of them
 * @return 0, and the configuration may be freed; -ENOSPC: too few slots are free; -EEXIST: a number is in
 * use in its profile and domain, also by a line that was removed and whose slot was not given back yet;
 * -EINVAL, -ENOMEM. Then nothing has changed.
 * Control thread; workers may run.
 */
int hl_plan_add(struct hl_plan *plan, const struct hl_config *config, const struct hl_lines *group,
		uint32_t slots[], struct hl_error *err);

/**
 * Take back slots that workers gave up (hl_worker_removed()): their texts are freed, and they are the last
 * to be used again. Control thread.
 */
void hl_plan_take_back(struct hl_plan *plan, const uint32_t slots[], uint32_t n);

/**
 * Compare the lines of a configuration with those of the plan: by profile, domain and number.
 *
 * @param config   that has the profiles of the plan, in their order
 * @param leaving  a bit for each slot whose line is being removed, and so is none of the plan's
 * @param fresh    out: a bit for each line of the configuration, in the order of its groups, that the plan
 * does not have; room for all, zero
 * @param gone     out: a bit for each slot with a line that the configuration does not have; likewise
 * @return 0; -EINVAL: a line that both have has another account, password or display name; -ENOMEM
 * Control thread; workers may run.
 */
int hl_plan_compare(const struct hl_plan *plan, const struct hl_config *config,
		    const uint64_t leaving[], uint64_t fresh[], uint64_t gone[],
		    struct hl_error *err);

/**
 * Bytes of the longest request that a line may send, as SIP alone.
 *
 * @param with_credentials  with the longest that a server may ask for; else without any
 */
uint32_t hl_plan_request_bytes(const struct hl_plan *plan, bool with_credentials);

/** Lines whose replies, from each of their servers, should arrive at their worker's queue. */
uint32_t hl_plan_steered(const struct hl_plan *plan);

// Where a server of a profile may be reached: what DNS said (RFC 3263), or the address configured.
struct hl_target {
	struct hl_endpoint at;
	uint32_t priority; // lower ones are tried first
	uint32_t weight;   // share of the lines among targets of one priority (RFC 2782)
};

#define HL_TARGETS_MAX 64 // of one answer

/**
 * Publish where a server is. Requests that begin from now on go by the new answer; one under way
 * stays where it is. Lines are spread over targets of equal priority by weight; the same targets,
 * in whatever order, give the same places.
 *
 * @return 0; -EINVAL none is given, or one is among the lines' own addresses; -EHOSTUNREACH off the
 * link without a gateway; -ENOSPC more addresses than a server may have had in one run. Then the
 * last answer stands.
 * One thread at a time; workers may run.
 */
int hl_plan_set_targets(struct hl_plan *plan, uint32_t profile, enum hl_server server,
			const struct hl_target targets[], uint32_t n, struct hl_error *err);

/** The server of a profile has moved to another address, for good: publish it, and take it for the configured one. */
int hl_plan_move_server(struct hl_plan *plan, uint32_t profile, enum hl_server server,
			const struct hl_endpoint *to, struct hl_error *err);

/**
 * Change the settings of one profile while workers run: lines heed a new value from their next use of it on
 * (FAILOVER.md section 1 says when that is). What may not change is refused, and then nothing has changed:
 * servers, identities, the domain, ports, and whether there are probes, keepalives or a subscription at all.
 *
 * @param settings  all of them, as hl_profile_set() or a file give them, with the servers that DHCP has named in
 *                  their place; the caller's again on return
 * @return 0; -EINVAL with the key that may not change, or is out of bounds; -ENOMEM
 * Control thread; never waits for a worker.
 */
int hl_plan_change_profile(struct hl_plan *plan, uint32_t profile,
			   const struct hl_profile *settings, struct hl_error *err);

/** Change one key of those that the profile has now, from a text, as in a file. Likewise. */
int hl_plan_change_key(struct hl_plan *plan, uint32_t profile, const char *key, const char *value,
		       struct hl_error *err);

/**
 * Free what was replaced and is read by no worker any more. Each change does it as well, so it is only for
 * what the last one left: call it now and then. Control thread; never waits for a worker.
 */
void hl_plan_reclaim(struct hl_plan *plan);

/** Neighbours to be found by ARP for all targets known so far. */
uint32_t hl_plan_next_hops(const struct hl_plan *plan);

struct hl_next_hop {
	struct hl_addr addr;
	bool known;     // its MAC
	uint32_t asked; // ARP requests without an answer, in a row
	uint64_t waits; // requests that could not leave, since it was not known
};

/** The kth of them. Any thread, any time. @return false: there are fewer */
bool hl_plan_next_hop(const struct hl_plan *plan, uint32_t k, struct hl_next_hop *hop);

/** Text of a line's phone number, "" of a free slot; valid as long as the line is there. Control thread. */
const char *hl_plan_phone_number(const struct hl_plan *plan, uint32_t line, uint32_t *len);

/**
 * The host of its AoR, valid as long.
 *
 * @param of_row  out: a row of a CSV names it; else it is the domain of the profile
 */
const char *hl_plan_domain(const struct hl_plan *plan, uint32_t line, uint32_t *len, bool *of_row);

/** A line's profile, by its place in the configuration. */
uint32_t hl_plan_profile(const struct hl_plan *plan, uint32_t line);

/** A line's own address and port. */
struct hl_endpoint hl_plan_place(const struct hl_plan *plan, uint32_t line);

#define HL_PLAN_EVERY UINT32_MAX // each worker must see it

/**
 * Worker that must see this frame of a port: owner of the line of its destination address and port (for ICMP
 * errors: of the quoted source); the first one of the port for everything else (ARP, echo); HL_PLAN_EVERY, all
 * of the port, for a fragment without ports.
 *
 * @param steered  out: a datagram to a line whose replies should have arrived there by themselves
 */
uint32_t hl_plan_owner(const struct hl_plan *plan, uint32_t port, const uint8_t *frame,
		       uint16_t len, bool *steered);

enum hl_frame_of {
	HL_FRAME_OF_LINE,
	HL_FRAME_PART,     // a fragment without ports
	HL_FRAME_OF_OTHER, // ARP, ping, what no line has to do with
};

/** Whose frame it is, received or sent (for an ICMP error that was received: of whom it quotes).
 * @param slot  out: of the line. Any thread, any time. */
enum hl_frame_of hl_plan_frame_of(const struct hl_plan *plan, uint32_t port, const uint8_t *frame,
				  uint16_t len, bool sent, uint32_t *slot);

/** Is this frame, which hl_plan_owner() calls steered, from a server of its line? What comes from elsewhere
 * says nothing of the steering. */
bool hl_plan_from_server(const struct hl_plan *plan, uint32_t port, const uint8_t *frame,
			 uint16_t len);
