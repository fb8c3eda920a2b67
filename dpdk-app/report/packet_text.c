// SPDX-License-Identifier: BSD-3-Clause
// Makes untrusted bytes safe for a terminal and for JSON: only printable ASCII is left.

#include "report/packet_text.h"

#include <stdio.h>

const char *example_bytes(const struct hl_example *e, char out[HL_EXAMPLE_BYTES + 1])
{
	uint32_t len = e->len < HL_EXAMPLE_BYTES ? e->len : HL_EXAMPLE_BYTES;

	for (uint32_t i = 0; i < len; i++)
		out[i] = e->bytes[i] >= ' ' && e->bytes[i] <= '~' ? (char)e->bytes[i] : '.';
	out[len] = 0;
	return out;
}

const char *example_source(const struct hl_example *e, char out[SOURCE_ROOM])
{
	out[0] = 0;
	if (e->src.addr.family == HL_FAMILY_NONE)
		return out;
	hl_endpoint_format(&e->src, out);
	return out;
}
