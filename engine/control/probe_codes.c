// SPDX-License-Identifier: BSD-3-Clause
// Which answers to a probe say that a server is alive (FAILOVER.md section 2).
#include <heartline/config.h>

static bool is_empty(const struct hl_codes *codes)
{
	for (size_t k = 0; k < sizeof(codes->bits) / sizeof(codes->bits[0]); k++)
		if (codes->bits[k] != 0)
			return false;
	return true;
}

struct hl_codes hl_profile_down_codes(const struct hl_profile *p)
{
	struct hl_codes down = p->down_codes;

	if (is_empty(&p->alive_codes))
		return down;
	for (unsigned status = HL_CODES_FIRST; status <= HL_CODES_LAST; status++)
		if (!hl_codes_hold(&p->alive_codes, status))
			hl_codes_add(&down, status);
	return down;
}
