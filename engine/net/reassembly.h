// SPDX-License-Identifier: BSD-3-Clause
// Fragments put together (RFC 791 3.2, RFC 1122 3.3.2, RFC 8200 4.5), in memory that is taken once.
//
// Anybody can send fragments, so there is room for few of them: a set of ways by a keyed hash, of which
// the oldest one makes room. Those from known servers have sets of their own, which strangers never take.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	REASSEMBLY_PAYLOAD_MAX = 4096,
	REASSEMBLY_MAX = 8 + REASSEMBLY_PAYLOAD_MAX, // with the UDP header
	REASSEMBLY_UNITS = (REASSEMBLY_MAX + 7) / 8,
	REASSEMBLY_WAYS = 4,
	REASSEMBLY_SERVER_SETS = 16, // powers of two
	REASSEMBLY_OTHER_SETS = 4,
	REASSEMBLY_ENTRIES = REASSEMBLY_WAYS * (REASSEMBLY_SERVER_SETS + REASSEMBLY_OTHER_SETS),
};

// From the first fragment on. RFC 1122 asks for 60 s at least, of hosts that have the memory; a
// retransmission of the request draws the whole answer again within 4 s.
#define REASSEMBLY_NS 15000000000ull

enum reassembly_result {
	REASSEMBLY_WAITS,   // for the rest
	REASSEMBLY_WHOLE,   // *datagram is there
	REASSEMBLY_BAD,     // no fragment that can be: empty, of odd length, beyond 64 KiB
	REASSEMBLY_OVERLAP, // one that differs from what is there: all of it is given up (RFC 5722)
	REASSEMBLY_TOO_LONG, // longer than REASSEMBLY_MAX: likewise
	REASSEMBLY_GIVEN_UP, // of a datagram that was given up
};

// A UDP fragment whose lengths and checksum were checked.
struct fragment {
	const uint8_t *ip;   // headers and payload
	uint16_t len;        // of all
	uint16_t header_len; // in front of the payload; over IPv6 a fragment header ends it
	uint16_t link;       // it came on: two may have the same addresses
	bool from_server;
};

// Of which datagram a fragment is; UDP alone is put together.
struct reassembly_of {
	uint8_t src[16], dst[16]; // of IPv4 the first four bytes, the rest 0
	uint32_t id;
	uint16_t family, link;
};

struct reassembly_entry {
	uint64_t end_ns;
	struct reassembly_of of;
	uint16_t len;   // of the whole; 0: not known yet
	uint16_t units; // there, of 8 bytes
	uint16_t n;     // fragments there; 0: the entry is free
	bool given_up;
	uint64_t there[(REASSEMBLY_UNITS + 63) / 64]; // by unit
	uint8_t bytes[REASSEMBLY_MAX];
};

struct reassembly {
	uint64_t key[2];
	bool shared;   // others get fragments, too: one without its beginning may be theirs
	uint32_t open; // entries in use
	uint64_t lost; // fragments of datagrams that made room for others, or ran out of time
	struct reassembly_entry entries[REASSEMBLY_ENTRIES];
};

// All of it zero, and the key set, before.
//
// *datagram: UDP header and payload, until the next call.
enum reassembly_result reassembly_add(struct reassembly *r, const struct fragment *fragment,
				      uint64_t now_ns, const uint8_t **datagram,
				      uint16_t *datagram_len);

// Free what ran out of time.
void reassembly_expire(struct reassembly *r, uint64_t now_ns);
