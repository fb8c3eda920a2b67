#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# dhcp_option_120: lines register where dnsmasq says (RFC 3361), in place of what the file says.
#
# usage: bash tests/net/dhcp.sh PATH/TO/heartline
# HL_LINES: another number of lines. Every count is the one Kamailio gives, not ours.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/dhcp_server.sh
. "$(dirname "$0")/dhcp_server.sh"
need "dhcp" kamailio kamcmd dnsmasq
reaper_start

lines=${HL_LINES:-100}
servers=$(netns servers) || skip "dhcp" "cannot make a network namespace"
server_addresses "$servers"
kamailio_pair "$servers"

# dnsmasq_start [OPTION...]: the DHCP server. It hands out no addresses, and answers on the tap as
# soon as that is there.
dnsmasq_start() {
	spawn dnsmasq ip netns exec "$servers" dnsmasq --keep-in-foreground --conf-file=/dev/null \
		--user=root --pid-file= --leasefile-ro --log-facility=- --log-dhcp --port=0 \
		--interface="$ID" --bind-dynamic --dhcp-range=10.99.0.0,static,255.255.0.0 "$@"
	DNSMASQ_PID=$SPAWNED
}

# config_write [KEY: VALUE...]: the lab's profile, with these servers instead of its own.
config_write() {
	{
		cat <<-CONFIG
			ports:
			  - device: net_tap0,iface=$ID
			    addresses: 10.99.1.1-10.99.1.4/16
		CONFIG
		profile_lab | sed '/outbound_/d'
		printf '    %s\n' "dhcp_option_120: on" "$@"
		cat <<-CONFIG
			lines:
			  - profile: lab
			    range: 100000-$((100000 + lines - 1))
			ramp: 1s
			drain: 1s
		CONFIG
	} >"$DIR/lab.yaml"
}

# lines_end NAME: all of them leave.
lines_end() {
	heartline_stop "$HEARTLINE_PID" 20
	check "$1: drains and exits 0" 0 "$EXIT_CODE"
	check "$1: every line was registered" "$lines" "$(summary "$DIR/$1.json" registered)"
}

# expect_on NAME SERVER OTHER: by the servers' own tables.
expect_on() {
	if wait_running 20 kamailio_holds "$2" "$lines"; then
		ok "$1: all lines on the $2"
	else
		bail "$1: all lines on the $2" "$(kamailio_table "$2")"
	fi
	check "$1: none on the $3" 0 "$(kamailio_stat "$3" location_contacts)"
}

# --- addresses -----------------------------------------------------------------------------------

dnsmasq_start --dhcp-option=120,10.99.0.1,10.99.0.2
config_write
"$HEARTLINE" check --without-device "$DIR/lab.yaml" >"$DIR/check.log" 2>&1
check "a file without servers is accepted" 0 $?
said "check says that the servers come from DHCP" "servers from DHCP (option 120)" check
lines_start addresses
expect_on addresses primary backup
said "addresses: both servers are named" "primary 10.99.0.1, backup 10.99.0.2" addresses
kamailio_kill primary
if wait_running 11 kamailio_holds backup "$lines"; then
	ok "addresses: the second of the list is the backup"
else
	not_ok "addresses: the second of the list is the backup" "$(kamailio_table backup)"
fi
kamailio_start primary "$servers" 10.99.0.1 || bail "primary starts again" "no 200 to OPTIONS"
lines_end addresses
dnsmasq_stop

# The list replaces both: with one entry there is no backup, whatever the file says.
dnsmasq_start --dhcp-option=120,10.99.0.1
config_write "outbound_server: 10.99.0.2" "backup_outbound_server: 10.99.0.1"
lines_start override
expect_on override primary backup
said "override: no backup is left" "primary 10.99.0.1, no backup" override
lines_end override
dnsmasq_stop

# Names go to DNS, on the system's own network. dnsmasq compresses the second one.
dns_port=$((20000 + $$ % 20000))
spawn dns dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --pid-file= \
	--log-facility=- --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces \
	--port=$dns_port --address=/one.lab.test/10.99.0.1 --address=/two.lab.test/10.99.0.2
dnsmasq_start --dhcp-option=120,two.lab.test,one.lab.test
config_write "outbound_server: 10.99.0.1"
echo "dns_servers: 127.0.0.1:$dns_port" >>"$DIR/lab.yaml"
lines_start names
expect_on names backup primary
said "names: both servers are named" "primary two.lab.test, backup one.lab.test" names
lines_end names
dnsmasq_stop

# --- nothing named -------------------------------------------------------------------------------

dnsmasq_start
config_write "outbound_server: 10.99.0.2"
lines_start fallback
expect_on fallback backup primary
said "fallback: a warning says why" "the DHCP server 10.99.0.254 names no SIP server" fallback
lines_end fallback
dnsmasq_stop

config_write
lines_start silent
if reap "$HEARTLINE_PID" 20; then
	check "silent: exits 2" 2 "$EXIT_CODE"
else
	not_ok "silent: exits 2" "still running after 20 s"
fi
said "silent: says why" "no DHCP server answered in 10 s, and there is no outbound_server" silent
finish
