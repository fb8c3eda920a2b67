#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# probe: register0 at two Kamailio servers: a REGISTER without Contact is answered, with and without a
# challenge, and changes no binding; when the primary dies it moves the lines, and brings them back.
#
# usage: bash tests/net/kamailio_probe.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "kamailio probe" kamailio kamcmd
reaper_start

lines=20
servers=$(netns servers) || skip "kamailio probe" "cannot make a network namespace"
server_addresses "$servers"
kamailio_pair "$servers" MD5 SHA-256

lab_config "net_tap0,iface=$ID" 10.99.1.1/16 6000 "$lines" "ramp: 1s" |
	sed -e 's/primary_detect_interval: 5s/primary_detect_interval: 400ms/' \
		-e '/options_timeout/a\    probe: register0\n    down_detect_interval: 200ms\n    recover_count: 3' \
		>"$DIR/lab.yaml"
heartline_start heartline "" run -c "$DIR/lab.yaml" --summary "$DIR/summary.json"
wait_running 20 tap_started || bail "heartline starts its tap" "no $ID that is up after $WAITED_MS ms"
tap_move "$servers" || bail "the tap moves into the namespace" "$ID cannot be moved"

holds_within "all lines register" 20 primary "$lines" || bail "all lines register" "they do not"
asked=$(kamailio_count primary core rcv_requests_register)
# Each line has been probed several times when so many more have come: none refreshes within a minute.
probed() {
	[ "$(kamailio_count primary core rcv_requests_register)" -ge $((asked + 5 * lines)) ]
}
if wait_running 20 probed; then
	ok "they are probed by REGISTER"
else
	not_ok "they are probed by REGISTER" "$(kamailio_count primary core rcv_requests_register) from $asked"
fi
kamailio_holds primary "$lines" || not_ok "the bindings stay as they are" "$(kamailio_table primary)"
check "no line in the backup's table" 0 "$(kamailio_stat backup location_contacts)"

kamailio_kill primary
holds_within "primary killed: all lines on the backup" 15 backup "$lines"
kamailio_start primary "$servers" 10.99.0.1 || bail "primary starts again" "no 200 to OPTIONS"
holds_within "primary back: all lines return" 60 primary "$lines"

drains "SIGINT: drains and exits 0" 20
check "the primary's table is empty" 0 "$(kamailio_stat primary location_contacts)"
check "the backup's table is empty" 0 "$(kamailio_stat backup location_contacts)"
check "summary: leftovers" 0 "$(summary "$DIR/summary.json" leftovers)"
check "summary: not one OPTIONS" 0 "$(summary "$DIR/summary.json" OPTIONS)"
finish
