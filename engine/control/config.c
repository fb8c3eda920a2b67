// SPDX-License-Identifier: BSD-3-Clause
// From the file to struct hl_config: texts by libcyaml, values by the key table, then the whole.
#include <heartline/config.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/check.h"
#include "control/command.h"
#include "control/csv.h"
#include "control/entries.h"
#include "control/file.h"
#include "control/headers.h"
#include "control/reader.h"

int reader_addresses(struct reader *r, struct hl_port *port)
{
	int node = yaml_position_key(&r->positions, reader_entry(r), "addresses"),
	    prefix = PREFIX_NONE;
	bool list = yaml_position_is(&r->positions, node, YAML_SEQUENCE_NODE);

	r->fault.key = "addresses";
	for (uint32_t i = 0; i < (list ? yaml_position_count(&r->positions, node) : 1); i++) {
		int item = list ? yaml_position_item(&r->positions, node, i) : node;
		const char *text = yaml_position_scalar(&r->positions, item);

		if (text == NULL) {
			fault_say(&r->fault, "a range or a list of ranges is needed here");
			fault_hint(&r->fault, "as in 10.99.1.1-10.99.1.4/16");
			return yaml_position_fail(&r->positions, item, 0, &r->fault, r->err);
		}
		if (addresses_add(port, text, &prefix, &r->fault) != 0)
			return yaml_position_fail(&r->positions, item, 0, &r->fault, r->err);
	}
	if (prefix == PREFIX_NONE) {
		fault_say(&r->fault, "the prefix length of the subnet is missing");
		fault_hint(&r->fault, "as in 10.99.1.1-10.99.1.4/16");
		return reader_fail(r);
	}
	port->prefix = (uint8_t)prefix;
	return 0;
}

static const struct key gateway_key = {
	.name = "gateway",
	.type = KEY_ADDRESS,
	.offset = offsetof(struct hl_port, gateway),
	.bytes = sizeof(((struct hl_port *)NULL)->gateway),
	.meaning = "next hop to servers outside of the subnet",
};

// Where there are pools, they have the addresses.
static int port_addresses_read(struct reader *r, const struct port_text *text, bool pooled,
			       struct hl_port *port)
{
	bool given = yaml_position_key(&r->positions, reader_entry(r), "addresses") != 0;

	if (given)
		return reader_addresses(r, port);
	if (pooled && text->gateway == NULL)
		return 0;
	r->fault.key = text->gateway != NULL ? "gateway" : NULL;
	fault_say(&r->fault, "the port has no addresses");
	fault_hint(&r->fault, pooled ? "a gateway belongs to its pool"
				     : "needed: addresses, as in 10.99.1.1-10.99.1.4/16, or pools");
	return reader_fail(r);
}

static int port_read(struct reader *r, const struct port_text *text, bool pooled,
		     struct hl_port *port)
{
	int rc = port_addresses_read(r, text, pooled, port);

	if (rc != 0)
		return rc;
	r->fault.key = "device";
	if (*text->device == '\0') {
		fault_say(&r->fault, "the name of a device is needed");
		fault_hint(&r->fault, "as in net_tap0,iface=hl0 or 0000:03:00.0");
		return reader_fail(r);
	}
	port->device = strdup(text->device);
	if (port->device == NULL)
		return reader_memory_fail(r);
	if (text->gateway == NULL)
		return 0;
	if (key_set(&gateway_key, port, text->gateway, &r->fault) != 0)
		return reader_fail(r);
	return 0;
}

static int ports_read(struct reader *r, const struct file_text *text)
{
	r->config->ports = calloc(text->n_ports, sizeof(*r->config->ports));
	if (r->config->ports == NULL)
		return reader_memory_fail(r);
	for (uint32_t i = 0; i < text->n_ports; i++) {
		fault_at(&r->fault, FAULT_PORT, i, NULL);
		r->config->n_ports++;

		int rc = port_read(r, &text->ports[i], text->n_pools > 0, &r->config->ports[i]);

		if (rc != 0)
			return rc;
	}
	return 0;
}

// `headers` is a mapping of names to values, or a text of lines.
static int headers_read(struct reader *r, struct hl_profile *profile)
{
	struct yaml_positions *positions = &r->positions;
	int node = yaml_position_key(positions, reader_entry(r), "headers"), value;
	const char *text = yaml_position_scalar(positions, node);

	if (node == 0)
		return 0;
	r->fault.key = "headers";
	if (text != NULL)
		return key_set(key_find(profile_keys, "headers"), profile, text, &r->fault) != 0
			       ? reader_fail(r)
			       : 0;
	if (!yaml_position_is(positions, node, YAML_MAPPING_NODE)) {
		fault_say(&r->fault, "a list, where names with values are needed");
		fault_hint(&r->fault, "as in {X-Lab: 7}");
		return reader_fail(r);
	}
	for (uint32_t i = 0; i < yaml_position_count(positions, node); i++) {
		int name = yaml_position_pair(positions, node, i, &value);

		text = yaml_position_scalar(positions, value);
		if (text == NULL) {
			fault_say(&r->fault, "%.60s has no single value",
				  yaml_position_scalar(positions, name));
			fault_hint(&r->fault, "as in {X-Lab: 7}");
			return yaml_position_fail(positions, value, 0, &r->fault, r->err);
		}
		if (header_add(&profile->headers, yaml_position_scalar(positions, name), text,
			       &r->fault) != 0)
			return yaml_position_fail(positions, name, 0, &r->fault, r->err);
	}
	return 0;
}

static int profile_read(struct reader *r, const struct profile_text *text, const char *name,
			struct hl_profile *profile)
{
	hl_profile_default(profile);
	profile->name = strdup(name);
	if (profile->name == NULL)
		return reader_memory_fail(r);
	int rc = reader_keys(r, profile_keys, text->values, profile);
	return rc != 0 ? rc : headers_read(r, profile);
}

static int profiles_read(struct reader *r, const struct file_text *text)
{
	int node = yaml_position_key(&r->positions, yaml_position_root(&r->positions), "profiles");
	uint32_t n = yaml_position_count(&r->positions, node);

	fault_at(&r->fault, FAULT_FILE, 0, "profiles");
	if (n == 0 || n > HL_PROFILES_MAX) {
		fault_say(&r->fault, "%u profiles", n);
		fault_hint(&r->fault, "allowed: 1..%u", HL_PROFILES_MAX);
		return reader_fail(r);
	}
	r->config->profiles = calloc(n, sizeof(*r->config->profiles));
	if (r->config->profiles == NULL)
		return reader_memory_fail(r);
	for (uint32_t i = 0; i < n; i++) {
		int value, key = yaml_position_pair(&r->positions, node, i, &value);

		fault_at(&r->fault, FAULT_PROFILE, i, NULL);
		r->config->n_profiles++;

		int rc = profile_read(r, &text->profiles[i],
				      yaml_position_scalar(&r->positions, key),
				      &r->config->profiles[i]);

		if (rc != 0)
			return rc;
	}
	return 0;
}

static int profile_find(struct reader *r, const char *name, uint32_t *index)
{
	struct fault *fault = &r->fault;
	size_t n = 0;

	for (uint32_t i = 0; i < r->config->n_profiles; i++)
		if (strcmp(r->config->profiles[i].name, name) == 0) {
			*index = i;
			return 0;
		}
	fault->key = "profile";
	fault_say(fault, "there is no profile \"%.60s\"", name);
	for (uint32_t i = 0; i < r->config->n_profiles && n < sizeof(fault->hint); i++)
		n += (size_t)snprintf(fault->hint + n, sizeof(fault->hint) - n, "%s%s",
				      i == 0 ? "allowed: " : ", ", r->config->profiles[i].name);
	return reader_fail(r);
}

static int group_csv_read(struct reader *r, const char *path, struct hl_lines *lines)
{
	int rc;

	lines->csv = file_beside(r->folder_of, path);
	if (lines->csv == NULL)
		return reader_memory_fail(r);
	r->fault.what[0] = '\0';
	rc = csv_read(&(struct csv_source){ r->config, lines }, &r->fault, r->err);
	return rc != 0 && r->fault.what[0] != '\0' ? reader_fail(r) : rc;
}

static int group_read(struct reader *r, const struct lines_text *text, struct hl_lines *lines)
{
	int rc = profile_find(r, text->profile, &lines->profile);

	if (rc == 0)
		rc = config_pool_find(r, text->pool, lines->profile, &lines->pool);
	if (rc != 0)
		return rc;
	if ((text->range == NULL) == (text->csv == NULL)) {
		r->fault.key = text->csv != NULL ? "csv" : NULL;
		fault_say(&r->fault, text->csv != NULL ? "range is given, too"
						       : "neither range nor csv is given");
		fault_hint(&r->fault, "needed: one of range and csv");
		return reader_fail(r);
	}
	r->fault.key = text->csv != NULL ? "csv" : "range";
	if (text->csv != NULL)
		return group_csv_read(r, text->csv, lines);
	return range_set(lines, text->range, &r->fault) != 0 ? reader_fail(r) : 0;
}

static int lines_read(struct reader *r, const struct file_text *text)
{
	r->config->lines = calloc(text->n_lines, sizeof(*r->config->lines));
	if (r->config->lines == NULL)
		return reader_memory_fail(r);
	for (uint32_t i = 0; i < text->n_lines; i++) {
		fault_at(&r->fault, FAULT_LINES, i, NULL);
		r->config->n_lines++;

		int rc = group_read(r, &text->lines[i], &r->config->lines[i]);

		if (rc != 0)
			return rc;
		r->config->total += lines_count(&r->config->lines[i]);
	}
	return 0;
}

// `command` is one text, a program, or a list of the program and its arguments.
static int command_read(struct reader *r, struct hl_alert *alert)
{
	int node = yaml_position_key(&r->positions, reader_entry(r), "command");
	bool list = yaml_position_is(&r->positions, node, YAML_SEQUENCE_NODE);
	uint32_t n = list ? yaml_position_count(&r->positions, node) : 1;

	if (node == 0)
		return 0;
	r->fault.key = "command";
	for (uint32_t i = 0; i < n; i++) {
		int item = list ? yaml_position_item(&r->positions, node, i) : node;
		const char *text = yaml_position_scalar(&r->positions, item);

		if (command_add(&alert->command, text, &r->fault) != 0)
			return yaml_position_fail(&r->positions, item, 0, &r->fault, r->err);
	}
	return 0;
}

static int alerts_read(struct reader *r, const struct file_text *text)
{
	if (text->n_alerts == 0)
		return 0;
	r->config->alerts = calloc(text->n_alerts, sizeof(*r->config->alerts));
	if (r->config->alerts == NULL)
		return reader_memory_fail(r);
	for (uint32_t i = 0; i < text->n_alerts; i++) {
		struct hl_alert *alert = &r->config->alerts[i];

		fault_at(&r->fault, FAULT_ALERT, i, NULL);
		r->config->n_alerts++;
		key_set_defaults(alert_keys, alert);

		int rc = reader_keys(r, alert_keys, text->alerts[i].values, alert);

		if (rc == 0)
			rc = command_read(r, alert);
		if (rc != 0)
			return rc;
		r->fault.key = NULL;
		if (alert_check(r->config, i, text->alerts[i].values, &r->fault) != 0)
			return reader_fail(r);
	}
	return 0;
}

static int file_text_read(struct reader *r, const struct file_text *text)
{
	int rc = reader_keys(r, run_keys, text->values, r->config);

	if (rc == 0)
		rc = ports_read(r, text);
	if (rc == 0)
		rc = config_pools_read(r, text->pools, text->n_pools);
	if (rc == 0)
		rc = profiles_read(r, text);
	if (rc == 0)
		rc = lines_read(r, text);
	if (rc == 0)
		config_pools_leases(r->config);
	if (rc == 0)
		rc = alerts_read(r, text);
	if (rc == 0)
		rc = config_expect_read(r, &text->expect);
	if (rc == 0)
		rc = config_phases_read(r, text->phases, text->n_phases);
	if (rc == 0 && check_config(r->config, &r->fault) != 0)
		rc = reader_fail(r);
	return rc;
}

static int config_read(struct hl_config *config, const char *name, const char *folder_of,
		       const char *text, struct hl_error *err)
{
	struct reader r = {
		.config = config, .folder_of = folder_of, .err = err, .fault = { .code = EINVAL }
	};
	struct schema *schema = NULL;
	int rc;

	memset(config, 0, sizeof(*config));
	key_set_defaults(run_keys, config);
	rc = yaml_positions_open(&r.positions, name, text, err);
	if (rc != 0)
		return rc;
	rc = schema_load(&schema, &r.positions, err);
	if (rc == 0)
		rc = file_text_read(&r, schema_text(schema));
	schema_free(schema);
	yaml_positions_close(&r.positions);
	return rc;
}

int hl_config_parse(struct hl_config *config, const char *name, const char *text,
		    struct hl_error *err)
{
	return config_read(config, name, NULL, text, err);
}

// libyaml would end at a NUL byte and silently ignore the rest.
static int nul_fail(const char *path, const char *text, size_t len, struct hl_error *err)
{
	struct fault fault = { .code = EINVAL };
	uint32_t line = 1, column = 1;

	for (const char *at = text; *at != '\0'; at++) {
		column = *at == '\n' ? 1 : column + 1;
		line += *at == '\n';
	}
	fault_say(&fault, "this is not text: it holds a NUL byte");
	fault_hint(&fault, "needed: YAML, in UTF-8");
	const struct fault_source source = { path, text, len };
	return fault_fail_at(&fault, &source, line, column, err);
}

int hl_config_load(struct hl_config *config, const char *path, struct hl_error *err)
{
	size_t len;
	char *text;
	int rc = file_read(path, &text, &len);

	memset(config, 0, sizeof(*config));
	if (rc != 0)
		return hl_fail(err, -rc, "%s: error: cannot be read: %s", path, strerror(-rc));
	if (strlen(text) != len)
		rc = nul_fail(path, text, len, err);
	else
		rc = config_read(config, path, path, text, err);
	free(text);
	return rc;
}
