// SPDX-License-Identifier: BSD-3-Clause
// The worker alone: OPTIONS and its answer through rx, tick and act, with Ethernet, IPv4, UDP and
// software checksums; no device.
#include <stdio.h>

#include "transactions.h"

static int run(const struct bench_options *o)
{
	static const struct transactions options = {
		.label = "worker",
		.rig = { .profile = ", register_refresh_interval: 86400s, "
				    "primary_detect_interval: 10s" },
		.method = HL_OPTIONS,
		.interval_s = 10,
	};

	if (o->json)
		printf("{\"bench\": \"worker\", \"results\": [");
	transactions_sweep(o, &options, true);
	if (o->json)
		printf("]}\n");
	return 0;
}

const struct bench bench_worker = { "worker", "OPTIONS through the worker alone, by lines", run };
