#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Servers that ask for more than most: 423 to a short time, a counted nonce, a nonce for one request
# only, and SHA-256. 1,000 lines on each register, refresh and unregister.
#
# usage: bash tests/net/kamailio_strict.sh PATH/TO/heartline
# HL_LINES: another number of lines on each server. Every count is the one Kamailio gives.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "kamailio strict" kamailio kamcmd
reaper_start

lines=${HL_LINES:-1000}
servers=(min_expires nonce_count nonce_once sha256)

net=$(netns strict) || skip "kamailio strict" "cannot make a network namespace"
tap_make "$net" || skip "kamailio strict" "cannot make a tap device"

# server NUMBER NAME [ALGORITHM [DEFINE...]]
server() {
	ip -n "$net" address add "10.99.0.$1/32" dev lo
	kamailio_start "$2" "$net" "10.99.0.$1" "${@:3}" || bail "$2 starts" "no 200 to OPTIONS"
}

# profile NUMBER NAME INTERVAL: no backup, no probes: nothing but registration.
profile() {
	cat <<-EOF
		  $2:
		    outbound_server: 10.99.0.$1
		    password: secret
		    use_random_sip_port: on
		    register_refresh_interval: $3
	EOF
}

# Stateful, as Kamailio's manual demands for the nonce checks, and so that all are counted alike.
server 1 min_expires MD5 STATEFUL MIN_EXPIRES=8
server 2 nonce_count MD5 STATEFUL NONCE_COUNT
server 3 nonce_once MD5 STATEFUL NONCE_ONCE
server 4 sha256 SHA-256 STATEFUL
ok "four Kamailio servers answer"

{
	cat <<-EOF
		ports:
		  - device: net_tap0,iface=$ID
		    addresses: 10.99.1.1-10.99.1.4/16
		profiles:
	EOF
	profile 1 min_expires 4s
	profile 2 nonce_count 8s
	profile 3 nonce_once 8s
	profile 4 sha256 8s
	echo "lines:"
	for i in 1 2 3 4; do
		echo "  - profile: ${servers[i - 1]}"
		echo "    range: ${i}00000-$((i * 100000 + lines - 1))"
	done
	echo "ramp: 2s"
	echo "duration: 0"
} >"$DIR/strict.yaml"
heartline_start heartline "$net" run -c "$DIR/strict.yaml" --summary "$DIR/summary.json"

all_hold() {
	local name
	for name in "${servers[@]}"; do
		kamailio_holds "$name" "$lines" || return 1
	done
}

# All grant 8 s in the end. When that time is over and a second of Kamailio's own timer, a line that
# never refreshed has lost its binding, and Kamailio has counted that.
if ! wait_running 20 all_hold; then
	for name in "${servers[@]}"; do
		kamailio_holds "$name" "$lines" || not_ok "$name: $lines lines registered" "$(kamailio_table "$name")"
	done
	finish
fi
ok "$lines lines registered on each"
wait_running 12 later $(($(now_ms) + 10000))
for name in "${servers[@]}"; do
	if kamailio_holds "$name" "$lines"; then
		ok "$name: they stay for longer than was granted"
	else
		not_ok "$name: they stay for longer than was granted" "$(kamailio_table "$name")"
	fi
	check "$name: no binding expired" 0 "$(kamailio_stat "$name" location_expires)"
done

drains "SIGINT: drains and exits 0" 20
for name in "${servers[@]}"; do
	check "$name: the table is empty" 0 "$(kamailio_stat "$name" location_contacts)"
done
check "summary: registered" $((4 * lines)) "$(summary "$DIR/summary.json" registered)"
check "summary: unregistered" $((4 * lines)) "$(summary "$DIR/summary.json" unregistered)"
check "summary: parked" 0 "$(summary "$DIR/summary.json" parked)"
check "summary: down" 0 "$(summary "$DIR/summary.json" down)"
check "summary: leftovers" 0 "$(summary "$DIR/summary.json" leftovers)"
check "summary: timeouts" 0 "$(summary "$DIR/summary.json" timeouts)"

# The demands were made, and were met at the first attempt. Every 4xx is a challenge or a 423.
refused() { kamailio_count "$1" tmx 4xx_transactions; }
accepted() { kamailio_count "$1" registrar accepted_regs; }
check "min_expires: one 423 a line" "$lines" "$(kamailio_count min_expires registrar rejected_regs)"
check "nonce_count: one challenge a line, then nc rises" "$lines" "$(refused nonce_count)"
check "nonce_once: one challenge for each request" "$(accepted nonce_once)" "$(refused nonce_once)"
check "sha256: one challenge a line" "$lines" "$(refused sha256)"
for name in "${servers[@]}"; do
	# The first, at least one refresh, and the last.
	if (($(accepted "$name") >= 3 * lines)); then
		ok "$name: every line refreshed"
	else
		not_ok "$name: every line refreshed" "$(accepted "$name") REGISTERs accepted"
	fi
done
finish
