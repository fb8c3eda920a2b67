// SPDX-License-Identifier: BSD-3-Clause
// The constants of a plan made, copied with more room, and freed.
#include "control/constants.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

static size_t bytes_of(uint32_t n_shapes)
{
	return sizeof(struct plan_constants) + n_shapes * sizeof(struct plan_shape *);
}

int constants_grow(struct plan_constants **constants, uint32_t n_shapes)
{
	struct plan_constants *grown = memory_zalloc(1, bytes_of(n_shapes), 64);

	if (grown == NULL)
		return -ENOMEM;
	if (*constants != NULL)
		memcpy(grown, *constants, bytes_of((*constants)->n_shapes));
	grown->n_shapes = n_shapes;
	memory_free(*constants);
	*constants = grown;
	return 0;
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

void constants_free(struct plan_constants *constants)
{
	if (constants == NULL)
		return;
	for (uint32_t i = 0; i < constants->n_shapes; i++)
		shape_free(constants->shapes[i]);
	memory_free(constants->profiles);
	memory_free(constants->domains);
	memory_free(constants);
}
