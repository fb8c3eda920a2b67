// SPDX-License-Identifier: BSD-3-Clause
// Prints answers for people. A member that is not there, say of an older run, shows as 0 or "-".

#include "commands/ctl_print.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands/ctl_print_lines.h"
#include "commands/ctl_print_port.h"
#include "surface/ctl_values.h"

static void status_head(const json_t *reply)
{
	char span[SPAN_ROOM];
	const char *file = ctl_text(reply, "configuration");

	printf("process %" PRIu64 ", %s: %s for %s\n", ctl_whole(reply, "process"),
	       file ? file : "configured by flags", ctl_text_or(reply, "phase", "-"),
	       ctl_span(ctl_whole(reply, "uptime_ms"), span));
}

static void places_print(const json_t *places)
{
	char free[GROUPED_ROOM], leaving[GROUPED_ROOM], gone[GROUPED_ROOM];

	if (ctl_whole(places, "free") || ctl_whole(places, "leaving") || ctl_whole(places, "gone"))
		printf("  places       %s free; lines removed: %s leaving, %s gone\n",
		       ctl_grouped(places, "free", free), ctl_grouped(places, "leaving", leaving),
		       ctl_grouped(places, "gone", gone));
}

static void workers_print(const json_t *workers)
{
	const json_t *worker;
	char percent[GROUPED_ROOM];
	size_t i;

	if (json_array_size(workers) > 0)
		printf("  busy        ");
	json_array_foreach(workers, i, worker)
		printf("%s %s %% of lcore %" PRIu64, i ? "," : "",
		       ctl_figure(worker, "busy_percent", percent), ctl_whole(worker, "lcore"));
	if (json_array_size(workers) > 0)
		printf("\n");
}

static void alerts_print(const json_t *alerts)
{
	const json_t *alert;
	char value[GROUPED_ROOM];
	size_t i;

	json_array_foreach(alerts, i, alert)
	{
		const char *state = ctl_text_or(alert, "state", "-");
		if (!strcmp(state, "clear"))
			continue;
		printf("  alert        %s is %s since %s: %s is %s (%s %" PRIu64 ")\n",
		       ctl_text_or(alert, "alert", "-"), state, ctl_text_or(alert, "since", "-"),
		       ctl_text_or(alert, "when", "-"), ctl_figure(alert, "value", value),
		       ctl_text_or(alert, "limit", "-"), ctl_whole(alert, "threshold"));
	}
}

static void status_print(const json_t *reply)
{
	const json_t *lines = json_object_get(reply, "lines");
	const json_t *states = json_object_get(lines, "by_state");
	const json_t *second = json_object_get(reply, "last_second");
	const json_t *metrics = json_object_get(reply, "metrics");
	char a[GROUPED_ROOM], b[GROUPED_ROOM], c[GROUPED_ROOM], p50[GROUPED_ROOM],
		p99[GROUPED_ROOM];

	status_head(reply);
	alerts_print(json_object_get(reply, "alerts"));
	printf("  lines        %s: %s on the primary, %s on the backup\n",
	       ctl_grouped(lines, "total", a), ctl_grouped(lines, "on_primary", b),
	       ctl_grouped(lines, "on_backup", c));
	printf("  not there    %" PRIu64 " registering, %s down, %s parked, %s off\n",
	       ctl_whole(states, "REG_P") + ctl_whole(states, "SW_B"),
	       ctl_grouped(states, "DOWN", a), ctl_grouped(states, "PARK", b),
	       ctl_grouped(states, "OFF", c));
	printf("  last second  %s requests, %s answers, %s retransmissions\n",
	       ctl_grouped(second, "requests", a), ctl_grouped(second, "answers", b),
	       ctl_grouped(second, "retransmissions", c));
	workers_print(json_object_get(reply, "workers"));
	printf("  round trip   p50 %s us, p99 %s us\n",
	       ctl_figure(json_object_get(second, "rtt_us"), "p50", p50),
	       ctl_figure(json_object_get(second, "rtt_us"), "p99", p99));
	printf("  so far       %s failovers, %s returns, %s flaps\n",
	       ctl_grouped(metrics, "failovers", a), ctl_grouped(metrics, "returns", b),
	       ctl_grouped(metrics, "flaps", c));
	places_print(json_object_get(reply, "places"));
	if (ctl_whole(reply, "orders_left"))
		printf("  orders       %s lines are still to be told\n",
		       ctl_grouped(reply, "orders_left", a));
	if (ctl_whole(json_object_get(reply, "pauses"), "count"))
		printf("  pauses       %s, for %s in all\n",
		       ctl_grouped(json_object_get(reply, "pauses"), "count", a),
		       ctl_span(ctl_whole(json_object_get(reply, "pauses"), "ms"), c));
	if (ctl_whole(reply, "rate"))
		printf("  rate         at most %s requests a second\n",
		       ctl_grouped(reply, "rate", a));
	else
		printf("  rate         no limit\n");
}

static void drain_print(const json_t *reply)
{
	printf("%s\n", json_is_true(json_object_get(reply, "already"))
			       ? "is draining already: lines unregister, then the run ends"
			       : "draining: lines unregister, then the run ends");
}

static void order_print(const json_t *reply)
{
	char lines[GROUPED_ROOM], span[SPAN_ROOM];
	uint64_t spread_ms = ctl_whole(reply, "spread_ms"), n = ctl_whole(reply, "lines");

	printf("%s line%s", ctl_grouped(reply, "lines", lines), n == 1 ? "" : "s");
	if (n > 0 && spread_ms > 0)
		printf(", spread over %s", ctl_span(spread_ms, span));
	printf("\n");
}

static void added_print(const json_t *reply)
{
	char left[GROUPED_ROOM];

	order_print(reply);
	printf("%s more places are free\n", ctl_grouped(reply, "free", left));
}

static void removed_print(const json_t *reply)
{
	char gone[GROUPED_ROOM];

	order_print(reply);
	printf("they unregister now, and are gone some 32 s later; %s are gone so far\n",
	       ctl_grouped(reply, "gone", gone));
}

static void reload_print(const json_t *reply)
{
	char profiles[GROUPED_ROOM], added[GROUPED_ROOM], removed[GROUPED_ROOM];

	printf("reloaded %s: settings of profiles changed: %s; lines added: %s, removed: %s\n",
	       ctl_text_or(reply, "file", "-"), ctl_grouped(reply, "profiles_changed", profiles),
	       ctl_grouped(reply, "added", added), ctl_grouped(reply, "removed", removed));
}

static void rate_print(const json_t *reply)
{
	char before[GROUPED_ROOM], now[GROUPED_ROOM];

	printf("rate: %s requests a second, before %s%s\n", ctl_grouped(reply, "rate", now),
	       ctl_grouped(reply, "before", before),
	       ctl_whole(reply, "rate") && ctl_whole(reply, "before") ? "" : " (0: no limit)");
}

static void pause_print(const json_t *reply)
{
	bool paused = json_is_true(json_object_get(reply, "paused"));
	bool already = json_is_true(json_object_get(reply, "already"));
	char span[SPAN_ROOM];

	printf("%s%s", already ? "is already " : "", paused ? "paused" : "running");
	if (!paused && !already)
		printf(" again; paused for %s in all",
		       ctl_span(ctl_whole(reply, "paused_ms"), span));
	printf("\n");
}

static void fault_print(const json_t *reply)
{
	printf("in force at %" JSON_INTEGER_FORMAT " server%s\n",
	       json_integer_value(json_object_get(reply, "servers")),
	       json_integer_value(json_object_get(reply, "servers")) == 1 ? "" : "s");
}

static void (*const printers[CTL_COMMANDS])(const json_t *reply) = {
	[CTL_STATUS] = status_print,        [CTL_LINES_ADD] = added_print,
	[CTL_LINES_REMOVE] = removed_print, [CTL_LINES] = lines_print,
	[CTL_LINE_SHOW] = line_print, // line trace prints by itself
	[CTL_SERVER_LIST] = servers_print,  [CTL_PROFILE_LIST] = profiles_print,
	[CTL_EVENTS] = changes_print,       [CTL_PORT] = port_print,
	[CTL_LINE_FORCE] = order_print,     [CTL_SERVER_DRAIN] = order_print,
	[CTL_SERVER_RESTORE] = order_print, [CTL_SERVER_FORCE] = order_print,
	[CTL_RELOAD] = reload_print,        [CTL_RATE] = rate_print,
	[CTL_PAUSE] = pause_print,          [CTL_RESUME] = pause_print,
	[CTL_DRAIN] = drain_print,          [CTL_REGISTRAR] = fault_print,
};

void ctl_print(enum ctl_id command, const json_t *reply)
{
	printers[command](reply);
}
