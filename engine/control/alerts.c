// SPDX-License-Identifier: BSD-3-Clause
// Reads alerts: what they look at, when they fire and clear, whom they tell.
#include "control/alerts.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "control/command.h"

#define ALERT_NAME_MAX 64
#define URL_MAX 4095

// clang-format off
#define ALERT(m) .offset = offsetof(struct hl_alert, m), .bytes = sizeof(((struct hl_alert *)0)->m)

static const char *const figures[] = { "lines_down", "server_unreachable", "flaps", "failovers",
				       "registration_success", NULL };
static_assert(sizeof(figures) / sizeof(figures[0]) == HL_ALERT_FIGURES + 1, "a name for each");

enum { NAME, WHEN, ABOVE, BELOW, CLEAR }; // the rest is complete by itself

const struct key alert_keys[] = {
	[NAME] = { "name", KEY_WORD, ALERT(name), .meaning = "its name" },
	[WHEN] = { "when", KEY_CHOICE, ALERT(figure), .choices = figures, .meaning = "what it looks at" },
	[ABOVE] = { "above", KEY_COUNT, ALERT(above), .max = 1000000, .meaning = "it fires above" },
	[BELOW] = { "below", KEY_COUNT, ALERT(below), .max = 1000000, .meaning = "it fires below" },
	[CLEAR] = { "clear", KEY_COUNT, ALERT(clear), .max = 1000000, .meaning = "it clears there" },
	{ "for", KEY_TIME, ALERT(for_ms), .unit_ms = 1000, .kept_ms = 1, .max = 86400, .fallback = "30",
	  .meaning = "how long it must be so" },
	{ "profile", KEY_WORD, ALERT(profile), .meaning = "lines of that profile" },
	{ "webhook", KEY_WORD, ALERT(webhook), .meaning = "where to POST it" },
	{ .name = NULL },
};
static_assert(sizeof(alert_keys) / sizeof(alert_keys[0]) <= ALERT_KEYS_MAX + 1, "room for every key");
// clang-format on

const char *hl_alert_figure_name(enum hl_alert_figure figure)
{
	return figures[figure];
}

static bool is_share(uint32_t figure)
{
	return figure != HL_ALERT_FLAPS && figure != HL_ALERT_FAILOVERS;
}

static bool is_of_profile(uint32_t figure)
{
	return figure == HL_ALERT_LINES_DOWN || figure == HL_ALERT_SERVER_UNREACHABLE;
}

static int missing(struct fault *fault, const char *what, const char *hint)
{
	fault->key = NULL;
	fault_say(fault, "%s is missing", what);
	return fault_hint(fault, "%s", hint);
}

static int name_check(const struct hl_config *config, uint32_t index, struct fault *fault)
{
	const char *name = config->alerts[index].name;

	if (name == NULL || *name == '\0')
		return missing(fault, "name", "as in name: primary-down");
	fault->key = "name";
	for (const char *at = name; *at != '\0'; at++)
		if (*at <= ' ' || *at > '~') {
			fault_say(fault, "a name is one word of ASCII characters");
			return fault_hint(fault, "as in primary-down");
		}
	if (strlen(name) > ALERT_NAME_MAX) {
		fault_say(fault, "the name has %zu characters", strlen(name));
		return fault_hint(fault, "longest accepted: %d", ALERT_NAME_MAX);
	}
	for (uint32_t i = 0; i < index; i++)
		if (strcmp(config->alerts[i].name, name) == 0) {
			fault_say(fault, "an alert before it has the name %s", name);
			return fault_hint(fault, "give each a name of its own");
		}
	return 0;
}

static int limits_check(struct hl_alert *a, char *const texts[], struct fault *fault)
{
	if (texts[WHEN] == NULL)
		return missing(fault, "when", "as in when: lines_down");
	if ((texts[ABOVE] == NULL) == (texts[BELOW] == NULL)) {
		fault->key = texts[BELOW] != NULL ? "below" : NULL;
		fault_say(fault, texts[BELOW] != NULL ? "above is given, too"
						      : "neither above nor below is given");
		return fault_hint(fault, "needed: one of above and below");
	}
	a->is_below = texts[BELOW] != NULL;
	uint64_t limit = a->is_below ? a->below : a->above;
	if (texts[CLEAR] == NULL)
		a->clear = limit;
	fault->key = texts[CLEAR] != NULL ? "clear" : a->is_below ? "below" : "above";
	if (is_share(a->figure) && (limit > 100 || a->clear > 100)) {
		fault->key = limit > 100 ? (a->is_below ? "below" : "above") : "clear";
		fault_say(fault, "%" PRIu64 " is no share in percent",
			  limit > 100 ? limit : a->clear);
		return fault_hint(fault, "allowed: 0..100");
	}
	if (a->is_below ? a->clear < limit : a->clear > limit) {
		fault_say(fault, "it would clear where it fires");
		return fault_hint(fault, "allowed: %" PRIu64 " and %s", limit,
				  a->is_below ? "more" : "less");
	}
	return 0;
}

static int profile_check(const struct hl_config *config, struct hl_alert *a, struct fault *fault)
{
	fault->key = "profile";
	a->profile_index = UINT32_MAX;
	if (a->profile == NULL)
		return 0;
	if (!is_of_profile(a->figure)) {
		fault_say(fault, "%s is counted over all profiles", figures[a->figure]);
		return fault_hint(fault, "leave it out");
	}
	for (uint32_t i = 0; i < config->n_profiles; i++)
		if (strcmp(config->profiles[i].name, a->profile) == 0)
			a->profile_index = i;
	if (a->profile_index != UINT32_MAX)
		return 0;
	return fault_say(fault, "there is no profile \"%.60s\"", a->profile);
}

static int webhook_check(const struct hl_alert *a, struct fault *fault)
{
	const char *host = NULL;

	fault->key = "webhook";
	if (a->webhook == NULL)
		return 0;
	if (strncmp(a->webhook, "http://", 7) == 0)
		host = a->webhook + 7;
	if (strncmp(a->webhook, "https://", 8) == 0)
		host = a->webhook + 8;
	for (const char *at = a->webhook; host != NULL && *at != '\0'; at++)
		if (*at <= ' ' || *at > '~')
			host = NULL;
	if (host != NULL && *host != '\0' && *host != '/' && strlen(a->webhook) <= URL_MAX)
		return 0;
	fault_say(fault, "\"%.80s\" is no URL of a webhook", a->webhook);
	return fault_hint(fault, "as in https://hooks.example.net/heartline, at most %d characters",
			  URL_MAX);
}

int alert_check(struct hl_config *config, uint32_t index, char *const texts[], struct fault *fault)
{
	struct hl_alert *a = &config->alerts[index];
	int rc = name_check(config, index, fault);

	if (rc == 0)
		rc = limits_check(a, texts, fault);
	if (rc == 0)
		rc = profile_check(config, a, fault);
	return rc != 0 ? rc : webhook_check(a, fault);
}

void alerts_free(struct hl_config *config)
{
	for (uint32_t i = 0; i < config->n_alerts; i++) {
		struct hl_alert *a = &config->alerts[i];

		free(a->name);
		free(a->profile);
		free(a->webhook);
		words_free(a->command);
	}
	free(config->alerts);
}

static bool texts_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool hl_alerts_equal(const struct hl_config *a, const struct hl_config *b)
{
	if (a->n_alerts != b->n_alerts)
		return false;
	for (uint32_t i = 0; i < a->n_alerts; i++) {
		const struct hl_alert *x = &a->alerts[i], *y = &b->alerts[i];

		if (!texts_equal(x->name, y->name) || x->figure != y->figure ||
		    x->above != y->above || x->below != y->below || x->is_below != y->is_below ||
		    x->clear != y->clear || x->for_ms != y->for_ms ||
		    !texts_equal(x->profile, y->profile) || !texts_equal(x->webhook, y->webhook) ||
		    !words_equal(x->command, y->command))
			return false;
	}
	return true;
}
