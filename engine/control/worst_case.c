// SPDX-License-Identifier: BSD-3-Clause
// How long a switch may take by the keys of a profile (FAILOVER.md section 7).
#include <heartline/config.h>

#define T1_64_MS 32000 // RFC 3261: 64 * T1, what a time-out of 0 stands for

static uint64_t timeout_ms(uint32_t configured_ms)
{
	return configured_ms ? configured_ms : T1_64_MS;
}

// Probes are lost one after the other, each given up after its time-out.
static uint64_t probes_ms(const struct hl_profile *p)
{
	uint64_t timeout = timeout_ms(p->options_timeout_ms);
	uint64_t between = p->primary_detect_interval_ms > timeout ? p->primary_detect_interval_ms
								   : timeout;
	uint64_t lost = p->max_detect_fail_count + (p->fail_compare == HL_COMPARE_EXCEED);

	return (lost - 1) * between + timeout;
}

uint64_t hl_profile_switch_ms(const struct hl_profile *p)
{
	uint64_t detect = timeout_ms(p->register_timeout_ms); // a refresh fails

	if (p->primary_detect_interval_ms && probes_ms(p) > detect)
		detect = probes_ms(p);
	return detect + p->switch_spread_s * 1000ull + timeout_ms(p->register_timeout_ms);
}

uint64_t hl_profile_silence_ms(const struct hl_profile *p)
{
	uint64_t refresh = timeout_ms(p->register_timeout_ms);

	return p->primary_detect_interval_ms && probes_ms(p) < refresh ? probes_ms(p) : refresh;
}

uint64_t hl_profile_detect_ms(const struct hl_profile *p)
{
	return p->primary_detect_interval_ms ? p->primary_detect_interval_ms
					     : p->register_refresh_interval_s * 500ull;
}
