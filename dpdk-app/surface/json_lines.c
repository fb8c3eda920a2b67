// SPDX-License-Identifier: BSD-3-Clause
// Writes lines and servers as JSON.

#include "surface/json_lines.h"

#include <stdio.h>

#include "base/timebase.h"
#include "base/wall_time.h"
#include "dataplane/recent_changes.h"
#include "report/summary_metrics.h"
#include "session/run.h"
#include "surface/json_view.h"

static json_t *server_value(uint8_t server)
{
	return server < HL_SERVERS ? json_string(server == HL_SERVER_P ? "P" : "B") : json_null();
}

static json_t *cause_value(const struct dataplane *dp, uint16_t code)
{
	char cause[CAUSE_ROOM];

	return code == HL_CODE_NONE ? json_null()
				    : json_string(dataplane_cause_text(dp, code, cause));
}

static json_t *number_value(const struct dataplane *dp, uint32_t line)
{
	int len;
	const char *number = dataplane_phone_number(dp, line, &len);

	return json_stringn_nocheck(number, (size_t)len);
}

static json_t *domain_value(const struct dataplane *dp, uint32_t line)
{
	int len;
	const char *domain = dataplane_domain(dp, line, &len);

	return domain ? json_stringn_nocheck(domain, (size_t)len) : NULL;
}

static const struct hl_profile *profile_of(const struct view *view, uint32_t line)
{
	return &view->run->config->profiles[dataplane_profile(view->run->dp, line)];
}

static json_t *row_object(const struct view *view, const struct query_row *row)
{
	const struct dataplane *dp = view->run->dp;
	struct hl_line_account account;

	hl_worker_account(dataplane_owner(dp, row->line), row->line, timebase_ns(), &account);
	return json_pack("{so so* ss ss so so sI sb}", "number", number_value(dp, row->line),
			 "domain", domain_value(dp, row->line), "profile",
			 profile_of(view, row->line)->name, "state",
			 hl_line_state_name(row->state.state), "server",
			 server_value(row->state.server), "cause", cause_value(dp, row->state.code),
			 "for_ms", (json_int_t)account.age_ms, "locked", (int)row->state.locked);
}

// A walk takes several turns, and its place may have been given back since it came by.
static bool has_line(const struct dataplane *dp, uint32_t line)
{
	int len;

	dataplane_phone_number(dp, line, &len);
	return len > 0;
}

json_t *json_lines(const struct view *view, const struct line_query *q)
{
	char cursor[QUERY_CURSOR_ROOM];
	json_t *rows = json_array(), *object = json_ok();

	for (uint32_t k = 0; k < q->n; k++)
		if (has_line(view->run->dp, q->rows[k].line))
			json_array_append_new(rows, row_object(view, &q->rows[k]));
	json_object_set_new(object, "matched", whole(q->matched));
	json_object_set_new(object, "next",
			    q->behind > q->n ? json_string(line_query_cursor(q, cursor))
					     : json_null());
	json_object_set_new(object, "lines", rows);
	return object;
}

static json_t *event_object(const struct dataplane *dp, const struct hl_event *e)
{
	char text[WALL_ROOM];

	return json_pack("{ss sI ss ss so so}", "time", wall_text(e->at_ns, text), "ago_ms",
			 (json_int_t)((timebase_ns() - e->at_ns) / 1000000), "from",
			 hl_line_state_name(e->from), "to", hl_line_state_name(e->to), "server",
			 server_value(e->server), "cause", cause_value(dp, e->code));
}

static json_t *events_array(const struct view *view, uint32_t line)
{
	const struct dataplane *dp = view->run->dp;
	struct hl_event events[RECENT_SHOWN];
	uint32_t n = recent_changes_of_line(dp->recent, line, events);
	json_t *array = json_array();

	for (uint32_t k = 0; k < n; k++)
		json_array_append_new(array, event_object(dp, &events[k]));
	return array;
}

static json_t *place_value(const struct dataplane *dp, uint32_t line)
{
	struct hl_endpoint at = dataplane_place(dp, line);
	char text[HL_ENDPOINT_TEXT];

	hl_endpoint_format(&at, text);
	return json_string(text);
}

static json_t *endpoint_value(const struct hl_endpoint *at, const char *name)
{
	char text[300];

	if (!name && at->addr.family == HL_FAMILY_NONE)
		return NULL; // there is no such server
	if (name)
		snprintf(text, sizeof(text), "%s:%u", name, at->port);
	else
		hl_endpoint_format(at, text);
	return json_string(text);
}

static const char *peer_server(const struct hl_profile *p, const struct hl_addr *addr)
{
	return hl_addr_equal(addr, &p->primary.addr)  ? "P"
	       : hl_addr_equal(addr, &p->backup.addr) ? "B"
						      : NULL;
}

static json_t *text_or_null(const char *text)
{
	return text && *text ? json_string(text) : json_null();
}

json_t *json_traced_line(const struct view *view, uint32_t line)
{
	const struct dataplane *dp = view->run->dp;
	const struct hl_state state = dataplane_state(dp, line);
	json_t *object = json_ok();

	json_object_set_new(object, "number", number_value(dp, line));
	json_object_set_new(object, "profile", json_string(profile_of(view, line)->name));
	json_object_set_new(object, "address", place_value(dp, line));
	json_object_set_new(object, "state", json_string(hl_line_state_name(state.state)));
	json_object_set_new(object, "server", server_value(state.server));
	return object;
}

json_t *json_traced_message(const struct view *view, uint32_t line, const struct trace_message *m)
{
	char time[WALL_ROOM];

	return json_pack("{ss ss ss so* so ss so so sI}", "what", "message", "time",
			 wall_text_us(m->at_ns, time), "direction", m->sent ? "sent" : "received",
			 "peer", endpoint_value(&m->peer, NULL), "server",
			 text_or_null(peer_server(profile_of(view, line), &m->peer.addr)), "start",
			 m->start, "cseq", text_or_null(m->cseq), "call_id",
			 text_or_null(m->call_id), "bytes", (json_int_t)m->bytes);
}

json_t *json_traced_change(const struct view *view, const struct hl_event *e)
{
	char time[WALL_ROOM];

	return json_pack("{ss ss ss ss so so}", "what", "change", "time",
			 wall_text_us(e->at_ns, time), "from", hl_line_state_name(e->from), "to",
			 hl_line_state_name(e->to), "server", server_value(e->server), "cause",
			 cause_value(view->run->dp, e->code));
}

json_t *json_change(const struct view *view, uint64_t number, const struct hl_event *e)
{
	const struct dataplane *dp = view->run->dp;
	json_t *row = json_pack("{so so so* ss}", "event", whole(number), "number",
				number_value(dp, e->line), "domain", domain_value(dp, e->line),
				"profile", profile_of(view, e->line)->name);

	json_object_update_new(row, event_object(dp, e));
	return row;
}

json_t *json_events(const struct view *view, uint64_t after, uint32_t limit)
{
	static struct hl_event events[QUERY_LIMIT_MAX];
	const struct dataplane *dp = view->run->dp;
	uint64_t first;
	uint32_t n = recent_changes_after(dp->recent, after, events, limit, &first);
	json_t *array = json_array(), *object = json_ok();
	uint32_t of_removed = 0;

	for (uint32_t k = 0; k < n; k++) {
		const struct hl_event *e = &events[k];
		if (e->line == RECENT_REMOVED) { // whose number may be another line's by now
			of_removed++;
			continue;
		}
		json_array_append_new(array, json_change(view, first + k, e));
	}
	json_object_set_new(object, "next", whole(n ? first + n - 1 : after));
	json_object_set_new(object, "forgotten", whole(first - 1 - after));
	json_object_set_new(object, "of_removed", whole(of_removed));
	json_object_set_new(object, "events", array);
	return object;
}

static json_t *outages_value(const struct hl_line_account *a)
{
	return json_pack("{sb sb sI sI sI sI}", "registered_once", (int)a->registered_once, "down",
			 (int)a->down, "down_ms", (json_int_t)a->down_ms, "longest_ms",
			 (json_int_t)a->longest_ms, "lasts_ms", (json_int_t)a->lasts_ms,
			 "worst_case_ms", (json_int_t)a->switch_ms);
}

static json_t *contact_value(const struct dataplane *dp, uint32_t line, enum hl_server server)
{
	struct hl_endpoint at = dataplane_place(dp, line);
	char place[HL_ENDPOINT_TEXT], text[400];
	int len;
	const char *number = dataplane_phone_number(dp, line, &len);

	hl_endpoint_format(&at, place);
	snprintf(text, sizeof(text), "sip:%.*s@%s;hl=%c", len, number, place,
		 server == HL_SERVER_P ? 'p' : 'b');
	return json_string(text);
}

static json_t *nonce_value(const struct hl_binding *b)
{
	if (!b->has_nonce)
		return json_null();
	return json_pack("{sI sI}", "age_ms", (json_int_t)b->nonce_age_ms, "requests",
			 (json_int_t)b->nonce_uses);
}

// A server that the profile does not have is left out.
static json_t *bindings_array(const struct dataplane *dp, uint32_t line,
			      const struct hl_line_detail *detail)
{
	json_t *array = json_array();

	for (unsigned server = 0; server < HL_SERVERS; server++) {
		const struct hl_binding *b = &detail->bindings[server];
		json_t *at = endpoint_value(&b->server, NULL);
		bool held = b->bound || b->maybe;

		if (!at)
			continue;
		json_array_append_new(
			array,
			json_pack("{so so ss so so sI so so}", "server",
				  server_value((uint8_t)server), "address", at, "binding",
				  b->bound   ? "held"
				  : b->maybe ? "perhaps"
					     : "none",
				  "contact", held ? contact_value(dp, line, server) : json_null(),
				  "granted_s", b->granted_s ? whole(b->granted_s) : json_null(),
				  "asked_s", (json_int_t)b->asked_s, "left_ms",
				  held ? whole(b->left_ms) : json_null(), "nonce", nonce_value(b)));
	}
	return array;
}

static json_t *dues_array(const struct hl_line_detail *detail)
{
	json_t *array = json_array();

	for (uint32_t k = 0; k < detail->n_dues; k++)
		json_array_append_new(array, json_pack("{ss ss sI}", "what",
						       hl_due_name(detail->dues[k].what), "of",
						       detail->dues[k].of, "in_ms",
						       (json_int_t)detail->dues[k].in_ms));
	return array;
}

json_t *json_line(const struct view *view, const struct query_row *row,
		  const struct hl_line_detail *detail)
{
	const struct dataplane *dp = view->run->dp;
	json_t *object = json_ok(), *line = row_object(view, row);
	struct hl_line_account account;

	hl_worker_account(dataplane_owner(dp, row->line), row->line, timebase_ns(), &account);
	json_object_update(object, line);
	json_decref(line);
	json_object_set_new(object, "line", whole(row->line));
	json_object_set_new(object, "address", place_value(dp, row->line));
	json_object_set_new(object, "failed_probes", whole(row->state.fails));
	json_object_set_new(object, "answered_probes", whole(row->state.oks));
	json_object_set_new(object, "outages", outages_value(&account));
	json_object_set_new(object, "bindings",
			    detail ? bindings_array(dp, row->line, detail) : json_null());
	json_object_set_new(object, "due", detail ? dues_array(detail) : json_null());
	json_object_set_new(object, "events", events_array(view, row->line));
	return object;
}

static void server_add(json_t *array, const struct hl_profile *profile, enum hl_server server,
		       const struct server_lines *lines)
{
	bool primary = server == HL_SERVER_P;
	json_t *at = endpoint_value(primary ? &profile->primary : &profile->backup,
				    primary ? profile->primary_name : profile->backup_name);

	if (at)
		json_array_append_new(
			array, json_pack("{ss so so so so so}", "profile", profile->name, "server",
					 server_value(server), "address", at, "registered",
					 whole(lines->registered), "locked", whole(lines->locked),
					 "failing", whole(lines->failing)));
}

json_t *json_servers(const struct view *view, const struct server_count *count)
{
	const struct hl_config *config = view->run->config;
	json_t *object = json_ok(), *array = json_array();

	for (uint32_t i = 0; i < config->n_profiles; i++)
		for (unsigned server = 0; server < HL_SERVERS; server++)
			server_add(array, &config->profiles[i], server,
				   &count->lines[i * HL_SERVERS + server]);
	json_object_set_new(object, "servers", array);
	return object;
}

json_t *json_profiles(const struct view *view, const struct server_count *count)
{
	const struct hl_config *config = view->run->config;
	json_t *object = json_ok(), *array = json_array();

	for (uint32_t i = 0; i < config->n_profiles; i++) {
		const struct hl_profile *p = &config->profiles[i];
		json_t *servers = json_array();
		for (unsigned server = 0; server < HL_SERVERS; server++)
			server_add(servers, p, server, &count->lines[i * HL_SERVERS + server]);
		json_array_append_new(array, json_pack("{ss so so so}", "profile", p->name,
						       "detect_ms", whole(hl_profile_detect_ms(p)),
						       "switch_ms", whole(hl_profile_switch_ms(p)),
						       "servers", servers));
	}
	json_object_set_new(object, "profiles", array);
	return object;
}
