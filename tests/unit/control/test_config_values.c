// SPDX-License-Identifier: BSD-3-Clause
// Configurations: a value that cannot be is refused where it stands, with what is allowed.
#include "refused.h"

#define AT_VALUE(column, message, line, blanks, hint) \
	"lab.yaml:7:" column ": error: " message "\n    7 |     " line "\n      |     " blanks \
	"^~ " hint

Test(config, a_bad_value_is_refused_with_what_is_allowed)
{
	static const struct refused cases[] = {
		{ VALUE("options_timeout: 50"),
		  AT_VALUE("22", "options_timeout: 50 is outside 100..600000 ms",
			   "options_timeout: 50", "                 ",
			   "shortest accepted: 100 (default 2000)") },
		{ VALUE("options_timeout: 11min"),
		  AT_VALUE("22", "options_timeout: 11min is outside 100..600000 ms",
			   "options_timeout: 11min", "                 ",
			   "longest accepted: 600000 (default 2000)") },
		{ VALUE("register_timeout: 99"),
		  AT_VALUE("23", "register_timeout: 99 is outside 100..600000 ms (or 0)",
			   "register_timeout: 99", "                  ",
			   "shortest accepted: 100 (default 2000)") },
		{ VALUE("register_timeout: 2sec"),
		  AT_VALUE("23", "register_timeout: \"2sec\" has an unknown unit \"sec\"",
			   "register_timeout: 2sec", "                  ",
			   "allowed units: ms, s, min, h; a bare number is ms (default 2000)") },
		{ VALUE("primary_detect_interval: often"),
		  AT_VALUE("30", "primary_detect_interval: \"often\" is not a time",
			   "primary_detect_interval: often", "                         ",
			   "allowed units: ms, s, min, h; a bare number is s (default 0)") },
		{ VALUE("primary_detect_interval: 9ms"),
		  AT_VALUE("30", "primary_detect_interval: 9ms is outside 10 ms..86400 s (or 0)",
			   "primary_detect_interval: 9ms", "                         ",
			   "shortest accepted: 10 ms (default 0)") },
		{ VALUE("primary_detect_interval: 86400001ms"),
		  AT_VALUE("30",
			   "primary_detect_interval: 86400001ms is outside 10 ms..86400 s (or 0)",
			   "primary_detect_interval: 86400001ms", "                         ",
			   "longest accepted: 86400 (default 0)") },
		{ VALUE("sip_options_interval: 0"),
		  AT_VALUE("27", "sip_options_interval: 0 is outside 10 ms..86400 s",
			   "sip_options_interval: 0", "                      ",
			   "shortest accepted: 10 ms (default 14)") },
		{ VALUE("park_time: 1500ms"),
		  AT_VALUE("16", "park_time: 1500ms is not a whole number of seconds",
			   "park_time: 1500ms", "           ",
			   "allowed: 1..86400 s (default 1200)") },
		{ VALUE("register_refresh_interval: 99999999999999999999h"),
		  AT_VALUE("32",
			   "register_refresh_interval: 99999999999999999999h is outside 2..86400 s",
			   "register_refresh_interval: 99999999999999999999h",
			   "                           ",
			   "longest accepted: 86400 (default 1800)") },
		{ VALUE("max_detect_fail_count: 0"),
		  AT_VALUE("28", "max_detect_fail_count: 0 is outside 1..62",
			   "max_detect_fail_count: 0", "                       ",
			   "smallest accepted: 1 (default 3)") },
		{ VALUE("max_detect_fail_count: 63"),
		  AT_VALUE("28", "max_detect_fail_count: 63 is outside 1..62",
			   "max_detect_fail_count: 63", "                       ",
			   "largest accepted: 62 (default 3)") },
		{ VALUE("recover_count: 2s"),
		  AT_VALUE("20",
			   "recover_count: \"2s\" is not a whole number, and a unit has no meaning "
			   "here",
			   "recover_count: 2s", "               ", "allowed: 1..100 (default 1)") },
		{ VALUE("recover_count: -1"),
		  AT_VALUE("20", "recover_count: \"-1\" is not a whole number", "recover_count: -1",
			   "               ", "allowed: 1..100 (default 1)") },
		{ VALUE("outbound_port: 65536"),
		  AT_VALUE("20", "outbound_port: 65536 is outside 1..65535", "outbound_port: 65536",
			   "               ", "largest accepted: 65535 (default 5060)") },
		{ VALUE("rport: maybe"),
		  AT_VALUE("12", "rport: \"maybe\" is neither on nor off", "rport: maybe",
			   "       ", "allowed: on, off (default on)") },
		{ VALUE("fail_compare: above"),
		  AT_VALUE("19", "fail_compare: \"above\" is not known", "fail_compare: above",
			   "              ", "allowed: reach, exceed (default reach)") },
		{ VALUE("backup_outbound_server: pbx_a.example.com"),
		  AT_VALUE("29", "backup_outbound_server: \"pbx_a.example.com\" is not a host name",
			   "backup_outbound_server: pbx_a.example.com", "                        ",
			   "allowed: letters, digits, dots and dashes") },
		{ VALUE("backup_outbound_server: 10.99.0.300"),
		  AT_VALUE("29", "backup_outbound_server: \"10.99.0.300\" is not an IPv4 address",
			   "backup_outbound_server: 10.99.0.300", "                        ",
			   "four numbers 0..255, as in 10.0.0.1") },
		{ VALUE("backup_outbound_server: 10.99.0.3:5070"),
		  AT_VALUE("29", "backup_outbound_server: \"10.99.0.3:5070\" is not an address",
			   "backup_outbound_server: 10.99.0.3:5070", "                        ",
			   "the port has a key of its own") },
		{ VALUE("backup_outbound_server: 224.0.0.1"),
		  AT_VALUE("29", "backup_outbound_server: 224.0.0.1 is not the address of a host",
			   "backup_outbound_server: 224.0.0.1", "                        ",
			   "allowed: 1.0.0.0..223.255.255.255") },
		{ VALUE("proxy_server: sip:example.com"),
		  AT_VALUE("19", "proxy_server: \"sip:example.com\" is not a host name",
			   "proxy_server: sip:example.com", "              ",
			   "allowed: letters, digits, dots and dashes; the port has a key of its "
			   "own") },
		{ VALUE("display_name: 'a \"b\"'"),
		  AT_VALUE("20", "display_name: \" is not allowed in it", "display_name: 'a \"b\"'",
			   "               ",
			   "allowed: all but quotes, backslashes and control characters") },
		{ VALUE("password: \"a\\tb\""),
		  AT_VALUE("16", "password: a control character (9) is not allowed",
			   "password: \"a\\tb\"", "           ",
			   "allowed: all but control characters") },
		{ VALUE("phone_number: 6000"),
		  AT_VALUE("19", "phone_number: phone numbers do not belong to a profile",
			   "phone_number: 6000", "              ",
			   "they belong to lines, as a range or in a CSV file") },
	};
	EXPECT_ALL(cases);
}

Test(config, what_later_versions_do_is_refused)
{
	static const struct refused cases[] = {
		{ VALUE("transport: tcp"),
		  AT_VALUE("16", "transport: tcp is not supported in this version",
			   "transport: tcp", "           ", "allowed for now: udp (the default)") },
		{ VALUE("transport: sctp"),
		  AT_VALUE("16", "transport: \"sctp\" is not known", "transport: sctp",
			   "           ", "allowed: udp, tcp, tls (default udp)") },
		{ VALUE("proxy_dns_type: mx"),
		  AT_VALUE("21", "proxy_dns_type: \"mx\" is not known", "proxy_dns_type: mx",
			   "                ", "allowed: a, srv, naptr (default a)") },
		{ VALUE("srtp: on"),
		  AT_VALUE("5", "srtp: this is about calls, and the engine makes no calls",
			   "srtp: on", "", "leave it out") },
		{ VALUE("session_refresh_interval: 0"),
		  AT_VALUE("5",
			   "session_refresh_interval: this is about calls, and the engine makes no "
			   "calls",
			   "session_refresh_interval: 0", "", "leave it out") },
		{ VALUE("dtmf_mode: rfc2833"),
		  AT_VALUE("5", "dtmf_mode: this is about calls, and the engine makes no calls",
			   "dtmf_mode: rfc2833", "", "leave it out") },
	};
	EXPECT_ALL(cases);
}

Test(config, codes_that_are_no_code_no_range_and_no_class_are_refused)
{
	static const struct refused cases[] = {
		{ VALUE("down_codes: 200"),
		  AT_VALUE(
			  "17", "down_codes: \"200\" is neither a failure code nor a range of them",
			  "down_codes: 200", "            ",
			  "allowed: status codes 300..699 and ranges, by comma, as in 404,500-504,6xx "
			  "(default 503)") },
		{ VALUE("failover_codes: 403,700"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"700\" is neither a failure code nor a range of them",
			  "failover_codes: 403,700", "                ",
			  "allowed: status codes 300..699 and ranges, by comma, as in 404,500-504,6xx") },
		{ VALUE("failover_codes: 403;404"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"403;404\" is neither a failure code nor a range of them",
			  "failover_codes: 403;404", "                ",
			  "allowed: status codes 300..699 and ranges, by comma, as in 404,500-504,6xx") },
		{ VALUE("failover_codes: 4x"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"4x\" is neither a failure code nor a range of them",
			  "failover_codes: 4x", "                ",
			  "allowed: status codes 300..699 and ranges, by comma, as in 404,500-504,6xx") },
		{ VALUE("failover_codes: 2xx"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"2xx\" is neither a failure code nor a range of them",
			  "failover_codes: 2xx", "                ",
			  "allowed: status codes 300..699 and ranges, by comma, as in 404,500-504,6xx") },
		{ VALUE("failover_codes: 299-404"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"299-404\" is neither a failure code nor a range of them",
			  "failover_codes: 299-404", "                ",
			  "allowed: status codes 300..699 and ranges, by comma, as in 404,500-504,6xx") },
		{ VALUE("failover_codes: 403-"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"403-\" is neither a failure code nor a range of them",
			  "failover_codes: 403-", "                ",
			  "allowed: status codes 300..699 and ranges, by comma, as in 404,500-504,6xx") },
		{ VALUE("failover_codes: 403-4040"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"403-4040\" is neither a failure code nor a range of them",
			  "failover_codes: 403-4040", "                ",
			  "allowed: status codes 300..699 and ranges, by comma, as in 404,500-504,6xx") },
		{ VALUE("failover_codes: 403,,404-700"),
		  AT_VALUE(
			  "21",
			  "failover_codes: \"404-700\" is neither a failure code nor a range of them",
			  "failover_codes: 403,,404-700", "                ",
			  "allowed: status codes 300..699 and ranges, by comma, as in 404,500-504,6xx") },
		{ VALUE("down_codes: 503 5xxx"),
		  AT_VALUE(
			  "17",
			  "down_codes: \"5xxx\" is neither a failure code nor a range of them",
			  "down_codes: 503 5xxx", "            ",
			  "allowed: status codes 300..699 and ranges, by comma, as in 404,500-504,6xx "
			  "(default 503)") },
		{ VALUE("down_codes: 599-500"),
		  AT_VALUE("17", "down_codes: the range 599-500 is backwards",
			   "down_codes: 599-500", "            ", "did you mean 500-599?") },
	};
	EXPECT_ALL(cases);
}

Test(config, probes_that_would_say_nothing_are_refused)
{
	static const struct refused cases[] = {
		{ VALUE("probe: crlf"),
		  AT_VALUE(
			  "12",
			  "probe: crlf has an answer over TCP and TLS alone (RFC 5626 4.4.1); over UDP "
			  "every server would seem dead",
			  "probe: crlf", "       ", "allowed over UDP: options, register0") },
		{ VALUE("probe: register"),
		  AT_VALUE("12", "probe: \"register\" is not known", "probe: register", "       ",
			   "allowed: options, register0, crlf (default options)") },
		{ VALUE("down_detect_interval: 1s"),
		  AT_VALUE("27",
			   "down_detect_interval: there are no probes to send at another interval",
			   "down_detect_interval: 1s", "                      ",
			   "needed: primary_detect_interval above 0") },
		{ VALUE("alive_codes: 2xx,503"),
		  AT_VALUE("18", "alive_codes: 503 is in down_codes as well (default 503)",
			   "alive_codes: 2xx,503", "             ",
			   "leave it out of one of them") },
		{ VALUE("alive_codes: 199"),
		  AT_VALUE(
			  "18",
			  "alive_codes: \"199\" is neither a final status code nor a range of them",
			  "alive_codes: 199", "             ",
			  "allowed: status codes 200..699 and ranges, by comma, as in 404,500-504,6xx") },
		{ VALUE("recover_count: 101"),
		  AT_VALUE("20", "recover_count: 101 is outside 1..100", "recover_count: 101",
			   "               ", "largest accepted: 100 (default 1)") },
	};
	EXPECT_ALL(cases);
}
