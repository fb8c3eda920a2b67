// SPDX-License-Identifier: BSD-3-Clause
// The report of a run as a table of rows, each with its name on the left.

#include "report/report_print.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include <heartline/metrics.h>

#include "report/figure.h"
#include "report/judge.h"
#include "report/packet_text.h"

#define FAILED_SHOWN 20 // failed lines that are listed by their number
#define CAUSES_SHOWN 8
#define NEXT_HOPS_SHOWN 8

static void row(FILE *to, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void row(FILE *to, const char *name, const char *format, ...)
{
	va_list args;

	fprintf(to, "  %-12s ", name);
	va_start(args, format);
	vfprintf(to, format, args);
	va_end(args);
	fputc('\n', to);
}

static double seconds(uint64_t ms)
{
	return (double)ms / 1000;
}

void report_print_reasons(const struct report *r, FILE *to)
{
	struct judgement j;
	char limits[LIMITS_ROOM];

	judge(r, &j);
	// This comes before anything that might blame a server.
	if (report_generator_limited(r)) {
		report_limits_text(r, limits);
		row(to, "limit", "the generator was the limit: %s", limits);
	}
	for (unsigned i = 0; i < j.n_reasons; i++)
		row(to, i == 0 ? "because" : "", "%s", j.reasons[i]);
	for (unsigned i = 0; i < j.n_hints; i++)
		row(to, "hint", "%s", j.hints[i]);
}

static void print_lines(const struct report *r, FILE *to)
{
	const struct hl_snapshot *up = &r->up;
	const struct outcome *o = &r->outcome;

	row(to, "lines",
	    "%" PRIu64 " of %" PRIu64 " registered (%" PRIu64 " on the primary, %" PRIu64
	    " on the backup), %" PRIu64 " down, %" PRIu64 " parked, %" PRIu64 " switching",
	    up->registered, up->lines, up->on_primary, up->on_backup, up->by_state[HL_DOWN],
	    up->by_state[HL_PARK], o->switching);
	if (o->never)
		row(to, "never", "%" PRIu64 " never registered", o->never);
	if (o->not_started || o->starting)
		row(to, "excused",
		    "%" PRIu64 " not started, %" PRIu64
		    " whose first attempt was younger than its time-out",
		    o->not_started, o->starting);
	if (o->disabled)
		row(to, "disabled", "%" PRIu64 " by an operator", o->disabled);
}

// "6000", or with a domain of its own "6000@a.example".
#define LINE_NAME_ROOM 256

static const char *line_name(const struct report *r, uint32_t line, char out[LINE_NAME_ROOM])
{
	int len, domain_len;
	const char *number = dataplane_phone_number(r->dp, line, &len);
	const char *domain = dataplane_domain(r->dp, line, &domain_len);

	snprintf(out, LINE_NAME_ROOM, "%.*s%s%.*s", len, number, domain ? "@" : "",
		 domain ? domain_len : 0, domain ? domain : "");
	return out;
}

// How long moves took, if there were any.
static void print_span(FILE *to, const char *name, const char *of, const struct hl_hist *span)
{
	uint64_t n = hl_hist_samples(span);

	if (n > 0)
		row(to, name, "p50 %.4g ms, p99 %.4g ms, worst %.4g ms: %" PRIu64 " %s",
		    hl_hist_quantile(&span, 1, 0.5) / 1e3, hl_hist_quantile(&span, 1, 0.99) / 1e3,
		    hl_hist_quantile(&span, 1, 1) / 1e3, n, of);
}

static void print_outages(const struct report *r, FILE *to)
{
	const struct outcome *o = &r->outcome;
	char name[LINE_NAME_ROOM];

	if (o->ever_down == 0) {
		row(to, "outages", "none");
	} else {
		row(to, "outages",
		    "%" PRIu64 " %s down, %.1f s in all; the longest: %s for %.1f s, "
		    "worst case of a switch %.1f s",
		    o->ever_down, o->ever_down == 1 ? "line was" : "lines were",
		    seconds(o->down_ms), line_name(r, o->worst.line, name), seconds(o->worst.ms),
		    seconds(o->worst.allowed_ms));
	}
	row(to, "moves",
	    "%" PRIu64 " failovers, %" PRIu64 " returns, %" PRIu64
	    " flaps (again within %d s of a return)",
	    r->end.failovers, r->end.returns, r->end.flaps, HL_FLAP_S);
	print_span(to, "detection", "servers given up", &r->end.detection);
	print_span(to, "switch", "registrations that ended an outage", &r->end.switching);
	print_span(to, "return", "returns to the primary", &r->end.returning);
}

// The most frequent first.
static void print_causes(const struct report *r, FILE *to)
{
	uint64_t below = UINT64_MAX, last_code = 0;

	for (unsigned shown = 0; shown < CAUSES_SHOWN; shown++) {
		uint64_t most = 0;
		uint16_t code = 0;
		char text[CAUSE_ROOM];
		for (uint16_t c = 0; c < HL_CAUSES; c++) {
			uint64_t n = r->end.causes[c];
			bool left = n < below || (n == below && c > last_code);
			if (left && n > most) {
				most = n;
				code = c;
			}
		}
		if (most == 0)
			break;
		row(to, shown == 0 ? "causes" : "", "%" PRIu64 " %s", most,
		    dataplane_cause_text(r->dp, code, text));
		below = most;
		last_code = code;
	}
}

void report_print_outages(const struct report *r, FILE *to)
{
	print_outages(r, to);
	print_causes(r, to);
}

static void print_failed(const struct report *r, FILE *to)
{
	const struct outcome *o = &r->outcome;
	char text[CAUSE_ROOM], name[LINE_NAME_ROOM];

	for (uint64_t k = 0; k < o->n_failed && k < FAILED_SHOWN; k++) {
		const struct failed_line *f = &o->failed[k];
		row(to, k == 0 ? "failed" : "", "%s %s%s: %s", line_name(r, f->line, name),
		    f->never ? "never registered, " : "", hl_line_state_name(f->state),
		    dataplane_cause_text(r->dp, f->code, text));
	}
	if (o->never + o->lost > FAILED_SHOWN)
		row(to, "", "and %" PRIu64 " more: failed_lines of --summary FILE",
		    o->never + o->lost - FAILED_SHOWN);
}

// After a retransmission nobody knows which transmission was answered, so those times are listed
// separately.
static void print_rtt(FILE *to, const char *name, const char *which, const struct hl_hist *rtt)
{
	char p50[FIGURE_ROOM], p99[FIGURE_ROOM], p999[FIGURE_ROOM];

	row(to, name, "p50 %s us, p99 %s us, p99.9 %s us: %" PRIu64 " answered %s",
	    figure_text(hl_hist_quantile(&rtt, 1, 0.5), p50),
	    figure_text(hl_hist_quantile(&rtt, 1, 0.99), p99),
	    figure_text(hl_hist_quantile(&rtt, 1, 0.999), p999), hl_hist_samples(rtt), which);
}

static void print_traffic(const struct report *r, FILE *to)
{
	const struct hl_snapshot *s = &r->end;

	row(to, "requests",
	    "%" PRIu64 " REGISTER, %" PRIu64 " OPTIONS, %" PRIu64 " retransmissions, %" PRIu64
	    " time-outs",
	    s->requests[HL_REGISTER], s->requests[HL_OPTIONS], hl_all_methods(s->retransmissions),
	    hl_all_methods(s->timeouts));
	print_rtt(to, "RTT", "at the first transmission", &s->rtt_first);
	print_rtt(to, "", "after a retransmission", &s->rtt_retransmitted);
	row(to, "at the end",
	    "%" PRIu64 " unregistered, %" PRIu64 " left over; maybe left: %" PRIu64,
	    s->unregistered, r->leftovers, r->maybe_left);
}

static void print_bounded(const struct hl_snapshot *s, FILE *to)
{
	for (const struct hl_metric *m = hl_metrics; m->name; m++)
		if (m->place && !strncmp(m->place, "bounded.", 8) && hl_metric_value(m, s, 0))
			row(to, "bounded", "%" PRIu64 " %s", hl_metric_value(m, s, 0), m->help);
}

// Answers that arrived and were dropped are not the server's time-outs.
static void print_drops(const struct report *r, FILE *to)
{
	const struct hl_snapshot *s = &r->end;
	char bytes[HL_EXAMPLE_BYTES + 1], source[SOURCE_ROOM];

	for (unsigned k = 0; k < HL_DROPS; k++) {
		const struct hl_example *e = dataplane_example(r->dp, k);
		if (s->drops[k] == 0)
			continue;
		row(to, "dropped", "%" PRIu64 " %s: %s", s->drops[k], hl_drop_name(k),
		    hl_drop_text(k));
		if (e)
			row(to, "", "  first: %s \"%s\"", example_source(e, source),
			    example_bytes(e, bytes));
	}
}

// Requests that were never sent are not a server's time-outs.
static const char *asks_by(const struct hl_next_hop *hop)
{
	return hop->addr.family == HL_FAMILY_IPV6 ? "NDP" : "ARP";
}

static void print_next_hops(const struct report *r, FILE *to)
{
	struct hl_next_hop hop;
	char addr[HL_ADDR_TEXT];
	uint32_t shown = 0, k = 0;

	for (; shown < NEXT_HOPS_SHOWN && dataplane_next_hop(r->dp, k, &hop); k++) {
		if (hop.known && hop.waits == 0)
			continue;
		hl_addr_format(&hop.addr, addr);
		shown++;
		if (hop.known)
			row(to, "next hop", "%s: %" PRIu64 " requests waited for its %s answer",
			    addr, hop.waits, asks_by(&hop));
		else
			row(to, "next hop",
			    "%s: no answer to %" PRIu32 " %s requests; %" PRIu64 " requests waited",
			    addr, hop.asked, asks_by(&hop), hop.waits);
	}
	if (shown == NEXT_HOPS_SHOWN)
		row(to, "", "and perhaps more: next_hops of --summary FILE");
}

static void print_limits(const struct report *r, FILE *to)
{
	const struct hl_snapshot *s = &r->end;

	for (unsigned k = 0; k < HL_LIMITS; k++) {
		if (s->limits[k] == 0 || k == HL_LIMIT_EVENTS_LOST) // which has a row of its own
			continue;
		if (k == HL_LIMIT_TX_FULL)
			row(to, "generator", "%" PRIu64 " %s: %s, for up to %.1f ms on end",
			    s->limits[k], hl_limit_name(k), hl_limit_text(k), r->tx_full_ms);
		else
			row(to, "generator", "%" PRIu64 " %s: %s", s->limits[k], hl_limit_name(k),
			    hl_limit_text(k));
	}
}

static void print_events(const struct report *r, FILE *to)
{
	if (!r->events_path)
		return;
	row(to, "events", "%" PRIu64 " written to %s, %" PRIu64 " lost%s%s", r->events.written,
	    r->events_path, r->events.lost, r->events.error ? ": " : "",
	    r->events.error ? events_error_text(r->events.error) : "");
}

static void print_state(const struct report *r, FILE *to)
{
	const struct survive_counts *c = &r->state;
	char text[SURVIVE_TEXT_ROOM];

	if (!r->state_dir)
		return;
	row(to, "state", "%s", survive_text(c, text));
	row(to, "", "%" PRIu64 " times written to %s, %" PRIu64 " failed%s%s; %s at the end",
	    c->written, r->state_dir, c->failed, c->error[0] ? ": " : "", c->error,
	    c->kept ? "kept" : "removed");
}

static void print_history(const struct report *r, FILE *to)
{
	const struct history_counts *h = &r->history;

	if (r->history_path)
		row(to, "history", "%" PRIu64 " written to %s, %" PRIu64 " lost%s%s", h->written,
		    r->history_path, h->lost, h->error[0] ? ": " : "", h->error);
}

static void print_traces(const struct report *r, FILE *to)
{
	const struct trace_counts *t = &r->trace;

	if (r->pcap_path)
		row(to, "pcap", "%" PRIu64 " frames in %s, %" PRIu64 " missing%s%s", t->written,
		    r->pcap_path, t->dropped + t->unwritten, t->error[0] ? ": " : "", t->error);
	if (r->hep)
		row(to, "hep", "%" PRIu64 " messages sent to %s, %" PRIu64 " not taken",
		    t->hep_sent, r->hep, t->hep_unsent);
	if ((r->pcap_path || r->hep) && t->dropped)
		row(to, "", "%" PRIu64 " frames came faster than they were written (trace_buffer)",
		    t->dropped);
	if (t->failures_missed)
		row(to, "", "%" PRIu64 " lines failed unheard: too many at once",
		    t->failures_missed);
}

static void print_steering(const struct steering_result *s, FILE *to)
{
	if (s->n_queues > 1)
		row(to, "steering",
		    "%s; of %" PRIu64 " frames %" PRIu64 " arrived at their worker, %" PRIu64
		    " were handed over, %" PRIu64 " dropped on the way",
		    steering_rung_text(s->rung), s->all.kept + s->all.passed + s->all.lost,
		    s->all.kept, s->all.passed, s->all.lost);
}

void report_print(const struct report *r, FILE *to)
{
	struct judgement j;

	judge(r, &j);
	fprintf(to, "heartline: verdict: %s\n", verdict_name(j.verdict));
	report_print_reasons(r, to);
	find_print(r->find, to);
	phases_print(r->phases, r->n_phases, to);
	expected_print(&r->expected, "expected", to);
	print_next_hops(r, to);
	print_lines(r, to);
	report_print_outages(r, to);
	print_failed(r, to);
	print_traffic(r, to);
	print_bounded(&r->end, to);
	print_drops(r, to);
	print_limits(r, to);
	print_events(r, to);
	print_history(r, to);
	print_traces(r, to);
	print_state(r, to);
	print_steering(&r->steering, to);
}
