// SPDX-License-Identifier: BSD-3-Clause
// Settings of a profile changed while workers run: other constants, made beside those that are read.
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "control/constants.h"
#include "control/planner.h"
#include "control/settings.h"
#include "control/shapes.h"
#include "worker/transport.h"

struct change {
	struct hl_plan *plan;
	uint32_t profile;
	const struct hl_profile *settings;
	const struct plan_constants *now;
	struct plan_constants *next;
	struct messages **messages; // by domain; NULL: not written yet
	struct hl_error *err;
};

static int no_memory(const struct change *c)
{
	return hl_fail(c->err, ENOMEM,
		       "profile %s: no memory for other settings; it goes on as before",
		       c->settings->name);
}

// Write the messages of a domain with the new settings, unless that was done.
static int messages_ensure(struct change *c, uint32_t domain)
{
	char text[sizeof(c->now->domains->uri)];

	if (c->messages[domain] != NULL)
		return 0;
	c->messages[domain] = calloc(1, sizeof(*c->messages[domain]));
	if (c->messages[domain] == NULL)
		return no_memory(c);
	domain_text(&c->now->domains[domain], text);
	return messages_write(c->settings, &c->now->profiles[c->now->domains[domain].profile], text,
			      c->now->transport->via, c->messages[domain], c->err);
}

static int shape_remake(struct change *c, uint32_t index)
{
	const struct plan_shape *old = c->now->shapes[index];
	uint32_t bytes = 0, room = c->now->message_room;
	struct plan_shape *shape;
	int rc = messages_ensure(c, old->domain);

	if (rc != 0)
		return rc;
	shape = memory_zalloc(1, sizeof(*shape), 64);
	if (shape == NULL)
		return no_memory(c);
	*shape = *old;
	memset(shape->text, 0, sizeof(shape->text));
	c->next->shapes[index] = shape;
	rc = shape_compile(shape, c->messages[old->domain], room, &bytes);
	if (rc == -EMSGSIZE)
		return hl_fail(c->err, EINVAL,
			       "profile %s: a message of its lines may have %u bytes then, and a "
			       "frame holds %u; shorten user_agent, allow, supported or headers",
			       c->settings->name, bytes, room);
	return rc == 0 ? 0 : no_memory(c);
}

// Shapes of other profiles are shared, however many they are.
static int texts_remake(struct change *c)
{
	const struct hl_profile *old = &c->plan->settings[c->profile];
	struct plan_profile *profile = &c->next->profiles[c->profile];
	const struct plan_profile *before = &c->now->profiles[c->profile];
	bool differ = settings_differ_in_text(old, c->settings);
	int rc = 0;

	profile->text_changes += differ || profile->expires_s != before->expires_s ||
				 profile->subscribe_s != before->subscribe_s;
	if (!differ)
		return 0;
	c->messages = calloc(c->now->n_domains, sizeof(*c->messages));
	if (c->messages == NULL)
		return no_memory(c);
	for (uint32_t i = 0; rc == 0 && i < c->now->n_shapes; i++)
		if (c->now->shapes[i]->profile == c->profile)
			rc = shape_remake(c, i);
	for (uint32_t i = 0; i < c->now->n_domains; i++)
		free(c->messages[i]);
	free(c->messages);
	return rc;
}

static int constants_remake(struct change *c)
{
	struct plan_profile *profiles;
	uint32_t n = c->now->n_profiles;

	c->next = constants_copy(c->now, c->now->n_shapes);
	profiles = memory_zalloc(n, sizeof(*profiles), 64);
	if (c->next == NULL || profiles == NULL) {
		memory_free(profiles);
		return no_memory(c);
	}
	memcpy(profiles, c->now->profiles, n * sizeof(*profiles));
	c->next->profiles = profiles;
	profile_fill(c->settings, c->plan->options.n_workers, &profiles[c->profile]);
	return texts_remake(c);
}

int hl_plan_change_profile(struct hl_plan *plan, uint32_t profile,
			   const struct hl_profile *settings, struct hl_error *err)
{
	struct change c = { plan, profile, settings, plan_constants(plan), NULL, NULL, err };
	struct hl_profile copy;
	int rc;

	if (profile >= c.now->n_profiles)
		return hl_fail(err, EINVAL, "profile %u: the plan has %u", profile,
			       c.now->n_profiles);
	rc = settings_check(&plan->settings[profile], settings, err);
	if (rc != 0)
		return rc;
	if (settings_copy(&copy, settings) != 0)
		return no_memory(&c);
	rc = constants_remake(&c);
	if (rc != 0) {
		constants_free(c.next, c.now);
		settings_free(&copy);
		return rc;
	}
	settings_free(&plan->settings[profile]);
	plan->settings[profile] = copy;
	constants_publish(plan, c.next);
	return 0;
}

int hl_plan_change_key(struct hl_plan *plan, uint32_t profile, const char *key, const char *value,
		       struct hl_error *err)
{
	struct hl_profile settings;
	int rc;

	if (profile >= plan_constants(plan)->n_profiles)
		return hl_fail(err, EINVAL, "profile %u: the plan has %u", profile,
			       plan_constants(plan)->n_profiles);
	if (settings_copy(&settings, &plan->settings[profile]) != 0)
		return hl_fail(err, ENOMEM, "profile %s: no memory for other settings",
			       plan->settings[profile].name);
	rc = hl_profile_set(&settings, key, value, err);
	if (rc == 0)
		rc = hl_plan_change_profile(plan, profile, &settings, err);
	settings_free(&settings);
	return rc;
}
