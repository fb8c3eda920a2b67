#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A primary that hangs instead of dying: nothing answers, no kernel says unreachable, only time-outs
# tell. When it thaws it answers what waited in its socket, all of it too late.
#
# usage: bash tests/net/kamailio_freeze.sh PATH/TO/heartline
# HL_LINES: another number of lines.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "kamailio freeze" kamailio kamcmd
reaper_start

lines=${HL_LINES:-1000}
# As in kamailio_failover.sh.
worst_case_s=$((5 + 2 + 2 + 2))

net=$(netns freeze) || skip "kamailio freeze" "cannot make a network namespace"
server_addresses "$net"
tap_make "$net" || skip "kamailio freeze" "cannot make a tap device"
kamailio_pair "$net" SHA-256
lab_config "net_tap0,iface=$ID" 10.99.1.1-10.99.1.4/16 6000 "$lines" "ramp: 2s" >"$DIR/lab.yaml"
heartline_start heartline "$net" run -c "$DIR/lab.yaml" --summary "$DIR/summary.json"
wait_running 20 kamailio_holds primary "$lines" || bail "all lines register" "$(kamailio_table primary)"
ok "all $lines lines in the primary's location table"

kill -STOP -- "-${KAMAILIO_PID[primary]}"
holds_within "primary frozen: all lines on the backup within $worst_case_s s" \
	"$worst_case_s" backup "$lines"

kill -CONT -- "-${KAMAILIO_PID[primary]}"
# The frozen server still holds every binding; that the backup's are gone tells of the return.
holds_within "primary thawed: all lines leave the backup" $((worst_case_s + 2)) backup 0
check "and are on the primary" "$lines" "$(kamailio_stat primary location_contacts)"

drains "SIGINT: drains and exits 0" 20
check "the primary's table is empty" 0 "$(kamailio_stat primary location_contacts)"
check "the backup's table is empty" 0 "$(kamailio_stat backup location_contacts)"
check "summary: returns" "$lines" "$(summary "$DIR/summary.json" returns)"
check "summary: leftovers" 0 "$(summary "$DIR/summary.json" leftovers)"
finish
