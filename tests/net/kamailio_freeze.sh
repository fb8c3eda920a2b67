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
kamailio_start primary "$net" 10.99.0.1 SHA-256 || bail "primary starts" "no 200 to OPTIONS"
kamailio_start backup "$net" 10.99.0.2 || bail "backup starts" "no 200 to OPTIONS"
{
	cat <<-EOF
		ports:
		  - device: net_tap0,iface=$ID
		    addresses: 10.99.1.1-10.99.1.4/16
	EOF
	profile_lab
	cat <<-EOF
		lines:
		  - profile: lab
		    range: 6000-$((6000 + lines - 1))
		ramp: 2s
		duration: 0
	EOF
} >"$DIR/lab.yaml"
heartline_start heartline "$net" run -c "$DIR/lab.yaml" --summary "$DIR/summary.json"
wait_running 20 kamailio_holds primary "$lines" || bail "all lines register" "$(kamailio_table primary)"
ok "all $lines lines in the primary's location table"

kill -STOP -- "-${KAMAILIO_PID[primary]}"
if wait_running "$worst_case_s" kamailio_holds backup "$lines"; then
	ok "primary frozen: all lines on the backup within $worst_case_s s"
	echo "# it took $WAITED_MS ms"
else
	not_ok "primary frozen: all lines on the backup within $worst_case_s s" "$(kamailio_table backup)"
fi

kill -CONT -- "-${KAMAILIO_PID[primary]}"
# The frozen server still holds every binding; that the backup's are gone tells of the return.
if wait_running $((worst_case_s + 2)) kamailio_holds backup 0; then
	ok "primary thawed: all lines leave the backup"
	echo "# it took $WAITED_MS ms"
else
	not_ok "primary thawed: all lines leave the backup" "$(kamailio_table backup)"
fi
check "and are on the primary" "$lines" "$(kamailio_stat primary location_contacts)"

if heartline_stop "$HEARTLINE_PID" 20; then
	check "SIGINT: drains and exits 0" 0 "$EXIT_CODE"
else
	not_ok "SIGINT: drains and exits 0" "still running after 20 s"
fi
check "the primary's table is empty" 0 "$(kamailio_stat primary location_contacts)"
check "the backup's table is empty" 0 "$(kamailio_stat backup location_contacts)"
check "summary: returns" "$lines" "$(summary "$DIR/summary.json" returns)"
check "summary: leftovers" 0 "$(summary "$DIR/summary.json" leftovers)"
finish
