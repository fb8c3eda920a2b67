// SPDX-License-Identifier: BSD-3-Clause
// Prints the answer to heartline ctl port.

#include "commands/ctl_print_port.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "surface/ctl_values.h"

static void hops_print(const json_t *hops)
{
	const json_t *hop;
	size_t i;

	json_array_foreach(hops, i, hop)
	{
		const char *address = ctl_text_or(hop, "address", "-");
		if (json_is_true(json_object_get(hop, "known")))
			printf("  next hop     %s is known\n", address);
		else
			printf("  next hop     %s: no answer to %" PRIu64 " %s requests; %" PRIu64
			       " requests waited\n",
			       address, ctl_whole(hop, "asked"),
			       strchr(address, ':') ? "NDP" : "ARP", ctl_whole(hop, "waited"));
	}
}

static void steering_print(const json_t *steering)
{
	if (ctl_whole(steering, "queues") > 1)
		printf("  steering     %s: %" PRIu64 " frames home, %" PRIu64
		       " handed over, %" PRIu64 " lost\n",
		       ctl_text_or(steering, "rung", "-"), ctl_whole(steering, "home"),
		       ctl_whole(steering, "handed_off"), ctl_whole(steering, "handoff_dropped"));
}

void port_print(const json_t *reply)
{
	const json_t *link = json_object_get(reply, "link"), *example;
	const char *drop;

	printf("%s\n", ctl_text_or(reply, "device", "rings"));
	printf("  link         %s\n", json_is_true(link)    ? "up"
				      : json_is_false(link) ? "down"
							    : "not known");
	hops_print(json_object_get(reply, "next_hops"));
	steering_print(json_object_get(reply, "steering"));
	json_object_foreach(json_object_get(reply, "drop_examples"), drop, example)
		printf("  dropped      %s, the first from %s: \"%s\"\n", drop,
		       ctl_text_or(example, "from", "-"), ctl_text_or(example, "bytes", ""));
	printf("  lost         %" PRIu64 " frames that the device had no room for\n",
	       ctl_whole(reply, "lost"));
}
