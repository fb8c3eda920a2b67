// SPDX-License-Identifier: BSD-3-Clause
// Counters: one block a worker, one writer, relaxed; anyone may read.
#pragma once

#include <stdatomic.h>
#include <stdint.h>

enum hl_method {
	HL_METHOD_NONE,
	HL_REGISTER,
	HL_OPTIONS,
	HL_SUBSCRIBE,
	HL_NOTIFY,
	HL_INVITE,
	HL_ACK,
	HL_BYE,
	HL_CANCEL,
	HL_MESSAGE,
	HL_METHOD_OTHER,
	HL_METHODS,
};

/** Name of a method as on the wire; "OTHER" for what we do not know. */
const char *hl_method_name(enum hl_method method);

// Log-linear histogram of microseconds: 16 steps an octave, so a quantile is right within 6 %.
#define HL_HIST_SUB 16
#define HL_HIST_BUCKETS (HL_HIST_SUB * 28)

struct hl_hist {
	_Atomic uint64_t bucket[HL_HIST_BUCKETS];
};

/**
 * Value below which the share @p q (0..1) of all samples of n histograms lies.
 * @return microseconds, upper edge of the bucket; 0 without samples
 */
double hl_hist_quantile(const struct hl_hist *const hists[], unsigned n, double q);

struct hl_counters {
	// packets
	_Atomic uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	_Atomic uint64_t rx_malformed;    // not a frame, datagram or SIP message we can read
	_Atomic uint64_t rx_bad_checksum; // IPv4 or UDP
	_Atomic uint64_t rx_not_ours;     // other destination, port without a line
	_Atomic uint64_t arp_requests, arp_replies, icmp_echoes, icmp_errors;
	// transactions we started, by method; first transmissions only
	_Atomic uint64_t requests[HL_METHODS];
	_Atomic uint64_t retransmissions[HL_METHODS];
	_Atomic uint64_t timeouts[HL_METHODS];
	_Atomic uint64_t finals[HL_METHODS]; // final responses matched
	_Atomic uint64_t responses[7];       // matched responses by class, [1]..[6]
	_Atomic uint64_t challenges;         // 401 and 407 answered with credentials
	_Atomic uint64_t nat_keepalives;     // CRLFCRLF sent: no requests
	_Atomic uint64_t redirects;          // 301 and 302 to a REGISTER, with a Contact
	// responses dropped, by reason (FAILOVER.md section 4)
	_Atomic uint64_t unknown_branch, wrong_source, wrong_cseq, duplicates, late;
	_Atomic uint64_t slow;      // replies left to the full parser
	_Atomic uint64_t slow_full; // replies lost, since its ring was full
	// requests that came in, and our answers by class
	_Atomic uint64_t incoming[HL_METHODS], answered[7];
	_Atomic uint64_t rx_refused; // of those: from a source that the profile does not accept
	// lines
	_Atomic uint64_t failovers, returns, parked, unregistered, orphans;
	_Atomic uint64_t registered_once; // lines that were registered at least once
	// the generator itself
	_Atomic uint64_t unresolved;   // a send lost, since its next hop's MAC is not known
	_Atomic uint64_t tx_full;      // a send put off, since the burst had no room
	_Atomic uint64_t rate_limited; // a send put off, since the token bucket was empty
	_Atomic uint64_t late_ticks;   // lines whose timer ran more than 1 ms late
	_Atomic uint64_t events_lost;
	struct hl_hist rtt_first;         // answered at the first transmission
	struct hl_hist rtt_retransmitted; // answered after a retransmission (from the first one)
	struct hl_hist lateness;          // of timers
};
