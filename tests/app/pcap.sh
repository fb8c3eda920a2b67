#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Capture files of the demo, read by tshark: as many frames as the summary counts, nothing malformed; a share of
# the lines, lines by number, the last messages of lines that failed; a ring that is too small, a disk that is
# full, a FIFO; and what is refused.
#
# usage: bash tests/app/pcap.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
command -v tshark >/dev/null || skip "pcap" "needs the program tshark"
reaper_start

# demo NAME OPTION...: a demo to its end, its summary in NAME.json, its capture in NAME.pcapng
demo() {
	local name=$1
	shift
	timeout 100 "$HEARTLINE" demo -q --hold 200ms --control off --summary "$DIR/$name.json" \
		--pcap "$DIR/$name.pcapng" "$@" >"$DIR/$name.log" 2>&1
	check "$name: the demo ends well" 0 $?
}

# value NAME EXPRESSION: of the summary s
value() {
	python3 -c 'import json, sys
s = json.load(open(sys.argv[1]))
print(eval(sys.argv[2]))' "$DIR/$1.json" "$2" 2>&1
}

# count NAME FILTER: frames in the capture
count() { packets "$DIR/$1.pcapng" "$2" frame.number | wc -l; }

# clean NAME: tshark complains of nothing, neither in a frame nor by itself
clean() {
	check_none "$1: nothing is malformed" "$DIR/$1.pcapng" "_ws.malformed"
	# 6291456: PI_WARN. A comment of a frame is less.
	check_none "$1: no expert warning or error" "$DIR/$1.pcapng" "_ws.expert.severity >= 6291456"
	check_none "$1: every checksum is good" "$DIR/$1.pcapng" "udp && !(ip.checksum.status == 1 && udp.checksum.status == 1)"
	check "$1: tshark says nothing" "" "$(tshark -r "$DIR/$1.pcapng" 2>&1 >/dev/null | grep -v '^Running as user')"
}

# refused NAME WORDS OPTION...
refused() {
	local name=$1 words=$2 said code
	shift 2
	said=$(timeout 20 "$HEARTLINE" demo -q --lines 5 "$@" 2>&1)
	code=$?
	if [[ $code == 2 && $said == "heartline: error: "*"$words"* && $said != *$'\n'* ]]; then
		ok "$name"
	else
		not_ok "$name" "exit $code, said: $said"
	fi
}

# What a line sent, and what came back to it.
moved="sum(s['requests'].values()) + s['retransmissions'] + sum(s['responses'].values()) + sum(s['drops'].values())"

# --- everything ---

demo all --lines 300
clean all
check "all: as many messages as the summary counts" "$(value all "$moved")" "$(count all sip)"
check "all: as many frames as it says" "$(value all "s['pcap']['written']")" "$(count all frame)"
check "all: none is missing" 0 "$(value all "s['pcap']['dropped'] + s['pcap']['unwritten']")"
check "all: requests go out" 0 "$(count all 'sip.Method && frame.packet_flags_direction != 2')"
check "all: answers come in" 0 "$(count all 'sip.Status-Code && frame.packet_flags_direction != 1')"
check "all: the ARP requests for both servers are there" True "$([[ $(count all 'arp.opcode == 1') -ge 2 ]] && echo True)"
check "all: only its owner may read it" 600 "$(stat -c %a "$DIR/all.pcapng")"
check "all: the password is not in it" 0 "$(grep -ac secret "$DIR/all.pcapng")"
now=$(date +%s)
check "all: its times are the wall's" True \
	"$(packets "$DIR/all.pcapng" "frame.number == 1" frame.time_epoch | awk -v now="$now" '{ print now - $1 < 120 && now >= $1 ? "True" : $1 }')"

# --- some lines ---

demo share --lines 300 --trace-lines 1/30
clean share
check "1/30: ten lines" 10 "$(packets "$DIR/share.pcapng" sip sip.from.user | sort -u | wc -l)"
# Whole dialogs: each request that was answered has its answer, and each answer its request.
check "1/30: as many Call-IDs of requests as of answers" \
	"$(packets "$DIR/share.pcapng" "sip.Method == REGISTER" sip.Call-ID | sort -u | wc -l)" \
	"$(packets "$DIR/share.pcapng" "sip.CSeq.method == REGISTER && sip.Status-Code" sip.Call-ID | sort -u | wc -l)"
check "1/30: no ARP" 0 "$(count share '!sip')"

demo named --lines 300 --trace-lines "10000007, 10000100-10000102"
clean named
check "by number: these four" "10000007 10000100 10000101 10000102" \
	"$(packets "$DIR/named.pcapng" sip sip.from.user | sort -u | tr '\n' ' ' | sed 's/ $//')"

# --- lines that failed: each loses the primary once ---

demo failed --lines 100 --trace-failed 3
clean failed
check "failed: each line once" 100 "$(value failed "s['pcap']['failures']")"
check "failed: a comment says why, at the last message" 100 "$(packets "$DIR/failed.pcapng" frame.comment frame.comment | grep -c ': ON_P to SW_B: time-out$')"
check "failed: three messages of each line" "3 100" \
	"$(packets "$DIR/failed.pcapng" sip sip.from.user | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c | awk '{ print $2, $1 }')"

# --- too much for a small ring ---

demo small --lines 30000 --trace-buffer 64 --trace-lines 10000000-10029999 # without ARP
clean small
dropped=$(value small "s['pcap']['dropped']")
if ((dropped > 0)); then ok "small ring: frames are missing, and counted"; else not_ok "small ring: frames are missing, and counted" "$dropped dropped"; fi
check "small ring: messages in the file and missing ones are all that moved" "$(value small "$moved")" \
	$(($(count small sip) + dropped))
check "small ring: the file says so, too" "$dropped" \
	"$(python3 - "$DIR/small.pcapng" <<'END'
import struct, sys
data = open(sys.argv[1], "rb").read()
at = 0
while at < len(data):
    kind, size = struct.unpack_from("<II", data, at)
    if kind == 5:
        k = at + 20
        while k < at + size - 4:
            code, n = struct.unpack_from("<HH", data, k)
            if code == 5:
                print(struct.unpack_from("<Q", data, k + 4)[0])
            k += 4 + (n + 3) // 4 * 4
    at += size
END
)"

# --- what takes no more ---

timeout 100 "$HEARTLINE" demo -q --hold 200ms --control off --lines 100 --pcap /dev/full \
	--summary "$DIR/full.json" >"$DIR/full.log" 2>&1
check "full disk: the run goes on" 0 $?
check "full disk: it is said once" 1 "$(grep -c 'pcap: /dev/full: No space left on device; from here on frames are only counted' "$DIR/full.log")"
check "full disk: all frames are counted" "(0, True, 'No space left on device')" \
	"$(value full "(s['pcap']['written'], s['pcap']['unwritten'] >= $moved, s['pcap']['error'])")"

mkfifo "$DIR/fifo"
refused "a FIFO without a reader" "nobody reads from this FIFO" --pcap "$DIR/fifo"
timeout 100 cat "$DIR/fifo" >"$DIR/read.pcapng" &
reader=$!
timeout 100 "$HEARTLINE" demo -q --hold 200ms --control off --lines 100 --pcap "$DIR/fifo" \
	--summary "$DIR/read.json" >"$DIR/read.log" 2>&1
check "a FIFO: the run ends well" 0 $?
wait "$reader"
clean read
check "a FIFO: its reader has all of it" "$(value read "s['pcap']['written']")" "$(count read frame)"

# --- what is refused ---

refused "a folder that is not there" "/none/x.pcapng: No such file or directory" --pcap /none/x.pcapng
refused "a folder as the file" "Is a directory" --pcap "$DIR"
refused "no line of all" "1/0 is outside 1/1..1/16777216" --pcap "$DIR/x" --trace-lines 1/0
refused "a share that is no number" "1/99999999999999 is outside" --pcap "$DIR/x" --trace-lines 1/99999999999999
refused "a range that is backwards" "the range 9-3 is backwards" --pcap "$DIR/x" --trace-lines 9-3
refused "an empty place in the list" "\"\" is no number or range" --pcap "$DIR/x" --trace-lines 5,,6
refused "too many messages" "1001 is outside 0..1000" --pcap "$DIR/x" --trace-failed 1001
refused "too little memory" "1 is outside 64..4194304" --pcap "$DIR/x" --trace-buffer 1
finish
