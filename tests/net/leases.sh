#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# addresses: dhcp: each line has an address of its own from dnsmasq or Kea, and registers from there where option
# 120 says; a renewal that names another server moves all of them while they stay registered.
#
# usage: bash tests/net/leases.sh PATH/TO/heartline
# HL_LINES: another number of lines. Counts are those of Kamailio and of the DHCP servers' own leases.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/net/dhcp_server.sh
. "$(dirname "$0")/dhcp_server.sh"
need "leases" kamailio kamcmd dnsmasq
reaper_start

lines=${HL_LINES:-1000}
servers=$(netns servers) || skip "leases" "cannot make a network namespace"
server_addresses "$servers"
kamailio_pair "$servers"

# dnsmasq_start SERVER...: leases of two minutes that are renewed after a few seconds.
dnsmasq_start() {
	local IFS=,
	spawn dnsmasq ip netns exec "$servers" dnsmasq --keep-in-foreground --conf-file=/dev/null \
		--user=root --pid-file= --leasefile-ro --dhcp-authoritative --log-facility=- \
		--port=0 --no-ping --interface="$ID" --bind-dynamic --dhcp-lease-max=10000 \
		--dhcp-range=10.99.16.0,10.99.63.255,255.255.0.0,120 --dhcp-option=58,6 \
		--dhcp-option=3,10.99.0.254 --dhcp-option=120,"$*"
	DNSMASQ_PID=$SPAWNED
}

# kea_configure SERVER...
kea_configure() {
	local list
	list=$(IFS=,; echo "$*")
	cat >"$DIR/kea.conf" <<-KEA
		{ "Dhcp4": {
		  "interfaces-config": { "interfaces": ["$ID"], "service-sockets-max-retries": 200,
		    "service-sockets-retry-wait-time": 100 },
		  "lease-database": { "type": "memfile", "persist": false },
		  "valid-lifetime": 120, "renew-timer": 4, "rebind-timer": 100,
		  "option-def": [ { "name": "sip", "code": 120, "space": "dhcp4", "type": "record",
		    "record-types": "uint8, ipv4-address", "array": true } ],
		  "subnet4": [ { "subnet": "10.99.0.0/16", "id": 1,
		    "pools": [ { "pool": "10.99.16.0-10.99.63.255" } ],
		    "option-data": [ { "name": "routers", "data": "10.99.0.254" },
		      { "name": "sip", "data": "1,$list" } ] } ],
		  "loggers": [ { "name": "kea-dhcp4", "severity": "INFO",
		    "output_options": [ { "output": "stdout" } ] } ]
		} }
	KEA
}

kea_start() {
	mkdir -p "$DIR/kea"
	spawn kea env KEA_PIDFILE_DIR="$DIR/kea" KEA_LOCKFILE_DIR="$DIR/kea" \
		ip netns exec "$servers" kea-dhcp4 -c "$DIR/kea.conf"
	KEA_PID=$SPAWNED
}

config_write() {
	{
		cat <<-CONFIG
			ports:
			  - device: net_tap0,iface=$ID
			pools:
			  - name: leased
			    addresses: dhcp
			    dhcp_rate: 1000
			    dhcp_wait: 30s
		CONFIG
		printf '    %s\n' "$@"
		profile_lab | sed '/outbound_/d'
		cat <<-CONFIG
			    dhcp_option_120: on
			lines:
			  - profile: lab
			    range: 100000-$((100000 + lines - 1))
			ramp: 1s
			drain: 1s
		CONFIG
	} >"$DIR/lab.yaml"
}

expect_on() {
	if wait_running "$3" kamailio_holds "$2" "$lines"; then
		ok "$1: all lines on the $2"
	else
		bail "$1: all lines on the $2" "$(kamailio_table "$2")"
	fi
}

# --- dnsmasq -------------------------------------------------------------------------------------

dnsmasq_start 10.99.0.1
config_write "mac: per_line"
"$HEARTLINE" check --without-device "$DIR/lab.yaml" >"$DIR/check.log" 2>&1
check "the file is accepted" 0 $?
lines_start of-dnsmasq
expect_on of-dnsmasq primary 40
check "dnsmasq: each line has an address of its own" "$lines" \
	"$(grep -oE 'DHCPACK\([a-z0-9]+\) [0-9.]+' "$DIR/dnsmasq.log" | sort -u | wc -l)"
dnsmasq_stop
dnsmasq_start 10.99.0.2
expect_on of-dnsmasq backup 30
said "dnsmasq: the other server is named" "DHCP names another primary: 10.99.0.2" of-dnsmasq
heartline_stop "$HEARTLINE_PID" 20
check "dnsmasq: drains and exits 0" 0 "$EXIT_CODE"
check "dnsmasq: no line was ever without a registration" 0 \
	"$(summary "$DIR/of-dnsmasq.json" lines_ever_down)"
check "dnsmasq: all addresses were given back" "$lines" \
	"$(grep -oE 'DHCPRELEASE\([a-z0-9]+\) [0-9.]+' "$DIR/dnsmasq.log" | sort -u | wc -l)"
dnsmasq_stop

# Nobody answers: said in one line, and nothing runs.
config_write "leases: 3"
sed -i 's/dhcp_wait: 30s/dhcp_wait: 1s/' "$DIR/lab.yaml"
lines_start silent
if reap "$HEARTLINE_PID" 20; then
	check "silent: exits 97" 97 "$EXIT_CODE"
else
	not_ok "silent: exits 97" "still running after 20 s"
fi
said "silent: says why" "DHCP gave 0 of 3 addresses in 1 s (dhcp_wait): no DHCP server answered" silent

# --- Kea, with one MAC for all ---------------------------------------------------------------------

if ! command -v kea-dhcp4 >/dev/null; then
	skip_check "Kea" "kea-dhcp4 is not installed"
	finish
	exit 0
fi
# Those that moved are still bound there.
kamailio_kill primary
kamailio_start primary "$servers" 10.99.0.1 || bail "primary starts again" "no 200 to OPTIONS"
kea_configure 10.99.0.1
config_write
lines_start of-kea
kea_start
expect_on of-kea primary 40
check "Kea: each line has an address of its own" "$lines" \
	"$(grep -oE 'lease 10[0-9.]+ has been allocated' "$DIR/kea.log" | sort -u | wc -l)"
kea_configure 10.99.0.2
kill -HUP "$KEA_PID"
expect_on of-kea backup 30
heartline_stop "$HEARTLINE_PID" 20
check "Kea: drains and exits 0" 0 "$EXIT_CODE"
check "Kea: no line was ever without a registration" 0 \
	"$(summary "$DIR/of-kea.json" lines_ever_down)"
finish
