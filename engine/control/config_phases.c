// SPDX-License-Identifier: BSD-3-Clause
// Reads expectations and phases out of a document.
#include "control/reader.h"

#include <stdlib.h>
#include <string.h>

#include "control/command.h"
#include "control/measures.h"
#include "control/phases.h"

#define WITHIN_MS 30000 // until a program is given up, unless the file says otherwise
#define WITHIN_MAX_MS (24 * 3600 * UINT64_C(1000))

int config_expect_read(struct reader *r, const struct expect_text *text)
{
	fault_at(&r->fault, FAULT_EXPECT, 0, NULL);
	for (unsigned m = 0; m < HL_MEASURES; m++)
		if (text->values[m] != NULL &&
		    expectation_add(&r->config->expect, (enum hl_measure)m, text->values[m],
				    &r->fault) != 0)
			return reader_fail(r);
	return 0;
}

// Fail with r->fault at a key of a mapping inside of the phase.
static int inner_fail(struct reader *r, const char *mapping)
{
	int node = yaml_position_key(&r->positions, reader_entry(r), mapping);
	int value = yaml_position_key(&r->positions, node, r->fault.key);

	return yaml_position_fail(&r->positions, value != 0 ? value : node, 0, &r->fault, r->err);
}

static int thresholds_read(struct reader *r, const struct expect_text *text, const char *mapping,
			   int (*check)(enum hl_measure, struct fault *),
			   struct hl_expectations *to)
{
	for (unsigned m = 0; m < HL_MEASURES; m++) {
		enum hl_measure measure = (enum hl_measure)m;

		if (text->values[m] == NULL)
			continue;
		if (check(measure, &r->fault) != 0 ||
		    expectation_add(to, measure, text->values[m], &r->fault) != 0)
			return inner_fail(r, mapping);
	}
	return 0;
}

static int action_fail(struct reader *r, int node, const char *what)
{
	r->fault.key = "do";
	fault_say(&r->fault, "%s", what);
	fault_hint(
		&r->fault,
		"as in server drain P (a command of heartline ctl), {run: /usr/local/bin/kill-p, "
		"within: 10s}, {registrar: silent, socket: /run/lab/registrar.sock}");
	return yaml_position_fail(&r->positions, node, 0, &r->fault, r->err);
}

// A text is split at its blanks; a list has its words as they are.
static int words_read(struct reader *r, int node,
		      int (*add)(char ***words, const char *word, struct fault *fault), char ***to)
{
	struct yaml_positions *positions = &r->positions;
	bool list = yaml_position_is(positions, node, YAML_SEQUENCE_NODE);
	const char *text = yaml_position_scalar(positions, node);
	uint32_t n = list ? yaml_position_count(positions, node) : 0;
	char word[1024];

	if (!list && (text == NULL || *text == '\0'))
		return action_fail(r, node, "a text, or a list of words, is needed");
	for (uint32_t i = 0; i < n; i++) {
		int item = yaml_position_item(positions, node, i);
		const char *at = yaml_position_scalar(positions, item);

		if (at == NULL)
			return action_fail(r, item, "a single word is needed");
		if (add(to, at, &r->fault) != 0)
			return yaml_position_fail(positions, item, 0, &r->fault, r->err);
	}
	for (const char *at = text; !list && *(at += strspn(at, " ")) != '\0';) {
		size_t len = strcspn(at, " ");

		if (len >= sizeof(word))
			return action_fail(r, node, "a word is too long");
		memcpy(word, at, len);
		word[len] = '\0';
		at += len;
		if (add(to, word, &r->fault) != 0)
			return yaml_position_fail(positions, node, 0, &r->fault, r->err);
	}
	return *to != NULL ? 0 : action_fail(r, node, "there is no word in it");
}

static int within_read(struct reader *r, int node, uint64_t *ms)
{
	const char *text = yaml_position_scalar(&r->positions, node);

	if (text != NULL && hl_time_parse(text, 1000, ms) == 0 && *ms > 0 && *ms <= WITHIN_MAX_MS)
		return 0;
	r->fault.key = "within";
	fault_say(&r->fault, "\"%.40s\" is no time to wait for", text != NULL ? text : "");
	fault_hint(&r->fault, "allowed: 1ms..24h, as in 30s");
	return yaml_position_fail(&r->positions, node, 0, &r->fault, r->err);
}

static int socket_read(struct reader *r, int node, struct hl_action *action)
{
	const char *text = yaml_position_scalar(&r->positions, node);

	if (text == NULL || text[0] != '/' || strlen(text) > HL_SOCKET_PATH_MAX)
		return action_fail(r, node, "socket: an absolute path is needed");
	action->socket = strdup(text);
	return action->socket != NULL ? 0 : reader_memory_fail(r);
}

// {run: ...} or {registrar: ...}, with what goes along.
static int action_mapping_read(struct reader *r, int node, struct hl_action *action)
{
	struct yaml_positions *positions = &r->positions;
	int run = yaml_position_key(positions, node, "run"), value, rc;
	int registrar = yaml_position_key(positions, node, "registrar");

	if ((run != 0) == (registrar != 0))
		return action_fail(r, node, "needed is one of run and registrar");
	action->kind = run != 0 ? HL_ACTION_PROGRAM : HL_ACTION_REGISTRAR;
	for (uint32_t i = 0; i < yaml_position_count(positions, node); i++) {
		int key = yaml_position_pair(positions, node, i, &value);
		const char *name = yaml_position_scalar(positions, key);

		if (value == run)
			rc = words_read(r, value, command_add, &action->words);
		else if (value == registrar)
			rc = words_read(r, value, words_add, &action->words);
		else if (run != 0 && strcmp(name, "within") == 0)
			rc = within_read(r, value, &action->within_ms);
		else if (registrar != 0 && strcmp(name, "socket") == 0)
			rc = socket_read(r, value, action);
		else
			rc = action_fail(r, key, "unknown key");
		if (rc != 0)
			return rc;
	}
	if (registrar != 0 && action->socket == NULL)
		return action_fail(
			r, node, "socket is missing: what heartline registrar --control was given");
	return 0;
}

static int actions_read(struct reader *r, struct hl_phase *phase)
{
	struct yaml_positions *positions = &r->positions;
	int node = yaml_position_key(positions, reader_entry(r), "do");
	uint32_t n = yaml_position_count(positions, node);

	if (node == 0)
		return 0;
	r->fault.key = "do";
	if (!yaml_position_is(positions, node, YAML_SEQUENCE_NODE))
		return action_fail(r, node, "a list is needed");
	phase->actions = calloc(n > 0 ? n : 1, sizeof(*phase->actions));
	if (phase->actions == NULL)
		return reader_memory_fail(r);
	for (uint32_t i = 0; i < n; i++) {
		struct hl_action *action = &phase->actions[i];
		int item = yaml_position_item(positions, node, i);

		phase->n_actions++;
		action->kind = HL_ACTION_COMMAND;
		action->within_ms = WITHIN_MS;

		int rc = yaml_position_is(positions, item, YAML_MAPPING_NODE)
				 ? action_mapping_read(r, item, action)
				 : words_read(r, item, words_add, &action->words);

		if (rc != 0)
			return rc;
	}
	return 0;
}

static int phase_read(struct reader *r, const struct phase_text *text, struct hl_phase *phase)
{
	key_set_defaults(phase_keys, phase);

	int rc = reader_keys(r, phase_keys, text->values, phase);

	if (rc == 0)
		rc = thresholds_read(r, &text->until, "until", phase_until_check, &phase->until);
	if (rc == 0)
		rc = thresholds_read(r, &text->expect, "expect", phase_expect_check,
				     &phase->expect);
	if (rc == 0)
		rc = actions_read(r, phase);
	if (rc == 0 && (phase_check(phase, text->values, &r->fault) != 0 ||
			phase_rate_read(phase, &r->fault) != 0))
		rc = reader_fail(r);
	return rc;
}

int config_phases_read(struct reader *r, const struct phase_text *texts, uint32_t n)
{
	if (n == 0)
		return 0;
	r->config->phases = calloc(n, sizeof(*r->config->phases));
	if (r->config->phases == NULL)
		return reader_memory_fail(r);
	for (uint32_t i = 0; i < n; i++) {
		fault_at(&r->fault, FAULT_PHASE, i, NULL);
		r->config->n_phases++;

		int rc = phase_read(r, &texts[i], &r->config->phases[i]);

		if (rc != 0)
			return rc;
	}
	if (r->config->duration_ms == 0)
		return 0;
	fault_at(&r->fault, FAULT_FILE, 0, "duration");
	fault_say(&r->fault, "the phases say how long the run is");
	fault_hint(&r->fault, "leave it out, or the phases");
	return reader_fail(r);
}
