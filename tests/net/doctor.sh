#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# `heartline doctor` before a run: each fault is really made in network namespaces, and doctor must name it
# first, with its proof. Lines are behind net_af_packet on one end of a veth pair, servers at the other.
#
# usage: bash tests/net/doctor.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "doctor" python3 ethtool sysctl setpriv
reaper_start

here=$(netns lines) && there=$(netns servers) || skip "doctor" "cannot make network namespaces"
veth_make "$here" "$there" || skip "doctor" "no veth pair here"
server_addresses "$there"
ip netns exec "$here" sysctl -qw "net.ipv4.conf.$ID.forwarding=0"

# servers AT=HOW...: instead of those before
servers() {
	[[ -z ${SERVERS_PID:-} ]] || { kill -TERM -- "-$SERVERS_PID"; reap "$SERVERS_PID" 10; }
	: >"$DIR/servers.log"
	spawn servers ip netns exec "$there" python3 -B "$NET_DIR/sip_answers.py" "$@"
	SERVERS_PID=$SPAWNED
	disown "$SPAWNED" # or bash reports its violent end
	wait_until 20 grep -q ready "$DIR/servers.log" || bail "the servers start" "$(cat "$DIR/servers.log")"
}

# doctor ARGUMENT...: the findings in OUT, the exit code in CODE; AS: words before the program
AS=()
doctor() {
	# shellcheck disable=SC2046 # the EAL options are words
	OUT=$(ip netns exec "$here" "${AS[@]}" "$HEARTLINE" doctor --json --link-timeout 1s "$@" \
		-- $(eal doctor) 2>"$DIR/doctor.log")
	CODE=$?
}

port=net_af_packet0,iface=$ID
lines=(--port "$port" --primary 10.99.0.1 --backup 10.99.0.2 --address 10.99.1.1-10.99.1.4/16
	--lines 100 --password secret)

# json EXPRESSION: of the findings, as Python sees them; errors: those of that severity
json() {
	python3 -c 'import json, sys
r = json.load(sys.stdin)
first = r["findings"][0]
errors = [f for f in r["findings"] if f["severity"] == "error"]
print(str(eval(sys.argv[1])).replace("\n", " "))' "$1" <<<"$OUT" 2>&1 | tail -n 1
}

# finds FAULT CHECK FOUND PROOF: named first, as an error, with these words, and with a fix
finds() {
	local got
	got=$(json "first['severity'] + '|' + first['check'] + '|' + first['found'] + '|' + str(first['proof']) + '|' + str(first['fix'])")
	if [[ $CODE == 1 && $got == "error|$2|"*"$3"*"|"*"$4"*"|"?* && $got != *"|None" ]]; then
		ok "$1: ${got#error|}"
	else
		not_ok "$1" "exit $CODE, first: $got; $(tail -n 1 "$DIR/doctor.log")"
	fi
}

# --- nothing is wrong ---

servers 10.99.0.1:5060=200 10.99.0.2:5060=200
doctor "${lines[@]}"
check "all is well: exit code 0, no error" "0 0" "$CODE $(json "r['errors']")"
check "all is well: both servers answer" 2 \
	"$(json "sum(f['check'] == 'server' and 'answers 200 OK' in f['found'] for f in r['findings'])")"
check "all is well: what could not be seen is not called ok" True \
	"$(json "any(f['check'] == 'iommu' and f['severity'] == 'not checked' for f in r['findings'])")"

HL_WORKERS=2
doctor "${lines[@]}" --workers 2
check "two workers: how replies are steered, and why so" "0 True" \
	"$CODE $(json "any(f['check'] == 'steering' and '2 queues, by ring hand-off' in f['found'] and f['proof'] for f in r['findings'])")"
HL_WORKERS=1

# --- one fault at a time ---

doctor "${lines[@]}" --backup 10.99.0.9
finds "a server that nobody is" "next hop" "10.99.0.9 does not answer ARP" "ARP requests from 10.99.1.1"

doctor "${lines[@]}" --backup 10.1.0.1 --gateway 10.99.0.254
finds "a gateway that nobody is" "next hop" "the gateway 10.99.0.254 does not answer ARP" "ARP requests"

ip -n "$there" address add 10.99.1.3/32 dev lo
doctor "${lines[@]}"
finds "an address of another host" "addresses" "10.99.1.3" \
	"answered by $(ip -n "$there" -br link show dev "$ID" | awk '{ print $3 }')"
ip -n "$there" address delete 10.99.1.3/32 dev lo

ip -n "$here" address add 10.99.1.2/32 dev lo
doctor "${lines[@]}"
finds "an address of the kernel" "kernel" "lines' addresses as its own" "10.99.1.2"
ip -n "$here" address delete 10.99.1.2/32 dev lo

ip netns exec "$here" sysctl -qw "net.ipv4.conf.$ID.forwarding=1"
doctor "${lines[@]}"
check "the kernel would forward: a warning" "0 warning the kernel forwards what arrives on $ID, once it has a route for it" \
	"$CODE $(json "first['severity'] + ' ' + first['found']")"
ip -n "$here" address add 10.99.200.1/16 dev "$ID"
doctor "${lines[@]}"
finds "the kernel forwards" "kernel" "forwards what arrives on $ID" "from 10.99.200.1"
ip -n "$here" address delete 10.99.200.1/16 dev "$ID"
ip netns exec "$here" sysctl -qw "net.ipv4.conf.$ID.forwarding=0"

ip netns exec "$there" ethtool -K "$ID" tx on >/dev/null
doctor "${lines[@]}"
finds "checksums left to hardware" "checksums" "wrong checksum" "as received"
ip netns exec "$there" ethtool -K "$ID" tx off >/dev/null

ip -n "$here" link set "$ID" mtu 500
doctor "${lines[@]}"
finds "an MTU below a request" "mtu" "the MTU is 500" "/sys/class/net/$ID/mtu: 500"
ip -n "$here" link set "$ID" mtu 1500

doctor --port "$port" --primary pbx.lab.test --address 10.99.1.1-10.99.1.4/16 --dns 127.0.0.1:5399 \
	--dns-timeout 100ms
finds "no DNS" "dns" "pbx.lab.test has no address: A pbx.lab.test:" "asked: 127.0.0.1:5399"

cat >"$DIR/few.yaml" <<-END
	ports:
	  - {device: "$port", addresses: 10.99.1.1-10.99.1.4/16}
	profiles:
	  lab: {outbound_server: 10.99.0.1, password: secret}
	lines:
	  - {profile: lab, range: 6000-6099}
END
doctor -c "$DIR/few.yaml"
finds "too few addresses times ports" "configuration" "100 lines" "few.yaml:"

servers 10.99.0.1:5060=200
doctor "${lines[@]}"
finds "a closed port" "server" "10.99.0.2:5060 (flags B): port unreachable" \
	"ICMP type 3 code 3 from 10.99.0.2"

servers 10.99.0.1:5060=200 10.99.0.2:5060=silent
doctor "${lines[@]}"
finds "a silent server" "server" "10.99.0.2:5060 (flags B) does not answer OPTIONS" "OPTIONS sent"

servers 10.99.0.1:5060=200 10.99.0.2:5060=from:10.99.0.2:5062
sed 's/password: secret/&, reply_source: strict, backup_outbound_server: 10.99.0.2, use_random_sip_port: on/' \
	"$DIR/few.yaml" >"$DIR/strict.yaml"
doctor -c "$DIR/strict.yaml"
finds "answers from elsewhere" "server" "answers from 10.99.0.2:5062" "SIP/2.0 200 OK"

ip -n "$there" link set "$ID" down
doctor "${lines[@]}"
finds "no link" "link" "the link is down" "carrier: 0"
ip -n "$there" link set "$ID" up

AS=(setpriv --reuid=65534 --clear-groups --inh-caps=-all)
doctor "${lines[@]}"
finds "no right to use the device" "rights" "CAP_NET_RAW is missing" "CapEff: 0000000000000000"
check "no right: the network is not called ok" "not checked" \
	"$(json "[f['severity'] for f in r['findings'] if f['check'] == 'addresses'][0]")"
AS=()

doctor --port net_af_packet0,iface=nosuch0 --primary pbx.lab.test --address 10.99.1.1/16 --dns 127.0.0.1:5399 \
	--dns-timeout 100ms
check "no such interface: named first, and names are asked all the same" "error device dns" \
	"$(json "first['severity'] + ' ' + ' '.join(f['check'] for f in errors)")"
doctor --port "$port"
check "a device alone is opened" "0 True" \
	"$CODE $(json "any(f['check'] == 'link' and f['severity'] == 'ok' for f in r['findings'])")"
finish
