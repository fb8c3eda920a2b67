// SPDX-License-Identifier: BSD-3-Clause
// Configurations: addresses, lines and profiles that cannot work are refused.
#include "refused.h"

#define ADDRESSES(text) "ports:\n  - device: net_tap0\n    addresses: " text "\n" PROFILES LINES
#define AT_ADDRESSES(message, text, hint) \
	"lab.yaml:3:16: error: addresses: " message "\n    3 |     addresses: " text \
	"\n      |                ^~" hint

Test(config, bad_addresses_are_refused)
{
	static const struct refused cases[] = {
		{ ADDRESSES("10.99.1.1"),
		  AT_ADDRESSES("the prefix length of the subnet is missing", "10.99.1.1",
			       " as in 10.99.1.1-10.99.1.4/16") },
		{ ADDRESSES("10.99.1.9-10.99.1.1/16"),
		  AT_ADDRESSES("the range 10.99.1.9-10.99.1.1 is backwards",
			       "10.99.1.9-10.99.1.1/16", " did you mean 10.99.1.1-10.99.1.9?") },
		{ ADDRESSES("10.99.1.1-4/16"),
		  AT_ADDRESSES("\"4\" is not an address", "10.99.1.1-4/16",
			       " allowed: FIRST-LAST/PREFIX, as in 10.99.1.1-10.99.1.4/16 or "
			       "2001:db8::1-2001:db8::4/64") },
		{ ADDRESSES("10.99.1.1/33"), AT_ADDRESSES("\"/33\" is no prefix length",
							  "10.99.1.1/33", " allowed: /0../32") },
		{ ADDRESSES("10.99.1.1-10.100.1.1/16"),
		  AT_ADDRESSES("10.99.1.1-10.100.1.1 is not inside of 10.99.0.0/16",
			       "10.99.1.1-10.100.1.1/16",
			       " the lines of a port are in one subnet") },
		{ ADDRESSES("10.99.255.1-10.99.255.255/16"),
		  AT_ADDRESSES(
			  "10.99.255.1-10.99.255.255 holds the network or the broadcast address of "
			  "10.99.0.0/16",
			  "10.99.255.1-10.99.255.255/16",
			  " leave out the first and the last address of 10.99.0.0/16") },
		{ ADDRESSES("230.0.0.1-230.0.0.2/16"),
		  AT_ADDRESSES("230.0.0.1-230.0.0.2 holds addresses that are not of hosts",
			       "230.0.0.1-230.0.0.2/16", " allowed: 1.0.0.0-223.255.255.255") },
		{ ADDRESSES("2001:db8::1-2001:db8::4/129"),
		  AT_ADDRESSES("\"/129\" is no prefix length", "2001:db8::1-2001:db8::4/129",
			       " allowed: /0../128") },
		{ ADDRESSES("2001:db8::1-10.99.1.4/64"),
		  AT_ADDRESSES("\"2001:db8::1-10.99.1.4/64\" begins with one family of addresses "
			       "and ends with the other",
			       "2001:db8::1-10.99.1.4/64",
			       " allowed: both of IPv4, or both of IPv6") },
		{ ADDRESSES("[10.99.1.1/16, 2001:db8::1]"),
		  AT_ADDRESSES("2001:db8::1-2001:db8::1 is not inside of 10.99.0.0/16",
			       "[10.99.1.1/16, 2001:db8::1]",
			       " the lines of a port are in one subnet") },
		{ ADDRESSES("ff05::1/64"),
		  AT_ADDRESSES("ff05::1-ff05::1 holds addresses that are not of hosts",
			       "ff05::1/64", " allowed: IPv6 unicast, as in 2001:db8::1") },
		{ ADDRESSES("2001:db8::-2001:db8::4/64"),
		  AT_ADDRESSES("2001:db8::-2001:db8::4 holds the address of the routers of "
			       "2001:db8::/64",
			       "2001:db8::-2001:db8::4/64",
			       " leave out the first address of 2001:db8::/64") },
		{ ADDRESSES("2001:db8::1-2001:db8:0:1::4/48"),
		  AT_ADDRESSES("2001:db8::1-2001:db8:0:1::4 goes beyond a /64",
			       "2001:db8::1-2001:db8:0:1::4/48", " give a range for each /64") },
		{ ADDRESSES("[10.99.1.1-10.99.1.9/16, 10.99.1.9]"),
		  AT_ADDRESSES("ranges 1 and 2 overlap", "[10.99.1.1-10.99.1.9/16, 10.99.1.9]",
			       "") },
		{ ADDRESSES("{a: b}"), AT_ADDRESSES("a range or a list of ranges is needed here",
						    "{a: b}", " as in 10.99.1.1-10.99.1.4/16") },
		{ ADDRESSES("[10.99.1.1/16, 10.99.1.2/24]"),
		  "lab.yaml:3:31: error: addresses: /24 differs from the /16 before\n"
		  "    3 |     addresses: [10.99.1.1/16, 10.99.1.2/24]\n"
		  "      |                               ^~ the lines of a port are in one subnet" },
		{ PORTS "    gateway: 10.98.0.1\n" PROFILES LINES,
		  "lab.yaml:4:14: error: gateway: 10.98.0.1 is not inside of 10.99.0.0/16\n"
		  "    4 |     gateway: 10.98.0.1\n"
		  "      |              ^~ the gateway is an address of 10.99.0.0/16" },
		{ PORTS "    gateway: 10.99.1.2\n" PROFILES LINES,
		  "lab.yaml:4:14: error: gateway: 10.99.1.2 is one of the lines' own addresses\n"
		  "    4 |     gateway: 10.99.1.2\n"
		  "      |              ^~ allowed: an address of the subnet that no line has" },
		{ "ports:\n"
		  "  - {device: a, addresses: 10.99.1.1-10.99.1.9/16}\n"
		  "  - {device: b, addresses: 10.98.1.1/16}\n" PROFILES LINES,
		  "lab.yaml:6:22: error: outbound_server: 10.99.0.1 is outside of 10.98.0.0/16, and "
		  "the port has no gateway\n"
		  "    6 |     outbound_server: 10.99.0.1\n"
		  "      |                      ^~ give the port a gateway inside of 10.98.0.0/16" },
	};
	EXPECT_ALL(cases);
}

#define GROUPS(text) PORTS PROFILES "    use_random_sip_port: on\nlines:\n" text

Test(config, bad_groups_are_refused)
{
	static const struct refused cases[] = {
		{ GROUPS("  - {profile: lba, range: 1-2}\n"),
		  "lab.yaml:9:15: error: profile: there is no profile \"lba\"\n"
		  "    9 |   - {profile: lba, range: 1-2}\n"
		  "      |               ^~ allowed: lab" },
		{ GROUPS("  - {profile: lab, range: 15999-6000}\n"),
		  "lab.yaml:9:27: error: range: the range 15999-6000 is backwards\n"
		  "    9 |   - {profile: lab, range: 15999-6000}\n"
		  "      |                           ^~ did you mean 6000-15999?" },
		{ GROUPS("  - {profile: lab, range: 60x0-6100}\n"),
		  "lab.yaml:9:27: error: range: \"60x0-6100\" is no range of phone numbers\n"
		  "    9 |   - {profile: lab, range: 60x0-6100}\n"
		  "      |                           ^~ allowed: FIRST-LAST in digits, as in 6000-15999" },
		{ GROUPS("  - {profile: lab, range: 1-1000000000000000000}\n"),
		  "lab.yaml:9:27: error: range: \"1-1000000000000000000\" has too many digits\n"
		  "    9 |   - {profile: lab, range: 1-1000000000000000000}\n"
		  "      |                           ^~ allowed: up to 18 digits; longer numbers can stand "
		  "in a CSV" },
		{ GROUPS("  - {profile: lab, range: 1-999999999999}\n"),
		  "lab.yaml:9:27: error: range: too many lines\n"
		  "    9 |   - {profile: lab, range: 1-999999999999}\n"
		  "      |                           ^~ allowed: up to 16777216" },
		{ GROUPS("  - {profile: lab}\n"),
		  "lab.yaml:9:5: error: neither range nor csv is given\n"
		  "    9 |   - {profile: lab}\n"
		  "      |     ^~ needed: one of range and csv" },
		{ GROUPS("  - {profile: lab, range: 1-2, csv: a.csv}\n"),
		  "lab.yaml:9:37: error: csv: range is given, too\n"
		  "    9 |   - {profile: lab, range: 1-2, csv: a.csv}\n"
		  "      |                                     ^~ needed: one of range and csv" },
		{ GROUPS("  - {profile: lab, range: 6000-6999}\n  - {profile: lab, range: 6500-7000}\n"),
		  "lab.yaml:10:27: error: range: phone_number 6999 is in two groups of the "
		  "profile\n"
		  "   10 |   - {profile: lab, range: 6500-7000}\n"
		  "      |                           ^~ the other one is the range 6000-6999" },
		{ GROUPS("  - {profile: lab, range: 1-40005}\n"),
		  "lab.yaml:9:27: error: range: 40005 lines are more than 4 addresses times 10001 ports "
		  "(50000-60000)\n"
		  "    9 |   - {profile: lab, range: 1-40005}\n"
		  "      |                           ^~ allowed: 40004; give more addresses or more "
		  "ports" },
		{ PORTS PROFILES "lines: [{profile: lab, range: 1-5}]\n",
		  "lab.yaml:7:31: error: range: 5 lines are more than 4 addresses times 1 port "
		  "(5060-5060)\n"
		  "    7 | lines: [{profile: lab, range: 1-5}]\n"
		  "      |                               ^~ allowed: 4; give more addresses or set "
		  "use_random_sip_port: on" },
	};
	EXPECT_ALL(cases);
}

Test(config, profiles_that_cannot_work_are_refused)
{
	static const struct refused cases[] = {
		{ PORTS "profiles:\n  lab: {password: x}\n" LINES,
		  "lab.yaml:5:8: error: outbound_server is missing in profile lab\n"
		  "    5 |   lab: {password: x}\n"
		  "      |        ^~ needed: outbound_server: ADDRESS, or dhcp_option_120: on" },
		{ VALUE("backup_outbound_server: 2001:db8::1"),
		  "lab.yaml:7:29: error: backup_outbound_server: 2001:db8::1 is an IPv6 address, and "
		  "the lines have IPv4 addresses\n"
		  "    7 |     backup_outbound_server: 2001:db8::1\n"
		  "      |                             ^~ a line reaches servers of its own family "
		  "only" },
		{ PORTS "profiles:\n  lab: {outbound_server: 192.0.2.1}\n" LINES,
		  "lab.yaml:5:26: error: outbound_server: 192.0.2.1 is outside of 10.99.0.0/16, and the "
		  "port has no gateway\n"
		  "    5 |   lab: {outbound_server: 192.0.2.1}\n"
		  "      |                          ^~ give the port a gateway inside of 10.99.0.0/16" },
		{ PORTS "profiles:\n  lab: {outbound_server: 10.99.1.4}\n" LINES,
		  "lab.yaml:5:26: error: outbound_server: 10.99.1.4 is one of the lines' own addresses\n"
		  "    5 |   lab: {outbound_server: 10.99.1.4}\n"
		  "      |                          ^~ a server has an address that is not in "
		  "addresses" },
		{ VALUE("backup_outbound_server: 10.99.0.1"),
		  "lab.yaml:7:29: error: backup_outbound_server: the backup is the primary itself\n"
		  "    7 |     backup_outbound_server: 10.99.0.1\n"
		  "      |                             ^~ name another server, or leave it out" },
		{ PORTS PROFILES "    use_random_sip_port: on\n"
				 "    min_random_sip_port: 60001\n" LINES,
		  "lab.yaml:8:26: error: min_random_sip_port: the ports 60001-60000 are backwards\n"
		  "    8 |     min_random_sip_port: 60001\n"
		  "      |                          ^~ largest accepted: max_random_sip_port" },
		{ VALUE("backoff_base: 31min"),
		  "lab.yaml:7:19: error: backoff_base: 1860 s is above backoff_max, 1800 s\n"
		  "    7 |     backoff_base: 31min\n"
		  "      |                   ^~ longest accepted: backoff_max" },
		{ PORTS "profiles:\n"
			"  a: {outbound_server: 10.99.0.1, use_random_sip_port: on}\n"
			"  b: {outbound_server: 10.99.0.1, use_random_sip_port: on,\n"
			"      min_random_sip_port: 55000, max_random_sip_port: 65000}\n"
			"lines:\n"
			"  - {profile: a, range: 1-2}\n"
			"  - {profile: b, range: 1-2}\n",
		  "lab.yaml:7:28: error: min_random_sip_port: ports 55000-65000 overlap those of profile "
		  "a, 50000-60000, in part\n"
		  "    7 |       min_random_sip_port: 55000, max_random_sip_port: 65000}\n"
		  "      |                            ^~ allowed: the same ports, other ports, or ports "
		  "inside" },
	};
	EXPECT_ALL(cases);
}
