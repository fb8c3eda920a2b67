#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A transmit that is stuck: af_packet's driver waits without a time-out when its ring is full, as
# behind a qdisc that lets nothing through. The worker must go on, say so, and be stopped.
#
# usage: bash tests/net/stall.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "stall" ethtool tc
reaper_start

lines=1000 # more requests than the ring's 512 frames

here=$(netns lines) && there=$(netns servers) || skip "stall" "cannot make network namespaces"
veth_make "$here" "$there" || skip "stall" "no veth pair here, or it keeps its checksum offload"
ip netns exec "$here" ethtool -K "$ID" tx off >/dev/null
# What the kernel holds of a frame is given back when it left the qdisc: 1 kB a second, not at once.
jam() { tc -n "$here" qdisc add dev "$ID" root tbf rate 8kbit burst 2000 limit 100000000; }
clear_jam() { tc -n "$here" qdisc del dev "$ID" root; }
{ jam && clear_jam; } 2>/dev/null || skip "stall" "this kernel has no tbf"

heartline_start registrar "$there" registrar --port "net_af_packet0,iface=$ID" \
	--address 10.99.0.1 --password secret
registrar_pid=$HEARTLINE_PID
run() { # NAME
	heartline_start "$1" "$here" run --port "net_af_packet0,iface=$ID,qdisc_bypass=0" \
		--primary 10.99.0.1 --address 10.99.1.1/16 --lines $lines --password secret \
		--ramp 1s --drain 1s --summary "$DIR/$1.json"
}

status_is() { status_last "$1" | grep -qE "$2"; }

# limited NAME: the report says that the driver hung, and the summary whose limit it was.
limited() {
	if grep -qE 'the generator was the limit: .*[1-9][0-9]* hangs in the driver' "$DIR/$1.log"; then
		ok "$1: the report tells of hangs in the driver"
	else
		not_ok "$1: the report tells of hangs in the driver" "$(grep 'generator' "$DIR/$1.log" | head -n 1)"
	fi
	if grep -qE "[1-9][0-9]* tx_full: polls that found the device's transmit ring full, for up to" "$DIR/$1.log"; then
		ok "$1: and of the full ring"
	else
		not_ok "$1: and of the full ring" "$(grep 'generator' "$DIR/$1.log" | head -n 1)"
	fi
	check "$1: summary: generator_limited" true "$(summary "$DIR/$1.json" generator_limited)"
}

# --- a jam that dissolves: time went on in it, and all lines come back ---

jam
run jammed
# A line can only be down when the worker's timers run, stuck or not.
if wait_running 60 status_is jammed " [0-9]+ registered +[0-9]+ +[0-9]+ +[0-9]+ +[1-9][0-9]* "; then
	ok "jammed: its timers run: lines give up"
else
	not_ok "jammed: its timers run: lines give up" "$(status_last jammed)"
fi
clear_jam
# Backoff after the first failure: up to 30 s.
if wait_running 100 status_is jammed " $lines registered +$lines "; then
	ok "jammed: all register when it is over"
else
	not_ok "jammed: all register when it is over" "$(status_last jammed)"
fi
if heartline_stop "$HEARTLINE_PID" 40; then check "jammed: exits 0" 0 "$EXIT_CODE"; else
	not_ok "jammed: exits 0" "still running after 40 s"
fi
limited jammed

# --- stopped while it is stuck ---

jam
run stuck
wait_running 60 status_is stuck " [0-9]+ registered +[0-9]+ +[0-9]+ +[0-9]+ +[1-9][0-9]* " ||
	not_ok "stuck: its timers run" "$(status_last stuck)"
kill -INT "$HEARTLINE_PID"
if wait_running 20 grep -q "press Ctrl-C again to quit at once" "$DIR/stuck.log" && heartline_stop "$HEARTLINE_PID" 40; then
	check "stuck: Ctrl-C twice ends it with 1" 1 "$EXIT_CODE"
else
	not_ok "stuck: Ctrl-C twice ends it with 1" "still running after 40 s"
fi
limited stuck
clear_jam
heartline_stop "$registrar_pid" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
