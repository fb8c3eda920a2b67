// SPDX-License-Identifier: BSD-3-Clause
// --summary FILE: the report as JSON.

#include "report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/start_times.h"
#include "report/judge.h"
#include "report/summary_facts.h"
#include "report/summary_lines.h"
#include "report/summary_metrics.h"

static json_t *events_object(const struct report *r)
{
	if (!r->events_path)
		return json_null();
	return json_pack("{ss so so so}", "file", r->events_path, "written",
			 whole(r->events.written), "lost", whole(r->events.lost), "error",
			 r->events.error ? json_string(events_error_text(r->events.error))
					 : json_null());
}

static json_t *history_object(const struct report *r)
{
	const struct history_counts *h = &r->history;

	if (!r->history_path)
		return json_null();
	return json_pack("{ss so so so}", "file", r->history_path, "written", whole(h->written),
			 "lost", whole(h->lost), "error",
			 h->error[0] ? json_string(h->error) : json_null());
}

static json_t *pcap_object(const struct report *r)
{
	const struct trace_counts *t = &r->trace;

	if (!r->pcap_path)
		return json_null();
	return json_pack("{ss so so so so so so}", "file", r->pcap_path, "written",
			 whole(t->written), "dropped", whole(t->dropped), "unwritten",
			 whole(t->unwritten), "failures", whole(t->failures), "failures_missed",
			 whole(t->failures_missed), "error",
			 t->error[0] ? json_string(t->error) : json_null());
}

static json_t *hep_object(const struct report *r)
{
	const struct trace_counts *t = &r->trace;

	if (!r->hep)
		return json_null();
	return json_pack("{ss so so so so}", "collector", r->hep, "sent", whole(t->hep_sent),
			 "unsent", whole(t->hep_unsent), "dropped", whole(t->dropped), "failures",
			 whole(t->failures));
}

static json_t *state_object(const struct report *r)
{
	const struct survive_counts *c = &r->state;
	json_t *anew = json_object();

	if (!r->state_dir)
		return json_null();
	for (unsigned k = HL_TAKEN_UP + 1; k < HL_TAKEN_OUTCOMES; k++)
		json_object_set_new(anew, hl_taken_name(k), whole(c->taken[k]));
	return json_pack("{ss so so so so so so so so so so}", "folder", r->state_dir, "found",
			 json_boolean(c->found), "age_s",
			 c->age_known ? tenths((double)c->age_ms / 1000) : json_null(), "taken_up",
			 whole(c->taken[HL_TAKEN_UP]), "anew", anew, "gone", whole(c->gone),
			 "files_refused", whole(c->refused), "written", whole(c->written), "failed",
			 whole(c->failed), "error",
			 c->error[0] ? json_string(c->error) : json_null(), "kept",
			 json_boolean(c->kept));
}

// Replies confirm or refute a rung. The rings need no proof.
static json_t *proof_value(const struct steering_result *s)
{
	enum steering_proof proof = steering_proof(&s->all);

	return proof == STEERING_UNSEEN ? json_null() : json_boolean(proof == STEERING_CONFIRMED);
}

json_t *steering_object(const struct steering_result *s)
{
	json_t *workers = json_array();

	for (uint32_t i = 0; s->n_queues > 1 && i < s->n_queues; i++)
		json_array_append_new(workers, json_pack("{so so}", "home", whole(s->of[i].kept),
							 "handed_off", whole(s->of[i].passed)));
	return json_pack("{ss so so so so so so so so}", "rung", steering_rung_name(s->rung),
			 "queues", whole(s->n_queues), "steered_lines", whole(s->steered),
			 "confirmed", proof_value(s), "home", whole(s->all.kept), "handed_off",
			 whole(s->all.passed), "handoff_dropped", whole(s->all.lost), "strayed",
			 whole(s->all.arrived_elsewhere), "workers", workers);
}

static json_t *startup_object(void)
{
	json_t *object = json_object();
	double total_ms = 0;

	for (unsigned step = 0; step < START_STEPS; step++) {
		json_object_set_new(object, start_step_names[step], tenths(start_step_ms(step)));
		total_ms += start_step_ms(step);
	}
	json_object_set_new(object, "total", tenths(total_ms));
	return object;
}

static json_t *summary_object(const struct report *r)
{
	const struct hl_snapshot *up = &r->up, *end = &r->end;
	struct judgement judgement;
	judge(r, &judgement);
	const struct {
		const char *key;
		json_t *value;
	} entries[] = {
		{ "lines", whole(up->lines) },
		{ "registered", whole(up->registered) },
		{ "on_primary", whole(up->on_primary) },
		{ "on_backup", whole(up->on_backup) },
		{ "down", whole(up->by_state[HL_DOWN]) },
		{ "parked", whole(up->by_state[HL_PARK]) },
		{ "requests", metrics_at("requests", end) },
		{ "responses", metrics_at("responses", end) },
		{ "retransmissions", whole(hl_all_methods(end->retransmissions)) },
		{ "timeouts", whole(hl_all_methods(end->timeouts)) },
		{ "failovers", metrics_at("failovers", end) },
		{ "returns", metrics_at("returns", end) },
		{ "flaps", metrics_at("flaps", end) },
		{ "never_registered", whole(r->outcome.never) },
		{ "not_started", whole(r->outcome.not_started) },
		{ "disabled", whole(r->outcome.disabled) },
		{ "starting", whole(r->outcome.starting) },
		{ "lost", whole(r->outcome.lost) },
		{ "switching", whole(r->outcome.switching) },
		{ "outages", outages_object(r) },
		{ "causes", causes_array(r) },
		{ "unregistered", metrics_at("unregistered", end) },
		{ "leftovers", whole(r->leftovers) },
		{ "maybe_left", whole(r->maybe_left) },
		{ "offered_rate", tenths(r->offered_rate) },
		{ "achieved_rate", tenths(r->achieved_rate) },
		{ "generator_limited", json_boolean(report_generator_limited(r)) },
		{ "rtt_us", metrics_at("rtt_us", end) },
		{ "rtt_retransmitted_us", metrics_at("rtt_retransmitted_us", end) },
		{ "drops", metrics_at("drops", end) },
		{ "drop_examples", examples_object(r) },
		{ "limits", metrics_at("limits", end) },
		{ "next_hops", next_hops_array(r) },
		{ "moves", metrics_at("moves", end) },
		{ "bounded", metrics_at("bounded", end) },
		{ "counters", metrics_at("counters", end) },
		{ "registrar", registrar_value(r->registrar) },
		{ "pauses", json_pack("{so so}", "count", whole(r->pauses), "seconds",
				      tenths((double)r->paused_ms / 1000)) },
		{ "link",
		  json_pack("{so so sb}", "downs", whole(r->link_downs), "seconds",
			    tenths((double)r->link_down_ms / 1000), "is_down", r->link_is_down) },
		{ "events", events_object(r) },
		{ "history", history_object(r) },
		{ "pcap", pcap_object(r) },
		{ "hep", hep_object(r) },
		{ "state", state_object(r) },
		{ "steering", steering_object(&r->steering) },
		{ "startup_ms", startup_object() },
		{ "expectations", expected_array(&r->expected) },
		{ "find_max", find_value(r->find) },
		{ "phases", phases_array(r->phases, r->n_phases) },
		{ "distributions", distributions_object(end) },
		{ "seconds", run_course_object(r->course) },
		{ "environment", environment_object(r->config) },
		{ "configuration", configuration_object(r->config, r->source) },
		{ "reasons", texts_array(judgement.reasons, judgement.n_reasons) },
		{ "hints", texts_array(judgement.hints, judgement.n_hints) },
		{ "verdict", json_string(verdict_name(judgement.verdict)) },
	};
	json_t *object = json_object();

	for (unsigned i = 0; i < sizeof(entries) / sizeof(*entries); i++)
		json_object_set_new(object, entries[i].key, entries[i].value);
	return object;
}

// Write the object with one more member, the failed lines, which are written one by one.
static int document_write(const struct report *report, const json_t *object, FILE *file)
{
	char *text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
	char *end = text ? strrchr(text, '}') : NULL;
	int rc = -1;

	if (end) {
		end[-1] = 0; // the newline before it
		if (fprintf(file, "%s,\n  \"failed_lines\": ", text) > 0 &&
		    failed_lines_write(report, file) == 0 && fputs("\n}\n", file) != EOF &&
		    fflush(file) == 0)
			rc = 0;
	}
	free(text);
	return rc;
}

int summary_write(const struct report *report, const char *path, struct hl_error *err)
{
	bool to_stdout = !strcmp(path, "-");
	FILE *file = to_stdout ? stdout : fopen(path, "we");
	json_t *object = summary_object(report);
	int rc = 0;

	if (!file || document_write(report, object, file) < 0)
		rc = hl_fail(err, errno ? errno : EIO, "--summary: %s: %s", path, strerror(errno));
	if (file && !to_stdout && fclose(file) == EOF && rc == 0)
		rc = hl_fail(err, errno, "--summary: %s: %s", path, strerror(errno));
	json_decref(object);
	return rc;
}

int result_check(const char *option, const char *path, struct hl_error *err)
{
	if (!path || !strcmp(path, "-"))
		return 0;
	FILE *file = fopen(path, "ae"); // an older result is kept until the new one is written
	if (!file)
		return hl_fail(err, errno, "--%s: %s: %s", option, path, strerror(errno));
	fclose(file);
	return 0;
}
