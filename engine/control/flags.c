// SPDX-License-Identifier: BSD-3-Clause
// Builds configurations without a file: the same keys and ranges, one call each. Frees them, too.
#include <heartline/config.h>

#include <stdlib.h>
#include <string.h>

#include "control/alerts.h"
#include "control/csv.h"
#include "control/entries.h"
#include "control/file.h"
#include "control/keys.h"
#include "control/phases.h"
#include "control/pools.h"
#include "control/settings.h"
#include "control/yaml_position.h"

static int set(const struct key *keys, void *object, const char *name, const char *value,
	       struct hl_error *err)
{
	const struct key *key = key_find(keys, name);
	struct fault fault = { .code = EINVAL };

	if (key == NULL)
		return hl_fail(err, EINVAL, "%s: unknown key%s", name,
			       key_about_calls(name) ? "; the engine makes no calls" : "");
	return key_set(key, object, value, &fault) != 0 ? fault_fail(&fault, err) : 0;
}

int hl_profile_set(struct hl_profile *profile, const char *key, const char *value,
		   struct hl_error *err)
{
	return set(profile_keys, profile, key, value, err);
}

int hl_config_set(struct hl_config *config, const char *key, const char *value,
		  struct hl_error *err)
{
	return set(run_keys, config, key, value, err);
}

void hl_config_default(struct hl_config *config)
{
	memset(config, 0, sizeof(*config));
	key_set_defaults(run_keys, config);
}

void hl_profile_default(struct hl_profile *profile)
{
	memset(profile, 0, sizeof(*profile));
	key_set_defaults(profile_keys, profile);
}

static bool key_tell(const struct key *key, uint32_t index, struct hl_key *out)
{
	static const enum hl_key_stage stages[] = {
		[KEY_USED] = HL_KEY_USED,
		[KEY_LATER] = HL_KEY_LATER,
		[KEY_OF_LINE] = HL_KEY_OF_LINE,
	};

	for (; key->name != NULL && index > 0; index--)
		key++;
	if (key->name == NULL)
		return false;
	*out = (struct hl_key){
		.name = key->name,
		.unit = key_unit(key),
		.fallback = key->fallback != NULL ? key->fallback : "",
		.meaning = key->meaning,
		.stage = stages[key->stage],
	};
	key_allowed(key, out->allowed, sizeof(out->allowed));
	return true;
}

bool hl_profile_key(uint32_t index, struct hl_key *key)
{
	return key_tell(profile_keys, index, key);
}

bool hl_run_key(uint32_t index, struct hl_key *key)
{
	return key_tell(run_keys, index, key);
}

int hl_port_set_addresses(struct hl_port *port, const char *text, struct hl_error *err)
{
	struct fault fault = { .code = EINVAL, .key = "addresses" };
	int prefix = PREFIX_NONE, rc = 0;
	char *copy = strdup(text), *rest = copy, *item;

	if (copy == NULL)
		return hl_fail(err, ENOMEM, "addresses: out of memory");
	free(port->ranges);
	port->ranges = NULL;
	port->n_ranges = 0;
	while (rc == 0 && (item = strsep(&rest, ",")) != NULL)
		rc = addresses_add(port, item, &prefix, &fault);
	if (rc == 0 && prefix == PREFIX_NONE) {
		fault_say(&fault, "the prefix length of the subnet is missing");
		rc = fault_hint(&fault, "as in 10.99.1.1-10.99.1.4/16");
	}
	free(copy);
	if (rc != 0)
		return fault_fail(&fault, err);
	port->prefix = (uint8_t)prefix;
	return 0;
}

int hl_lines_set_range(struct hl_lines *lines, const char *text, struct hl_error *err)
{
	struct fault fault = { .code = EINVAL, .key = "range" };

	return range_set(lines, text, &fault) != 0 ? fault_fail(&fault, err) : 0;
}

int hl_lines_set_csv(struct hl_lines *lines, const char *path, const struct hl_config *config,
		     struct hl_error *err)
{
	struct fault fault = { .code = EINVAL, .key = "csv" };
	int rc;

	lines->csv = strdup(path);
	if (lines->csv == NULL)
		return hl_fail(err, ENOMEM, "csv: out of memory");
	rc = csv_read(&(struct csv_source){ config, lines }, &fault, err);
	return rc != 0 && fault.what[0] != '\0' ? fault_fail(&fault, err) : rc;
}

// The node at a path such as "ports/0/device", or the last one on the way that exists.
static int node_at(struct yaml_positions *positions, const char *path, char last[64])
{
	int node = yaml_position_root(positions);

	while (*path != '\0') {
		size_t n = strcspn(path, "/");
		int next;

		if (n >= 64)
			return node;
		if (yaml_position_is(positions, node, YAML_SEQUENCE_NODE)) {
			next = yaml_position_item(positions, node, (uint32_t)atoi(path));
		} else {
			memcpy(last, path, n);
			last[n] = '\0';
			next = yaml_position_key(positions, node, last);
		}
		if (next == 0)
			return node;
		node = next;
		path += n + (path[n] == '/');
	}
	return node;
}

int hl_config_fault(const char *path, const char *key, const char *what, const char *hint,
		    struct hl_error *err)
{
	struct fault fault = { .code = EINVAL };
	struct yaml_positions positions;
	size_t len;
	char *text, last[64] = "";
	int rc;

	if (file_read(path, &text, &len) != 0)
		return hl_fail(err, EINVAL, "%s: error: %s: %s", path, key, what);
	rc = yaml_positions_open(&positions, path, text, err);
	if (rc == 0) {
		int node = node_at(&positions, key, last);

		fault_say(&fault, "%s", what);
		fault_hint(&fault, "%s", hint != NULL ? hint : "");
		fault.key = last;
		rc = yaml_position_fail(&positions, node, 0, &fault, err);
		yaml_positions_close(&positions);
	}
	free(text);
	return rc;
}

void hl_config_free(struct hl_config *config)
{
	for (uint32_t i = 0; i < config->n_ports; i++) {
		free(config->ports[i].device);
		free(config->ports[i].ranges);
	}
	pools_free_texts(config);
	for (uint32_t i = 0; i < config->n_profiles; i++)
		settings_free(&config->profiles[i]);
	for (uint32_t i = 0; i < config->n_lines; i++) {
		free(config->lines[i].csv);
		free(config->lines[i].rows);
		free(config->lines[i].domains);
		free(config->lines[i].row_pools);
		free(config->lines[i].pool_rows);
		free(config->lines[i].texts);
	}
	free(config->ports);
	free(config->profiles);
	free(config->lines);
	free(config->user);
	free(config->dns_servers);
	free(config->control_socket);
	free(config->http);
	free(config->http_token_file);
	free(config->http_certificate_file);
	free(config->http_key_file);
	free(config->history);
	free(config->pcap);
	free(config->hep);
	free(config->trace_lines);
	free(config->state_dir);
	alerts_free(config);
	phases_free(config);
	memset(config, 0, sizeof(*config));
}
