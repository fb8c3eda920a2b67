#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The main job over IPv6: lines register at a Kamailio pair, the primary is killed, all move, all return. Kamailio
# counts the lines; the kernel is the neighbour that is discovered; tshark reads what the wire has seen.
#
# usage: bash tests/net/ipv6.sh PATH/TO/heartline
# HL_LINES: another number of lines.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "ipv6" kamailio kamcmd tshark dumpcap
reaper_start

lines=${HL_LINES:-200}
# Longest time until all have moved, in seconds: the next probe, its time-out, the registration, and 4 s more.
move_s=7

net=$(netns six) || skip "ipv6" "cannot make a network namespace"
ip netns exec "$net" sh -c '
	for off in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 0 >"$off"; done
	echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind # the servers start before the link is up' 2>/dev/null ||
	skip "ipv6" "the kernel has no IPv6"
ip -n "$net" tuntap add dev "$ID" mode tap multi_queue pi || skip "ipv6" "cannot make a tap device"
ip -n "$net" link set "$ID" txqueuelen 10000 up
ip -n "$net" address add fd99::1/64 dev "$ID" nodad
ip -n "$net" address add fd99::2/64 dev "$ID" nodad

kamailio_start primary "$net" fd99::1 MD5 || bail "primary starts" "no 200 to OPTIONS"
kamailio_start backup "$net" fd99::2 SHA-256 || bail "backup starts" "no 200 to OPTIONS"
{
	printf '%s\n' "ports:" "  - device: net_tap0,iface=$ID" "    addresses: fd99::1:1-fd99::1:4/64"
	profile_lab | sed 's/10\.99\.0\./fd99::/; s/detect_interval: 5s/detect_interval: 1s/; s/: 2000ms/: 1000ms/'
	printf '%s\n' "lines: [{profile: lab, range: 6000-$((6000 + lines - 1))}]" "ramp: 1s" "drain: 1s" "duration: 0" \
		"control_socket: $DIR/six.sock"
} >"$DIR/lab.yaml"
capture_start "$net" "$ID" "$DIR/wire.pcap" || bail "the capture starts" "dumpcap wrote nothing"
heartline_start heartline "$net" run -c "$DIR/lab.yaml" --summary "$DIR/summary.json" --pcap "$DIR/own.pcapng"

holds_within "all lines register" 20 primary "$lines" || finish
check "ctl shows a line's server by its address" 1 \
	"$("$HEARTLINE" ctl --socket "$DIR/six.sock" line show 6000 | grep -c '\[fd99::1\]:5060')"
kamailio_kill primary
holds_within "primary killed: all lines on the backup" $move_s backup "$lines"
kamailio_start primary "$net" fd99::1 || bail "primary starts again" "no 200 to OPTIONS"
holds_within "primary back: all lines return" 30 primary "$lines"
wait_running 10 kamailio_holds backup 0 || not_ok "none left on the backup" "$(kamailio_table backup)"
# Our address is asked for by the kernel, and answers its ping.
check "a line's address answers a ping" 0 "$(
	ip netns exec "$net" python3 - <<-'EOF'
		import socket, struct
		s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
		s.settimeout(5)
		s.sendto(struct.pack("!BBHHH", 128, 0, 0, 7, 1) + b"ping", ("fd99::1:2", 0))
		while True:
		    data = s.recv(2000)
		    if data[0] == 129 and data[8:] == b"ping":
		        print(data[1])
		        break
	EOF
)"
drains "drains and exits 0" 20
check "both tables are empty" "0 0" "$(kamailio_stat primary location_contacts) $(kamailio_stat backup location_contacts)"
check "summary: leftovers" 0 "$(summary "$DIR/summary.json" leftovers)"
capture_stop

sent="ipv6.src == fd99::1:0/112"
[[ -n $(packets "$DIR/wire.pcap" "sip.Method == REGISTER && $sent" frame.number) ]] ||
	not_ok "the wire has REGISTERs" "none"
for file in wire.pcap own.pcapng; do
	check_none "$file: nothing malformed, no expert warning" "$DIR/$file" \
		"(_ws.malformed || _ws.expert.severity >= 6291456) && $sent"
	check_none "$file: every checksum is good" "$DIR/$file" "udp && $sent && !icmpv6 && !(udp.checksum.status == 1)"
	check_none "$file: every datagram has a flow label" "$DIR/$file" "udp && $sent && !icmpv6 && ipv6.flow == 0"
	check_none "$file: neighbours are asked for with a hop limit of 255" "$DIR/$file" \
		"(icmpv6.type == 135 || icmpv6.type == 136) && $sent && !(ipv6.hlim == 255)"
done
finish
