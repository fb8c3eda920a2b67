// SPDX-License-Identifier: BSD-3-Clause
// Names once, then rows of numbers.

#include "report/second_sample.h"

#include "report/summary_metrics.h"

json_t *second_columns(void)
{
	return json_pack("[ssssssssss]", "time_ms", "requests", "answers", "retransmissions",
			 "rtt_p50_us", "rtt_p99_us", "on_primary", "on_backup", "down", "moving");
}

json_t *second_row(const struct second_sample *s)
{
	return json_pack("[o o o o o o o o o o]", whole(s->at_ms), whole(s->requests),
			 whole(s->answers), whole(s->retransmissions), tenths(s->rtt_p50_us),
			 tenths(s->rtt_p99_us), whole(s->on_primary), whole(s->on_backup),
			 whole(s->down), whole(s->moving));
}
