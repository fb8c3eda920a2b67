// SPDX-License-Identifier: BSD-3-Clause
// The constants of a plan made, copied, published, reclaimed.
#include "control/constants.h"

#include <string.h>

#include "base/memory.h"

static size_t bytes_of(uint32_t n_shapes)
{
	return sizeof(struct plan_constants) + n_shapes * sizeof(struct plan_shape *);
}

struct plan_constants *constants_new(void)
{
	return memory_zalloc(1, bytes_of(0), 64);
}

struct plan_constants *constants_copy(const struct plan_constants *old, uint32_t n_shapes)
{
	struct plan_constants *copy = memory_zalloc(1, bytes_of(n_shapes), 64);

	if (copy == NULL)
		return NULL;
	memcpy(copy, old, bytes_of(old->n_shapes < n_shapes ? old->n_shapes : n_shapes));
	copy->n_shapes = n_shapes;
	return copy;
}

void shape_free(struct plan_shape *shape)
{
	if (shape == NULL)
		return;
	for (int server = 0; server < HL_SERVERS; server++)
		for (int text = 0; text < PLAN_TEXTS; text++)
			template_free(&shape->text[server][text]);
	memory_free(shape);
}

void constants_free(struct plan_constants *c, const struct plan_constants *kept)
{
	if (c == NULL)
		return;
	for (uint32_t i = 0; i < c->n_shapes; i++)
		if (kept == NULL || i >= kept->n_shapes || c->shapes[i] != kept->shapes[i])
			shape_free(c->shapes[i]);
	if (kept == NULL || c->profiles != kept->profiles)
		memory_free(c->profiles);
	if (kept == NULL || c->domains != kept->domains)
		memory_free(c->domains);
	memory_free(c);
}

void constants_publish(struct hl_plan *plan, struct plan_constants *next)
{
	publish_next(&plan->constants, &next->published);
	hl_plan_reclaim(plan);
}

// What an old one shares with the next it shares with all that come between that and its end: versions are
// reclaimed in their order, so the next one is still there.
void hl_plan_reclaim(struct hl_plan *plan)
{
	struct published *left;

	while ((left = publish_reclaim(&plan->constants)) != NULL)
		constants_free((struct plan_constants *)left, (struct plan_constants *)left->newer);
}
