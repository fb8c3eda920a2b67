// SPDX-License-Identifier: BSD-3-Clause
// A ring.

#include "session/view_series.h"

void view_series_add(struct view_series *s, const struct second_sample *sample)
{
	s->ring[s->n++ % VIEW_SERIES_SECONDS] = *sample;
}

uint64_t view_series_first(const struct view_series *s, uint64_t after, uint32_t max)
{
	uint64_t have = s->n < VIEW_SERIES_SECONDS ? s->n : VIEW_SERIES_SECONDS;
	uint64_t most = max < have ? max : have;

	if (after > s->n) // of another run: what this one has is all new
		after = 0;
	return s->n - after > most ? s->n - most + 1 : after + 1;
}

const struct second_sample *view_series_at(const struct view_series *s, uint64_t number)
{
	return &s->ring[(number - 1) % VIEW_SERIES_SECONDS];
}
