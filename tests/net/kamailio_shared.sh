#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A pair that shares its location table: both hold every binding, whichever got it. The trap is in
# the way back: REGISTER at the primary, then unregister at the backup. Kamailio finds a binding by
# its Contact alone, so with one Contact for both the second would undo the first; ours differ in
# their ;hl= parameter. Beside 1,000 lines there are some whose parameter the servers take away before
# they store it: these must fall into the trap, or there was none.
#
# usage: bash tests/net/kamailio_shared.sh PATH/TO/heartline
# HL_LINES: another number of lines. Every count is the one Kamailio gives, not ours.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "kamailio shared" kamailio kamcmd
reaper_start

lines=${HL_LINES:-1000}
bare=50
# As in kamailio_failover.sh.
worst_case_s=$((5 + 2 + 2 + 2))

# server NAME ADDRESS [PEER]: without a peer it is the first.
server() {
	kamailio_start "$1" "$net" "$2" MD5 "DMQ_SELF=\"sip:$2:5060\"" ${3:+"DMQ_PEER=\"sip:$3:5060\""} \
		"RPC=\"$DIR/$1.rpc\"" "RPC_REPLIES=\"$DIR/\"" 'BARE="^9"' || bail "$1 starts" "no 200 to OPTIONS"
}

# joined NAME N: of the two servers that this one knows, itself being one, N are active.
joined() {
	[[ $(kamcmd -s "unix:$DIR/$1.ctl" dmq.list_nodes 2>/dev/null | grep -c 'status: active') == "$2" ]]
}

# both_joined: or the test ends here.
both_joined() {
	wait_until 10 joined primary 2 && wait_until 10 joined backup 2 ||
		bail "the servers join" "$(kamcmd -s "unix:$DIR/backup.ctl" dmq.list_nodes 2>&1)"
}

# open_for_lines NAME: from now on it hears the lines.
open_for_lines() {
	kamcmd -s "unix:$DIR/$1.ctl" pv.shvSet open int 1 >/dev/null
}

# count <CONTACTS: how many bindings there are with ;hl=p, with ;hl=b, without; and how many of the
# lines have one at least, as "p b bare lines".
count() {
	awk '
		/^sip:9/ { bare++; next }
		/;hl=p$/ { p++ }
		/;hl=b$/ { b++ }
		{ sub(/@.*/, ""); users[$0] }
		END { for (i in users) n++; print p + 0, b + 0, bare + 0, n + 0 }'
}

table() {
	kamailio_contacts "$1" | count
}

# survivor_has P B BARE: the backup, which never dies, has these bindings (* for any number). The
# lowest number of lines with a binding anywhere is kept in LOWEST: what the primary tells the backup
# takes a moment, so both are looked at, the backup first, for a line leaves it last.
survivor_has() {
	local p b bare users
	kamailio_contacts backup >"$DIR/backup.table"
	cp "$DIR/backup.table" "$DIR/both.table"
	[[ $PRIMARY != alive ]] || kamailio_contacts primary >>"$DIR/both.table"
	read -r p b bare users < <(count <"$DIR/both.table")
	((users >= LOWEST)) || LOWEST=$users
	read -r p b bare users < <(count <"$DIR/backup.table")
	# shellcheck disable=SC2053 # patterns
	[[ $p == $1 && $b == $2 && $bare == $3 ]]
}

net=$(netns shared) || skip "kamailio shared" "cannot make a network namespace"
server_addresses "$net"
tap_make "$net" || skip "kamailio shared" "cannot make a tap device"
server primary 10.99.0.1
server backup 10.99.0.2 10.99.0.1
both_joined
open_for_lines primary
open_for_lines backup
ok "two Kamailio servers share one location table"

lab_config "net_tap0,iface=$ID" 10.99.1.1-10.99.1.4/16 6000 "$lines" \
	"  - profile: lab" "    range: 90000-$((90000 + bare - 1))" "ramp: 2s" >"$DIR/lab.yaml"
heartline_start heartline "$net" run -c "$DIR/lab.yaml" --summary "$DIR/summary.json"

LOWEST=0
PRIMARY=alive
if wait_running 20 survivor_has "$lines" 0 "$bare"; then
	ok "registered at the primary, all $lines lines are in the backup's table too"
else
	bail "registered at the primary, all $lines lines are in the backup's table too" "$(table backup)"
fi
kamailio_holds primary $((lines + bare)) || bail "and in the primary's" "$(kamailio_table primary)"

LOWEST=$lines
kamailio_kill primary
PRIMARY=dead
# Its own bindings stay in the table, unless heartline removes them through the backup.
if wait_running "$worst_case_s" survivor_has '*' "$lines" '*'; then
	ok "primary killed: all lines bound to the backup within $worst_case_s s"
	echo "# it took $WAITED_MS ms"
else
	not_ok "primary killed: all lines bound to the backup within $worst_case_s s" "$(table backup)"
fi

# Back in service when it has joined and taken over the backup's bindings.
server primary 10.99.0.1 10.99.0.2
both_joined
synced() { [[ $(table primary) == *" $lines $bare $lines" ]]; }
wait_until 10 synced || bail "the primary takes over the table" "$(table primary)"
open_for_lines primary
PRIMARY=alive
if wait_running $((worst_case_s + 4)) survivor_has "$lines" 0 '*'; then
	ok "primary back: all lines bound to it, none to the backup"
	echo "# it took $WAITED_MS ms"
else
	not_ok "primary back: all lines bound to it, none to the backup" "$(table backup)"
fi
check "no line was ever without a binding" "$lines" "$LOWEST"
read -r p b left users <<<"$(table primary)"
check "the primary's table says the same" "$lines 0 $lines" "$p $b $users"
# Not all: a message between the two that comes late may give one back.
if ((2 * left < bare)); then
	ok "lines without the parameter do lose theirs"
	echo "# $left of $bare are left"
else
	not_ok "lines without the parameter do lose theirs" "$left of $bare are left: the test proves nothing"
fi

drains "SIGINT: drains and exits 0" 20
# What one of them removed, the other hears of a moment later.
empty() { [[ $(table "$1") == "0 0 "*" 0" ]]; }
for server in primary backup; do
	if wait_until 5 empty "$server"; then
		ok "the $server's table is empty"
	else
		not_ok "the $server's table is empty" "$(table "$server")"
	fi
done
for key in failovers returns unregistered; do
	check "summary: $key" $((lines + bare)) "$(summary "$DIR/summary.json" $key)"
done
check "summary: leftovers" 0 "$(summary "$DIR/summary.json" leftovers)"
check "summary: parked" 0 "$(summary "$DIR/summary.json" parked)"
finish
