// SPDX-License-Identifier: BSD-3-Clause
// The table of keys: FAILOVER.md section 1, the run's own, and those that later versions will know.
#include "control/keys.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

// clang-format off
#define PROFILE(m) .offset = offsetof(struct hl_profile, m), .bytes = sizeof(((struct hl_profile *)0)->m)
#define NAME(m) .name_offset = offsetof(struct hl_profile, m)
#define RUN(m) .offset = offsetof(struct hl_config, m), .bytes = sizeof(((struct hl_config *)0)->m)
#define LATER .stage = KEY_LATER
#define IN_MS .unit_ms = 1, .kept_ms = 1
#define IN_S .unit_ms = 1000, .kept_ms = 1000
#define IN_S_KEPT_MS .unit_ms = 1000, .kept_ms = 1
#define DAY_S 86400

static const char *const compares[] = { "reach", "exceed", NULL };
static const char *const return_modes[] = { "auto", "never", NULL };
static const char *const transports[] = { "udp", "tcp", "tls", NULL };
static const char *const dns_types[] = { "a", "srv", "naptr", NULL };
static const char *const reply_sources[] = { "branch", "strict", NULL };
static const char *const probes[] = { "options", "register0", "crlf", NULL };
static const char *const rejects[] = { "answer", "drop", NULL };

const struct key profile_keys[] = {
	// identity
	{ "display_name", KEY_DISPLAY, PROFILE(display_name),
	  .meaning = "display name of From and To; empty: the phone number" },
	{ "phone_number", KEY_WORD, KEY_OF_LINE, .meaning = "user of the AoR; stands in lines" },
	{ "account", KEY_ACCOUNT, PROFILE(account), .meaning = "digest user name; empty: the phone number" },
	{ "password", KEY_PASSWORD, PROFILE(password), .meaning = "digest password; empty: none" },
	// servers
	{ "proxy_server", KEY_DOMAIN, PROFILE(proxy_server),
	  .meaning = "SIP domain of AoR and Request-URI; empty: the primary's host" },
	{ "proxy_port", KEY_PORT, PROFILE(proxy_port), .min = 1, .max = 65535, .fallback = "5060",
	  .meaning = "port of the SIP domain" },
	{ "outbound_server", KEY_SERVER, PROFILE(primary.addr), NAME(primary_name),
	  .meaning = "the primary server P" },
	{ "outbound_port", KEY_PORT, PROFILE(primary.port), .min = 1, .max = 65535, .fallback = "5060",
	  .meaning = "port of the primary" },
	{ "backup_outbound_server", KEY_SERVER, PROFILE(backup.addr), NAME(backup_name),
	  .meaning = "the backup server B; empty: none" },
	{ "backup_outbound_port", KEY_PORT, PROFILE(backup.port), .min = 1, .max = 65535,
	  .fallback = "5060", .meaning = "port of the backup" },
	{ "dhcp_option_120", KEY_BOOL, PROFILE(dhcp_option_120), .fallback = "off",
	  .meaning = "servers come from DHCP (RFC 3361): its list replaces both, one entry means no "
		     "backup" },
	{ "transport", KEY_CHOICE, LATER, .fallback = "udp", .choices = transports,
	  .meaning = "transport of the SIP messages" },
	{ "proxy_dns_type", KEY_CHOICE, PROFILE(dns_type), .fallback = "a", .choices = dns_types,
	  .meaning = "how servers are looked up (RFC 3263)" },
	// own ports
	{ "local_sip_port", KEY_PORT, PROFILE(local_sip_port), .min = 1, .max = 65535,
	  .fallback = "5060", .meaning = "Contact and source port" },
	{ "use_random_sip_port", KEY_BOOL, PROFILE(use_random_sip_port), .fallback = "off",
	  .meaning = "a port of its own for each line instead of local_sip_port" },
	{ "min_random_sip_port", KEY_PORT, PROFILE(min_random_sip_port), .min = 1, .max = 65535,
	  .fallback = "50000", .meaning = "first random port" },
	{ "max_random_sip_port", KEY_PORT, PROFILE(max_random_sip_port), .min = 1, .max = 65535,
	  .fallback = "60000", .meaning = "last random port" },
	{ "pool", KEY_WORD, PROFILE(pool),
	  .meaning = "the pool that lines have their addresses in; `pool` of lines counts before it; empty: they are "
		     "spread over all pools" },
	// registration
	{ "register_refresh_interval", KEY_TIME, PROFILE(register_refresh_interval_s), IN_S, .min = 2,
	  .max = DAY_S, .fallback = "1800",
	  .meaning = "the Expires asked for; the refresh comes at half of what was granted" },
	{ "register_timeout", KEY_TIME, PROFILE(register_timeout_ms), IN_MS, .min = 100,
	  .max = 600000, .or_zero = true, .fallback = "2000",
	  .meaning = "give-up time of a REGISTER; 0: 64 * T1 = 32 s (RFC 3261)" },
	{ "remove_last_registration", KEY_BOOL, PROFILE(remove_last_registration), .fallback = "off",
	  .meaning = "unregister at the server that the line left" },
	{ "initial_register_with_auth", KEY_BOOL, PROFILE(initial_register_with_auth), .fallback = "off",
	  .meaning = "send credentials without waiting for a challenge" },
	{ "full_registration", KEY_BOOL, PROFILE(full_registration), .fallback = "off",
	  .meaning = "every refresh has a new Call-ID and no remembered challenge" },
	{ "register_subscribe", KEY_BOOL, PROFILE(register_subscribe), .fallback = "off",
	  .meaning = "SUBSCRIBE to the reg event (RFC 3680)" },
	{ "register_subscribe_interval", KEY_TIME, PROFILE(register_subscribe_interval_s), IN_S, .max = DAY_S, .fallback = "0",
	  .meaning = "Expires of that subscription; 0: 3761 s (RFC 3680 4.4)" },
	{ "backoff_base", KEY_TIME, PROFILE(backoff_base_s), IN_S, .min = 1, .max = DAY_S,
	  .fallback = "30", .meaning = "first wait when both servers failed (RFC 5626 4.5)" },
	{ "backoff_max", KEY_TIME, PROFILE(backoff_max_s), IN_S, .min = 1, .max = DAY_S,
	  .fallback = "1800", .meaning = "longest wait when both servers failed" },
	{ "park_time", KEY_TIME, PROFILE(park_s), IN_S, .min = 1, .max = DAY_S, .fallback = "1200",
	  .meaning = "wait of a line that a server rejected" },
	{ "retry_after_max", KEY_TIME, PROFILE(retry_after_max_s), IN_S, .min = 1, .max = DAY_S,
	  .fallback = "300", .meaning = "the longest Retry-After that is honoured" },
	{ "refresh_min", KEY_TIME, PROFILE(refresh_min_s), IN_S, .min = 1, .max = 3600,
	  .fallback = "5", .meaning = "the shortest refresh, however short the grant" },
	{ "refresh_jitter", KEY_BOOL, PROFILE(refresh_jitter), .fallback = "on",
	  .meaning = "refresh and leave the park earlier by a random part, so that no lines stay in step" },
	// probes and failover
	{ "options_timeout", KEY_TIME, PROFILE(options_timeout_ms), IN_MS, .min = 100, .max = 600000,
	  .fallback = "2000", .meaning = "give-up time of an OPTIONS and of a probe" },
	{ "primary_detect_interval", KEY_TIME, PROFILE(primary_detect_interval_ms), IN_S_KEPT_MS,
	  .min_ms = 10, .max = DAY_S, .or_zero = true, .fallback = "0",
	  .meaning = "from one probe of the primary to the next; 0: no probe" },
	{ "down_detect_interval", KEY_TIME, PROFILE(down_detect_interval_ms), IN_S_KEPT_MS,
	  .min_ms = 10, .max = DAY_S, .or_zero = true, .fallback = "0",
	  .meaning = "the same while the primary is down; 0: as primary_detect_interval" },
	{ "probe", KEY_CHOICE, PROFILE(probe), .fallback = "options", .choices = probes,
	  .meaning = "what a probe is: OPTIONS, or (register0) a REGISTER without Contact, which changes no "
		     "binding; crlf is refused over UDP" },
	{ "max_detect_fail_count", KEY_COUNT, PROFILE(max_detect_fail_count), .min = 1, .max = 62,
	  .fallback = "3", .meaning = "failed probes in a row that switch the line to the backup" },
	{ "fail_compare", KEY_CHOICE, PROFILE(fail_compare), .fallback = "reach", .choices = compares,
	  .meaning = "must the failures reach that count or exceed it" },
	{ "recover_count", KEY_COUNT, PROFILE(recover_count), .min = 1, .max = 100,
	  .fallback = "1", .meaning = "answered probes in a row that call the primary recovered" },
	{ "prefer_primary", KEY_BOOL, PROFILE(prefer_primary), .fallback = "off",
	  .meaning = "return as soon as the primary has recovered" },
	{ "back_to_primary_delay", KEY_TIME, PROFILE(back_to_primary_delay_s), IN_S, .max = DAY_S,
	  .fallback = "43200", .meaning = "else return so long after its recovery" },
	{ "return_mode", KEY_CHOICE, PROFILE(return_mode), .fallback = "auto", .choices = return_modes,
	  .meaning = "never: stay on the backup until it fails" },
	{ "switch_spread", KEY_TIME, PROFILE(switch_spread_s), IN_S, .max = DAY_S, .fallback = "0",
	  .meaning = "spread a mass switch over this time" },
	{ "server_rate", KEY_COUNT, PROFILE(server_rate), .max = 10000000, .fallback = "0",
	  .meaning = "new registrations a second at each server; 0: no limit" },
	{ "down_codes", KEY_CODES, PROFILE(down_codes), .min = 300, .fallback = "503",
	  .meaning = "answers to probes that count as a failure" },
	{ "alive_codes", KEY_CODES, PROFILE(alive_codes), .min = 200, .fallback = "",
	  .meaning = "answers to probes that count as alive; empty: all that are not in down_codes" },
	{ "failover_codes", KEY_CODES, PROFILE(failover_codes), .min = 300, .fallback = "",
	  .meaning = "rejections of a REGISTER that switch the line" },
	// what else is sent and accepted
	{ "rport", KEY_BOOL, PROFILE(rport), .fallback = "on", .meaning = "ask for RFC 3581" },
	{ "user_agent", KEY_HEADER, PROFILE(user_agent), .meaning = "User-Agent; empty: heartline" },
	{ "allow", KEY_HEADER, PROFILE(allow), .meaning = "Allow of our requests; empty: none" },
	{ "supported", KEY_HEADER, PROFILE(supported),
	  .meaning = "Supported; empty: none, or path, outbound where there is a reg_id" },
	{ "headers", KEY_HEADERS, PROFILE(headers),
	  .meaning = "further headers of every request, as in {X-Lab: 7}" },
	{ "sip_instance", KEY_BOOL, PROFILE(sip_instance), .fallback = "off",
	  .meaning = "+sip.instance in the Contact (RFC 5626): a UUID of the AoR, the same in each run" },
	{ "reg_id", KEY_COUNT, PROFILE(reg_id), .max = 2147483646, .fallback = "0",
	  .meaning = "reg-id in the Contact at the primary, one more at the backup; 0: none" },
	{ "sip_options", KEY_BOOL, PROFILE(sip_options), .fallback = "off",
	  .meaning = "OPTIONS keepalive to the active server" },
	{ "sip_options_interval", KEY_TIME, PROFILE(sip_options_interval_ms), IN_S_KEPT_MS,
	  .min_ms = 10, .max = DAY_S, .fallback = "14", .meaning = "interval of that keepalive" },
	{ "nat_keepalive_interval", KEY_TIME, PROFILE(nat_keepalive_interval_s), IN_S, .min = 10, .max = 60, .or_zero = true,
	  .fallback = "0", .meaning = "CRLFCRLF to the active server (RFC 5626 4.4.1); 0: off" },
	{ "reply_source", KEY_CHOICE, PROFILE(reply_source), .fallback = "branch",
	  .choices = reply_sources,
	  .meaning = "answers from another address or port than was asked: by their branch, or never" },
	{ "check_request_user", KEY_BOOL, PROFILE(check_request_user), .fallback = "on",
	  .meaning = "404 to a request for another user" },
	{ "accept_only_from_server", KEY_BOOL, PROFILE(accept_only_from_server), .fallback = "off",
	  .meaning = "403 to a request from any other source" },
	{ "server_address", KEY_ADDRESS, PROFILE(server_address),
	  .meaning = "a source that is accepted beside the line's servers" },
	{ "reject", KEY_CHOICE, PROFILE(reject), .fallback = "answer", .choices = rejects,
	  .meaning = "answer what is not accepted, or drop it" },
	{ .name = NULL },
};
static_assert(sizeof(profile_keys) / sizeof(profile_keys[0]) <= PROFILE_KEYS_MAX,
	      "room for every key of a profile");

const struct key run_keys[] = {
	{ "rate", KEY_COUNT, RUN(rate), .max = 1000000000, .fallback = "0",
	  .meaning = "requests a second of the whole run, retransmissions included; 0: no limit" },
	{ "ramp", KEY_TIME, RUN(ramp_ms), IN_S_KEPT_MS, .max = DAY_S, .fallback = "5",
	  .meaning = "the lines' first REGISTER is spread over this time" },
	{ "duration", KEY_TIME, RUN(duration_ms), IN_S_KEPT_MS, .max = 1000ULL * DAY_S,
	  .fallback = "0", .meaning = "length of the run; 0: until stopped" },
	{ "drain", KEY_TIME, RUN(drain_ms), IN_S_KEPT_MS, .max = DAY_S, .fallback = "5",
	  .meaning = "unregistering at the end is spread over this time" },
	{ "seed", KEY_COUNT, RUN(seed), .max = UINT64_MAX, .fallback = "0",
	  .meaning = "seed for all random choices; 0: taken from the system" },
	{ "spare_lines", KEY_COUNT, RUN(spare_lines), .max = HL_LINES_MAX, .fallback = "0",
	  .meaning = "room for lines that are added while it runs; each takes an address with a port" },
	{ "idle_sleep", KEY_BOOL, RUN(idle_sleep), .fallback = "on",
	  .meaning = "a worker without work sleeps, up to 2 ms and never past a timer; off: it "
		     "polls, and takes a whole processor" },
	{ "sandbox", KEY_BOOL, RUN(sandbox), .fallback = "on",
	  .meaning = "once it has started, the kernel refuses the run what it never needs: programs, other "
		     "processes, mounts, users, namespaces; off: for debuggers" },
	{ "user", KEY_WORD, RUN(user),
	  .meaning = "whom a run that was started by root becomes once it has started; empty: it stays "
		     "root" },
	{ "dns_servers", KEY_RESOLVERS, RUN(dns_servers),
	  .meaning = "DNS servers for outbound servers by name; empty: the system's" },
	{ "control_socket", KEY_SOCKET, RUN(control_socket),
	  .meaning = "the UNIX socket that heartline ctl speaks to; off: none; empty: one by the "
		     "number of the process in the run-time folder" },
	{ "http", KEY_LISTEN, RUN(http),
	  .meaning = "address and port of the HTTP server for the page, metrics and the API; another address than "
		     "loopback needs http_certificate_file and http_token_file; port 0: any that is "
		     "free; empty: none" },
	{ "http_token_file", KEY_FILE, RUN(http_token_file),
	  .meaning = "file of mode 0600 with the token that every change by HTTP needs, and beyond "
		     "loopback reading, too; empty: no changes" },
	{ "http_certificate_file", KEY_FILE, RUN(http_certificate_file),
	  .meaning = "certificate of the HTTP server (PEM, its chain behind it); empty: no TLS" },
	{ "http_key_file", KEY_FILE, RUN(http_key_file),
	  .meaning = "private key of that certificate (PEM), in a file of mode 0600" },
	{ "history", KEY_FILE, RUN(history),
	  .meaning = "file that keeps every change of a line's state, an SQLite database that heartline "
		     "history reads; a new run goes on in it; empty: none" },
	{ "history_age", KEY_TIME, RUN(history_age_ms), IN_S_KEPT_MS, .max = 3650ULL * DAY_S,
	  .fallback = "0", .meaning = "changes that are older leave the history; 0: none do" },
	{ "history_size", KEY_COUNT, RUN(history_size_mib), .max = 1048576, .fallback = "1024",
	  .meaning = "the history takes so many MiB at most, then the oldest changes leave it; 0: no limit" },
	{ "pcap", KEY_FILE, RUN(pcap),
	  .meaning = "capture file (pcapng) of what the lines send and receive, for Wireshark; empty: none" },
	{ "pcap_size", KEY_COUNT, RUN(pcap_size_mib), .max = 16777216, .fallback = "1024",
	  .meaning = "MiB of that file; then it ends, or the next one begins (pcap_files); 0: no limit" },
	{ "pcap_files", KEY_COUNT, RUN(pcap_files), .min = 1, .max = 1000, .fallback = "1",
	  .meaning = "1: the capture ends when the file is full; more: so many files, the latest one and "
		     "FILE.1, FILE.2 before it" },
	{ "hep", KEY_COLLECTOR, RUN(hep),
	  .meaning = "address and port of a collector for HEP3, such as Homer, to which SIP messages of lines "
		     "are sent by UDP; empty: none" },
	{ "hep_id", KEY_COUNT, RUN(hep_id), .max = 4294967295, .fallback = "1",
	  .meaning = "the capture ID in them, which tells sources apart" },
	{ "trace_lines", KEY_TRACED, RUN(trace_lines), .fallback = "all",
	  .meaning = "which lines are traced: all, with ARP and ping; 1/100: one in a hundred lines, with "
		     "all of its messages; or by number" },
	{ "trace_failed", KEY_COUNT, RUN(trace_failed), .max = 1000, .fallback = "0",
	  .meaning = "of a line only its last messages, so many, and only when it fails; 0: all messages" },
	{ "trace_buffer", KEY_COUNT, RUN(trace_buffer_kib), .min = 64, .max = 4194304, .fallback = "16384",
	  .meaning = "KiB of memory of each worker for frames that wait to be written, rounded up to a "
		     "power of two; frames without room are counted, and missing in the trace" },
	{ "state_dir", KEY_FILE, RUN(state_dir),
	  .meaning = "folder that keeps what lines need to go on after the run was killed: registrations, "
		     "Call-ID, CSeq, nonces, no passwords; for one run at a time; empty: none" },
	{ "state_interval", KEY_TIME, RUN(state_interval_ms), IN_S_KEPT_MS, .min_ms = 100, .max = 3600,
	  .fallback = "2", .meaning = "how often it is written; less often when that takes long" },
	{ .name = NULL },
};
static_assert(sizeof(run_keys) / sizeof(run_keys[0]) <= RUN_KEYS_MAX, "room for every key of a run");

// Prefixes of settings of calls in the phone guide.
static const char *const call_keys[] = {
	"anonymous", "blf", "call", "codec", "country_code", "dial", "dtmf", "hold", "min_session",
	"peer_user", "reject_anonymous", "remove_country", "rfc2833", "ringtone", "rtp", "session",
	"sip_encryption", "srtp", "tel_url", "use_ob_proxy", NULL,
};
// clang-format on

const struct key *key_find(const struct key *keys, const char *name)
{
	for (; keys->name != NULL; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

bool key_about_calls(const char *name)
{
	for (const char *const *begin = call_keys; *begin != NULL; begin++)
		if (strncmp(name, *begin, strlen(*begin)) == 0)
			return true;
	return false;
}
