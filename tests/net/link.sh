#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The link of the port goes down and comes up again while lines run: a veth whose far end is set down, and a
# memif whose other side is killed and started again. No line leaves its server for that.
#
# usage: bash tests/net/link.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "link" kamailio kamcmd ethtool
reaper_start

lines=20

# quick_config DEVICE: a server that is silent for 1.3 s loses its lines
quick_config() {
	lab_config "$1" 10.99.1.1/16 6000 "$lines" "ramp: 0" "drain: 1s" |
		sed -e 's/primary_detect_interval: 5s/primary_detect_interval: 300ms/' \
			-e 's/options_timeout: 2000ms/options_timeout: 1000ms/' \
			-e 's/register_timeout: 2000ms/register_timeout: 1000ms/'
}

said() { # NAME HOW OFTEN TEXT
	[ "$(grep -c "$3" "$DIR/$1.log")" = "$2" ]
}

# flapped NAME: the link was down for a while, and nothing came of it
flapped() {
	local log=$DIR/$1.log file=$DIR/$1.json
	drains "$1: drains and exits 0" 20 || tail -n 12 "$log"
	check "$1: said once that it is down" 1 "$(grep -c 'its link is down' "$log")"
	check "$1: said once that it is up" 1 "$(grep -c 'its link is up again' "$log")"
	check "$1: summary: downs" 1 "$(summary "$file" downs)"
	check "$1: summary: failovers" 0 "$(summary "$file" failovers)"
	check "$1: summary: leftovers" 0 "$(summary "$file" leftovers)"
	if [ "$(summary "$file" link_down)" -gt 0 ]; then # but for lines whose probe was out
		ok "$1: requests waited for the link"
	else
		not_ok "$1: requests waited for the link" "$(summary "$file" link_down)"
	fi
}

if here=$(netns lines) && there=$(netns servers) && veth_make "$here" "$there"; then
	server_addresses "$there"
	kamailio_pair "$there"
	quick_config "net_af_packet0,iface=$ID" >"$DIR/veth.yaml"
	heartline_start veth "$here" run -c "$DIR/veth.yaml" --summary "$DIR/veth.json"
	holds_within "veth: all lines register" 20 primary "$lines"
	ip -n "$there" link set "$ID" down
	wait_running 10 said veth 1 "its link is down" || not_ok "veth: the link is down" "not said"
	sleep 3 # several times what a line waits for a server
	# The route went with the link. A program for each command would leave the servers without one for long.
	printf 'link set %s up\nroute add 10.99.0.0/16 dev %s\n' "$ID" "$ID" | ip -n "$there" -batch -
	wait_running 10 said veth 1 "its link is up again" || not_ok "veth: the link is up" "not said"
	sleep 1
	kamailio_holds primary "$lines" || not_ok "veth: the primary has them" "$(kamailio_table primary)"
	check "veth: no line on the backup" 0 "$(kamailio_stat backup location_contacts)"
	flapped veth
else
	skip_check "veth" "no veth pair in namespaces here"
fi

registrar_start() {
	heartline_start registrar "" registrar --port "net_memif0,role=client,$memif" \
		--address 10.99.0.1:5060,10.99.0.2:5060 --password secret --realm lab
	registrar_pid=$HEARTLINE_PID
}

memif="id=0,socket-abstract=no,socket=$DIR/memif.sock"
quick_config "net_memif0,role=server,$memif" >"$DIR/memif.yaml"
heartline_start memif "" run -c "$DIR/memif.yaml" --summary "$DIR/memif.json"
memif_pid=$HEARTLINE_PID
wait_running 20 test -S "$DIR/memif.sock" || bail "memif: a run listens" "no socket"
registrar_start
HEARTLINE_PID=$memif_pid
wait_running 20 status_registered memif "$lines" || not_ok "memif: all lines register" "$(status_last memif)"
disown "$registrar_pid" # or bash reports its violent end
kill -KILL -- "-$registrar_pid"
wait_running 10 said memif 1 "its link is down" || not_ok "memif: the link is down" "not said"
sleep 3
registrar_start
HEARTLINE_PID=$memif_pid
wait_running 20 said memif 1 "its link is up again" || not_ok "memif: the link is up" "not said"
sleep 1
flapped memif
heartline_stop "$registrar_pid" 20 || not_ok "memif: the registrar ends" "still running"
finish
