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

/** How many samples there are. */
uint64_t hl_hist_samples(const struct hl_hist *hist);

/** Largest whole microsecond that a bucket counts, 0..HL_HIST_BUCKETS - 1. */
uint64_t hl_hist_edge(unsigned bucket);

/** How many of them are below @p us, which is the edge of a bucket: any power of two is. */
uint64_t hl_hist_below(const struct hl_hist *hist, uint64_t us);

/** Their sum [us], right within 3 %: each counts as the middle of its bucket. */
double hl_hist_sum(const struct hl_hist *hist);

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
	ROW(OTHER_PROTOCOL, "other_protocol", \
	    "protocol that is not read (TCP, LLDP, an unknown header of IPv6)") \
	ROW(VLAN, "vlan", "frame of a VLAN that no pool is in, or with more than two tags") \
	ROW(NOT_OURS, "not_ours", "for an address or a port without a line") \
	ROW(ARP_REFUSED, "arp_refused", "ARP that may not change what is known") \
	ROW(NDP_REFUSED, "ndp_refused", \
	    "neighbour advertisement or solicitation that may not change what is known") \
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
	ROW(RATE_MISSED, "rate_missed", \
	    "requests of the rate that the generator came too late for, while some waited") \
	ROW(UNRESOLVED, "unresolved", \
	    "requests that waited for their next hop to answer ARP or NDP") \
	ROW(UNRESOLVED_LOST, "unresolved_lost", \
	    "requests given up unsent: no answer to ARP or NDP came") \
	ROW(NO_LEASE, "no_lease", \
	    "requests that waited for the address that DHCP has taken from their line, or were given up for want of it") \
	ROW(LINK_DOWN, "link_down", \
	    "requests that waited for the link of the port, or were given up for want of it") \
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

// What became of addresses that come from DHCP.
// ROW(identifier, name, what is counted)
#define HL_DHCP_EVENT_TABLE(ROW) \
	ROW(DISCOVER, "discover", "DHCPDISCOVER sent, repetitions included") \
	ROW(REQUEST, "request", "DHCPREQUEST sent, for new addresses and for those to be kept") \
	ROW(DECLINE, "decline", "DHCPDECLINE sent, since somebody else has the address") \
	ROW(RELEASE, "release", "DHCPRELEASE sent") \
	ROW(OFFER, "offer", "DHCPOFFER received") \
	ROW(ACK, "ack", "DHCPACK taken") \
	ROW(NAK, "nak", "DHCPNAK taken: the address was lost, or not given") \
	ROW(EXPIRED, "expired", "leases that ended, since no server renewed them") \
	ROW(CONFLICT, "conflict", "addresses that somebody else answered for") \
	ROW(REFUSED, "refused", \
	    "offers that were not taken: another subnet than that of the first lease, or no address of a host") \
	ROW(TAKEN, "taken", \
	    "offers of an address that another client of the run has, which asks again at once") \
	ROW(MOVED, "moved", "offers of another address than a line of the run has") \
	ROW(UNASKED, "unasked", "answers that nobody waits for, or not from that server") \
	ROW(MALFORMED, "malformed", "answers whose options cannot be read")

enum hl_dhcp_event {
#define HL_DHCP_EVENT_ROW(id, name, text) HL_DHCP_EVENT_##id,
	HL_DHCP_EVENT_TABLE(HL_DHCP_EVENT_ROW)
#undef HL_DHCP_EVENT_ROW
		HL_DHCP_EVENTS,
};

/** "discover" and so on. */
const char *hl_dhcp_event_name(enum hl_dhcp_event event);
/** What is counted, for people. */
const char *hl_dhcp_event_text(enum hl_dhcp_event event);

#define HL_CAUSES 700 // an enum hl_local_code, or a status
#define HL_FLAP_S 60

// What a worker counts, in the order in which it is kept. A row is all that a new counter needs: the
// members of struct hl_counters and struct hl_snapshot, the sum over the workers, the entry in
// hl_metrics[] (metrics.h), in the summary and in the list of `heartline metrics` follow from it.
//
// ONE(member, name, unit, place, what is counted)                  a single value
// EACH(member, values, label, name, unit, place, what is counted)  one for each value of a label
// HIST(member, name, unit, place, what is measured)                a distribution, in microseconds
//
// name: as Prometheus has it, behind "heartline_". label: see metrics.c. place: of the value in the
// summary, "object.key"; NULL: the summary words it in its own way.
#define HL_COUNTER_TABLE(ONE, EACH, HIST) \
	ONE(rx_packets, "rx_packets_total", "packets", "counters.rx_packets", "frames received") \
	ONE(rx_bytes, "rx_bytes_total", "bytes", "counters.rx_bytes", "bytes received") \
	ONE(tx_packets, "tx_packets_total", "packets", "counters.tx_packets", "frames sent") \
	ONE(tx_bytes, "tx_bytes_total", "bytes", "counters.tx_bytes", "bytes sent") \
	ONE(arp_requests, "arp_requests_total", "packets", "counters.arp_requests", \
	    "ARP requests for an address of a line") \
	ONE(arp_replies, "arp_replies_total", "packets", "counters.arp_replies", \
	    "ARP messages that told the MAC address of a next hop") \
	ONE(ndp_solicitations, "ndp_solicitations_total", "packets", "counters.ndp_solicitations", \
	    "neighbour solicitations for an address of a line") \
	ONE(ndp_advertisements, "ndp_advertisements_total", "packets", \
	    "counters.ndp_advertisements", \
	    "neighbour discovery messages that told the MAC address of a next hop") \
	ONE(icmp_echoes, "icmp_echoes_total", "packets", "counters.icmp_echoes", "pings answered") \
	ONE(icmp_errors, "icmp_errors_total", "packets", "counters.icmp_errors", \
	    "ICMP unreachables that ended the request they quote") \
	ONE(icmp_hints, "icmp_hints_total", "packets", "counters.icmp_hints", \
	    "ICMP unreachables that ended no request, but may let a probe leave early") \
	/* Transactions that lines started. Each ends in one of four ways (timeouts, finals, \
	 * unreachable, abandoned), or is outstanding: hl_worker_outstanding(). */ \
	EACH(requests, HL_METHODS, method, "requests_total", "requests", "requests", \
	     "requests sent, first transmissions only") \
	EACH(retransmissions, HL_METHODS, method, "retransmissions_total", "requests", \
	     "counters.retransmissions", "retransmissions of requests") \
	EACH(timeouts, HL_METHODS, method, "timeouts_total", "requests", "counters.timeouts", \
	     "requests given up without a final answer") \
	EACH(finals, HL_METHODS, method, "final_responses_total", "responses", "counters.finals", \
	     "final answers that ended a request") \
	EACH(unreachable, HL_METHODS, method, "unreachable_total", "requests", \
	     "counters.unreachable", "requests ended by an ICMP port unreachable") \
	EACH(abandoned, HL_METHODS, method, "abandoned_total", "requests", "counters.abandoned", \
	     "requests whose answer nobody waits for any more") \
	EACH(responses, 7, class, "responses_total", "responses", "responses", \
	     "answers to outstanding requests") \
	/* Attempts to register, at one server each: what came of them, after all challenges. */ \
	ONE(registrations, "registrations_total", "registrations", "counters.registrations", \
	    "registrations and refreshes that a server granted") \
	ONE(failed_registrations, "failed_registrations_total", "registrations", \
	    "counters.failed_registrations", \
	    "registrations and refreshes that were refused, or not answered in time") \
	ONE(challenges, "challenges_total", "responses", "counters.challenges", \
	    "401 and 407 that were answered with credentials") \
	ONE(nat_keepalives, "nat_keepalives_total", "packets", "counters.nat_keepalives", \
	    "CRLFCRLF sent to keep a NAT binding") \
	/* Times that a server dictated and that were not obeyed. */ \
	ONE(long_retry_afters, "long_retry_afters_total", "responses", \
	    "bounded.long_retry_afters", "Retry-After longer than retry_after_max") \
	ONE(short_grants, "short_grants_total", "responses", "bounded.short_grants", \
	    "grants shorter than twice refresh_min") \
	ONE(long_min_expires, "long_min_expires_total", "responses", "bounded.long_min_expires", \
	    "Min-Expires longer than a day") \
	ONE(epochs, "epochs_total", "lines", "bounded.epochs", \
	    "lines began their CSeq again, with a new Call-ID") \
	ONE(reassembled, "reassembled_total", "packets", "counters.reassembled", \
	    "datagrams put together from fragments") \
	ONE(redirects, "redirects_total", "responses", "counters.redirects", \
	    "301 and 302 to a REGISTER, with a Contact") \
	EACH(drops, HL_DROPS, drop, "drops_total", "packets", "drops", \
	     "packets and messages received without effect") \
	ONE(elsewhere, "responses_elsewhere_total", "responses", "counters.elsewhere", \
	    "answers that counted, though not from where they were asked for") \
	ONE(slow, "fully_parsed_responses_total", "responses", "counters.slow", \
	    "unusual answers left to the full parser") \
	/* Requests that came in, and what lines answered. */ \
	EACH(incoming, HL_METHODS, method, "incoming_requests_total", "requests", \
	     "counters.incoming", "requests that came in for a line") \
	EACH(answered, 7, class, "answers_total", "responses", "counters.answered", \
	     "answers to requests that came in for a line") \
	ONE(maddr_refused, "maddr_refused_total", "responses", "counters.maddr_refused", \
	    "answers not sent where the maddr of the Via wants them") \
	ONE(failovers, "failovers_total", "lines", "failovers", \
	    "moves from the primary to the backup") \
	ONE(returns, "returns_total", "lines", "returns", "moves back to the primary") \
	ONE(parked, "parked_total", "lines", "counters.parked", \
	    "times that a line was parked, since its account was refused") \
	ONE(unregistered, "unregistered_total", "lines", "unregistered", \
	    "stopped lines that left no binding behind") \
	ONE(orphans, "orphans_total", "lines", "counters.orphans", \
	    "bindings removed that a late answer left at the other server") \
	ONE(registered_once, "registered_lines_total", "lines", "counters.registered_once", \
	    "lines that were registered at least once") \
	ONE(flaps, "flaps_total", "lines", "flaps", \
	    "failovers of a line within 60 s of its latest return") \
	EACH(causes, HL_CAUSES, code, "failures_total", "lines", NULL, \
	     "failures that moved a line, by the code that says why") \
	EACH(limits, HL_LIMITS, limit, "limits_total", "times", "limits", \
	     "what the generator itself could not do, or not in time") \
	EACH(dhcp, HL_DHCP_EVENTS, dhcp, "dhcp_total", "times", "counters.dhcp", \
	     "what became of addresses that come from DHCP") \
	HIST(rtt_first, "rtt_seconds", "seconds", "rtt_us", \
	     "time to the answer of requests answered at their first transmission") \
	HIST(rtt_retransmitted, "retransmitted_rtt_seconds", "seconds", "rtt_retransmitted_us", \
	     "time from the first transmission to the answer of requests that were retransmitted") \
	/* Moves of lines (FAILOVER.md section 7). */ \
	HIST(detection, "detection_seconds", "seconds", "moves.detection_us", \
	     "from the first request that failed to giving up its server, of registered lines") \
	HIST(switching, "switch_seconds", "seconds", "moves.switch_us", \
	     "from giving up a server to the registration that ended the outage, at either server") \
	HIST(returning, "return_seconds", "seconds", "moves.return_us", \
	     "from the begin of a return to the registration at the primary") \
	HIST(refresh_lateness, "refresh_lateness_seconds", "seconds", \
	     "counters.refresh_lateness_us", "how late the first REGISTER of a refresh left") \
	HIST(lateness, "timer_lateness_seconds", "seconds", "counters.lateness_us", \
	     "how late timers ran")

#define HL_COUNTER_ONE(member, ...) _Atomic uint64_t member;
#define HL_COUNTER_EACH(member, values, ...) _Atomic uint64_t member[values];
#define HL_COUNTER_HIST(member, ...) struct hl_hist member;

struct hl_counters {
	HL_COUNTER_TABLE(HL_COUNTER_ONE, HL_COUNTER_EACH, HL_COUNTER_HIST)
};
