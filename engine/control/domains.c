// SPDX-License-Identifier: BSD-3-Clause
// Finds equal domains by a hash that ignores case: equal texts are in one run of the table.
#include "control/domains.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/siphash.h"
#include "control/identity.h"

#define DOMAINS_MAX (HL_PROFILES_MAX + HL_DOMAINS_MAX)
static_assert(DOMAINS_MAX <= UINT16_MAX, "an index has 16 bits");

#define TABLE_SLOTS 16384 // a power of two, at least twice DOMAINS_MAX
static_assert(TABLE_SLOTS >= 2 * DOMAINS_MAX, "runs stay short");

struct intern_table {
	struct domains *domains;
	uint32_t most;
	uint16_t table[TABLE_SLOTS]; // index + 1; 0: free
};

static int memory_fail(struct fault *fault)
{
	fault_say(fault, "out of memory");
	fault->code = ENOMEM;
	return -ENOMEM;
}

// Its place in the table is that of all texts which differ from it by case alone.
static uint32_t slot_of(uint32_t profile, const char *text)
{
	const uint64_t key[2] = { 0x68656172746c696e, profile };
	char lower[IDENTITY_TEXT_MAX];
	uint32_t n = 0;

	for (; n < sizeof(lower) && text[n] != '\0'; n++)
		lower[n] = (char)tolower((unsigned char)text[n]);
	return (uint32_t)siphash(key, lower, n) & (TABLE_SLOTS - 1);
}

// Index of a domain, added when it is new; -E2BIG.
static int32_t domain_intern(struct intern_table *t, uint32_t profile, const char *text)
{
	struct domains *d = t->domains;
	uint32_t slot = slot_of(profile, text), same = d->n;

	for (; t->table[slot] != 0; slot = (slot + 1) & (TABLE_SLOTS - 1)) {
		const struct domain *known = &d->list[t->table[slot] - 1];

		if (known->profile != profile || strcasecmp(known->text, text) != 0)
			continue;
		if (strcmp(known->text, text) == 0)
			return t->table[slot] - 1;
		same = known->same;
	}
	if (d->n == t->most)
		return -E2BIG;
	d->list[d->n] = (struct domain){ .profile = profile, .text = text, .same = same };
	t->table[slot] = (uint16_t)++d->n;
	return (int32_t)d->n - 1;
}

static void own_domain_intern(struct intern_table *t, const struct hl_config *config,
			      uint32_t profile)
{
	const struct hl_profile *p = &config->profiles[profile];
	char *address = t->domains->addresses[profile];

	hl_addr_format_host(&p->primary.addr, address);
	domain_intern(t, profile,
		      p->proxy_server != NULL   ? p->proxy_server
		      : p->primary_name != NULL ? p->primary_name
						: address);
}

// A configuration made by hand was not read by csv.c, so a domain is checked when it is new.
static int row_domain_intern(struct intern_table *t, const struct hl_config *config, uint32_t group,
			     uint32_t row, struct fault *fault)
{
	const struct hl_lines *lines = &config->lines[group];
	const char *text = lines->domains[row];
	uint32_t known = t->domains->n, at;
	int32_t index = text != NULL ? domain_intern(t, lines->profile, text)
				     : (int32_t)lines->profile;

	if (index < 0) {
		fault_say(fault, "%.127s is one domain too many", text);
		fault_hint(fault, "allowed in all CSV files: %u, each counted once in a profile",
			   HL_DOMAINS_MAX);
	} else if ((uint32_t)index < known ||
		   domain_check(text, (uint32_t)strlen(text), &at, fault) == 0) {
		t->domains->of_rows[group][row] = (uint16_t)index;
		return 0;
	}
	fault->row = row;
	return fault_at(fault, FAULT_ROW, group, "domain");
}

static int row_domains_intern(struct intern_table *t, const struct hl_config *config,
			      struct fault *fault)
{
	for (uint32_t g = 0; g < config->n_lines; g++) {
		const struct hl_lines *lines = &config->lines[g];

		if (lines->csv == NULL || lines->domains == NULL)
			continue;
		t->domains->of_rows[g] = malloc(lines->n_rows * sizeof(uint16_t));
		if (t->domains->of_rows[g] == NULL)
			return memory_fail(fault);
		for (uint32_t r = 0; r < lines->n_rows; r++) {
			int rc = row_domain_intern(t, config, g, r, fault);

			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

int domains_make(struct domains *domains, const struct hl_config *config, struct fault *fault)
{
	struct intern_table *t = calloc(1, sizeof(*t));
	int rc;

	*domains = (struct domains){
		.list = calloc(DOMAINS_MAX, sizeof(*domains->list)),
		.of_rows = calloc((size_t)config->n_lines + 1, sizeof(*domains->of_rows)),
		.addresses = calloc((size_t)config->n_profiles + 1, sizeof(*domains->addresses)),
	};
	if (t != NULL && domains->list != NULL && domains->of_rows != NULL &&
	    domains->addresses != NULL) {
		t->domains = domains;
		t->most = config->n_profiles + HL_DOMAINS_MAX;
		for (uint32_t i = 0; i < config->n_profiles; i++)
			own_domain_intern(t, config, i);
		rc = row_domains_intern(t, config, fault);
	} else {
		rc = memory_fail(fault);
	}
	free(t);
	return rc;
}

void domains_free(struct domains *domains, const struct hl_config *config)
{
	for (uint32_t g = 0; domains->of_rows != NULL && g < config->n_lines; g++)
		free(domains->of_rows[g]);
	free(domains->of_rows);
	free(domains->list);
	free(domains->addresses);
	*domains = (struct domains){ 0 };
}
