// SPDX-License-Identifier: BSD-3-Clause
// Asks the network, over a started port that nobody else polls: are the lines' addresses free (RFC 5227),
// which next hops answer ARP, which servers answer an OPTIONS. Time and frames are arguments, so a test
// plays the network.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <heartline/packet.h>

#include "doctor/facts.h"

#define SURVEY_FRAME_MAX HL_FRAME_MAX
#define SURVEY_ROUNDS 3         // ARP probes for each address (RFC 5227 PROBE_NUM)
#define SURVEY_GAP_NS 400000000 // between two of them; the RFC waits 1 to 2 s
#define SURVEY_LISTEN_NS 100000000
#define SURVEY_ASKED_NS 500000000 // T1: first time between two requests to a server or hop

enum survey_stage {
	SURVEY_ADDRESSES, // nobody may use an address before it was looked for
	SURVEY_HOPS,
	SURVEY_SERVERS,
	SURVEY_LISTEN, // a little longer: what the kernel says, or a second host
	SURVEY_DONE,
};

struct survey_own {
	uint32_t ip;
	bool in_use;
	uint8_t mac[6];
};

struct survey_hop {
	uint32_t ip;
	bool known, doubled;
	uint8_t mac[6], other_mac[6];
	unsigned asked;
};

struct survey_server {
	uint32_t ip, hop; // hop: index
	uint16_t port;
	enum server_outcome outcome;
	unsigned status, sent;
	char phrase[64];
	uint32_t from_ip;
	uint16_t from_port;
	uint64_t first_ns, rtt_ns;
};

struct survey {
	uint8_t mac[6];  // of the port
	uint32_t source; // the address that asks: the first of `own` that is free
	uint16_t source_port;
	uint32_t key;         // random, of this survey: answers to others are not taken
	uint64_t patience_ns; // for next hops, and again for servers
	enum survey_stage stage;
	uint64_t stage_ns, next_ns;
	unsigned round;
	uint32_t next_own; // of this round
	struct survey_own *own;
	uint32_t n_own;
	unsigned n_hops, n_servers;
	struct survey_hop hops[HOPS_MAX];
	struct survey_server servers[SERVERS_MAX];
	uint64_t heard, heard_arp, heard_bad_checksum, from_own_mac;
	char own_mac_example[80];
};

// Addresses, hops and servers are set.
void survey_start(struct survey *p, uint64_t now_ns);

// Read what has come, then write at most cap frames into `out`. How many there are is returned.
unsigned survey_poll(struct survey *p, const struct hl_packet in[], unsigned n_in,
		     struct hl_packet out[], unsigned cap, uint64_t now_ns);

// What came of it, for the facts.
void survey_report(const struct survey *p, struct facts_network *network);
