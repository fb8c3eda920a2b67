#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# 10,000 lines through a failover and a return at two Kamailio servers: what ctl, /metrics, the API, the
# events, the history and the summary say is equal to the message and to the transition, to what tshark reads in the
# capture, and to what Kamailio counted. Read in pauses, when nothing is on its way.
#
# usage: bash tests/net/agreement.sh PATH/TO/heartline
# HL_LINES: another number of lines.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "agreement" kamailio kamcmd tshark dumpcap curl python3
reaper_start

lines=${HL_LINES:-10000}
export RUNTIME_DIRECTORY=$DIR/runtime
mkdir -m 700 "$RUNTIME_DIRECTORY"

# look NAME: what every surface says now
look() {
	local file=$DIR/$1 base
	base=$(sed -n 's/^heartline: http: \(.*\)/\1/p' "$DIR/heartline.log" | head -n 1)
	"$HEARTLINE" ctl --json status >"$file.status"
	"$HEARTLINE" ctl --json server list >"$file.servers"
	ip netns exec "$net" curl -sS "$base/metrics" >"$file.metrics"
	ip netns exec "$net" curl -sS "$base/api/v1/summary" >"$file.api"
}

# Nothing is outstanding, and nothing more leaves.
outstanding=$(cat <<'E2'
import json, sys
m = json.load(sys.stdin)["metrics"]
c = m["counters"]
n = sum(m["requests"].values())
ended = sum(sum(c[k].values()) for k in ("finals", "timeouts", "unreachable", "abandoned"))
print(n - ended, n + sum(c["retransmissions"].values()))
E2
)
at_rest() {
	local before=${REST:-}
	REST=$("$HEARTLINE" ctl --json status | python3 -c "$outstanding")
	[[ $REST == "0 "* && $REST == "$before" ]]
}

# pause NAME: pauses the run, and looks when it is at rest
pause() {
	"$HEARTLINE" ctl pause >/dev/null || bail "$1: pauses" "ctl pause fails"
	REST=
	wait_running 30 at_rest || bail "$1: at rest" "outstanding and sent: $REST"
	look "$1"
}

# Every change of state so far, page by page, as one answer.
events_all() {
	python3 -c 'import json, subprocess, sys
events, after = [], 0
while True:
    page = json.loads(subprocess.check_output(
        [sys.argv[1], "ctl", "--json", "events", "--after", str(after), "--limit", "1000"]))
    if not page["events"]:
        break
    events += page["events"]
    after = page["next"]
print(json.dumps({"events": events}))' "$HEARTLINE"
}

resume() {
	"$HEARTLINE" ctl resume >/dev/null || bail "resumes" "ctl resume fails"
}

# heard begin|end SERVER: what the server has counted, and when
heard() {
	local register options
	register=$(kamailio_count "$2" core rcv_requests_register)
	options=$(kamailio_count "$2" core rcv_requests_options)
	echo "$1 $2 $EPOCHREALTIME $register $options $(kamailio_replies "$2" 200) $(kamailio_replies "$2" 401)" >>"$DIR/heard"
}

net=$(netns agreement) || skip "agreement" "cannot make a network namespace"
server_addresses "$net"
tap_make "$net" || skip "agreement" "cannot make a tap device"
kamailio_pair "$net" MD5 MD5
heard begin primary
heard begin backup
capture_start "$net" "$ID" "$DIR/all.pcap" || bail "the capture starts" "dumpcap wrote nothing"
lab_config "net_tap0,iface=$ID" 10.99.1.1-10.99.1.4/16 100000 "$lines" "ramp: 5s" "http: 127.0.0.1:0" \
	"history: $DIR/history.db" |
	sed 's/register_refresh_interval: .*/register_refresh_interval: 3600s/' >"$DIR/lab.yaml"
heartline_start heartline "$net" run -c "$DIR/lab.yaml" --summary "$DIR/summary.json" --events "$DIR/events.json"

wait_running 30 kamailio_holds primary "$lines" || bail "all lines register" "$(kamailio_table primary)"
pause registered
heard end primary
kamailio_kill primary
resume
wait_running 60 kamailio_holds backup "$lines" || bail "all lines move" "$(kamailio_table backup)"
pause moved
kamailio_start primary "$net" 10.99.0.1 || bail "primary starts again" "no 200 to OPTIONS"
heard begin primary
resume
# A return that a busy machine makes fail is tried again after its cool-down, 15 to 30 s.
wait_running 90 kamailio_holds primary "$lines" || bail "all lines return" "$(kamailio_table primary)"
wait_running 30 kamailio_holds backup 0 || bail "the backup is left" "$(kamailio_table backup)"
pause returned
heard end primary
heard end backup
check "the primary holds every line" "$lines" "$(kamailio_stat primary location_contacts)"
capture_stop
events_all >"$DIR/returned.events"
resume
drains "SIGINT: drains and exits 0" 60
errors=$(ip netns exec "$net" awk '/^Udp: [0-9]/ { print $6 }' /proc/net/snmp)
echo "# datagrams that Kamailio's sockets had no room for: $errors"

packets "$DIR/all.pcap" "sip && !icmp" ip.src ip.dst sip.Method sip.Status-Code sip.CSeq.method \
	sip.Via.branch frame.time_epoch >"$DIR/all.packets"
python3 "$NET_DIR/agreement.py" "$DIR" "$lines" "$errors" >"$DIR/compared" 2>"$DIR/compared.log" ||
	not_ok "the comparison" "$(tail -n 1 "$DIR/compared.log")"
while IFS=$'\t' read -r name wanted got; do
	check "$name" "$wanted" "$got"
done <"$DIR/compared"
check "all was compared" 34 "$(wc -l <"$DIR/compared")"
finish
