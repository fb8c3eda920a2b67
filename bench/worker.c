// SPDX-License-Identifier: BSD-3-Clause
// The worker alone: OPTIONS and its answer through rx, tick and act, with Ethernet, IPv4, UDP and
// software checksums; no device.
#include "transactions.h"

static int run(const struct bench_options *o)
{
	static const struct transactions options = {
		.label = "options",
		.rig = { .profile = ", register_refresh_interval: 86400s, "
				    "primary_detect_interval: 1s" },
		.method = HL_OPTIONS,
		.interval_s = 1,
	};

	return transactions_sweep("worker", o, &options, 1);
}

const struct bench bench_worker = { "worker", "OPTIONS through the worker alone, by lines", run };
