#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two workers with a queue each on devices that know nothing of lines: 1,000 lines over net_af_packet
# and over net_tap, with Kamailio at the other end. af_packet spreads replies by a hash of its own, so
# that every second one must be handed over; a tap remembers for a while which queue a flow came from.
#
# usage: bash tests/net/steer.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "steer" kamailio kamcmd ethtool
reaper_start

export HL_WORKERS=2

# number NAME VALUE LEAST: a whole number, at least so large.
number() {
	if [[ $2 =~ ^[0-9]+$ ]] && (($2 >= $3)); then ok "$1"; else not_ok "$1" "got ${2:-nothing}"; fi
}

# over DRIVER NETNS_OF_LINES NETNS_OF_SERVERS RUNGS
over() {
	local driver=$1 json=$DIR/$1.json

	register_over "$driver" "$2" "$3" 1000 MD5 || return
	if [[ $(summary "$json" rung) =~ ^($4)$ ]]; then
		ok "$driver: summary: rung"
	else
		not_ok "$driver: summary: rung" "wanted $4, got $(summary "$json" rung)"
	fi
	check "$driver: summary: queues" 2 "$(summary "$json" queues)"
	check "$driver: summary: handoff_dropped" 0 "$(summary "$json" handoff_dropped)"
	number "$driver: the log says it" \
		"$(grep -cE "port 0: 2 queues, replies (reach|steered)" "$DIR/$driver.log")" 1
}

if ! here=$(netns lines) || ! there=$(netns servers); then
	skip "steer" "cannot make network namespaces"
fi
if veth_make "$here" "$there"; then
	over net_af_packet "$here" "$there" "ring"
	# A register and an unregister a line, each challenged at least once: 2,000 replies and more.
	number "net_af_packet: summary: handed_off" "$(summary "$DIR/net_af_packet.json" handed_off)" 500
	ip -n "$there" link delete "$ID"
else
	skip_check "net_af_packet" "no veth pair here, or it keeps its checksum offload"
fi
if both=$(netns both) && tap_make "$both"; then
	# The driver makes rules where the kernel has what it makes them of (tc, multiq, flower).
	over net_tap "$both" "$both" "ring|rules_address"
	number "net_tap: summary: frames that arrived at home" "$(summary "$DIR/net_tap.json" home)" 500
else
	skip_check "net_tap" "no tap in a namespace"
fi
finish
