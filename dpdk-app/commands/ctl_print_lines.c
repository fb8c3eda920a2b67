// SPDX-License-Identifier: BSD-3-Clause
// Tables of lines, of one line's changes, of servers. A long number or name moves what is behind it.

#include "commands/ctl_print_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "surface/ctl_values.h"

static void row_print(const json_t *row)
{
	char span[SPAN_ROOM];
	const char *domain = ctl_text(row, "domain");

	printf("%-18s %-7s %-3s %-14s %s%s%s%s\n", ctl_text_or(row, "number", "-"),
	       ctl_text_or(row, "state", "-"), ctl_text_or(row, "server", "-"),
	       ctl_span(ctl_whole(row, "for_ms"), span), ctl_text_or(row, "cause", ""),
	       json_is_true(json_object_get(row, "locked")) ? " (locked)" : "", domain ? " @" : "",
	       domain ? domain : "");
}

void lines_print(const json_t *reply)
{
	const json_t *rows = json_object_get(reply, "lines"), *row;
	const char *next = ctl_text(reply, "next");
	char matched[GROUPED_ROOM];
	size_t i;

	if (json_array_size(rows) > 0)
		printf("%-18s %-7s %-3s %-14s %s\n", "number", "state", "on", "for", "last cause");
	json_array_foreach(rows, i, row) row_print(row);
	printf("%zu of %s lines", json_array_size(rows), ctl_grouped(reply, "matched", matched));
	printf(next ? "; the next page: --after %s\n" : "\n", next);
}

static void outages_print(const json_t *outages)
{
	char all[SPAN_ROOM], longest[SPAN_ROOM], lasts[SPAN_ROOM];
	uint64_t down_ms = ctl_whole(outages, "down_ms"), lasts_ms = ctl_whole(outages, "lasts_ms");

	if (down_ms == 0) {
		printf("  outages      none\n");
		return;
	}
	printf("  outages      %s in all, the longest %s", ctl_span(down_ms, all),
	       ctl_span(ctl_whole(outages, "longest_ms"), longest));
	printf(lasts_ms ? "; down for %s\n" : "\n", ctl_span(lasts_ms, lasts));
}

static void binding_print(const json_t *b)
{
	const json_t *nonce = json_object_get(b, "nonce");
	const char *contact = ctl_text(b, "contact");
	char left[SPAN_ROOM], age[SPAN_ROOM], granted[GROUPED_ROOM];

	printf("  at %s         %s: ", ctl_text_or(b, "server", "-"),
	       ctl_text_or(b, "address", "-"));
	if (!contact)
		printf("not bound");
	else
		printf("%sbound for %s, granted %s s of %" PRIu64,
		       strcmp(ctl_text_or(b, "binding", ""), "held") ? "perhaps " : "",
		       ctl_span(ctl_whole(b, "left_ms"), left), ctl_figure(b, "granted_s", granted),
		       ctl_whole(b, "asked_s"));
	printf("\n");
	if (contact)
		printf("    contact    %s\n", contact);
	if (json_is_object(nonce))
		printf("    nonce      %s old; requests signed: %" PRIu64 "\n",
		       ctl_span(ctl_whole(nonce, "age_ms"), age), ctl_whole(nonce, "requests"));
}

static void dues_print(const json_t *dues)
{
	char in[SPAN_ROOM];
	const json_t *due;
	size_t i;

	json_array_foreach(dues, i, due)
		printf("  %-12s in %-12s %s of %s\n", i == 0 ? "due" : "",
		       ctl_span(ctl_whole(due, "in_ms"), in), ctl_text_or(due, "what", "-"),
		       ctl_text_or(due, "of", "-"));
}

static void detail_print(const json_t *reply)
{
	const json_t *bindings = json_object_get(reply, "bindings"), *binding;
	size_t i;

	if (!json_is_array(bindings)) {
		printf("  at servers   not known: its worker did not answer within a second\n");
		return;
	}
	json_array_foreach(bindings, i, binding) binding_print(binding);
	dues_print(json_object_get(reply, "due"));
}

static void events_print(const json_t *events)
{
	char span[SPAN_ROOM];
	const json_t *event;
	size_t i;

	printf("  changes      %s\n",
	       json_array_size(events) ? "the latest first" : "none is known");
	json_array_foreach(events, i, event)
		printf("    %-12s ago  %-6s -> %-6s  %-2s  %s\n",
		       ctl_span(ctl_whole(event, "ago_ms"), span), ctl_text_or(event, "from", "-"),
		       ctl_text_or(event, "to", "-"), ctl_text_or(event, "server", "-"),
		       ctl_text_or(event, "cause", "its time"));
}

void line_print(const json_t *reply)
{
	char span[SPAN_ROOM];
	const char *domain = ctl_text(reply, "domain");

	printf("%s%s%s, profile %s, at %s\n", ctl_text_or(reply, "number", "-"), domain ? "@" : "",
	       domain ? domain : "", ctl_text_or(reply, "profile", "-"),
	       ctl_text_or(reply, "address", "-"));
	printf("  state        %s, server %s, for %s%s\n", ctl_text_or(reply, "state", "-"),
	       ctl_text_or(reply, "server", "none"), ctl_span(ctl_whole(reply, "for_ms"), span),
	       json_is_true(json_object_get(reply, "locked")) ? ", locked" : "");
	printf("  last cause   %s\n", ctl_text_or(reply, "cause", "none"));
	printf("  probes of P  %" PRIu64 " failed, %" PRIu64 " answered in a row\n",
	       ctl_whole(reply, "failed_probes"), ctl_whole(reply, "answered_probes"));
	detail_print(reply);
	outages_print(json_object_get(reply, "outages"));
	events_print(json_object_get(reply, "events"));
}

void servers_print(const json_t *reply)
{
	const json_t *servers = json_object_get(reply, "servers"), *server;
	char registered[GROUPED_ROOM], locked[GROUPED_ROOM], failing[GROUPED_ROOM];
	size_t i;

	printf("%-14s %-6s %-24s %10s %10s %10s\n", "profile", "server", "address", "registered",
	       "locked", "failing");
	json_array_foreach(servers, i, server) printf(
		"%-14s %-6s %-24s %10s %10s %10s\n", ctl_text_or(server, "profile", "-"),
		ctl_text_or(server, "server", "-"), ctl_text_or(server, "address", "-"),
		ctl_grouped(server, "registered", registered),
		ctl_grouped(server, "locked", locked), ctl_grouped(server, "failing", failing));
}

void profiles_print(const json_t *reply)
{
	const json_t *profiles = json_object_get(reply, "profiles"), *profile, *server;
	char detect[SPAN_ROOM], move[SPAN_ROOM], registered[GROUPED_ROOM];
	size_t i, k;

	json_array_foreach(profiles, i, profile)
	{
		printf("%s: the primary's end is noticed within %s, a switch takes %s at most\n",
		       ctl_text_or(profile, "profile", "-"),
		       ctl_span(ctl_whole(profile, "detect_ms"), detect),
		       ctl_span(ctl_whole(profile, "switch_ms"), move));
		json_array_foreach(json_object_get(profile, "servers"), k, server)
			printf("  %-3s %-28s %12s registered\n", ctl_text_or(server, "server", "-"),
			       ctl_text_or(server, "address", "-"),
			       ctl_grouped(server, "registered", registered));
	}
}

void changes_print(const json_t *reply)
{
	const json_t *events = json_object_get(reply, "events"), *event;
	char forgotten[GROUPED_ROOM], left_out[GROUPED_ROOM];
	size_t i;

	json_array_foreach(events, i, event)
	{
		const char *domain = ctl_text(event, "domain");
		printf("%s  %-18s %-6s -> %-6s  %-2s  %s%s%s\n", ctl_text_or(event, "time", "-"),
		       ctl_text_or(event, "number", "-"), ctl_text_or(event, "from", "-"),
		       ctl_text_or(event, "to", "-"), ctl_text_or(event, "server", "-"),
		       ctl_text_or(event, "cause", "its time"), domain ? " @" : "",
		       domain ? domain : "");
	}
	if (ctl_whole(reply, "forgotten"))
		printf("%s before these are forgotten; ",
		       ctl_grouped(reply, "forgotten", forgotten));
	if (ctl_whole(reply, "of_removed"))
		printf("%s of removed lines are left out; ",
		       ctl_grouped(reply, "of_removed", left_out));
	printf("%zu changes; the next ones: --after %" PRIu64 "\n", json_array_size(events),
	       ctl_whole(reply, "next"));
}
