// SPDX-License-Identifier: BSD-3-Clause
// The worker alone: REGISTER with digest, the nonce reused, and with a 401 each time.
#include <stdio.h>

#include "transactions.h"

#define REFRESH ", register_refresh_interval: 20s" // so each line refreshes after 10 s

static int run(const struct bench_options *o)
{
	static const struct transactions kinds[] = {
		{
			.label = "register reused",
			.rig = { .profile = REFRESH,
				 .password = "secret",
				 .nonce_life_s = 1000000 },
			.method = HL_REGISTER,
			.interval_s = 10,
		},
		{
			.label = "register challenged",
			.rig = { .profile = REFRESH, .password = "secret", .nonce_life_s = 1 },
			.method = HL_REGISTER,
			.interval_s = 10,
		},
	};

	if (o->json)
		printf("{\"bench\": \"register\", \"results\": [");
	transactions_sweep(o, &kinds[0], false);
	transactions_sweep(o, &kinds[1], true);
	if (o->json)
		printf("]}\n");
	return 0;
}

const struct bench bench_register = { "register",
				      "REGISTER with digest, nonce reused and challenged", run };
