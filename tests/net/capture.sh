#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What heartline puts on the wire, read back by tshark: every packet well-formed, every checksum
# good, and the retransmissions of an unanswered request at RFC 3261's times.
#
# usage: bash tests/net/capture.sh PATH/TO/heartline
# HL_TOLERANCE_MS: how far a retransmission may be off, 20 by default.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "capture" kamailio kamcmd tshark dumpcap perl
reaper_start

lines=5
tolerance_ms=${HL_TOLERANCE_MS:-20}
ours="ip.src == 10.99.1.0/24"

# config KEY VALUE...: the lab profile with other values for some keys.
config() {
	local profile
	profile=$(profile_lab)
	while (($# > 1)); do
		profile=$(sed "s/^\( *$1:\).*/\1 $2/" <<<"$profile")
		shift 2
	done
	cat <<-EOF
		ports:
		  - device: net_tap0,iface=$ID
		    addresses: 10.99.1.1-10.99.1.2/16
		$profile
		lines:
		  - profile: lab
		    range: 6000-$((6000 + lines - 1))
		ramp: 1s
		duration: 0
	EOF
}

# The interface is there before heartline: the capture begins before the first packet.
net=$(netns capture) || skip "capture" "cannot make a network namespace"
server_addresses "$net"
tap_make "$net" || skip "capture" "cannot make a tap device"

# --- 1: everything a line says, with digest, a dead primary, and the way back ---

kamailio_pair "$net" MD5 SHA-256
capture_start "$net" "$ID" "$DIR/life.pcap" || bail "capture starts" "dumpcap wrote nothing"
config primary_detect_interval 2s register_timeout 1000ms options_timeout 1000ms >"$DIR/life.yaml"
heartline_start heartline "$net" run -c "$DIR/life.yaml" --summary "$DIR/life.json" \
	--pcap "$DIR/own.pcapng"
wait_running 20 kamailio_holds primary "$lines" || bail "lines register" "$(kamailio_table primary)"
kamailio_kill primary
wait_running 10 kamailio_holds backup "$lines" || bail "lines move" "$(kamailio_table backup)"
kamailio_start primary "$net" 10.99.0.1 || bail "primary starts again" "no 200 to OPTIONS"
wait_running 10 kamailio_holds primary "$lines" || bail "lines return" "$(kamailio_table primary)"
wait_running 10 kamailio_holds backup 0 || bail "backup is left" "$(kamailio_table backup)"
heartline_stop "$HEARTLINE_PID" 20
check "a small run, there and back, exits 0" 0 "$EXIT_CODE"
capture_stop

# The unreachables that a dead server's kernel sends quote a part of our packets; a part of a SIP
# message is malformed, so they are left out.
check_none "no malformed packet" "$DIR/life.pcap" "_ws.malformed && !icmp"
# 6291456: PI_WARN.
check_none "no expert warning or error" "$DIR/life.pcap" "_ws.expert.severity >= 6291456 && !icmp"
check_none "every IP checksum is good" "$DIR/life.pcap" "$ours && !(ip.checksum.status == 1)"
check_none "every UDP checksum is good" "$DIR/life.pcap" "$ours && udp && !icmp && !(udp.checksum.status == 1)"
check_none "no fragments" "$DIR/life.pcap" "ip.flags.mf == 1 || ip.frag_offset > 0"
check_none "all to UDP is SIP" "$DIR/life.pcap" "$ours && udp && !sip && !icmp"
# A retransmission is the same request, byte for byte, so a CSeq belongs to one branch.
for method in REGISTER OPTIONS; do
	sent=$(packets "$DIR/life.pcap" "$ours && !icmp && sip.Method == $method" sip.Via.branch |
		sort -u | wc -l)
	check "the summary counts the ${method}s that the wire saw" "$sent" "$(summary "$DIR/life.json" $method)"
done
sent=$(packets "$DIR/life.pcap" "$ours && !icmp && sip.Method" sip.Via.branch | sort | uniq -c |
	awk '{ n += $1 - 1 } END { print n + 0 }')
check "and the retransmissions" "$sent" "$(summary "$DIR/life.json" retransmissions)"
# What heartline captured itself: the same messages, with the checksums that the device makes.
for direction in src dst; do
	check "its own capture has the messages that the wire saw, by ip.$direction" \
		"$(packets "$DIR/life.pcap" "ip.$direction == 10.99.1.0/24 && sip && !icmp" udp.checksum | sort | cksum)" \
		"$(packets "$DIR/own.pcapng" "ip.$direction == 10.99.1.0/24 && sip && !icmp" udp.checksum | sort | cksum)"
done
check_none "its own capture: nothing malformed" "$DIR/own.pcapng" "_ws.malformed && !icmp"
check_none "its own capture: every checksum is good" "$DIR/own.pcapng" \
	"$ours && udp && !icmp && !(ip.checksum.status == 1 && udp.checksum.status == 1)"
kamailio_kill primary
kamailio_kill backup

# --- 2: a server that swallows: no answer, and no unreachable from its kernel ---

spawn sink ip netns exec "$net" perl -MIO::Socket::INET -e '
	my @sockets = map { IO::Socket::INET->new(LocalAddr => "$_:5060", Proto => "udp") or die } @ARGV;
	sleep' 10.99.0.1 10.99.0.2
bound() { [[ $(ip netns exec "$net" ss -Huln 'sport = 5060' | wc -l) == 2 ]]; }
wait_until 10 bound || bail "the sink binds" "nobody at port 5060"
# The driver takes the interface down when it ends, and nothing can be captured there then.
ip -n "$net" link set "$ID" up
capture_start "$net" "$ID" "$DIR/silent.pcap" || bail "capture starts" "dumpcap wrote nothing"
# No backup, no probes: nothing but the REGISTER and its retransmissions. 5 s: ramp 1 s, then a
# fourth one at 3500 ms would still be seen.
config primary_detect_interval 0s backup_outbound_server @ |
	sed '/backup_outbound_server/d; s/^duration: .*/duration: 5s/' >"$DIR/silent.yaml"
heartline_start heartline "$net" run -c "$DIR/silent.yaml" --summary "$DIR/silent.json"
if reap "$HEARTLINE_PID" 30; then
	check "no line registered: exits 1" 1 "$EXIT_CODE"
else
	not_ok "no line registered: exits 1" "still running after 30 s"
fi
capture_stop

# Transactions by Call-ID, CSeq and branch, with the offsets of their packets in ms.
packets "$DIR/silent.pcap" "$ours && sip.Method == REGISTER" \
	sip.Call-ID sip.CSeq.seq sip.Via.branch frame.time_epoch |
	awk -F'\t' '
		{ key = $1 " " $2 " " $3 }
		!(key in first) { first[key] = $4; order[++n] = key; next }
		{ offsets[key] = offsets[key] " " sprintf("%.1f", ($4 - first[key]) * 1000) }
		END { for (i = 1; i <= n; i++) print order[i] offsets[order[i]] }' >"$DIR/transactions"
# A REGISTER that was never answered may have been heard: the end of the run unregisters it, unheard again.
transactions=$(wc -l <"$DIR/transactions")
asking=$(packets "$DIR/silent.pcap" "$ours && sip.Method == REGISTER && sip.Expires > 0" sip.Via.branch |
	sort -u | wc -l)
check "one REGISTER a line" "$lines" "$asking"
check "and one to unregister it" $((2 * lines)) "$transactions"
off=$(awk -v tolerance="$tolerance_ms" '
	function far(x, want) { return x < want - tolerance || x > want + tolerance }
	NF != 5 || far($4, 500) || far($5, 1500) { print }' "$DIR/transactions")
if [[ -s $DIR/transactions && -z $off ]]; then
	ok "an unanswered REGISTER leaves at 0, 500 and 1500 ms, and never a fourth time"
	awk '{ print "# retransmitted after " $4 " and " $5 " ms" }' "$DIR/transactions"
else
	not_ok "an unanswered REGISTER leaves at 0, 500 and 1500 ms, and never a fourth time" \
		"$(head -n 1 <<<"${off:-no REGISTER at all}")"
fi
check "summary: retransmissions" $((2 * transactions)) "$(summary "$DIR/silent.json" retransmissions)"
check "summary: time-outs" "$transactions" "$(summary "$DIR/silent.json" timeouts)"
check "summary: registered" 0 "$(summary "$DIR/silent.json" registered)"
finish
