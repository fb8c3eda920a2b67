#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# `heartline line trace`: a line is followed while its primary falls silent, in the same messages as its capture
# has and the same changes as `heartline ctl line show`; its end by Ctrl-C, and by the end of the run; what is refused.
#
# usage: bash tests/app/line_trace.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
command -v tshark >/dev/null || skip "line trace" "needs the program tshark"
reaper_start
ctl_prepare
umask 077 # configurations hold a password

refused "no run" "no run has its socket in" line trace 6001

lab_registrar --at "9s: 10.99.0.1 silent"

lab_profiles >"$DIR/run.yaml"
cat >>"$DIR/run.yaml" <<-EOF2
	    primary_detect_interval: 300ms
	    options_timeout: 200ms
	    register_timeout: 500ms
	    max_detect_fail_count: 1
	lines:
	  - {profile: lab, range: 6000-6009}
	ramp: 500ms
	drain: 500ms
EOF2
heartline_start run "" run -c "$DIR/run.yaml" --pcap "$DIR/run.pcapng" --trace-lines 6001-6002
RUN_PID=$HEARTLINE_PID
on() { has "r['lines']['on_primary'] == $1 and r['lines']['on_backup'] == $2" status; }
wait_running 60 on 10 0 || bail "all lines register" "$OUT$ERR"

# follow NAME ARGUMENT...: in the background, what it prints in NAME.out
follow() {
	local name=$1
	shift
	# shellcheck disable=SC2016 # expanded by the inner shell
	spawn "$name" bash -c 'out=$1; shift; exec "$@" >"$out"' bash "$DIR/$name.out" "$HEARTLINE" line trace "$@"
	FOLLOW_PID=$SPAWNED
}

# items NAME EXPRESSION: over the list r of what --json printed
items() {
	python3 -c 'import json, sys
r = [json.loads(t) for t in open(sys.argv[1])]
m = [i for i in r if i["what"] == "message"]
c = [i for i in r if i["what"] == "change"]
print(eval(sys.argv[2]))' "$DIR/$1.out" "$2" 2>&1
}
shows() { [[ $(items "$1" "$2") == True ]]; }

follow json 6001 --json
JSON_PID=$FOLLOW_PID
follow people 6002
PEOPLE_PID=$FOLLOW_PID
# 6003 is in no capture: it is traced because it is followed.
follow other 6003 --json
OTHER_PID=$FOLLOW_PID

wait_running 60 on 0 10 || bail "all lines move to the backup" "$OUT$ERR"
if wait_running 10 shows json "len(c) > 1 and c[-1]['to'] == 'ON_B'"; then
	ok "the changes of the failover are shown"
else
	not_ok "the changes of the failover are shown" "$(items json "c")"
fi
check "they are those that line show has" \
	"$(ctl --json line show 6001 && json "[(e['from'], e['to'], e['cause']) for e in r['events'] if e['from'] != 'OFF' and e['to'] != 'ON_P'][::-1]")" \
	"$(items json "[(e['from'], e['to'], e['cause']) for e in c]")"
check "times only grow" True "$(items json "[i['time'] for i in r] == sorted(i['time'] for i in r)")"
check "the time-out follows a request, and the REGISTER to the backup follows it" "OPTIONS REGISTER B" \
	"$(items json "(lambda k: r[k-1]['start'].split()[0] + ' ' + r[k+1]['start'].split()[0] + ' ' + r[k+1]['server'])([k for k, i in enumerate(r) if i.get('to') == 'SW_B'][0])")"
check "requests are sent, answers received" True \
	"$(items json "all((i['direction'] == 'received') == i['start'].startswith('SIP/2.0') for i in m)")"
check "each has its Call-ID and CSeq" True "$(items json "all(i['cseq'] and i['call_id'] for i in m)")"
check "the password is in none of it" 0 "$(cat "$DIR"/*.out | grep -c secret)"
check "a line that is not captured is followed as well" True "$(items other "len(m) > 5 and c[-1]['to'] == 'ON_B'")"
check "for people: requests, answers, changes" "True True True" \
	"$(grep -q -- ' ->  P 10.99.0.1:5060  OPTIONS sip:.* SIP/2.0  CSeq [0-9]* OPTIONS  Call-ID ' "$DIR/people.out" && echo True) \
$(grep -q -- ' <-  P 10.99.0.1:5060  SIP/2.0 200 OK  CSeq' "$DIR/people.out" && echo True) \
$(grep -q ' ==  ON_P to SW_B: time-out$' "$DIR/people.out" && echo True)"

kill -INT "$JSON_PID"
reap "$JSON_PID" 10 || bail "Ctrl-C ends it" "it runs on"
check "Ctrl-C ends it" 0 "$EXIT_CODE"

refused "no such line" "number: no line has 7000; heartline ctl lines lists them" line trace 7000
refused "no number" "line trace: NUMBER is missing" line trace
refused "a word too many" "is one word too many" line trace 6001 6002

heartline_stop "$RUN_PID" 30 || bail "the run ends" "it runs on" # the primary does not answer: exit code 1
for pid in $PEOPLE_PID $OTHER_PID; do
	reap "$pid" 10 || bail "it ends with the run" "it runs on"
	check "it ends with the run" 0 "$EXIT_CODE"
done
check "and says so" 1 "$(grep -c 'heartline: the run has ended' "$DIR/people.log")"

# What was shown of 6001 is what its capture has between the first and the last of it.
shown() { items json "'\n'.join(i['direction'] + ' ' + i['cseq'] + ' ' + i['call_id'] for i in m)"; }
packets "$DIR/run.pcapng" "sip.from.user == 6001" frame.packet_flags_direction sip.CSeq sip.Call-ID |
	sed 's/^\(0x0*\)\{0,1\}1\t/received\t/; s/^\(0x0*\)\{0,1\}2\t/sent\t/; s/\t/ /g' >"$DIR/captured"
shown >"$DIR/shown"
if python3 - "$DIR/shown" "$DIR/captured" <<'END'; then ok "all messages of the capture are shown, each once, in their order"; else not_ok "all messages of the capture are shown, each once, in their order" "$(diff "$DIR/shown" "$DIR/captured" | head -5)"; fi
import sys
shown, captured = (open(f).read().splitlines() for f in sys.argv[1:])
at = next((k for k in range(len(captured)) if captured[k:k + len(shown)] == shown), None)
sys.exit(not (len(shown) > 10 and at is not None))
END
finish
