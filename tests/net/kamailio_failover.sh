#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# 10,000 lines against two Kamailio servers: all register, the primary dies, all move, all return.
#
# usage: bash tests/net/kamailio_failover.sh PATH/TO/heartline
# HL_LINES: another number of lines. Every count is the one Kamailio gives, not ours.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "kamailio failover" kamailio kamcmd
reaper_start

lines=${HL_LINES:-10000}
# The protocol's worst case for the profile, in seconds: primary_detect_interval until the next
# probe, options_timeout until it fails, register_timeout for the registration; and 2 s more.
worst_case_s=$((5 + 2 + 2 + 2))

servers=$(netns servers) || skip "kamailio failover" "cannot make a network namespace"
server_addresses "$servers"
kamailio_pair "$servers" MD5 SHA-256
ok "two Kamailio servers answer"

lab_config "net_tap0,iface=$ID" 10.99.1.1-10.99.1.4/16 100000 "$lines" "ramp: 5s" >"$DIR/lab.yaml"
heartline_start heartline "" run -c "$DIR/lab.yaml" --summary "$DIR/summary.json"

wait_running 20 tap_started || bail "heartline starts its tap" "no $ID that is up after $WAITED_MS ms"
tap_move "$servers" || bail "the tap moves into the namespace" "$ID cannot be moved"

if wait_running 20 kamailio_holds primary "$lines"; then
	ok "all $lines lines in the primary's location table"
else
	bail "all $lines lines in the primary's location table" "$(kamailio_table primary)"
fi
check "no line in the backup's" 0 "$(kamailio_stat backup location_contacts)"

kamailio_kill primary
holds_within "primary killed: all lines on the backup within $worst_case_s s" \
	"$worst_case_s" backup "$lines"

kamailio_start primary "$servers" 10.99.0.1 || bail "primary starts again" "no 200 to OPTIONS"
# A return that a busy machine makes fail is tried again after its cool-down, 15 to 30 s.
holds_within "primary back: all lines return" $((worst_case_s + 60)) primary "$lines"
# The old binding goes after the new one is made: one more transaction.
if wait_running 4 kamailio_holds backup 0; then
	ok "none left on the backup"
else
	not_ok "none left on the backup" "$(kamailio_table backup)"
fi
kamailio_holds primary "$lines" || not_ok "one contact a line on the primary" "$(kamailio_table primary)"

drains "SIGINT: drains and exits 0" 20
check "the primary's table is empty" 0 "$(kamailio_stat primary location_contacts)"
check "the backup's table is empty" 0 "$(kamailio_stat backup location_contacts)"

for key in lines registered unregistered; do
	check "summary: $key" "$lines" "$(summary "$DIR/summary.json" $key)"
done
# A busy machine may lose a probe to a server that lives, and with a count of 1 that moves a line, too.
moved=$(summary "$DIR/summary.json" failovers)
if [ "$moved" -ge "$lines" ]; then
	ok "summary: failovers"
else
	not_ok "summary: failovers" "wanted $lines or more, got $moved"
fi
check "summary: as many returns" "$moved" "$(summary "$DIR/summary.json" returns)"
check "summary: leftovers" 0 "$(summary "$DIR/summary.json" leftovers)"
for server in primary backup; do
	for code in 400 403 483; do
		check "no request answered $code by the $server" 0 "$(kamailio_replies $server $code)"
	done
done
finish
