#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# `heartline doctor` about a run that goes on, over net_af_packet on a veth pair: each fault is really made
# in network namespaces, and its cause must rank first. Those that need no root are in tests/app/doctor.sh.
#
# usage: bash tests/net/doctor_run.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "doctor_run" python3 ethtool
reaper_start

here=$(netns lines) && there=$(netns servers) || skip "doctor_run" "cannot make network namespaces"
veth_make "$here" "$there" || skip "doctor_run" "no veth pair here"
server_addresses "$there"

# json EXPRESSION: of the findings, as Python sees them
json() {
	python3 -c 'import json, sys
r = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1" <<<"$OUT" 2>&1 | tail -n 1
}

first() {
	json "'%(severity)s|%(check)s|%(found)s|%(proof)s|%(fix)s' % r['findings'][0]"
}

# names CHECK FOUND PROOF: as an error, once it does
names() {
	local got
	OUT=$("$HEARTLINE" doctor --socket "$DIR/control" --json --watch 1s 2>"$DIR/doctor.log")
	CODE=$?
	got=$(first)
	[[ $CODE == 1 && $got == "error|$1|"*"$2"*"|"*"$3"*"|"?* ]]
}

# finds FAULT CHECK FOUND PROOF: named first within a while; then the run is ended
finds() {
	local fault=$1
	shift
	if wait_until 25 names "$@"; then
		ok "$fault: $(first)"
	else
		not_ok "$fault" "exit $CODE, first: $(first) $(cat "$DIR/doctor.log")"
	fi
	kill -KILL -- "-$HEARTLINE_PID"
	wait_until 10 gone "$HEARTLINE_PID"
}

# servers AT=HOW...: instead of those before
servers() {
	[[ -z ${SERVERS_PID:-} ]] || { kill -KILL -- "-$SERVERS_PID"; wait_until 10 gone "$SERVERS_PID"; }
	: >"$DIR/servers.log"
	spawn servers ip netns exec "$there" python3 -B "$NET_DIR/sip_answers.py" "$@"
	SERVERS_PID=$SPAWNED
	disown "$SPAWNED" # or bash reports its violent end
	wait_until 20 grep -q ready "$DIR/servers.log" || bail "the servers start" "$(cat "$DIR/servers.log")"
}

# run_start PRIMARY [KEY]
run_start() {
	cat >"$DIR/lab.yaml" <<-END
		ports:
		  - {device: "net_af_packet0,iface=$ID", addresses: 10.99.1.1-10.99.1.4/16}
		profiles:
		  lab:
		    outbound_server: $1
		    use_random_sip_port: on
		    register_timeout: 300ms
		    backoff_base: 1s
		    backoff_max: 2s
		    ${2:-}
		lines:
		  - {profile: lab, range: 6000-6019}
		ramp: 0
		drain: 0
		control_socket: $DIR/control
	END
	rm -f "$DIR/control"
	heartline_start run "$here" run -c "$DIR/lab.yaml"
	disown "$HEARTLINE_PID" # or bash reports its violent end
	wait_running 30 test -S "$DIR/control" || bail "the run starts" "no control socket"
}

run_start 10.99.0.9
finds "a server that nobody is" "next hop" "10.99.0.9 does not answer ARP" "requests could not leave"

run_start 10.99.0.1
finds "a closed port" "closed port" "of 20 lines that are registered nowhere: unreachable (ICMP)" "met a closed port"

servers 10.99.0.1:5060=from:10.99.0.2:5062
run_start 10.99.0.1 "reply_source: strict"
finds "answers from elsewhere" "elsewhere" "came from another address or port" "the first from 10.99.0.2:5062"

servers 10.99.0.1:5060=403
ip netns exec "$there" ethtool -K "$ID" tx on >/dev/null
run_start 10.99.0.1
finds "checksums left to hardware" "checksums" "had a wrong checksum" "drops.bad_checksum"
ip netns exec "$there" ethtool -K "$ID" tx off >/dev/null

run_start 10.99.0.1
finds "accounts that are refused" "rejected" "20 of 20 lines that are registered nowhere: 403 Forbidden" "4xx"

run_start 10.99.0.1
ip -n "$there" link set "$ID" down
finds "no link" "link" "the link of the run's device is down" "frames sent"
finish
