#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The main job with pools: lines register at a Kamailio pair, the primary is killed, all move, all return. Behind
# a VLAN; behind two (QinQ), each address with a MAC of its own; in two pools behind routers, one of them in a VLAN;
# over two ports; and behind two VLANs over net_af_packet, where the kernel takes the outer tag out of each frame.
# What the wire has seen is read back by tshark.
#
# usage: bash tests/net/pools.sh PATH/TO/heartline [CASE...]     CASE: vlan, qinq, packet, routed, ports

# shellcheck disable=SC2317 # what a case calls is reached by its name
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "pools" kamailio kamcmd tshark dumpcap python3 ethtool
reaper_start
shift
(($# > 0)) || set -- vlan qinq packet routed ports

LINES_OF_CASE=200
# Longest time until all have moved, in seconds: the next probe, its time-out, the registration, and 4 s more.
MOVE_S=7

# vlan_make NAME TAGS: an interface of $NET in a VLAN of its $ID, or for 7.20 in 20 inside of 7: the kernel's, or
# where it has none one of a switch
vlan_make() {
	local inner=${2##*.} under=$ID
	if [[ $2 == *.* ]]; then
		under=s${2%.*}
		ip -n "$NET" link add link "$ID" name "$under" type vlan proto 802.1ad id "${2%.*}" 2>/dev/null &&
			ip -n "$NET" link set "$under" up
	fi
	if ! ip -n "$NET" link add link "$under" name "$1" type vlan id "$inner" 2>/dev/null; then
		echo "# VLAN $2 by a switch, as the kernel has no VLANs"
		spawn "switch-$NET-$1" ip netns exec "$NET" python3 "$NET_DIR/vlan_switch.py" "$ID" "$1=$2"
		wait_until 10 grep -q ready "$DIR/switch-$NET-$1.log" || bail "the switch starts" "it says nothing"
	fi
	ip -n "$NET" link set "$1" txqueuelen 10000 up
}

# Each case: makes the network, and sets POOLS of the lines, and DEVICES.
case_vlan() {
	vlan_make v100 100
	ip -n "$NET" route add 10.99.0.0/16 dev v100
	POOLS="  - {name: red, vlan: 100, priority: 5, dscp: 26, addresses: 10.99.1.1-10.99.1.4/16}"
}

case_qinq() {
	vlan_make c20 7.20
	ip -n "$NET" route add 10.99.0.0/16 dev c20
	POOLS="  - {name: blue, outer_vlan: 7, vlan: 20, mac: per_line, addresses: 10.99.1.1-10.99.1.4/16}"
}

case_packet() {
	NET_OF_LINES=$(netns "$1-lines")
	ip -n "$NET" link delete "$ID"
	veth_make "$NET_OF_LINES" "$NET"
	ip -n "$NET" route delete 10.99.0.0/16 dev "$ID"
	vlan_make c20 7.20
	ip netns exec "$NET" ethtool -K c20 tx off >/dev/null 2>&1
	ip -n "$NET" route add 10.99.0.0/16 dev c20
	DEVICES="{device: \"net_af_packet0,iface=$ID\"}"
	POOLS="  - {name: blue, outer_vlan: 7, vlan: 20, mac: 02:00:00:00:aa:01, addresses: 10.99.1.1-10.99.1.4/16}"
}

case_routed() {
	ip netns exec "$NET" sh -c 'echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce' # ask from addresses of the link
	vlan_make v300 300
	ip -n "$NET" address add 10.50.1.254/24 dev v300
	ip -n "$NET" address add 10.51.1.254/24 dev "$ID"
	POOLS= # those of the sample
}

case_ports() {
	HL_WORKERS=2 # a port needs one of its own
	ip netns exec "$NET" sh -c 'echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce'
	ip -n "$NET" tuntap add dev "${ID}b" mode tap multi_queue pi
	ip -n "$NET" link set "${ID}b" txqueuelen 10000 up
	ip -n "$NET" address add 10.51.1.254/24 dev "$ID"
	ip -n "$NET" address add 10.52.1.254/24 dev "${ID}b"
	DEVICES+=" {device: \"net_tap1,iface=${ID}b\"}"
	POOLS="  - {name: left, port: 0, addresses: 10.51.1.1-10.51.1.2/24, gateway: 10.51.1.254}
  - {name: right, port: \"net_tap1,iface=${ID}b\", addresses: 10.52.1.1-10.52.1.2/24, gateway: 10.52.1.254}"
}

# What no frame of lines and servers may be.
declare -A STRAY=(
	[vlan]='!(vlan.id == 100) || (!icmp && ip.src == 10.99.1.0/24 && !(vlan.priority == 5 && ip.dsfield.dscp == 26))'
	[qinq]='!(ieee8021ad.id == 7 && vlan.id == 20) && !(vlan.id == 7 && vlan.id == 20)'
	[packet]='!(ieee8021ad.id == 7 && vlan.id == 20) && !(vlan.id == 7 && vlan.id == 20)'
	[routed]='(ip.addr == 10.50.1.0/24 && !(vlan.id == 300)) || (ip.addr == 10.51.1.0/24 && vlan)'
	[ports]='ip.addr == 10.52.1.0/24'
)

# Of its own capture, which has the other port, too, what the wire of the first one saw.
declare -A SAME=([ports]='&& ip.addr == 10.51.1.0/24')

config() { # NAME
	local name=$1
	if [[ -z $POOLS ]]; then
		sed "s/iface=hl0/iface=$ID/" "$NET_DIR/../../dpdk-app/samples/pools.yaml"
		return
	fi
	echo "ports: [${DEVICES/\} \{/\}, \{}]"
	echo "pools:"
	echo "$POOLS"
	profile_lab | sed 's/detect_interval: 5s/detect_interval: 1s/; s/: 2000ms/: 1000ms/'
	printf '%s\n' "lines: [{profile: lab, range: 6000-$((6000 + LINES_OF_CASE - 1))}]" \
		"ramp: 1s" "drain: 1s" "duration: 0" "control_socket: $DIR/$name.sock"
}

job() { # NAME
	local name=$1
	NET=$(netns "$name") || skip "pools" "cannot make a network namespace"
	server_addresses "$NET"
	ip -n "$NET" tuntap add dev "$ID" mode tap multi_queue pi || skip "pools" "cannot make a tap device"
	ip -n "$NET" link set "$ID" txqueuelen 10000 up
	DEVICES="{device: \"net_tap0,iface=$ID\"}"
	NET_OF_LINES=$NET
	"case_$name" "$name"
	config "$name" >"$DIR/$name.yaml"
	kamailio_pair "$NET" MD5 SHA-256
	capture_start "$NET" "$ID" "$DIR/$name.pcap" || bail "$name: capture starts" "dumpcap wrote nothing"
	heartline_start "$name" "$NET_OF_LINES" run -c "$DIR/$name.yaml" --summary "$DIR/$name.json" --pcap "$DIR/$name.pcapng"
	holds_within "$name: all lines register" 20 primary $LINES_OF_CASE || {
		heartline_stop "$HEARTLINE_PID" 20
		echo "# dropped: $(summary "$DIR/$name.json" drops)"
		finish
	}
	kamailio_kill primary
	holds_within "$name: primary killed: all lines on the backup" $MOVE_S backup $LINES_OF_CASE
	kamailio_start primary "$NET" 10.99.0.1 || bail "$name: primary starts again" "no 200 to OPTIONS"
	holds_within "$name: primary back: all lines return" 30 primary $LINES_OF_CASE
	wait_running 10 kamailio_holds backup 0 || not_ok "$name: none left on the backup" "$(kamailio_table backup)"
	[[ $name != ports ]] || "$HEARTLINE" ctl --socket "$DIR/ports.sock" --json port >"$DIR/port.json"
	drains "$name: drains and exits 0" 20
	check "$name: both tables are empty" "0 0" \
		"$(kamailio_stat primary location_contacts) $(kamailio_stat backup location_contacts)"
	[[ $name != ports ]] || ports_check
	check "$name: leftovers, frames of other VLANs" "0 0" \
		"$(summary "$DIR/$name.json" leftovers) $(summary "$DIR/$name.json" vlan)"
	capture_stop
	wire_check "$name"
	kamailio_kill primary
	kamailio_kill backup
}

wire_check() { # NAME
	local name=$1 file=$DIR/$1.pcap direction
	[[ -n $(packets "$file" "sip.Method == REGISTER && !icmp" frame.number) ]] ||
		not_ok "$name: the capture has REGISTERs" "none"
	check_none "$name: nothing malformed, no expert warning" "$file" \
		"(_ws.malformed || _ws.expert.severity >= 6291456) && !icmp"
	check_none "$name: every checksum is good" "$file" \
		"udp && !icmp && !(ip.checksum.status == 1 && udp.checksum.status == 1)"
	check_none "$name: every frame is in its network" "$file" "(sip || arp || icmp) && (${STRAY[$name]})"
	check_none "$name: its own capture has nothing malformed, and each frame in its network" "$DIR/$name.pcapng" \
		"((_ws.malformed || _ws.expert.severity >= 6291456) && !icmp) || ((sip || arp) && (${STRAY[$name]}) ${SAME[$name]:-})"
	for direction in src dst; do
		check "$name: its own capture has the messages that the wire saw, by udp.${direction}port" \
			"$(packets "$file" "udp.${direction}port == 5060 && sip && !icmp" udp.checksum | sort | cksum)" \
			"$(packets "$DIR/$name.pcapng" "udp.${direction}port == 5060 && sip && !icmp ${SAME[$name]:-}" udp.checksum | sort | cksum)"
	done
}

ports_check() { # each port has sent and received as much as its half of the lines asks for
	local i
	for i in 0 1; do
		check "ports: port $i has sent and received REGISTERs and answers" yes "$(
			python3 -c 'import json, sys
port = json.load(open(sys.argv[1]))["ports"][int(sys.argv[2])]
print("yes" if port["workers"] == 1 and min(port["received"], port["sent"]) >= 200 and port["lost"] == 0 else port)' \
			"$DIR/port.json" $i)"
	done
}

macs_check() { # a MAC for each of the four addresses
	check "qinq: each address has a MAC of its own, in frames and in ARP" "4 4 4" "$(
		packets "$DIR/qinq.pcap" "ip.src == 10.99.1.0/24 && sip && !icmp" ip.src eth.src | sort -u | wc -l) $(
		packets "$DIR/qinq.pcap" "ip.src == 10.99.1.0/24 && sip && !icmp" eth.src | sort -u | wc -l) $(
		packets "$DIR/qinq.pcap" "arp.src.proto_ipv4 == 10.99.1.0/24" arp.src.proto_ipv4 arp.src.hw_mac | sort -u | wc -l)"
}

for name; do
	job "$name"
	[[ $name != qinq ]] || macs_check
done
finish
