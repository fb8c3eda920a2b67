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
 * @return microseconds, upper edge of the bucket; NAN without samples
 */
double hl_hist_quantile(const struct hl_hist *const hists[], unsigned n, double q);

// Why something that was received had no effect. A row is all that a new reason needs: its counter, its
// example, and its place in the status, the final table and the summary follow from it.
// ROW(identifier, name, what it says about one packet)
#define HL_DROP_TABLE(ROW) \
	ROW(MALFORMED, "malformed", "no frame, datagram or SIP message that can be read") \
	ROW(BAD_CHECKSUM, "bad_checksum", "wrong checksum of IPv4, UDP or ICMP") \
	ROW(FRAGMENT, "fragment", "fragment of a datagram that was not put together") \
	ROW(FRAGMENT_OVERLAP, "fragment_overlap", \
	    "fragment that contradicts another one of its datagram") \
	ROW(FRAGMENT_TOO_LONG, "fragment_too_long", \
	    "fragment of a datagram of more than 4096 bytes") \
	ROW(OTHER_PROTOCOL, "other_protocol", "protocol that is not read (IPv6, TCP, LLDP)") \
	ROW(NOT_OURS, "not_ours", "for an address or a port without a line") \
	ROW(ARP_REFUSED, "arp_refused", "ARP that may not change what is known") \
	ROW(ICMP_QUOTE, "icmp_quote", "ICMP unreachable that quotes no whole UDP header") \
	ROW(ICMP_STRANGER, "icmp_stranger", \
	    "ICMP unreachable about what no line sent to its server") \
	ROW(ICMP_FORGED, "icmp_forged", "ICMP unreachable that quotes no branch of this run") \
	ROW(ICMP_STALE, "icmp_stale", "ICMP unreachable about no request that is out") \
	ROW(ICMP_SOURCE, "icmp_source", \
	    "ICMP port unreachable that is not from the server itself") \
	ROW(ICMP_OTHER, "icmp_other", "ICMP that is neither ping nor unreachable") \
	ROW(REQUEST_REFUSED, "request_refused", "request from a source that the profile refuses") \
	ROW(UNKNOWN_BRANCH, "unknown_branch", "answer to no request of this run") \
	ROW(WRONG_SOURCE, "wrong_source", "answer from or to another address than the request's") \
	ROW(WRONG_CSEQ, "wrong_cseq", "answer with another CSeq or method than the request's") \
	ROW(DUPLICATE, "duplicate", "answer to a request that was answered before") \
	ROW(LATE, "late", "answer to a request that was given up") \
	ROW(SLOW_FULL, "slow_full", "unusual answer, while too many waited for the full parser") \
	/* writer of these two: the control thread */ \
	ROW(UNREADABLE, "unreadable", "unusual answer that the full parser does not read either") \
	ROW(SLOW_BACK_FULL, "slow_back_full", "answer lost on its way back from the full parser")

enum hl_drop {
#define HL_DROP_ROW(id, name, text) HL_DROP_##id,
	HL_DROP_TABLE(HL_DROP_ROW)
#undef HL_DROP_ROW
		HL_DROPS,
	HL_DROP_NONE = HL_DROPS,
};

/** "unknown_branch" and so on. */
const char *hl_drop_name(enum hl_drop reason);
/** What the reason means, for people. */
const char *hl_drop_text(enum hl_drop reason);

// What the generator itself could not do, or not in time: such a run says less about the server.
// ROW(identifier, name, what is counted)
#define HL_LIMIT_TABLE(ROW) \
	ROW(RATE_LIMITED, "rate_limited", "requests put off, since `rate` allowed no more") \
	ROW(UNRESOLVED, "unresolved", "requests that waited for an ARP answer of their next hop") \
	ROW(UNRESOLVED_LOST, "unresolved_lost", "requests given up unsent: no ARP answer came") \
	ROW(DELAYED, "delayed", "probes that left more than 50 ms late") \
	ROW(BURST_FULL, "burst_full", "requests put off, since there was no room in the burst") \
	ROW(LATE, "late", "timers more than 1 ms late") \
	ROW(SLOW_FULL, "slow_full", "answers lost, since the full parser could not keep up") \
	ROW(EVENTS_LOST, "events_lost", "changes of state that were not written down") \
	/* counted by the program, not by a worker */ \
	ROW(HANDOFF_DROPPED, "handoff_dropped", "frames lost on their way to another worker") \
	ROW(RX_MISSED, "rx_missed", "frames that the device had no room for") \
	ROW(TX_FULL, "tx_full", "polls that found the device's transmit ring full") \
	ROW(TX_DROPPED, "tx_dropped", "frames that the device did not take for too long") \
	ROW(NO_BUFFER, "no_buffer", "times without a free packet buffer") \
	ROW(STALLS, "stalls", "hangs in the driver")

enum hl_limit {
#define HL_LIMIT_ROW(id, name, text) HL_LIMIT_##id,
	HL_LIMIT_TABLE(HL_LIMIT_ROW)
#undef HL_LIMIT_ROW
		HL_LIMITS,
};

/** "rate_limited" and so on. */
const char *hl_limit_name(enum hl_limit limit);
/** What is counted, for people. */
const char *hl_limit_text(enum hl_limit limit);

#define HL_CAUSES 700
#define HL_FLAP_S 60

struct hl_counters {
	// packets
	_Atomic uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	_Atomic uint64_t arp_requests, arp_replies, icmp_echoes;
	// unreachables about requests that were out: those that ended one, those that may let a probe
	// leave early
	_Atomic uint64_t icmp_errors, icmp_hints;
	// transactions we started, by method; first transmissions only
	_Atomic uint64_t requests[HL_METHODS];
	_Atomic uint64_t retransmissions[HL_METHODS];
	// Each of them ends in one of four ways, or is outstanding (hl_worker_outstanding()).
	_Atomic uint64_t timeouts[HL_METHODS];
	_Atomic uint64_t finals[HL_METHODS];      // final responses matched
	_Atomic uint64_t unreachable[HL_METHODS]; // ended by ICMP
	_Atomic uint64_t abandoned[HL_METHODS];   // nobody waits for the answer any more
	_Atomic uint64_t responses[7];            // matched responses by class, [1]..[6]
	_Atomic uint64_t challenges;              // 401 and 407 answered with credentials
	_Atomic uint64_t nat_keepalives;          // CRLFCRLF sent: no requests
	// times that a server dictated and that were not obeyed: Retry-After above retry_after_max, a
	// grant below twice refresh_min, Min-Expires above a day
	_Atomic uint64_t long_retry_afters, short_grants, long_min_expires;
	_Atomic uint64_t epochs;      // lines that began their numbers again, with another Call-ID
	_Atomic uint64_t reassembled; // datagrams that came in fragments
	_Atomic uint64_t redirects;   // 301 and 302 to a REGISTER, with a Contact
	_Atomic uint64_t drops[HL_DROPS]; // received without effect, by reason
	_Atomic uint64_t
		elsewhere;     // replies that counted, though not from where they were asked for
	_Atomic uint64_t slow; // replies left to the full parser
	// requests that came in, and our answers by class; those that were not sent where maddr wants
	_Atomic uint64_t incoming[HL_METHODS], answered[7], maddr_refused;
	// lines
	_Atomic uint64_t failovers, returns, parked, unregistered, orphans;
	_Atomic uint64_t registered_once; // lines that were registered at least once
	_Atomic uint64_t flaps;           // failovers within HL_FLAP_S of the line's latest return
	// Failures that moved a line, by the code that says why: an enum hl_local_code, or a status.
	_Atomic uint64_t causes[HL_CAUSES];
	_Atomic uint64_t limits[HL_LIMITS]; // of the generator itself
	struct hl_hist rtt_first;           // answered at the first transmission
	struct hl_hist rtt_retransmitted;   // answered after a retransmission (from the first one)
	struct hl_hist lateness;            // of timers
};
