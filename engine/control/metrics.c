// SPDX-License-Identifier: BSD-3-Clause
// The tables of metrics: rows of HL_COUNTER_TABLE, and what is counted otherwise.
#include <heartline/metrics.h>

#include <assert.h>

#include <heartline/registrar.h>
#include <heartline/snapshot.h>
#include <heartline/code.h>
#include "base/count.h"
#include "base/text.h"

static const char *method_value(unsigned index, char room[HL_LABEL_ROOM])
{
	(void)room;
	return index == HL_METHOD_NONE ? NULL : hl_method_name((enum hl_method)index);
}

static const char *class_value(unsigned index, char room[HL_LABEL_ROOM])
{
	static const char *const names[] = { NULL, "1xx", "2xx", "3xx", "4xx", "5xx", "6xx" };

	(void)room;
	return names[index];
}

static const char *drop_value(unsigned index, char room[HL_LABEL_ROOM])
{
	(void)room;
	return hl_drop_name((enum hl_drop)index);
}

static const char *drop_help(unsigned index)
{
	return hl_drop_text((enum hl_drop)index);
}

static const char *limit_value(unsigned index, char room[HL_LABEL_ROOM])
{
	(void)room;
	return hl_limit_name((enum hl_limit)index);
}

static const char *limit_help(unsigned index)
{
	return hl_limit_text((enum hl_limit)index);
}

static const char *dhcp_value(unsigned index, char room[HL_LABEL_ROOM])
{
	(void)room;
	return hl_dhcp_event_name((enum hl_dhcp_event)index);
}

static const char *dhcp_help(unsigned index)
{
	return hl_dhcp_event_text((enum hl_dhcp_event)index);
}

static const char *state_value(unsigned index, char room[HL_LABEL_ROOM])
{
	(void)room;
	return hl_line_state_name((enum hl_line_state)index);
}

// A status by its number; what happened here by its name.
static const char *code_value(unsigned index, char room[HL_LABEL_ROOM])
{
	if (index == HL_CODE_NONE)
		return "none";
	if (index < HL_CODE_FIRST)
		return hl_local_code_name(index);
	room[text_put_number(room, index)] = '\0';
	return room;
}

// clang-format off
static const struct hl_label label_method = { "method", method_value, NULL,
	.shown_at_zero = 1u << HL_REGISTER | 1u << HL_OPTIONS };
static const struct hl_label label_class = { "class", class_value, NULL, .shown_at_zero = UINT64_MAX };
static const struct hl_label label_drop = { "reason", drop_value, drop_help, .shown_at_zero = UINT64_MAX };
static const struct hl_label label_limit = { "limit", limit_value, limit_help, .shown_at_zero = UINT64_MAX };
static const struct hl_label label_dhcp = { "event", dhcp_value, dhcp_help, .shown_at_zero = UINT64_MAX };
static const struct hl_label label_state = { "state", state_value, NULL, .shown_at_zero = UINT64_MAX };
static const struct hl_label label_code = { "code", code_value, NULL, .shown_at_zero = 0 };

#define ROW(kind, values, label_, name_, unit_, place_, help_) \
	.name = "heartline_" name_, .help = (help_), .unit = (unit_), .place = (place_), \
	.type = HL_METRIC_##kind, .n = (values), .label = (label_)
#define KEPT(member) \
	.offset = offsetof(struct hl_snapshot, member), .counter = offsetof(struct hl_counters, member)
#define ONE(member, ...) { ROW(COUNTER, 1, NULL, __VA_ARGS__), KEPT(member) },
#define EACH(member, values, label, ...) \
	{ ROW(COUNTER, values, &label_##label, __VA_ARGS__), KEPT(member) },
#define HIST(member, ...) { ROW(HISTOGRAM, HL_HIST_BUCKETS, NULL, __VA_ARGS__), KEPT(member) },

const struct hl_metric hl_metrics[] = {
	{ ROW(GAUGE, HL_LINE_STATES, &label_state, "lines", "lines", NULL, "lines, by their state"),
	  .offset = offsetof(struct hl_snapshot, by_state) },
	{ ROW(GAUGE, 1, NULL, "unresolved_lines", "lines", NULL,
	      "lines whose last request waits for a next hop, or was given up for it"),
	  .offset = offsetof(struct hl_snapshot, unresolved_lines) },
	{ ROW(GAUGE, 1, NULL, "dhcp_clients", "addresses", NULL, "addresses that come from DHCP"),
	  .offset = offsetof(struct hl_snapshot, dhcp_clients) },
	{ ROW(GAUGE, 1, NULL, "dhcp_leases", "addresses", NULL,
	      "addresses that come from DHCP and are there; lines of the others send nothing"),
	  .offset = offsetof(struct hl_snapshot, dhcp_leases) },
	HL_COUNTER_TABLE(ONE, EACH, HIST)
	{ .name = NULL },
};
#undef KEPT

#define KEPT(member) .offset = offsetof(struct hl_registrar_counters, member)
#define GAUGE(member, ...) { ROW(GAUGE, 1, NULL, __VA_ARGS__), KEPT(member) },

const struct hl_metric hl_registrar_metrics[] = {
	HL_REGISTRAR_COUNTER_TABLE(ONE, EACH, HIST, GAUGE)
	{ .name = NULL },
};
// clang-format on

// Every word of the counters belongs to a row.
#define WORDS_ONE(...) +1
#define WORDS_EACH(member, values, ...) +(values)
#define WORDS_HIST(...) +HL_HIST_BUCKETS
static_assert(sizeof(struct hl_counters) ==
		      sizeof(uint64_t) * (HL_COUNTER_TABLE(WORDS_ONE, WORDS_EACH, WORDS_HIST)),
	      "no counter without a row");
static_assert(sizeof(struct hl_registrar_counters) ==
		      sizeof(uint64_t) * (HL_REGISTRAR_COUNTER_TABLE(WORDS_ONE, WORDS_EACH,
								     WORDS_HIST, WORDS_ONE)),
	      "no counter without a row");
static_assert(sizeof(_Atomic uint64_t) == sizeof(uint64_t), "they are summed word by word");

const char *hl_metric_type_name(enum hl_metric_type type)
{
	static const char *const names[HL_METRIC_TYPES] = { "counter", "gauge", "histogram" };

	return names[type];
}

uint64_t hl_metric_value(const struct hl_metric *metric, const void *structure, unsigned i)
{
	const char *values = (const char *)structure + metric->offset;

	return count_read((const _Atomic uint64_t *)values + i);
}
