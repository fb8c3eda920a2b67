// SPDX-License-Identifier: BSD-3-Clause
// Compares the document with the schema, in the order of the file: unknown keys, wrong types, missing
// keys.
#include "control/explain.h"

#include <stdio.h>
#include <string.h>

#include "control/keys.h"

struct explain {
	struct yaml_positions *positions;
	struct hl_error *err;
	struct fault fault;
};

static int explain_value(struct explain *e, const cyaml_schema_value_t *schema, int node,
			 const char *path);

static int minimum(int a, int b)
{
	return a < b ? a : b;
}

// Levenshtein's distance, for words of up to 63 letters.
static int word_distance(const char *a, const char *b)
{
	int row[64], la = (int)strlen(a), lb = (int)strlen(b);

	if (la > 63 || lb > 63)
		return 64;
	for (int j = 0; j <= lb; j++)
		row[j] = j;
	for (int i = 1; i <= la; i++) {
		int corner = row[0];

		row[0] = i;
		for (int j = 1; j <= lb; j++) {
			int above = row[j];

			row[j] = minimum(minimum(above, row[j - 1]) + 1,
					 corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	return row[lb];
}

static const char *word_like(const cyaml_schema_field_t *fields, const char *name)
{
	int best = minimum(4, (int)strlen(name) / 3 + 1);
	const char *like = NULL;

	for (; fields->key != NULL; fields++) {
		int distance = word_distance(name, fields->key);

		if (distance < best) {
			best = distance;
			like = fields->key;
		}
	}
	return like;
}

// "a, b, c": the keys that can be set, without those that are only known to be refused.
static void allowed_list(struct fault *fault, const cyaml_schema_field_t *fields)
{
	size_t n = 0, room = sizeof(fault->hint);

	fault->hint[0] = '\0';
	for (; fields->key != NULL && n < room; fields++) {
		const struct key *key = key_find(profile_keys, fields->key);

		if (key == NULL || key->stage == KEY_USED)
			n += (size_t)snprintf(fault->hint + n, room - n, "%s%s",
					      n == 0 ? "allowed: " : ", ", fields->key);
	}
}

static int unknown_fail(struct explain *e, const cyaml_schema_field_t *fields, int key,
			const char *path)
{
	const char *name = yaml_position_scalar(e->positions, key), *like = word_like(fields, name);
	const char *in = *path ? " in " : "";

	if (like == NULL && key_about_calls(name) && strncmp(path, "profiles.", 9) == 0) {
		fault_say(&e->fault, "%.60s: this is about calls, and the engine makes no calls",
			  name);
		fault_hint(&e->fault, "leave it out");
	} else if (like != NULL) {
		fault_say(&e->fault, "%.60s: unknown key%s%.80s; did you mean %s?", name, in, path,
			  like);
		allowed_list(&e->fault, fields);
	} else {
		fault_say(&e->fault, "%.60s: unknown key%s%.80s", name, in, path);
		allowed_list(&e->fault, fields);
	}
	return yaml_position_fail(e->positions, key, 0, &e->fault, e->err);
}

static const cyaml_schema_field_t *field_find(const cyaml_schema_field_t *fields, const char *name)
{
	for (; fields->key != NULL; fields++)
		if (strcmp(fields->key, name) == 0)
			return fields;
	return NULL;
}

static int kind_fail(struct explain *e, int node, const char *path, const char *want)
{
	const char *is = yaml_position_is(e->positions, node, YAML_SEQUENCE_NODE)  ? "a list"
			 : yaml_position_is(e->positions, node, YAML_MAPPING_NODE) ? "a mapping"
			 : *yaml_position_scalar(e->positions, node) == '\0'       ? "empty"
									     : "a single value";

	fault_say(&e->fault, "%.80s%sis %s, where %s is needed", path, *path ? " " : "the file ",
		  is, want);
	return yaml_position_fail(e->positions, node, 0, &e->fault, e->err);
}

static int explain_mapping(struct explain *e, const cyaml_schema_value_t *schema, int node,
			   const char *path)
{
	const cyaml_schema_field_t *field;
	char inner[128];
	int value, rc;

	if (!yaml_position_is(e->positions, node, YAML_MAPPING_NODE)) {
		rc = kind_fail(e, node, path, "a mapping of keys to values");
		return rc;
	}
	for (uint32_t i = 0; i < yaml_position_count(e->positions, node); i++) {
		int key = yaml_position_pair(e->positions, node, i, &value);
		const char *name = yaml_position_scalar(e->positions, key);

		field = field_find(schema->mapping.fields, name);
		if (field == NULL)
			return unknown_fail(e, schema->mapping.fields, key, path);
		snprintf(inner, sizeof(inner), "%s%s%s", path, *path ? "." : "", name);
		rc = explain_value(e, &field->value, value, inner);
		if (rc != 0)
			return rc;
	}
	for (field = schema->mapping.fields; field->key != NULL; field++) {
		if ((field->value.flags & CYAML_FLAG_OPTIONAL) != 0 ||
		    yaml_position_key(e->positions, node, field->key) != 0)
			continue;
		fault_say(&e->fault, "%s is missing%s%.80s", field->key, *path ? " in " : "", path);
		return yaml_position_fail(e->positions, node, 0, &e->fault, e->err);
	}
	return 0;
}

static int explain_sequence(struct explain *e, const cyaml_schema_value_t *schema, int node,
			    const char *path)
{
	uint32_t n = yaml_position_count(e->positions, node);
	char inner[128];

	if (!yaml_position_is(e->positions, node, YAML_SEQUENCE_NODE))
		return kind_fail(e, node, path, "a list (\"- ...\")");
	for (uint32_t i = 0; i < n; i++) {
		int rc;

		snprintf(inner, sizeof(inner), "%.100s[%u]", path, i);
		rc = explain_value(e, schema->sequence.entry,
				   yaml_position_item(e->positions, node, i), inner);
		if (rc != 0)
			return rc;
	}
	if (n >= schema->sequence.min && n <= schema->sequence.max)
		return 0;
	if (n == 0) {
		fault_say(&e->fault, "%.80s has no entries", path);
		fault_hint(&e->fault, "needed: at least one \"- ...\"");
	} else {
		fault_say(&e->fault, "%.80s has %u entries", path, n);
		fault_hint(&e->fault, "allowed: %u..%u", schema->sequence.min,
			   schema->sequence.max);
	}
	return yaml_position_fail(e->positions, node, 0, &e->fault, e->err);
}

static int explain_value(struct explain *e, const cyaml_schema_value_t *schema, int node,
			 const char *path)
{
	switch (schema->type) {
	case CYAML_MAPPING:
		return explain_mapping(e, schema, node, path);
	case CYAML_SEQUENCE:
		return explain_sequence(e, schema, node, path);
	case CYAML_STRING:
		if (yaml_position_is(e->positions, node, YAML_SCALAR_NODE))
			return 0;
		return kind_fail(e, node, path, "a single value");
	default:
		return 0;
	}
}

int explain_fail(const cyaml_schema_value_t *schema, struct yaml_positions *positions,
		 struct hl_error *err)
{
	struct explain e = { .positions = positions, .err = err, .fault = { .code = EINVAL } };

	if (yaml_position_root(positions) == 0) {
		fault_say(&e.fault, "the file is empty");
		fault_hint(&e.fault, "needed: ports, profiles, lines");
		return yaml_position_fail(positions, 0, 0, &e.fault, err);
	}
	return explain_value(&e, schema, yaml_position_root(positions), "");
}
