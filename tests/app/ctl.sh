#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# `heartline ctl` against a run that talks to `heartline registrar` over net_memif: each command, good
# and bad input, who may connect, what is left behind.
#
# usage: bash tests/app/ctl.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
reaper_start
ctl_prepare

lines=50

# --- without a run ---

refused "no run: says where it looked" "no run has its socket in $RUNTIME_DIRECTORY" status
refused "no run at a path" "no run listens there" --socket "$DIR/nobody" status
refused "no command" "which command? allowed: status" --json
refused "lines: a bad limit" "limit: 0: allowed 1..1000" lines --limit 0
refused "lines: a bad state" 'state: "dead": allowed off reg_p' lines --state dead
refused "line show: no number" "line show: NUMBER is missing" line show
refused "an option of another command" "status has no option --state" status --state down
refused "an unknown command" 'no command "sing loud"' sing loud
refused "a word too many" 'one word too many' status now
refused "an unknown option" 'unknown option: --loud' status --loud

# --- a run ---

lab_registrar
lab_profiles >"$DIR/lab.yaml"
cat >>"$DIR/lab.yaml" <<-EOF
	lines:
	  - {profile: lab, range: 6000-$((6000 + lines - 1))}
	ramp: 1s
	drain: 1s
EOF
heartline_start run "" run -c "$DIR/lab.yaml" --summary "$DIR/run.json"
wait_running 40 answers status || bail "the run answers" "$ERR"
ok "the only run is found, and answers"
sock=$RUNTIME_DIRECTORY/$HEARTLINE_PID.sock
check "its socket is for its user alone" "600 socket" "$(stat -c '%a %F' "$sock")"
if wait_running 40 has "r['lines']['registered'] == $lines" status; then
	ok "status: all lines are registered"
else
	not_ok "status: all lines are registered" "$OUT"
fi
check "status: every metric is in it" True "$(json "len(r['metrics']) > 8 and r['metrics']['requests']['REGISTER'] >= 2 * $lines")"
check "status: the load of each poll loop" True "$(json "len(r['workers']) == 1 and 0 <= r['workers'][0]['busy_percent'] <= 100")"
check "status: which process, which file" "$HEARTLINE_PID $DIR/lab.yaml running" \
	"$(json "'%d %s %s' % (r['process'], r['configuration'], r['phase'])")"
ctl status
check "status: for people" 1 "$(grep -c "^  lines  *$lines: $lines on the primary, 0 on the backup" <<<"$OUT")"
check "status: in 80 columns" 0 "$(tail -n +2 <<<"$OUT" | grep -c '.\{81\}')"
ctl --socket "$sock" status
check "--socket" 0 "$CODE"
ctl --json port
check "port: link, next hops, timers" "True 2 True" \
	"$(json "'%s %d %s' % (r['link'], sum(h['known'] for h in r['next_hops']), len(r['timers']['late_below_us']) > 8)")"
ctl port
check "port: for people" 2 "$(grep -cE '^  (link +up|next hop +10.99.0.1 is known)$' <<<"$OUT")"
ctl --instance "$HEARTLINE_PID" status
check "--instance" 0 "$CODE"
refused "--instance: another one" "no run listens there" --instance 1 status
refused "--socket and --instance" "exclude each other" --instance 1 --socket "$sock" status

# --- lines ---

ctl --json lines --limit 20
check "lines: the first page" "20 $lines 6000 6019 ON_P P lab" \
	"$(json "'%d %d %s %s %s %s %s' % (len(r['lines']), r['matched'], r['lines'][0]['number'], r['lines'][-1]['number'], r['lines'][0]['state'], r['lines'][0]['server'], r['lines'][0]['profile'])")"
seen=0 next=
for ((page = 0; page < 3; page++)); do
	ctl --json lines --sort since --limit 20 ${next:+--after "$next"}
	seen=$((seen + $(json "len(r['lines'])")))
	next=$(json "r['next']")
done
check "lines: three pages are all" "$lines None" "$seen $next"
check "lines: by number, server and state" True "$(has "[x['number'] for x in r['lines']] == ['6003', '6004']" lines --number 6003-6004 --server p --state registered && echo True)"
check "lines: none is down" True "$(has "r['matched'] == 0 and r['lines'] == []" lines --state down && echo True)"
refused "lines: an unknown profile" 'profile: "labs": there is none of this name; allowed lab' lines --profile labs
refused "lines: a range that is backwards" "is backwards: write 6000-6009" lines --number 6009-6000
refused "lines: a place that no page gave" "write what the page before says" lines --after here
ctl lines --limit 3
check "lines: for people" 1 "$(grep -cE '^6000 +ON_P +P +' <<<"$OUT")"
check "lines: and how to go on" 1 "$(grep -c "^3 of $lines lines; the next page: --after 0.2\$" <<<"$OUT")"
check "lines: in 80 columns" 0 "$(grep -c '.\{81\}' <<<"$OUT")"

ctl --json line show 6007
check "line show: where it stands" "6007 ON_P P 7 10.99.1" \
	"$(json "'%s %s %s %d %s' % (r['number'], r['state'], r['server'], r['line'], r['address'][:7])")"
check "line show: how it came there" "REG_P ON_P 200 OK, OFF REG_P None" \
	"$(json "', '.join('%s %s %s' % (e['from'], e['to'], e['cause']) for e in r['events'])")"
ctl line show 6007
check "line show: for people" "1 1 1" "$(grep -c '^6007, profile lab, at 10.99.1' <<<"$OUT") \
$(grep -c '^  state        ON_P, server P, for ' <<<"$OUT") $(grep -cE ' ago  REG_P  -> ON_P    P   200 OK$' <<<"$OUT")"
ctl --json line show 6007
check "line show: where it is bound, and for how long" "2 P 10.99.0.1:5060 held True none" \
	"$(json "'%d %s %s %s %s %s' % (len(r['bindings']), r['bindings'][0]['server'], r['bindings'][0]['address'], r['bindings'][0]['binding'], 0 < r['bindings'][0]['left_ms'] <= 1000 * r['bindings'][0]['granted_s'] <= 1000 * r['bindings'][0]['asked_s'], r['bindings'][1]['binding'])")"
check "line show: its Contact is that of its address" True \
	"$(json "r['bindings'][0]['contact'] == 'sip:6007@' + r['address'] + ';hl=p'")"
check "line show: the nonce, and what was signed with it" "True None" \
	"$(json "'%s %s' % (-300 <= r['bindings'][0]['nonce']['age_ms'] - r['for_ms'] < 4000 and r['bindings'][0]['nonce']['requests'] >= 1, r['bindings'][1]['nonce'])")"
check "line show: when it refreshes" "refresh REGISTER True" \
	"$(json "'%s %s %s' % (r['due'][0]['what'], r['due'][0]['of'], 0 < r['due'][0]['in_ms'] <= 500 * r['bindings'][0]['granted_s'])")"
ctl line show 6007
check "line show: the same for people" "1 1 1 1" "$(grep -c '^  at P  .* 10.99.0.1:5060: bound for .*, granted .* s of 1800$' <<<"$OUT") \
$(grep -c '^    contact    sip:6007@10.99.1' <<<"$OUT") $(grep -c '^    nonce  .* old; requests signed: [1-9]' <<<"$OUT") $(grep -c '^  due  .* refresh of REGISTER$' <<<"$OUT")"
refused "line show: an unknown number" "no line has 5999" line show 5999
ctl --json server list
check "server list" "P 10.99.0.1:5060 $lines 0 0, B 10.99.0.2:5060 0 0 0" \
	"$(json "', '.join('%s %s %d %d %d' % (s['server'], s['address'], s['registered'], s['locked'], s['failing']) for s in r['servers'])")"
ctl server list
check "server list: for people" 1 "$(grep -cE "^lab +P +10.99.0.1:5060 +$lines +0 +0\$" <<<"$OUT")"

# --- steering ---

# lines_on P B LOCKED: so many lines are registered there, and so many are locked
lines_on() {
	has "[s['registered'] for s in r['servers']] == [$1, $2] and sum(s['locked'] for s in r['servers']) == $3" server list
}

# reaches NAME P B LOCKED
reaches() {
	if wait_running 60 lines_on "$2" "$3" "$4"; then ok "$1"; else not_ok "$1" "$OUT"; fi
}

ctl line force b 6000-6009 --spread 200ms
check "line force: says how many, and over what time" "0 10 lines, spread over 200 ms" "$CODE $OUT"
reaches "line force B: a range is on the backup" $((lines - 10)) 10 0
ctl line force lock 6000-6004
reaches "line force lock: five of them stay there" $((lines - 10)) 10 5
ctl line force p --server b
reaches "line force P: all that were there return, the lock goes along" $lines 0 5
ctl line force unlock --all
reaches "line force unlock" $lines 0 0
ctl --json line force disable 6000
check "line force disable: one line, at once" "1 0" "$(json "'%d %d' % (r['lines'], r['spread_ms'])")"
reaches "line force disable: it has left" $((lines - 1)) 0 0
check "line force disable: and is off" True "$(has "r['lines'][0]['number'] == '6000' and r['matched'] == 1" lines --state off && echo True)"
ctl line force enable --state off
reaches "line force enable: it is back" $lines 0 0
ctl line force b 5999
check "line force: no line has this number" "0 0 lines" "$CODE $OUT"
refused "line force: all lines only by name" "which lines? give a number or a range" line force b
refused "line force: an unknown action" 'action: "upwards": allowed P B lock' line force upwards 6000
refused "line force: a bad time" 'spread: "soon": write a time' line force b 6000 --spread soon

ctl server drain p --spread 500ms
check "server drain" "0 $lines lines, spread over 500 ms" "$CODE $OUT"
reaches "server drain: all are on the backup, and held there" 0 $lines $lines
ctl server restore p --spread 500ms
reaches "server restore: all are back, and free" $lines 0 0
ctl server force b --profile lab --spread 0
reaches "server force: all are on the backup, and free" 0 $lines 0
ctl server force P --spread 0
reaches "server force: and back" $lines 0 0
refused "server drain: which one" "server drain: SERVER is missing" server drain

ctl rate 5000
check "rate" "0 rate: 5,000 requests a second, before 0 (0: no limit)" "$CODE $OUT"
check "rate: is in the status" True "$(has "r['rate'] == 5000" status && echo True)"
refused "rate: no number" 'rate: "fast": allowed 0..1000000000' rate fast
ctl rate 0
check "rate: no limit again" 0 "$CODE"

ctl pause
check "pause" "0 paused" "$CODE $OUT"
ctl pause
check "pause: a second time" "0 is already paused" "$CODE $OUT"
check "pause: is in the status" True "$(has "r['phase'] == 'paused' and r['pauses']['count'] == 1" status && echo True)"
ctl line force disable 6001
reaches "pause: what is ordered is done" $((lines - 1)) 0 0
ctl line force enable 6001
check "pause: a line that starts waits" True "$(wait_running 20 has "r['matched'] == 1" lines --state reg_p && echo True)"
ctl resume
check "resume" 1 "$(grep -c '^running again; paused for ' <<<"$OUT")"
reaches "resume: the line registers" $lines 0 0

# --- what others send ---

# raw TEXT: what comes back for bytes as they are
raw() {
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
try:
    s.sendall(sys.stdin.buffer.read())
    s.shutdown(socket.SHUT_WR)
except BrokenPipeError:
    pass # let go of in the middle: what was said before that can still be read
got = b""
try:
    while part := s.recv(65536):
        got += part
except ConnectionResetError:
    pass # likewise
print(got.decode(), end="")' "$sock"
}
check "half a line is refused with one message" '{"ok":false,"error":"the request has no newline at its end; write one"}' \
	"$(printf '{"command": "sta' | raw)"
check "so is a line with a zero in it" 1 "$(printf '{"command": "st\0tus"}\n' | raw | grep -c '^{"ok":false,"error":"no JSON')"
check "and one that is too deep" 1 "$(printf '%20000s\n' '' | tr ' ' '[' | raw | grep -c '^{"ok":false,"error":"the request is nested deeper')"
check "and one that is too long" 1 "$(head -c 200000 /dev/zero | tr '\0' x | raw 2>/dev/null | grep -c 'longer than 65536 bytes')"
check "the run goes on" True "$(answers status && echo True)"

# --- another user, and a second run ---

if ((EUID == 0)) && setpriv --reuid=65534 --clear-groups test -x "$HEARTLINE" 2>/dev/null; then
	chmod 755 "$DIR" "$RUNTIME_DIRECTORY"
	OUT=$(setpriv --reuid=65534 --clear-groups "$HEARTLINE" ctl --socket "$sock" status 2>&1)
	check "another user cannot connect" "heartline: error: $sock: Permission denied" "$OUT"
	chmod 700 "$RUNTIME_DIRECTORY"
else
	skip_check "another user cannot connect" "needs root, and a program that others may run"
fi
OUT=$("$HEARTLINE" run -c "$DIR/lab.yaml" --control "$sock" 2>&1)
check "a second run does not take its socket" 2 $?
check "and says so" 1 "$(grep -c "$sock: another run listens there" <<<"$OUT")"

# --- the end ---

ctl drain
check "drain" 0 "$CODE"
if reap "$HEARTLINE_PID" 60; then check "drain: the run ends well" 0 "$EXIT_CODE"; else
	not_ok "drain: the run ends" "still running after 60 s"
fi
check "drain: the pause is in the report" "1 1" "$(grep -c 'hint .*the run was paused 1 time, for ' "$DIR/run.log") \
$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["pauses"]["count"])' "$DIR/run.json")"
check "drain: all lines have left" "0" "$(summary "$DIR/run.json" leftovers)"
check "nothing is left behind" "" "$(ls "$RUNTIME_DIRECTORY" | grep sock)"
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
