// SPDX-License-Identifier: BSD-3-Clause
// A scenario's configuration.
#include <stdio.h>

#include "scenario.h"

static const char one_network[] =
	"ports:\n  - device: sim\n    addresses: 10.99.1.1-10.99.1.64/16\n";
static const char two_networks[] =
	"ports:\n  - device: sim\npools:\n"
	"  - {name: a, vlan: 100, addresses: 10.99.1.1-10.99.1.32/16}\n"
	"  - {name: b, outer_vlan: 7, vlan: 200, mac: per_line, addresses: 10.99.1.1-10.99.1.32/16}\n";

void scenario_yaml(const struct scenario *s, char *out, size_t room)
{
	snprintf(out, room,
		 "%s"
		 "profiles:\n"
		 "  sim:\n"
		 "    outbound_server: 10.99.0.1\n"
		 "    backup_outbound_server: 10.99.0.2\n"
		 "    password: secret\n"
		 "    use_random_sip_port: on\n"
		 "    register_refresh_interval: %us\n"
		 "    primary_detect_interval: %us\n"
		 "    max_detect_fail_count: %u\n"
		 "    recover_count: %u\n"
		 "    prefer_primary: %s\n"
		 "    return_mode: %s\n"
		 "    back_to_primary_delay: %us\n"
		 "    remove_last_registration: %s\n"
		 "    register_timeout: %ums\n"
		 "    options_timeout: %ums\n"
		 "    backoff_base: %us\n"
		 "    backoff_max: %us\n"
		 "    park_time: %us\n"
		 "    refresh_min: %us\n"
		 "    retry_after_max: %us\n"
		 "    switch_spread: %us\n"
		 "    server_rate: %u\n"
		 "    initial_register_with_auth: %s\n"
		 "lines:\n"
		 "  - profile: sim\n"
		 "    range: 600000-%u\n",
		 s->vlans ? two_networks : one_network, s->refresh_s, s->detect_s, s->fail_count,
		 s->recover_count, s->prefer_primary ? "on" : "off",
		 s->never_return ? "never" : "auto", s->return_delay_s,
		 s->remove_last ? "on" : "off", s->register_timeout_ms, s->options_timeout_ms,
		 s->backoff_base_s, s->backoff_max_s, s->park_s,
		 s->refresh_min_s ? s->refresh_min_s : 1,
		 s->retry_after_max_s ? s->retry_after_max_s : 300, s->switch_spread_s,
		 s->server_rate, s->initial_auth ? "on" : "off", 600000 + s->lines - 1);
}
