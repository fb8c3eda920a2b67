// SPDX-License-Identifier: BSD-3-Clause
// Schema of the configuration for libcyaml, made from the key table and the names of the profiles.
//
// libcyaml wants to know every key before it reads, and profiles are named by the user: the names
// are taken from the document first, and become keys of the schema like all others.
#include "control/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

#include "control/explain.h"

enum { FILE_FIELDS = 7 }; // ports, pools, profiles, lines, alerts, expect, phases

struct schema {
	struct file_text *text;
	cyaml_schema_value_t file, port, pool, lines, alert, phase;
	cyaml_schema_field_t file_fields[RUN_KEYS_MAX + FILE_FIELDS + 1];
	cyaml_schema_field_t profile_fields[PROFILE_KEYS_MAX + 1];
	cyaml_schema_field_t pool_fields[POOL_KEYS_MAX + 3];
	cyaml_schema_field_t alert_fields[ALERT_KEYS_MAX + 2];
	cyaml_schema_field_t expect_fields[HL_MEASURES + 1];
	cyaml_schema_field_t phase_fields[PHASE_KEYS_MAX + 4]; // until, expect, do
	cyaml_schema_field_t *profiles;                        // one a profile
	char said[256]; // libcyaml's first words about a fault
};

static const cyaml_schema_value_t any_text = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, CYAML_UNLIMITED),
};

static const cyaml_schema_field_t port_fields[] = {
	CYAML_FIELD_STRING_PTR("device", CYAML_FLAG_POINTER, struct port_text, device, 0,
			       CYAML_UNLIMITED),
	CYAML_FIELD_IGNORE("addresses", CYAML_FLAG_OPTIONAL),
	CYAML_FIELD_STRING_PTR("gateway", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
			       struct port_text, gateway, 0, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t lines_fields[] = {
	CYAML_FIELD_STRING_PTR("profile", CYAML_FLAG_POINTER, struct lines_text, profile, 0,
			       CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("range", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct lines_text,
			       range, 0, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("csv", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct lines_text,
			       csv, 0, CYAML_UNLIMITED),
	CYAML_FIELD_STRING_PTR("pool", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct lines_text,
			       pool, 0, CYAML_UNLIMITED),
	CYAML_FIELD_END,
};

// Fields of a table of keys, each an optional text in an array of pointers.
static uint32_t fields_of_keys(const struct key *keys, uint32_t offset, cyaml_schema_field_t *out)
{
	uint32_t n = 0;

	for (; keys[n].name != NULL; n++) {
		out[n] = (cyaml_schema_field_t){
			.key = keys[n].name,
			.data_offset = offset + n * (uint32_t)sizeof(char *),
			.value = any_text,
		};
		out[n].value.flags = CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL;
		if (keys[n].type == KEY_HEADERS) // its names are the user's: read from the document
			out[n].value = (cyaml_schema_value_t){ .type = CYAML_IGNORE,
							       .flags = CYAML_FLAG_OPTIONAL };
	}
	return n;
}

static void fields_of_measures(cyaml_schema_field_t *out)
{
	for (uint32_t m = 0; m < HL_MEASURES; m++)
		out[m] = (cyaml_schema_field_t){
			.key = hl_measure_name((enum hl_measure)m),
			.data_offset = m * (uint32_t)sizeof(char *),
			.value = { CYAML_VALUE_STRING(CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
						      char *, 0, CYAML_UNLIMITED) },
		};
}

static cyaml_schema_field_t *fields_of_profiles(struct schema *s, struct yaml_positions *positions,
						uint32_t n)
{
	int profiles = yaml_position_key(positions, yaml_position_root(positions), "profiles"),
	    value;
	cyaml_schema_field_t *fields = calloc(n + 1, sizeof(*fields));

	for (uint32_t i = 0; fields != NULL && i < n; i++)
		fields[i] = (cyaml_schema_field_t){
			.key = yaml_position_scalar(
				positions, yaml_position_pair(positions, profiles, i, &value)),
			.data_offset = i * (uint32_t)sizeof(struct profile_text),
			.value = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct profile_text,
						       s->profile_fields) },
		};
	return fields;
}

static int schema_make(struct schema *s, struct yaml_positions *positions)
{
	int profiles = yaml_position_key(positions, yaml_position_root(positions), "profiles");
	uint32_t n_profiles = yaml_position_is(positions, profiles, YAML_MAPPING_NODE)
				      ? yaml_position_count(positions, profiles)
				      : 0;
	cyaml_schema_field_t *field = s->file_fields;

	fields_of_keys(profile_keys, 0, s->profile_fields);
	s->profiles = fields_of_profiles(s, positions, n_profiles);
	if (s->profiles == NULL)
		return -ENOMEM;
	s->port = (cyaml_schema_value_t){ CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct port_text,
							      port_fields) };
	s->lines = (cyaml_schema_value_t){ CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT,
							       struct lines_text, lines_fields) };

	*field++ = (cyaml_schema_field_t)CYAML_FIELD_SEQUENCE_COUNT(
		"ports", CYAML_FLAG_POINTER, struct file_text, ports, n_ports, &s->port, 1,
		HL_PORTS_MAX);
	uint32_t n = fields_of_keys(pool_keys, 0, s->pool_fields);
	s->pool_fields[n++] = (cyaml_schema_field_t)CYAML_FIELD_IGNORE("addresses",
								       CYAML_FLAG_DEFAULT);
	s->pool_fields[n++] = (cyaml_schema_field_t)CYAML_FIELD_IGNORE("routes",
								       CYAML_FLAG_OPTIONAL);
	s->pool = (cyaml_schema_value_t){ CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct pool_text,
							      s->pool_fields) };
	*field++ = (cyaml_schema_field_t)CYAML_FIELD_SEQUENCE_COUNT(
		"pools", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct file_text, pools, n_pools,
		&s->pool, 1, HL_POOLS_MAX);
	*field++ = (cyaml_schema_field_t)CYAML_FIELD_MAPPING_PTR(
		"profiles", CYAML_FLAG_POINTER, struct file_text, profiles, s->profiles);
	field[-1].value.data_size = (n_profiles > 0 ? n_profiles : 1) *
				    (uint32_t)sizeof(struct profile_text);
	*field++ = (cyaml_schema_field_t)CYAML_FIELD_SEQUENCE_COUNT(
		"lines", CYAML_FLAG_POINTER, struct file_text, lines, n_lines, &s->lines, 1,
		CYAML_UNLIMITED);
	n = fields_of_keys(alert_keys, 0, s->alert_fields);
	s->alert_fields[n] = (cyaml_schema_field_t)CYAML_FIELD_IGNORE("command",
								      CYAML_FLAG_OPTIONAL);
	s->alert = (cyaml_schema_value_t){ CYAML_VALUE_MAPPING(
		CYAML_FLAG_DEFAULT, struct alert_text, s->alert_fields) };
	*field++ = (cyaml_schema_field_t)CYAML_FIELD_SEQUENCE_COUNT(
		"alerts", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct file_text, alerts,
		n_alerts, &s->alert, 1, HL_ALERTS_MAX);
	fields_of_measures(s->expect_fields);
	n = fields_of_keys(phase_keys, 0, s->phase_fields);
	s->phase_fields[n++] = (cyaml_schema_field_t)CYAML_FIELD_MAPPING(
		"until", CYAML_FLAG_OPTIONAL, struct phase_text, until, s->expect_fields);
	s->phase_fields[n++] = (cyaml_schema_field_t)CYAML_FIELD_MAPPING(
		"expect", CYAML_FLAG_OPTIONAL, struct phase_text, expect, s->expect_fields);
	s->phase_fields[n++] = (cyaml_schema_field_t)CYAML_FIELD_IGNORE("do", CYAML_FLAG_OPTIONAL);
	*field++ = (cyaml_schema_field_t)CYAML_FIELD_MAPPING(
		"expect", CYAML_FLAG_OPTIONAL, struct file_text, expect, s->expect_fields);
	s->phase = (cyaml_schema_value_t){ CYAML_VALUE_MAPPING(
		CYAML_FLAG_DEFAULT, struct phase_text, s->phase_fields) };
	*field++ = (cyaml_schema_field_t)CYAML_FIELD_SEQUENCE_COUNT(
		"phases", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct file_text, phases,
		n_phases, &s->phase, 1, HL_PHASES_MAX);
	fields_of_keys(run_keys, offsetof(struct file_text, values), field);
	s->file = (cyaml_schema_value_t){ CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_text,
							      s->file_fields) };
	return 0;
}

// libcyaml speaks in lines; the first one is the reason, a backtrace follows.
static void log_keep(cyaml_log_t level, void *context, const char *format, va_list args)
{
	struct schema *s = context;

	if (level < CYAML_LOG_ERROR || s->said[0] != '\0')
		return;
	vsnprintf(s->said, sizeof(s->said), format, args);
	s->said[strcspn(s->said, "\n")] = '\0';
}

static cyaml_config_t config_make(struct schema *s)
{
	return (cyaml_config_t){
		.log_fn = log_keep,
		.log_ctx = s,
		.log_level = CYAML_LOG_ERROR,
		.mem_fn = cyaml_mem,
		.flags = CYAML_CFG_DEFAULT,
	};
}

int schema_load(struct schema **schema, struct yaml_positions *positions, struct hl_error *err)
{
	struct fault fault = { .code = EINVAL };
	struct schema *s = calloc(1, sizeof(*s));
	cyaml_config_t config = config_make(s);
	cyaml_err_t said;
	int rc;

	if (s == NULL || schema_make(s, positions) != 0) {
		schema_free(s);
		return hl_fail(err, ENOMEM, "%s: out of memory", positions->source.name);
	}
	// libcyaml decides; where it says no, the document shows the place
	said = cyaml_load_data((const uint8_t *)positions->source.text, positions->source.len,
			       &config, &s->file, (cyaml_data_t **)&s->text, NULL);
	if (said == CYAML_OK && s->text != NULL) {
		*schema = s;
		return 0;
	}
	rc = explain_fail(&s->file, positions, err);
	if (rc == 0) {
		fault_say(&fault, "%s (%s)", cyaml_strerror(said), s->said);
		rc = yaml_position_fail(positions, yaml_position_root(positions), 0, &fault, err);
	}
	schema_free(s);
	return rc;
}

const struct file_text *schema_text(const struct schema *schema)
{
	return schema->text;
}

void schema_free(struct schema *schema)
{
	if (schema == NULL)
		return;
	if (schema->text != NULL) {
		cyaml_config_t config = config_make(schema);

		cyaml_free(&config, &schema->file, schema->text, 0);
	}
	free(schema->profiles);
	free(schema);
}
