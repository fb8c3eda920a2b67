// SPDX-License-Identifier: BSD-3-Clause
// Finds keys in the document tree of libyaml, with their lines and columns.
#include "control/yaml_position.h"

#include <string.h>

#include <heartline/config.h>

#define KEYS_MAX HL_PROFILES_MAX // no mapping has more: they are compared in pairs

static const char *scalar_text(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

static bool tab_indents(const struct yaml_positions *positions, uint32_t line)
{
	const char *at = positions->source.text;

	for (; line > 1 && (at = strchr(at, '\n')) != NULL; line--)
		at++;
	return at != NULL && at[strspn(at, " ")] == '\t';
}

// Invalid YAML: show libyaml's message at the position it gives.
static int parser_fail(struct yaml_positions *positions, const yaml_parser_t *parser,
		       struct hl_error *err)
{
	uint32_t line = (uint32_t)parser->problem_mark.line + 1;
	uint32_t column = (uint32_t)parser->problem_mark.column + 1;
	struct fault fault = { .code = EINVAL };

	if (parser->error == YAML_MEMORY_ERROR)
		return hl_fail(err, ENOMEM, "%s: out of memory", positions->source.name);
	if (parser->error == YAML_READER_ERROR) { // knows bytes only
		line = column = 1;
		for (size_t i = 0; i < parser->problem_offset && i < positions->source.len; i++) {
			column = positions->source.text[i] == '\n' ? 1 : column + 1;
			line += positions->source.text[i] == '\n';
		}
	}
	fault_say(&fault, "YAML: %s", parser->problem != NULL ? parser->problem : "not readable");
	if (parser->error == YAML_SCANNER_ERROR && tab_indents(positions, line))
		fault_hint(&fault, "indent with spaces: YAML takes no tabs");
	else if (parser->context != NULL)
		fault_hint(&fault, "%s that begins in line %zu", parser->context,
			   parser->context_mark.line + 1);
	return fault_fail_at(&fault, &positions->source, line, column, err);
}

// Fail when the key of pair `i` also appears before it.
static int twice_check(struct yaml_positions *positions, const yaml_node_t *map, uint32_t i,
		       struct hl_error *err)
{
	struct fault fault = { .code = EINVAL };
	int key = map->data.mapping.pairs.start[i].key;
	const yaml_node_t *node = yaml_document_get_node(&positions->document, key);

	if (node->type != YAML_SCALAR_NODE) {
		fault_say(&fault, "a key must be a word, not a list or a mapping");
		return yaml_position_fail(positions, key, 0, &fault, err);
	}
	for (uint32_t j = 0; j < i; j++) {
		const yaml_node_t *other = yaml_document_get_node(
			&positions->document, map->data.mapping.pairs.start[j].key);

		if (strcmp(scalar_text(node), scalar_text(other)) != 0)
			continue;
		fault_say(&fault, "%.80s appears twice here", scalar_text(node));
		fault_hint(&fault, "the first one is in line %zu", other->start_mark.line + 1);
		return yaml_position_fail(positions, key, 0, &fault, err);
	}
	return 0;
}

static int keys_check(struct yaml_positions *positions, struct hl_error *err)
{
	const yaml_node_t *node = positions->document.nodes.start;
	struct fault fault = { .code = EINVAL };

	for (; node < positions->document.nodes.top; node++) {
		if (node->type != YAML_MAPPING_NODE)
			continue;
		uint32_t n = (uint32_t)(node->data.mapping.pairs.top -
					node->data.mapping.pairs.start);

		if (n > KEYS_MAX) {
			fault_say(&fault, "%u keys in one place are too many", n);
			fault_hint(&fault, "allowed: up to %u", KEYS_MAX);
			return yaml_position_fail(positions,
						  (int)(node - positions->document.nodes.start) + 1,
						  0, &fault, err);
		}
		for (uint32_t i = 0; i < n; i++) {
			int rc = twice_check(positions, node, i, err);

			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

// A second document would be ignored.
static int second_check(struct yaml_positions *positions, yaml_parser_t *parser,
			struct hl_error *err)
{
	struct fault fault = { .code = EINVAL };
	yaml_document_t second;
	int rc = 0;

	if (!yaml_parser_load(parser, &second))
		return parser_fail(positions, parser, err);
	if (yaml_document_get_root_node(&second) != NULL) {
		fault_say(&fault, "a second YAML document begins here");
		fault_hint(&fault, "one document per file: leave the \"---\" out");
		rc = fault_fail_at(&fault, &positions->source, (uint32_t)second.start_mark.line + 1,
				   (uint32_t)second.start_mark.column + 1, err);
	}
	yaml_document_delete(&second);
	return rc;
}

int yaml_positions_open(struct yaml_positions *positions, const char *name, const char *text,
			struct hl_error *err)
{
	yaml_parser_t parser;
	int rc = 0;

	*positions = (struct yaml_positions){ .source = { name, text, strlen(text) } };
	if (!yaml_parser_initialize(&parser))
		return hl_fail(err, ENOMEM, "%s: out of memory", name);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, positions->source.len);
	if (yaml_parser_load(&parser, &positions->document)) {
		positions->open = true;
		if (yaml_position_root(positions) != 0)
			rc = second_check(positions, &parser, err);
	} else {
		rc = parser_fail(positions, &parser, err);
	}
	yaml_parser_delete(&parser);
	if (rc == 0)
		rc = keys_check(positions, err);
	if (rc != 0)
		yaml_positions_close(positions);
	return rc;
}

void yaml_positions_close(struct yaml_positions *positions)
{
	if (positions->open)
		yaml_document_delete(&positions->document);
	positions->open = false;
}

static yaml_node_t *node_get(struct yaml_positions *positions, int node)
{
	return node > 0 ? yaml_document_get_node(&positions->document, node) : NULL;
}

int yaml_position_root(struct yaml_positions *positions)
{
	return yaml_document_get_root_node(&positions->document) != NULL ? 1 : 0;
}

bool yaml_position_is(struct yaml_positions *positions, int node, yaml_node_type_t type)
{
	const yaml_node_t *n = node_get(positions, node);

	return n != NULL && n->type == type;
}

uint32_t yaml_position_count(struct yaml_positions *positions, int node)
{
	const yaml_node_t *n = node_get(positions, node);

	if (n != NULL && n->type == YAML_MAPPING_NODE)
		return (uint32_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
	if (n != NULL && n->type == YAML_SEQUENCE_NODE)
		return (uint32_t)(n->data.sequence.items.top - n->data.sequence.items.start);
	return 0;
}

int yaml_position_item(struct yaml_positions *positions, int node, uint32_t index)
{
	if (!yaml_position_is(positions, node, YAML_SEQUENCE_NODE) ||
	    index >= yaml_position_count(positions, node))
		return 0;
	return node_get(positions, node)->data.sequence.items.start[index];
}

int yaml_position_pair(struct yaml_positions *positions, int node, uint32_t index, int *value)
{
	const yaml_node_pair_t *pair;

	*value = 0;
	if (!yaml_position_is(positions, node, YAML_MAPPING_NODE) ||
	    index >= yaml_position_count(positions, node))
		return 0;
	pair = &node_get(positions, node)->data.mapping.pairs.start[index];
	*value = pair->value;
	return pair->key;
}

int yaml_position_key(struct yaml_positions *positions, int node, const char *key)
{
	for (uint32_t i = 0; i < yaml_position_count(positions, node); i++) {
		int value, name = yaml_position_pair(positions, node, i, &value);

		if (name != 0 && strcmp(yaml_position_scalar(positions, name), key) == 0)
			return value;
	}
	return 0;
}

const char *yaml_position_scalar(struct yaml_positions *positions, int node)
{
	return yaml_position_is(positions, node, YAML_SCALAR_NODE)
		       ? scalar_text(node_get(positions, node))
		       : NULL;
}

int yaml_position_fail(struct yaml_positions *positions, int node, uint32_t skip,
		       const struct fault *fault, struct hl_error *err)
{
	const yaml_node_t *n = node_get(positions, node);
	uint32_t line = 1, column = 1;

	if (n != NULL) {
		line = (uint32_t)n->start_mark.line + 1;
		column = (uint32_t)n->start_mark.column + 1;
		if (n->type == YAML_SCALAR_NODE && n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
			column++; // the quote
		column += skip;
	}
	return fault_fail_at(fault, &positions->source, line, column, err);
}
