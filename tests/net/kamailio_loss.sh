#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# One packet in five lost, both ways, from the first REGISTER on; the primary dies and comes back
# meanwhile. When the faults end, every line must find its way home, and stay there.
#
# usage: bash tests/net/kamailio_loss.sh PATH/TO/heartline
# HL_LINES: another number of lines. Every count is the one Kamailio gives, not ours.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "kamailio loss" kamailio kamcmd nft
reaper_start

lines=${HL_LINES:-1000}
refresh_s=6
detect_s=2
timeout_s=2
backoff_s=2
# When the faults end: a cool-down or backoff may still run; then the next probe, the registration,
# and, where the last word to the backup was lost, the end of the binding there; and 2 s more.
worst_case_s=$((backoff_s * 2 + detect_s + timeout_s + refresh_s + 2))

net=$(netns loss) || skip "kamailio loss" "cannot make a network namespace"
server_addresses "$net"
tap_make "$net" || skip "kamailio loss" "cannot make a tap device"

# Next to the device: dropped there, a packet is lost as on a wire. In the output hook of IP the
# sender would be told.
loss_begin() {
	ip netns exec "$net" nft -f - 2>"$DIR/nft.log" <<-EOF
		table netdev loss {
			chain in {
				type filter hook ingress device "$ID" priority 0;
				counter name seen_in numgen random mod 100 < 20 counter name lost_in drop
			}
			chain out {
				type filter hook egress device "$ID" priority 0;
				counter name seen_out numgen random mod 100 < 20 counter name lost_out drop
			}
			counter seen_in { }
			counter lost_in { }
			counter seen_out { }
			counter lost_out { }
		}
	EOF
}

loss_count() {
	ip netns exec "$net" nft list counter netdev loss "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# holds_most NAME: three lines in four. Of three transmissions each way one in five is lost, so one probe
# in twenty finds no answer, and about one line in ten is always on its way to the other server or back.
holds_most() {
	local n
	n=$(kamailio_stat "$1" location_users)
	((${n:-0} * 4 >= lines * 3))
}

home() {
	kamailio_holds primary "$lines" && kamailio_holds backup 0
}

# left_home DEADLINE_MS: succeeds when a line is missed before; so it must not.
left_home() {
	if ! home; then MISSED="$(kamailio_table primary), $(kamailio_table backup)"; fi
	[[ -n $MISSED ]] || later "$1"
}

loss_begin || skip "kamailio loss" "no nftables with netdev ingress and egress: $(head -n 1 "$DIR/nft.log")"
kamailio_pair "$net" MD5 SHA-256
{
	cat <<-EOF
		ports:
		  - device: net_tap0,iface=$ID
		    addresses: 10.99.1.1-10.99.1.4/16
	EOF
	profile_lab | sed "s/^\( *register_refresh_interval:\).*/\1 ${refresh_s}s/
		s/^\( *primary_detect_interval:\).*/\1 ${detect_s}s/"
	cat <<-EOF
		    backoff_base: ${backoff_s}s
		    backoff_max: $((2 * backoff_s))s
		lines:
		  - profile: lab
		    range: 6000-$((6000 + lines - 1))
		ramp: 1s
		drain: 2s
		duration: 0
	EOF
} >"$DIR/lab.yaml"
heartline_start heartline "$net" run -c "$DIR/lab.yaml" --summary "$DIR/summary.json"

if wait_running 15 holds_most primary; then
	ok "20 % lost: most lines register all the same"
else
	bail "20 % lost: most lines register all the same" "$(kamailio_table primary)"
fi
# Long enough for every line to refresh and probe.
wait_running $((refresh_s + 1)) later $(($(now_ms) + refresh_s * 1000))
kamailio_kill primary
if wait_running 15 holds_most backup; then
	ok "primary killed: most lines move"
else
	not_ok "primary killed: most lines move" "$(kamailio_table backup)"
fi
kamailio_start primary "$net" 10.99.0.1 || bail "primary starts again" "no 200 to OPTIONS"
if wait_running 15 holds_most primary; then
	ok "primary back: most lines return"
else
	not_ok "primary back: most lines return" "$(kamailio_table primary)"
fi

for way in in out; do
	seen=$(loss_count seen_$way) lost=$(loss_count lost_$way)
	# Some thousand packets: two per cent more or less would be five standard deviations.
	if ((lost * 100 >= seen * 17 && lost * 100 <= seen * 23 && seen > lines)); then
		ok "packets were lost, way $way"
		echo "# $lost of $seen"
	else
		not_ok "packets were lost, way $way" "$lost of $seen"
	fi
done
ip netns exec "$net" nft delete table netdev loss
if wait_running "$worst_case_s" home; then
	ok "faults over: every line on the primary, none on the backup, within $worst_case_s s"
	echo "# it took $WAITED_MS ms"
else
	not_ok "faults over: every line on the primary, none on the backup, within $worst_case_s s" \
		"$(kamailio_table primary), $(kamailio_table backup)"
fi
# A line that is stuck would lose its binding now.
MISSED=
wait_running $((refresh_s + 3)) left_home $(($(now_ms) + (refresh_s + 1) * 1000))
check "and there they stay, for longer than was granted" "" "$MISSED"

if heartline_stop "$HEARTLINE_PID" 20; then
	# What is lost on the way may keep a line down for longer than a switch may take.
	verdict=$(summary "$DIR/summary.json" verdict)
	if ((EXIT_CODE == 0)) || [[ $EXIT_CODE == 1 && $verdict == degraded ]]; then
		ok "SIGINT: drains; ok or degraded"
	else
		not_ok "SIGINT: drains; ok or degraded" "$EXIT_CODE, $verdict"
	fi
else
	not_ok "SIGINT: drains; ok or degraded" "still running after 20 s"
fi
check "the primary's table is empty" 0 "$(kamailio_stat primary location_contacts)"
check "the backup's table is empty" 0 "$(kamailio_stat backup location_contacts)"
for key in registered on_primary unregistered; do
	check "summary: $key" "$lines" "$(summary "$DIR/summary.json" $key)"
done
for key in down parked leftovers; do
	check "summary: $key" 0 "$(summary "$DIR/summary.json" $key)"
done
finish
