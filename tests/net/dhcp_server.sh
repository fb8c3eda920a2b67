# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2154
# What tests with a DHCP server share; sourced behind lib.sh. $servers: its namespace, $DIR/lab.yaml: the
# configuration.

dnsmasq_stop() {
	kill "$DNSMASQ_PID"
	reap "$DNSMASQ_PID" 10
}

# The question has gone out, so the driver is done with the interface and it may be moved. The next
# question finds the server behind it.
# shellcheck disable=SC2317 # called by wait_running
tap_asked() {
	tap_started && (($(<"/sys/class/net/$ID/statistics/rx_packets") > 0))
} 2>/dev/null

# lines_start NAME: heartline behind a tap that ends in the servers' namespace.
lines_start() {
	heartline_start "$1" "" run -c "$DIR/lab.yaml" --summary "$DIR/$1.json"
	wait_running 20 tap_asked || bail "$1: the tap starts" "no question on $ID"
	tap_move "$servers" || bail "$1: the tap moves" "$ID cannot be moved"
	ip -n "$servers" address add 10.99.0.254/16 dev "$ID"
}

# said NAME TEXT LOG: heartline's own words
said() {
	if grep -qF "$2" "$DIR/$3.log"; then ok "$1"; else not_ok "$1" "not said: $2"; fi
}
