#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# `heartline top` in terminals, beside a run that talks to `heartline registrar` over net_memif: what it shows
# is what `heartline ctl` says, keys steer the run, and the terminal is as before whatever happens.
#
# usage: bash tests/app/top.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
# shellcheck source=tests/app/top_lib
. "$(dirname "$0")/top_lib"
command -v tmux >/dev/null || skip "the live screen" "needs the program tmux"
reaper_start
ctl_prepare
cd "$DIR" || exit 1 # snapshots are saved here

lines=50

# --- without a run, without a terminal ---

OUT=$("$HEARTLINE" top 2>&1 </dev/null | cat)
check "no terminal: one message" "heartline: error: no terminal: stdin and stdout must be one; heartline ctl status prints the same figures once" "$OUT"
"$HEARTLINE" top >"$DIR/out" 2>&1 </dev/null
check "no terminal: the exit code" 2 $?
term_start none 80x24 "$HEARTLINE" top
seen "no run: says where it looked" "no run has its socket in" none
seen "no run: the exit code" "ended with 2" none
term_start nobody 80x24 "$HEARTLINE" top --socket "$DIR/nobody"
seen "no run at a path" "no run listens there" nobody

# --- beside a run ---

lab_registrar
lab_profiles >"$DIR/lab.yaml"
cat >>"$DIR/lab.yaml" <<-EOF
	    register_timeout: 30s # a busy machine must move no line
	lines:
	  - {profile: lab, range: 6000-$((6000 + lines - 1))}
	ramp: 1s
	drain: 1s
	rate: 5000
EOF
sock=$DIR/lab.sock
run_start() {
	heartline_start "$1" "" run -c "$DIR/lab.yaml" --control "$sock" --summary "$DIR/$1.json"
	wait_running 40 has "r['lines']['registered'] == $lines" --socket "$sock" status ||
		bail "$1: all lines are registered" "$ERR"
}
run_start run
term_start beside 80x24 "$HEARTLINE" top --socket "$sock" --rate-scale 7
seen "main page: whose" "process $HEARTLINE_PID   running   lab.yaml   for " beside
seen "main page: lines by state, with a bar" "^ ON_P   on primary +$lines █+ +at primary +$lines\$" beside
seen "main page: and none on the backup" "^ ON_B   on backup +0 ░+ +at backup +0\$" beside
seen "main page: the rate" " sent +[0-9]+  limit 5,000\$" beside
seen "main page: round trips" "^ round trip +[0-9]+ +[0-9]+" beside
seen "main page: the load" "^ Busy +lcore 1 .* [0-9]+ %" beside
check "main page: 24 rows of at most 80 columns" "24 0" "$(screen beside | wc -l) $(screen beside | LC_ALL=C.UTF-8 grep -c '.\{81\}')"

ctl --socket "$sock" --json status
p50=$(json "'%.0f' % r['metrics']['rtt_us']['p50']")
seen "main page: the figures of ctl --json" "^ round trip +$p50 " beside

# --- rate, pause ---

rate_is() { has "r['rate'] == $1" --socket "$sock" status; }
# key NAME KEY RATE: the run has that rate then, and the screen says so
key() {
	keys beside "$2"
	check "$1" True "$(wait_until 20 rate_is "$3" && echo True)"
}
key "+ is one of the scale" + 5007
key "* is ten" '*' 5077
key "- is one" - 5070
key "/ is ten" / 5000
seen "and is said" "rate: 5,000 requests a second at most, before 5,070" beside
key "0 is no limit" 0 0
seen "and is shown" "no limit\$" beside
ctl --socket "$sock" rate 5000
seen "what another one orders is seen" "limit 5,000\$" beside

phase_is() { has "r['phase'] == '$1'" --socket "$sock" status; }
keys beside p
check "p pauses" True "$(wait_until 20 phase_is paused && echo True)"
seen "it is shown" "process $HEARTLINE_PID   paused" beside
keys beside p
check "p resumes" True "$(wait_until 20 phase_is running && echo True)"

# --- pages ---

keys beside 2
seen "lines: a page of them" "^ 1-18 of $lines lines, as configured" beside
seen "lines: number, state, server" "^ 6000 +ON_P +P +[0-9]+ .* 200 OK" beside
keys beside PageDown
seen "lines: the next page" "^ 19-36 of $lines lines" beside
seen "lines: its first one" "^ 6018 +ON_P" beside
keys beside PageUp
seen "lines: and back" "^ 1-18 of $lines lines" beside
ctl --socket "$sock" line force b 6040-6042
keys beside f
seen "filter: is asked for" "^ filter: _" beside
keys beside B Enter
seen "filter: lines on the backup" "^ 1-3 of 3 lines, as configured; filter: B" beside
seen "filter: the first one" "^ 6040 +ON_B +B" beside
keys beside o
seen "order: latest change first" "^ 1-3 of 3 lines, latest change first" beside
keys beside o o f BSpace Enter
seen "filter: all lines again" "of $lines lines, as configured\$" beside
keys beside Home Enter
seen "a line by itself" "^ 6000, profile lab, at 10.99.1" beside
seen "its changes" "REG_P  -> ON_P    P   200 OK" beside
keys beside 3
seen "servers: who is where" "^ lab        P  10.99.0.1:5060 +$((lines - 3)) +0 +0  answers" beside
keys beside '?'
seen "help" "raise, lower the rate by 7 requests a second" beside
keys beside Tab
seen "Tab leads on" "\[3 servers\]|\[1 main\]|\[2 lines\]" beside
keys beside 1

# --- saving ---

keys beside s
seen "s says the file's name" "saved as heartline-top-[0-9]+-[0-9]+.json" beside
file=$(echo "$DIR"/heartline-top-*.json)
check "and it has what was shown" "main $lines" "$(python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
print(r["page"], r["status"]["lines"]["registered"])' "$file" 2>&1)"

# --- sizes and terminals ---

term resize-window -t beside -x 120 -y 40
seen "a larger terminal" "^ \+ - \* / rate" beside
check "is filled to its last row" "40" "$(wait_until 20 eval 'screen beside | tail -n 1 | grep -q "rate"'; screen beside | wc -l)"
term resize-window -t beside -x 40 -y 8
seen "one that is too small says so" "^40x8 is too small:" beside
term resize-window -t beside -x 64 -y 12
seen "a smaller one shows what there is room for" "more rows" beside
keys beside Down Down Down
seen "and scrolls" "^ HOLD_B" beside
term resize-window -t beside -x 80 -y 24
seen "and back" "^ Busy" beside

term_start odd 80x24 env TERM=nonesuch "$HEARTLINE" top --socket "$sock"
seen "a terminal that nobody knows: it says so" "^heartline: error: TERM=nonesuch: no such terminal is known" odd
seen "a terminal that nobody knows: the exit code" "^ended with 2" odd
term_start dumb 100x24 env TERM=dumb "$HEARTLINE" top --socket "$sock"
seen "one that cannot: likewise" "^heartline: error: TERM=dumb: it cannot write at a place" dumb
term_start plain 80x24 env LC_ALL=C TERM=vt100 NO_COLOR=1 "$HEARTLINE" top --socket "$sock"
seen "plain ASCII, no colour: bars of #" "^ ON_P   on primary +$((lines - 3)) #+" plain
check "and nothing beyond ASCII" 0 "$(screen plain | LC_ALL=C grep -c '[^ -~]')"
check "NO_COLOR: no colour is set" 0 "$(term capture-pane -e -p -t plain | grep -c $'\e\[[0-9;]*3[0-7]')"
seen "colours where they are wanted" "^ ON_P" beside
check "and are there" True "$( (($(term capture-pane -e -p -t beside | grep -c $'\e\[[0-9;]*3[0-7]') > 0)) && echo True)"
keys plain C-c
seen "Ctrl-C leaves" "ended with 0" plain
seen "and the terminal echoes again" "^ echo" plain

# --- the run goes away, and comes back ---

before=$HEARTLINE_PID
kill -KILL "$before"
reap "$before" 10
seen "the run is killed: it says so" "the run is AWAY" beside
run_start again
seen "another one comes: it is shown" "process $HEARTLINE_PID   running" beside
keys beside +
check "and can be steered" True "$(wait_until 20 rate_is 5007 && echo True)"

# --- the ways out ---

keys beside q
seen "q asks" "End the run, too\?  y: drain it   n: leave, it goes on" beside
keys beside Escape
check "Esc: nothing has happened" True "$(answers --socket "$sock" status && echo True)"
keys beside q n
seen "n: it has left" "ended with 0" beside
seen "the terminal echoes" "^ echo" beside
check "and the run goes on" True "$(has "r['phase'] == 'running'" --socket "$sock" status && echo True)"
term_start last 80x24 "$HEARTLINE" top --socket "$sock"
seen "a second screen" "process $HEARTLINE_PID" last
keys last q y
seen "y: the run drains, and the screen ends with it" "ended with 0" last
if reap "$HEARTLINE_PID" 60; then check "the run ended well" 0 "$EXIT_CODE"; else
	not_ok "the run ends" "still running after 60 s"
fi
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
