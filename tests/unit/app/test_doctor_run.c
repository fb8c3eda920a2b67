// SPDX-License-Identifier: BSD-3-Clause
// Why a run receives nothing, or is slower than asked: facts are planted, and their finding must be first.

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "doctor/run_rules.h"

// A hundred lines that are registered, and two seconds of probes.
static void facts_good(struct run_facts *f)
{
	*f = (struct run_facts){
		.phase = "running",
		.uptime_ms = 60000,
		.ramp_ms = 5000,
		.window_ms = 2000,
		.requests_a_second = 20,
		.rtt_p50_us = 200,
		.rtt_p99_us = 900,
		.busiest_percent = 3,
		.busiest_lcore = 1,
		.link = 1,
		.n_hops = 2,
		.queues = 1,
		.rung = "none",
	};
	f->total.lines = f->total.registered = f->total.on_primary = 100;
	f->total.rx_packets = 1400;
	f->total.tx_packets = 1400;
	f->total.requests[HL_REGISTER] = f->total.finals[HL_REGISTER] = 200;
	f->total.requests[HL_OPTIONS] = f->total.finals[HL_OPTIONS] = 1200;
	f->total.responses[2] = 1300;
	f->total.responses[4] = f->total.challenges = 100;
	f->window.requests[HL_OPTIONS] = f->window.finals[HL_OPTIONS] = 40;
	f->window.rx_packets = f->window.tx_packets = 40;
}

static void cause_add(struct run_facts *f, const char *text, uint64_t lines)
{
	strcpy(f->causes[f->n_causes].text, text);
	f->causes[f->n_causes++].lines = lines;
	f->causes_of += lines;
}

// Not one line is registered, and all requests time out.
static void silent(struct run_facts *f)
{
	facts_good(f);
	f->total.registered = f->total.on_primary = 0;
	f->total.by_state[HL_DOWN] = 100;
	memset(f->total.finals, 0, sizeof(f->total.finals));
	memset(f->window.finals, 0, sizeof(f->window.finals));
	f->total.timeouts[HL_REGISTER] = 200;
	f->window.timeouts[HL_REGISTER] = 10;
	f->rtt_p50_us = f->rtt_p99_us = NAN;
	cause_add(f, "time-out", 100);
}

static void well(struct run_facts *f)
{
	(void)f;
}

static void link_down(struct run_facts *f)
{
	silent(f);
	f->link = 0;
}

static void no_arp(struct run_facts *f)
{
	silent(f);
	f->n_causes = 0;
	f->causes_of = 0;
	cause_add(f, "no next hop", 100);
	f->n_hops_lost = 1;
	strcpy(f->hop.addr, "10.99.0.9");
	f->hop.asked = 12;
	f->hop.waited = 340;
}

static void backup_no_arp(struct run_facts *f)
{
	no_arp(f);
	f->n_causes = 0;
	f->causes_of = 0;
	f->total.registered = 100;
}

static void checksums(struct run_facts *f)
{
	silent(f);
	f->total.drops[HL_DROP_BAD_CHECKSUM] = 400;
	f->window.drops[HL_DROP_BAD_CHECKSUM] = 20;
	strcpy(f->examples[HL_DROP_BAD_CHECKSUM].from, "10.99.0.1:5060");
}

static void elsewhere(struct run_facts *f)
{
	silent(f);
	f->total.drops[HL_DROP_WRONG_SOURCE] = 400;
	f->window.drops[HL_DROP_WRONG_SOURCE] = 20;
	strcpy(f->examples[HL_DROP_WRONG_SOURCE].from, "10.99.0.3:5060");
	strcpy(f->examples[HL_DROP_WRONG_SOURCE].bytes, "SIP/2.0 200 OK");
}

static void late_answers(struct run_facts *f)
{
	silent(f);
	f->total.drops[HL_DROP_LATE] = 190;
	f->window.drops[HL_DROP_LATE] = 9;
}

// Long ago, and not what keeps lines down now.
static void silent_after_elsewhere(struct run_facts *f)
{
	silent(f);
	f->total.drops[HL_DROP_WRONG_SOURCE] = 5;
}

static void closed(struct run_facts *f)
{
	silent(f);
	f->n_causes = 0;
	f->causes_of = 0;
	cause_add(f, hl_local_code_name(HL_CODE_UNREACHABLE), 100);
	f->total.unreachable[HL_REGISTER] = 200;
}

// Most requests time out, since hosts send few ICMP messages.
static void closed_mostly_silent(struct run_facts *f)
{
	silent(f);
	f->causes[0].lines = 80;
	f->causes_of = 80;
	cause_add(f, hl_local_code_name(HL_CODE_UNREACHABLE), 20);
	f->total.unreachable[HL_REGISTER] = 50;
}

// What came from elsewhere long ago says nothing of a server that is silent now, but it does while
// nothing is asked.
static void elsewhere_before(struct run_facts *f)
{
	silent(f);
	f->total.drops[HL_DROP_WRONG_SOURCE] = 190;
}

static void elsewhere_between(struct run_facts *f)
{
	elsewhere_before(f);
	memset(f->window.requests, 0, sizeof(f->window.requests));
}

static void refused(struct run_facts *f)
{
	silent(f);
	f->n_causes = 0;
	f->causes_of = 0;
	f->total.by_state[HL_PARK] = 100;
	f->total.responses[4] = 300;
	f->total.finals[HL_REGISTER] = 300;
	cause_add(f, "403 Forbidden", 90);
	cause_add(f, "time-out", 10);
}

static void overloaded(struct run_facts *f)
{
	silent(f);
	f->n_causes = 0;
	f->causes_of = 0;
	f->total.responses[5] = 100;
	cause_add(f, "503 Service Unavailable", 100);
}

static void unanswered(struct run_facts *f)
{
	silent(f);
	f->n_causes = 0;
	f->causes_of = 0;
	f->total.timeouts[HL_REGISTER] = f->window.timeouts[HL_REGISTER] = 0;
	f->total.rx_packets = 0;
}

static void hand_off(struct run_facts *f)
{
	f->queues = 2;
	strcpy(f->rung, "ring");
	f->home = 100;
	f->handed_off = 100;
	f->handoff_dropped = 50;
	f->window.limits[HL_LIMIT_HANDOFF_DROPPED] = 50;
}

static void strayed(struct run_facts *f)
{
	f->queues = 2;
	strcpy(f->rung, "rss");
	f->home = 100;
	f->handed_off = 100;
}

static void no_buffer(struct run_facts *f)
{
	f->window.limits[HL_LIMIT_NO_BUFFER] = 7;
	f->window.limits[HL_LIMIT_RX_MISSED] = 1234;
}

static void malformed(struct run_facts *f)
{
	f->window.drops[HL_DROP_MALFORMED] = 30;
	strcpy(f->examples[HL_DROP_MALFORMED].bytes, "GARBAGE");
}

static void paused(struct run_facts *f)
{
	strcpy(f->phase, "paused");
	f->paused_ms = 4000;
	memset(f->window.requests, 0, sizeof(f->window.requests));
}

static void draining(struct run_facts *f)
{
	strcpy(f->phase, "draining");
}

static void ramp(struct run_facts *f)
{
	f->ramp_ms = 120000;
	f->total.registered = 40;
	f->total.by_state[HL_OFF] = 60;
}

static void off(struct run_facts *f)
{
	f->total.registered = 40;
	f->total.by_state[HL_OFF] = 60;
}

static void rate(struct run_facts *f)
{
	f->rate = 20;
	f->window.limits[HL_LIMIT_RATE_LIMITED] = 90;
}

static void transmit(struct run_facts *f)
{
	f->window.limits[HL_LIMIT_TX_FULL] = 5000;
	f->tx_full_ms = 12.5;
}

static void transmit_dropped(struct run_facts *f)
{
	f->window.limits[HL_LIMIT_TX_DROPPED] = 3;
}

static void late_timers(struct run_facts *f)
{
	f->late_us = 32768;
	f->window.limits[HL_LIMIT_LATE] = 77;
}

static void delayed(struct run_facts *f)
{
	f->window.limits[HL_LIMIT_DELAYED] = 9;
}

static void busy(struct run_facts *f)
{
	f->busiest_percent = 99.4;
}

static void slow_server(struct run_facts *f)
{
	f->window.retransmissions[HL_OPTIONS] = 60;
	f->window.drops[HL_DROP_DUPLICATE] = 25;
	f->window.drops[HL_DROP_LATE] = 30;
}

static void lossy(struct run_facts *f)
{
	f->window.retransmissions[HL_OPTIONS] = 8;
}

static void far_server(struct run_facts *f)
{
	f->rtt_p50_us = 180000;
}

struct row {
	const char *what;
	void (*plant)(struct run_facts *facts);
	enum severity severity;
	const char *check, *found, *proof, *fix; // parts of them
};

// clang-format off
static const struct row rows[] = {
	{ "all well", well, SEVERITY_NOT_CHECKED, "hand-off", "one worker", "", "" },
	{ "link down", link_down, SEVERITY_ERROR, "link", "the link of the run's device is down", "40 frames sent", "ip -br link" },
	{ "no ARP answer", no_arp, SEVERITY_ERROR, "next hop", "10.99.0.9 does not answer ARP", "12 ARP requests without an answer, in a row; 340 requests could not leave", "arping -c 3 10.99.0.9" },
	{ "no ARP answer of a backup", backup_no_arp, SEVERITY_WARNING, "next hop", "10.99.0.9 does not answer ARP", "340", "arping" },
	{ "checksums", checksums, SEVERITY_ERROR, "checksums", "20 frames had a wrong checksum", "drops.bad_checksum: 400 since the start", "ethtool -K" },
	{ "elsewhere", elsewhere, SEVERITY_ERROR, "elsewhere", "20 answers came from another address", "the first from 10.99.0.3:5060: \"SIP/2.0 200 OK\"", "reply_source: branch" },
	{ "late answers", late_answers, SEVERITY_ERROR, "late answers", "9 answers came after their request was given up", "drops.late: 190", "heartline keys timeout" },
	{ "silent", silent, SEVERITY_ERROR, "no answer", "100 of 100 lines that are registered nowhere: time-out", "of 1400 requests 200 timed out", "tcpdump" },
	{ "silent, and elsewhere once", silent_after_elsewhere, SEVERITY_ERROR, "no answer", "time-out", "200 timed out", "tcpdump" },
	{ "closed port", closed, SEVERITY_ERROR, "closed port", "100 of 100 lines", "200 met a closed port", "ss -lunp" },
	{ "closed port, few ICMP", closed_mostly_silent, SEVERITY_ERROR, "closed port", "20 of 100 lines", "50 met a closed port", "ss -lunp" },
	{ "elsewhere before", elsewhere_before, SEVERITY_ERROR, "no answer", "100 of 100 lines", "200 timed out", "tcpdump" },
	{ "elsewhere between", elsewhere_between, SEVERITY_ERROR, "elsewhere", "190 answers came from another address or port than asked, and were dropped since the start", "drops.wrong_source: 190", "" },
	{ "refused", refused, SEVERITY_ERROR, "rejected", "90 of 100 lines that are registered nowhere: 403 Forbidden", "300 4xx", "heartline keys password" },
	{ "overloaded", overloaded, SEVERITY_ERROR, "rejected", "100 of 100 lines that are registered nowhere: 503", "100 5xx", "heartline keys 503" },
	{ "nothing yet", unanswered, SEVERITY_WARNING, "answers", "not one request was answered yet", "1400 requests", "" },
	{ "hand-off", hand_off, SEVERITY_WARNING, "hand-off", "50 replies were lost on their way to another worker", "of 250 frames 100 arrived", "" },
	{ "steering that does not work", strayed, SEVERITY_NOTE, "hand-off", "than steering by rss meant", "100 were handed over", "" },
	{ "no buffer", no_buffer, SEVERITY_WARNING, "buffers", "1234 frames were lost before a worker saw them, and 7 times", "limits.rx_missed", "-l LIST" },
	{ "malformed", malformed, SEVERITY_WARNING, "drops", "30 frames without effect", "drops.malformed: \"GARBAGE\"", "" },
	{ "paused", paused, SEVERITY_WARNING, "phase", "the run is paused", "for 4.0 s in all; 0 requests", "heartline ctl resume" },
	{ "draining", draining, SEVERITY_WARNING, "phase", "the run is draining", "phase: draining", "" },
	{ "ramp", ramp, SEVERITY_NOTE, "phase", "the ramp goes on: 60 of 100 lines have not started", "ramp: 120.0 s", "" },
	{ "off", off, SEVERITY_NOTE, "phase", "60 of 100 lines are off", "ramp: 5.0 s", "line force enable" },
	{ "rate", rate, SEVERITY_WARNING, "rate", "rate: 20 requests a second", "90 requests were put off and 40 were sent", "heartline ctl rate 0" },
	{ "transmit", transmit, SEVERITY_WARNING, "transmit", "5000 polls found its ring full", "full for up to 12.5 ms", "heartline ctl rate 10" },
	{ "transmit, given up", transmit_dropped, SEVERITY_ERROR, "transmit", "3 frames were given up", "limits.tx_dropped", "" },
	{ "late timers", late_timers, SEVERITY_WARNING, "generator", "1 % of the timers more than 32.8 ms late", "limits.late: 77 timers", "heartline doctor" },
	{ "late probes", delayed, SEVERITY_WARNING, "generator", "9 probes that left more than 50 ms late", "limits.delayed: 9", "" },
	{ "busy", busy, SEVERITY_WARNING, "generator", "lcore 1 is busy 99 %", "99 %", "-l LIST" },
	{ "slow server", slow_server, SEVERITY_WARNING, "round trip", "60 retransmissions of 40 requests: the server answers later", "55 answers came twice", "heartline ctl rate 10" },
	{ "loss", lossy, SEVERITY_WARNING, "round trip", "lost on the way", "0 answers came twice", "netstat -su" },
	{ "far server", far_server, SEVERITY_NOTE, "round trip", "longer than 180 ms", "p50 180000 us", "" },
};
// clang-format on

Test(doctor_run, a_planted_cause_ranks_first)
{
	static struct run_facts facts; // too large for a stack
	static struct findings findings;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		const struct finding *first = &findings.list[0];

		findings.n = 0;
		facts_good(&facts);
		row->plant(&facts);
		run_rules_apply(&facts, &findings);
		cr_expect_eq(first->severity, row->severity, "%s: %s: %s", row->what,
			     severity_name(first->severity), first->found);
		cr_expect_str_eq(first->check, row->check, "%s: %s: %s", row->what, first->check,
				 first->found);
		cr_expect(strstr(first->found, row->found), "%s: %s", row->what, first->found);
		cr_expect(strstr(first->proof, row->proof), "%s: %s", row->what, first->proof);
		cr_expect(strstr(first->fix, row->fix), "%s: %s", row->what, first->fix);
	}
}

// What explains the time-outs is named, and the time-outs are no second error.
Test(doctor_run, time_outs_that_another_cause_explains_are_a_note)
{
	static void (*const plants[])(struct run_facts *) = { link_down, checksums, elsewhere,
							      late_answers };
	static struct run_facts facts;
	static struct findings findings;

	for (unsigned i = 0; i < sizeof(plants) / sizeof(*plants); i++) {
		findings.n = 0;
		plants[i](&facts);
		run_rules_apply(&facts, &findings);
		cr_expect_eq(findings_count(&findings, SEVERITY_ERROR), 1, "%u", i);
	}
}

// Lines that are refused and lines that hear nothing have two causes.
Test(doctor_run, time_outs_beside_refusals_are_a_second_error)
{
	static struct run_facts facts;
	static struct findings findings;

	findings.n = 0;
	refused(&facts);
	run_rules_apply(&facts, &findings);
	cr_expect_eq(findings_count(&findings, SEVERITY_ERROR), 2);
	cr_expect_str_eq(findings.list[1].check, "no answer");
}

// --- answers of a run

static json_t *parsed(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, 0, &error);

	cr_assert(json, "%s at %d", error.text, error.position);
	return json;
}

Test(doctor_run, answers_of_a_run_are_read)
{
	static struct run_facts f;
	struct run_answers a = {
		.status = {
			parsed("{\"uptime_ms\": 1000, \"metrics\": {\"requests\": {\"REGISTER\": 10}, "
			       "\"counters\": {\"rx_packets\": 5}, \"drops\": {\"late\": 1}, "
			       "\"limits\": {\"rate_limited\": 2}}}"),
			parsed("{\"uptime_ms\": 3000, \"phase\": \"paused\", \"rate\": 7, "
			       "\"lines\": {\"total\": 9, \"registered\": 4, \"by_state\": {\"DOWN\": 5}}, "
			       "\"pauses\": {\"count\": 1, \"ms\": 400}, \"last_second\": {\"requests\": 3, "
			       "\"put_off\": 6, \"rtt_us\": {\"p50\": 12.5, \"p99\": null}}, "
			       "\"workers\": [{\"lcore\": 1, \"busy_percent\": 5.5}, "
			       "{\"lcore\": 2, \"busy_percent\": 77.0}], "
			       "\"metrics\": {\"requests\": {\"REGISTER\": 25}, "
			       "\"counters\": {\"rx_packets\": 9}, \"drops\": {\"late\": 4}, "
			       "\"limits\": {\"rate_limited\": 12}}}"),
		},
		.port = {
			parsed("{\"lost\": 2, \"timers\": {\"all\": 100, \"late_below_us\": "
			       "{\"1024\": 100, \"16384\": 100, \"32768\": 100}}}"),
			parsed("{\"lost\": 5, \"link\": false, \"ramp_ms\": 5000, \"tx_full_ms\": 1.5, "
			       "\"timers\": {\"all\": 200, \"late_below_us\": "
			       "{\"1024\": 120, \"16384\": 197, \"32768\": 200}}, "
			       "\"next_hops\": [{\"address\": \"10.0.0.1\", \"known\": true, \"asked\": 0}, "
			       "{\"address\": \"10.0.0.2\", \"known\": false, \"asked\": 8, \"waited\": 3}], "
			       "\"steering\": {\"rung\": \"rss\", \"queues\": 2, \"home\": 6, "
			       "\"handed_off\": 1, \"handoff_dropped\": 0}, "
			       "\"drop_examples\": {\"late\": {\"from\": \"10.0.0.1:5060\", "
			       "\"bytes\": \"SIP\"}}}"),
		},
		.lines = parsed("{\"lines\": [{\"cause\": \"time-out\"}, {\"cause\": \"403 Forbidden\"}, "
				"{\"cause\": \"403 Forbidden\"}, {\"cause\": null}]}"),
	};

	f = (struct run_facts){ 0 };
	run_facts_read(&f, &a);
	cr_expect_str_eq(f.phase, "paused");
	cr_expect_eq(f.window_ms, 2000);
	cr_expect_eq(f.total.lines, 9);
	cr_expect_eq(run_lines_down(&f), 5);
	cr_expect_eq(f.total.by_state[HL_DOWN], 5);
	cr_expect_eq(f.window.requests[HL_REGISTER], 15);
	cr_expect_eq(f.window.rx_packets, 4);
	cr_expect_eq(f.window.drops[HL_DROP_LATE], 3);
	cr_expect_eq(f.window.limits[HL_LIMIT_RATE_LIMITED], 10);
	cr_expect_eq(f.window.limits[HL_LIMIT_RX_MISSED], 3);
	cr_expect_eq(f.put_off_a_second, 6);
	cr_expect_float_eq(f.rtt_p50_us, 12.5, 1e-9);
	cr_expect(isnan(f.rtt_p99_us));
	cr_expect_eq(f.busiest_lcore, 2);
	cr_expect_eq(f.link, 0);
	cr_expect_eq(f.n_hops, 2);
	cr_expect_eq(f.n_hops_lost, 1);
	cr_expect_str_eq(f.hop.addr, "10.0.0.2");
	cr_expect_float_eq(f.late_us, 16384, 1e-9, "3 of 100 are later, none than 32768: %f",
			   f.late_us);
	cr_expect_str_eq(f.rung, "rss");
	cr_expect_str_eq(f.examples[HL_DROP_LATE].bytes, "SIP");
	cr_assert_eq(f.n_causes, 2);
	cr_expect_str_eq(f.causes[0].text, "403 Forbidden", "the most frequent one first");
	cr_expect_eq(f.causes[0].lines, 2);
	cr_expect_eq(f.causes_of, 3);
	for (unsigned i = 0; i < 2; i++) {
		json_decref(a.status[i]);
		json_decref(a.port[i]);
	}
	json_decref(a.lines);
}
