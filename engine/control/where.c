// SPDX-License-Identifier: BSD-3-Clause
// The document tree of libyaml as a map from keys to lines and columns.
#include "control/where.h"

#include <string.h>

#include <heartline/config.h>

#define KEYS_MAX HL_PROFILES_MAX // no mapping has more: they are compared in pairs

static const char *scalar_text(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

static bool tab_indents(const struct where *w, uint32_t line)
{
	const char *at = w->text;

	for (; line > 1 && (at = strchr(at, '\n')) != NULL; line--)
		at++;
	return at != NULL && at[strspn(at, " ")] == '\t';
}

// Bad YAML: libyaml's own words, at its own place.
static int parser_fail(struct where *w, const yaml_parser_t *parser, struct hl_error *err)
{
	uint32_t line = (uint32_t)parser->problem_mark.line + 1;
	uint32_t column = (uint32_t)parser->problem_mark.column + 1;
	struct fault fault = { .code = EINVAL };

	if (parser->error == YAML_MEMORY_ERROR)
		return hl_fail(err, ENOMEM, "%s: out of memory", w->name);
	if (parser->error == YAML_READER_ERROR) { // knows bytes only
		line = column = 1;
		for (size_t i = 0; i < parser->problem_offset && i < w->len; i++) {
			column = w->text[i] == '\n' ? 1 : column + 1;
			line += w->text[i] == '\n';
		}
	}
	fault_say(&fault, "YAML: %s", parser->problem != NULL ? parser->problem : "not readable");
	if (parser->error == YAML_SCANNER_ERROR && tab_indents(w, line))
		fault_hint(&fault, "indent with spaces: YAML takes no tabs");
	else if (parser->context != NULL)
		fault_hint(&fault, "%s that begins in line %zu", parser->context,
			   parser->context_mark.line + 1);
	return fault_fail_at(&fault, w->name, w->text, w->len, line, column, err);
}

// The key of pair `i` stands before it, too.
static int twice_check(struct where *w, const yaml_node_t *map, uint32_t i, struct hl_error *err)
{
	struct fault fault = { .code = EINVAL };
	int key = map->data.mapping.pairs.start[i].key;
	const yaml_node_t *node = yaml_document_get_node(&w->document, key);

	if (node->type != YAML_SCALAR_NODE) {
		fault_say(&fault, "a key must be a word, not a list or a mapping");
		return where_fail(w, key, 0, &fault, err);
	}
	for (uint32_t j = 0; j < i; j++) {
		const yaml_node_t *other = yaml_document_get_node(
			&w->document, map->data.mapping.pairs.start[j].key);

		if (strcmp(scalar_text(node), scalar_text(other)) != 0)
			continue;
		fault_say(&fault, "%.80s stands twice here", scalar_text(node));
		fault_hint(&fault, "the first one is in line %zu", other->start_mark.line + 1);
		return where_fail(w, key, 0, &fault, err);
	}
	return 0;
}

static int keys_check(struct where *w, struct hl_error *err)
{
	const yaml_node_t *node = w->document.nodes.start;
	struct fault fault = { .code = EINVAL };

	for (; node < w->document.nodes.top; node++) {
		if (node->type != YAML_MAPPING_NODE)
			continue;
		uint32_t n = (uint32_t)(node->data.mapping.pairs.top -
					node->data.mapping.pairs.start);

		if (n > KEYS_MAX) {
			fault_say(&fault, "%u keys in one place are too many", n);
			fault_hint(&fault, "allowed: up to %u", KEYS_MAX);
			return where_fail(w, (int)(node - w->document.nodes.start) + 1, 0, &fault,
					  err);
		}
		for (uint32_t i = 0; i < n; i++) {
			int rc = twice_check(w, node, i, err);

			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

// Of a second document nothing would be read.
static int second_check(struct where *w, yaml_parser_t *parser, struct hl_error *err)
{
	struct fault fault = { .code = EINVAL };
	yaml_document_t second;
	int rc = 0;

	if (!yaml_parser_load(parser, &second))
		return parser_fail(w, parser, err);
	if (yaml_document_get_root_node(&second) != NULL) {
		fault_say(&fault, "a second YAML document begins here");
		fault_hint(&fault, "one document a file: leave the \"---\" out");
		rc = fault_fail_at(&fault, w->name, w->text, w->len,
				   (uint32_t)second.start_mark.line + 1,
				   (uint32_t)second.start_mark.column + 1, err);
	}
	yaml_document_delete(&second);
	return rc;
}

int where_open(struct where *w, const char *name, const char *text, struct hl_error *err)
{
	yaml_parser_t parser;
	int rc = 0;

	*w = (struct where){ .name = name, .text = text, .len = strlen(text) };
	if (!yaml_parser_initialize(&parser))
		return hl_fail(err, ENOMEM, "%s: out of memory", name);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, w->len);
	if (yaml_parser_load(&parser, &w->document)) {
		w->open = true;
		if (where_root(w) != 0)
			rc = second_check(w, &parser, err);
	} else {
		rc = parser_fail(w, &parser, err);
	}
	yaml_parser_delete(&parser);
	if (rc == 0)
		rc = keys_check(w, err);
	if (rc != 0)
		where_close(w);
	return rc;
}

void where_close(struct where *w)
{
	if (w->open)
		yaml_document_delete(&w->document);
	w->open = false;
}

static yaml_node_t *node_get(struct where *w, int node)
{
	return node > 0 ? yaml_document_get_node(&w->document, node) : NULL;
}

int where_root(struct where *w)
{
	return yaml_document_get_root_node(&w->document) != NULL ? 1 : 0;
}

bool where_is(struct where *w, int node, yaml_node_type_t type)
{
	const yaml_node_t *n = node_get(w, node);

	return n != NULL && n->type == type;
}

uint32_t where_count(struct where *w, int node)
{
	const yaml_node_t *n = node_get(w, node);

	if (n != NULL && n->type == YAML_MAPPING_NODE)
		return (uint32_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
	if (n != NULL && n->type == YAML_SEQUENCE_NODE)
		return (uint32_t)(n->data.sequence.items.top - n->data.sequence.items.start);
	return 0;
}

int where_item(struct where *w, int node, uint32_t index)
{
	if (!where_is(w, node, YAML_SEQUENCE_NODE) || index >= where_count(w, node))
		return 0;
	return node_get(w, node)->data.sequence.items.start[index];
}

int where_pair(struct where *w, int node, uint32_t index, int *value)
{
	const yaml_node_pair_t *pair;

	*value = 0;
	if (!where_is(w, node, YAML_MAPPING_NODE) || index >= where_count(w, node))
		return 0;
	pair = &node_get(w, node)->data.mapping.pairs.start[index];
	*value = pair->value;
	return pair->key;
}

int where_key(struct where *w, int node, const char *key)
{
	for (uint32_t i = 0; i < where_count(w, node); i++) {
		int value, name = where_pair(w, node, i, &value);

		if (name != 0 && strcmp(where_scalar(w, name), key) == 0)
			return value;
	}
	return 0;
}

const char *where_scalar(struct where *w, int node)
{
	return where_is(w, node, YAML_SCALAR_NODE) ? scalar_text(node_get(w, node)) : NULL;
}

int where_fail(struct where *w, int node, uint32_t skip, const struct fault *fault,
	       struct hl_error *err)
{
	const yaml_node_t *n = node_get(w, node);
	uint32_t line = 1, column = 1;

	if (n != NULL) {
		line = (uint32_t)n->start_mark.line + 1;
		column = (uint32_t)n->start_mark.column + 1;
		if (n->type == YAML_SCALAR_NODE && n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
			column++; // the quote
		column += skip;
	}
	return fault_fail_at(fault, w->name, w->text, w->len, line, column, err);
}
