#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# HEP3 to a collector: Kamailio's sipcapture takes apart what `heartline demo --hep` sends. Each message that the
# capture has arrives, with its addresses, ports, time, capture ID and Call-ID.
#
# usage: bash tests/net/hep.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "hep" kamailio tshark
reaper_start

net=$(netns hep) || skip "hep" "cannot make a network namespace"
ip -n "$net" link set lo up
mkdir "$DIR/db"
printf 'id(int,auto) table_name(string) table_version(int) \n0:sip_capture:4\n' >"$DIR/db/version"

# collector NAME OPTION...: what it says in NAME.log
collector() {
	local name=$1
	shift
	spawn "$name" ip netns exec "$net" kamailio -DD -E -f "$(dirname "$0")/sipcapture.cfg" \
		-A "DB=\"text:///$DIR/db\"" "$@" -l udp:127.0.0.1:9060 -m 32 -M 8 -b 8388608
	COLLECTOR_PID=$SPAWNED
	wait_until 20 bound || bail "the collector listens" "nobody at port 9060"
}
bound() { [[ $(ip netns exec "$net" ss -Huln 'sport = 9060' | wc -l) == 1 ]]; }
collector_end() {
	kill -TERM "$COLLECTOR_PID"
	reap "$COLLECTOR_PID" 10 || bail "the collector ends" "it runs on"
}

# demo NAME OPTION...: to its end, its summary in NAME.json
demo() {
	local name=$1
	shift
	timeout 100 ip netns exec "$net" "$HEARTLINE" demo -q --lines 50 --hold 200ms --control off \
		--hep 127.0.0.1:9060 --summary "$DIR/$name.json" "$@" >"$DIR/$name.log" 2>&1
	check "$name: the demo ends well" 0 $?
}
of_hep() { # NAME KEY: of the object hep of the summary
	python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["hep"][sys.argv[2]])' "$DIR/$1.json" "$2"
}
heard() { [[ $(grep -c "$2|" "$DIR/$1.log") -ge $3 ]]; }

# --- the chunks ---

collector chunks -A CHUNKS
demo whole --pcap "$DIR/whole.pcapng"
sent=$(of_hep whole sent)
check "each SIP message of the capture was sent" "$(packets "$DIR/whole.pcapng" sip frame.number | wc -l)" "$sent"
check "the kernel took all" 0 "$(of_hep whole unsent)"
wait_until 10 heard chunks chunks "$sent" || bail "the collector has all" "$(grep -c 'chunks|' "$DIR/chunks.log") of $sent"
collector_end
# version, family, protocol, addresses, ports, seconds, microseconds, type, capture ID, correlation
grep -o 'chunks|.*' "$DIR/chunks.log" | sort >"$DIR/arrived"
packets "$DIR/whole.pcapng" sip ip.src ip.dst udp.srcport udp.dstport frame.time_epoch sip.Call-ID |
	awk -F'\t' '{ split($5, t, "."); printf "chunks|3|2|17|%s|%s|%s|%s|%s|%d|1|1|%s|\n", $1, $2, $3, $4, t[1], substr(t[2], 1, 6), $6 }' |
	sort >"$DIR/captured"
if cmp -s "$DIR/arrived" "$DIR/captured"; then
	ok "each has the addresses, ports, time and Call-ID that the capture has, and the capture ID"
else
	not_ok "each has the addresses, ports, time and Call-ID that the capture has, and the capture ID" \
		"$(diff "$DIR/arrived" "$DIR/captured" | head -4)"
fi

# --- the messages in them ---

collector messages
demo some --trace-lines 10000003,10000005
sent=$(of_hep some sent)
wait_until 10 heard messages message "$sent" || bail "the collector reads all" "$(grep -c 'message|' "$DIR/messages.log") of $sent"
collector_end
check "it reads each as SIP" "$sent" "$(grep -c 'message|' "$DIR/messages.log")"
check "of two lines" 2 "$(grep -o 'message|[A-Z]*|10.99.1.1|[0-9]*|' "$DIR/messages.log" | cut -d'|' -f4 | sort -u | wc -l)"
check "requests and answers" "True True" \
	"$(grep -q 'message|REGISTER|10.99.1.1|' "$DIR/messages.log" && echo True) $(grep -q 'message|200|10.99.0.2|5060|' "$DIR/messages.log" && echo True)"

# --- nobody there ---

demo nobody
check "nobody listens: it is said once" 1 "$(grep -c 'hep: 127.0.0.1:9060: Connection refused; messages that are not taken are counted' "$DIR/nobody.log")"
check "nobody listens: and counted" True "$(python3 -c 'import sys; print(int(sys.argv[1]) > 100)' "$(of_hep nobody unsent)")"
said=$("$HEARTLINE" demo -q --hep 10.0.0.5 2>&1)
check "an address without a port is refused" 2 $?
check "and it is said what is allowed" 1 "$(grep -c 'hep: "10.0.0.5" is no address with a port; allowed: off, or ADDRESS:PORT' <<<"$said")"
said=$("$HEARTLINE" demo -q --hep 10.0.0.5:0 2>&1)
check "and so is port 0" 2 $?
finish
