// SPDX-License-Identifier: BSD-3-Clause
// The worker alone: REGISTER with digest, the nonce reused, and with a 401 each time. Both with refreshes
// that come as evenly as the lines do; and reused again with those that refresh_jitter draws early, which
// come in clumps.
#include "transactions.h"

#define REFRESH ", register_refresh_interval: 20s" // so each line refreshes after 10 s
#define EVEN REFRESH ", refresh_jitter: off"

static int run(const struct bench_options *o)
{
	static const struct transactions kinds[] = {
		{
			.label = "reused",
			.rig = { .profile = EVEN, .password = "secret", .nonce_life_s = 1000000 },
			.method = HL_REGISTER,
			.interval_s = 10,
		},
		{
			.label = "challenged",
			.rig = { .profile = EVEN, .password = "secret", .nonce_life_s = 1 },
			.method = HL_REGISTER,
			.interval_s = 10,
		},
		{
			.label = "jittered",
			.rig = { .profile = REFRESH,
				 .password = "secret",
				 .nonce_life_s = 1000000 },
			.method = HL_REGISTER,
			.interval_s = 10,
		},
	};

	return transactions_sweep("register", o, kinds, sizeof(kinds) / sizeof(kinds[0]));
}

const struct bench bench_register = { "register",
				      "REGISTER with digest, nonce reused and challenged", run };
