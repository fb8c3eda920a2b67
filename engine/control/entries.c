// SPDX-License-Identifier: BSD-3-Clause
// Ranges as people write them: "10.99.1.1-10.99.1.4/16", "6000-15999", "0100".
#include "control/entries.h"

#include <stdlib.h>
#include <string.h>

static int address_part(const char *text, size_t len, struct hl_addr *addr, struct fault *fault)
{
	if (len > 0 && hl_addr_parse(text, len, addr) == 0)
		return 0;
	if (len == 4 && memcmp(text, "dhcp", 4) == 0) {
		fault_say(fault, "addresses from DHCP are those of a pool");
		return fault_hint(fault,
				  "needed: pools, a list with {name: NAME, addresses: dhcp}");
	}
	fault_say(fault, "\"%.*s\" is not an address", (int)(len < 60 ? len : 60), text);
	return fault_hint(fault, "allowed: FIRST-LAST/PREFIX, as in 10.99.1.1-10.99.1.4/16 or "
				 "2001:db8::1-2001:db8::4/64");
}

static int prefix_read(const char *text, int most, int *prefix, struct fault *fault)
{
	size_t len = strlen(text);
	int n = 0;

	if (len == 0 || len > 3 || strspn(text, "0123456789") != len || atoi(text) > most) {
		fault_say(fault, "\"/%.40s\" is no prefix length", text);
		return fault_hint(fault, "allowed: /0../%d", most);
	}
	n = atoi(text);
	if (*prefix != PREFIX_NONE && *prefix != n) {
		fault_say(fault, "/%d differs from the /%d before", n, *prefix);
		return fault_hint(fault, "the lines of a port are in one subnet");
	}
	*prefix = n;
	return 0;
}

int addresses_add(struct hl_port *port, const char *text, int *prefix, struct fault *fault)
{
	size_t len = strcspn(text, "/"), dash = strcspn(text, "-/");
	struct hl_addr_range range, *more;

	if (address_part(text, dash, &range.first, fault) != 0)
		return -EINVAL;
	if (text[len] == '/' &&
	    prefix_read(text + len + 1, hl_addr_bits(&range.first), prefix, fault) != 0)
		return -EINVAL;
	range.last = range.first;
	if (dash < len && address_part(text + dash + 1, len - dash - 1, &range.last, fault) != 0)
		return -EINVAL;
	if (range.first.family != range.last.family) {
		fault_say(fault,
			  "\"%.80s\" begins with one family of addresses and ends with the other",
			  text);
		return fault_hint(fault, "allowed: both of IPv4, or both of IPv6");
	}
	if (memcmp(range.first.bytes, range.last.bytes, sizeof(range.first.bytes)) > 0) {
		char first[HL_ADDR_TEXT], last[HL_ADDR_TEXT];

		hl_addr_format(&range.first, first);
		hl_addr_format(&range.last, last);
		fault_say(fault, "the range %s-%s is backwards", first, last);
		return fault_hint(fault, "did you mean %s-%s?", last, first);
	}
	more = realloc(port->ranges, (port->n_ranges + 1) * sizeof(*more));
	if (more == NULL) {
		fault_say(fault, "out of memory");
		fault->code = ENOMEM;
		return -ENOMEM;
	}
	port->ranges = more;
	port->ranges[port->n_ranges++] = range;
	return 0;
}

int addresses_by_dhcp(struct hl_port *port, struct fault *fault)
{
	port->by_dhcp = true;
	port->prefix = 4;
	port->n_ranges = 0;
	free(port->ranges);
	port->ranges = calloc(1, sizeof(*port->ranges));
	if (port->ranges == NULL) {
		fault_say(fault, "out of memory");
		fault->code = ENOMEM;
		return -ENOMEM;
	}
	port->n_ranges = 1;
	port->ranges[0].first = (struct hl_addr){ HL_FAMILY_IPV4, { 240, 0, 0, 1 } };
	port->ranges[0].last = port->ranges[0].first;
	return 0;
}

int range_set(struct hl_lines *lines, const char *text, struct fault *fault)
{
	size_t first = strspn(text, "0123456789"), last = 0;
	const char *dash = text + first;

	if (*dash == '-')
		last = strspn(dash + 1, "0123456789");
	if (first == 0 || (*dash == '-' ? last == 0 || dash[1 + last] != '\0' : *dash != '\0')) {
		fault_say(fault, "\"%.60s\" is no range of phone numbers", text);
		return fault_hint(fault, "allowed: FIRST-LAST in digits, as in 6000-15999");
	}
	if (first > RANGE_DIGITS_MAX || last > RANGE_DIGITS_MAX) {
		fault_say(fault, "\"%.60s\" has too many digits", text);
		return fault_hint(fault,
				  "allowed: up to %d digits; longer numbers can stand in a CSV",
				  RANGE_DIGITS_MAX);
	}
	lines->digits = (uint8_t)first;
	lines->first = strtoull(text, NULL, 10);
	lines->last = last > 0 ? strtoull(dash + 1, NULL, 10) : lines->first;
	if (lines->first <= lines->last)
		return 0;
	fault_say(fault, "the range %.60s is backwards", text);
	return fault_hint(fault, "did you mean %s-%.*s?", dash + 1, (int)first, text);
}
