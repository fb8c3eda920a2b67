// SPDX-License-Identifier: BSD-3-Clause
// Values of keys as text: what was read comes back, and no secret.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include <heartline/config.h>

static struct hl_profile *config_one(struct hl_config *config)
{
	hl_config_default(config);
	config->profiles = calloc(1, sizeof(*config->profiles));
	cr_assert(config->profiles);
	config->n_profiles = 1;
	hl_profile_default(config->profiles);
	return config->profiles;
}

static const char *profile_text(const struct hl_profile *profile, const char *name)
{
	static char text[256];
	struct hl_key key;

	for (uint32_t i = 0; hl_profile_key(i, &key); i++)
		if (strcmp(key.name, name) == 0 && hl_profile_value(profile, i, text, sizeof(text)))
			return text;
	return NULL;
}

Test(key_text, values_come_back_as_a_file_takes_them)
{
	static const struct {
		const char *key, *value, *text;
	} rows[] = {
		{ "outbound_server", "10.1.2.3", "10.1.2.3" },
		{ "outbound_server", "sip.example.net", "sip.example.net" },
		{ "outbound_port", "5070", "5070" },
		{ "options_timeout", "1500ms", "1500ms" },
		{ "options_timeout", "2s", "2s" },
		{ "register_refresh_interval", "2min", "120s" },
		{ "prefer_primary", "on", "on" },
		{ "fail_compare", "exceed", "exceed" },
		{ "failover_codes", "404,500-502", "404,500-502" },
		{ "server_address", "10.9.9.9", "10.9.9.9" },
		{ "user_agent", "lab phone", "lab phone" },
		{ "password", "secret", "(set, not shown)" },
		{ "backup_outbound_server", "", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hl_config config;
		struct hl_profile *profile = config_one(&config);
		struct hl_error err;

		int rc = hl_profile_set(profile, rows[i].key, rows[i].value, &err);
		cr_assert_eq(rc, 0, "%s: %s", rows[i].key, err.text);
		cr_expect_str_eq(profile_text(profile, rows[i].key), rows[i].text, "%s",
				 rows[i].key);
		hl_config_free(&config);
	}
}

// What it tells of a default can be read again, and is then the same.
Test(key_text, every_default_can_be_read_again)
{
	struct hl_config config, plain;
	struct hl_profile *profile = config_one(&config);
	struct hl_key key;
	char text[1024];

	for (uint32_t i = 0; hl_profile_key(i, &key); i++) {
		struct hl_error err;

		if (key.stage != HL_KEY_USED)
			continue;
		cr_assert(hl_profile_value(profile, i, text, sizeof(text)));
		if (*text == '\0')
			continue;
		cr_expect_eq(hl_profile_set(profile, key.name, text, &err), 0, "%s: %s: %s",
			     key.name, text, err.text);
	}
	cr_expect(hl_profile_equal(profile, config_one(&plain)));
	cr_expect_not(hl_profile_value(profile, 1000, text, sizeof(text)));
	hl_config_free(&config);
	hl_config_free(&plain);
}

Test(key_text, a_text_that_does_not_fit_is_cut)
{
	struct hl_config config;
	struct hl_profile *profile = config_one(&config);
	struct hl_error err;
	char text[8];
	struct hl_key key;

	cr_assert_eq(hl_profile_set(profile, "failover_codes", "404,500-502,600", &err), 0);
	for (uint32_t i = 0; hl_profile_key(i, &key); i++) {
		memset(text, 'x', sizeof(text));
		cr_assert(hl_profile_value(profile, i, text, sizeof(text)));
		cr_expect(memchr(text, '\0', sizeof(text)), "%s", key.name);
	}
	hl_config_free(&config);
}
