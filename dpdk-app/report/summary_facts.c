// SPDX-License-Identifier: BSD-3-Clause
// Reads the machine as it says it is, and the configuration as the program understood it.

#include "report/summary_facts.h"

#include <stdlib.h>
#include <string.h>

#include "report/environment.h"
#include "report/summary_metrics.h"

#define VALUE_ROOM 1024

static json_t *devices_array(const struct hl_config *config)
{
	json_t *array = json_array();

	for (uint32_t i = 0; config && i < config->n_ports; i++)
		if (config->ports[i].device)
			json_array_append_new(array, json_string(config->ports[i].device));
	return array;
}

json_t *environment_object(const struct hl_config *config)
{
	struct environment e;

	environment_take(&e);
	return json_pack("{ss ss ss ss ss ss so}", "heartline", e.heartline, "dpdk", e.dpdk,
			 "built_for", HEARTLINE_MARCH, "system", e.os, "processor", e.processor,
			 "processors", e.processors, "devices", devices_array(config));
}

// Of what one of the two lists of keys has: hl_run_key() or hl_profile_key().
struct key_list {
	bool (*key)(uint32_t index, struct hl_key *key);
	bool (*value)(const void *object, uint32_t index, char *text, size_t room);
};

static bool run_value(const void *config, uint32_t index, char *text, size_t room)
{
	return hl_run_value(config, index, text, room);
}

static bool profile_value(const void *profile, uint32_t index, char *text, size_t room)
{
	return hl_profile_value(profile, index, text, room);
}

static const struct key_list run_list = { hl_run_key, run_value };
static const struct key_list profile_list = { hl_profile_key, profile_value };

// Those that are set otherwise than in `plain`, and those that are not.
static json_t *settings_object(const struct key_list *list, const void *object, const void *plain)
{
	json_t *changed = json_object(), *defaults = json_object();
	char value[VALUE_ROOM], fallback[VALUE_ROOM];
	struct hl_key key;

	for (uint32_t i = 0; list->key(i, &key); i++) {
		if (key.stage != HL_KEY_USED)
			continue;
		list->value(object, i, value, sizeof(value));
		list->value(plain, i, fallback, sizeof(fallback));
		json_object_set_new(strcmp(value, fallback) != 0 ? changed : defaults, key.name,
				    json_string(value));
	}
	return json_pack("{so so}", "changed", changed, "defaults", defaults);
}

static json_t *profile_object(const struct hl_profile *profile, const struct hl_profile *plain)
{
	json_t *object = settings_object(&profile_list, profile, plain);

	json_object_set_new(object, "silence_ms", whole(hl_profile_silence_ms(profile)));
	json_object_set_new(object, "detect_ms", whole(hl_profile_detect_ms(profile)));
	json_object_set_new(object, "switch_ms", whole(hl_profile_switch_ms(profile)));
	return object;
}

json_t *configuration_object(const struct hl_config *config, const char *source)
{
	struct hl_config plain;
	json_t *profiles = json_object();

	if (!config) {
		json_decref(profiles);
		return json_null();
	}
	hl_config_default(&plain);
	plain.profiles = calloc(1, sizeof(*plain.profiles));
	plain.n_profiles = plain.profiles ? 1 : 0;
	if (plain.profiles)
		hl_profile_default(plain.profiles);
	for (uint32_t i = 0; plain.profiles && i < config->n_profiles; i++)
		json_object_set_new(profiles, config->profiles[i].name,
				    profile_object(&config->profiles[i], plain.profiles));
	json_t *object = json_pack(
		"{so so so}", "source", source ? json_string(source) : json_null(), "run",
		settings_object(&run_list, config, &plain), "profiles", profiles);
	hl_config_free(&plain);
	return object;
}
