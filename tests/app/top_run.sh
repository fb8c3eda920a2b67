#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# `heartline run --top`, a run with the live screen in its own terminal: keys, Ctrl-C, what is said meanwhile;
# and the terminal and the run after either of the two has been killed.
#
# usage: bash tests/app/top_run.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
# shellcheck source=tests/app/top_lib
. "$(dirname "$0")/top_lib"
command -v tmux >/dev/null || skip "a run with the live screen" "needs the program tmux"
reaper_start
ctl_prepare

lines=50
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

# run_start NAME OPTION...: in a terminal of this name, as a job that Ctrl-Z can stop; its process in RUN
run_start() {
	local name=$1
	shift
	# shellcheck disable=SC2046 # the EAL options are words
	term_start "$name" 80x24 bash -c 'set -m; "$@"; exit $?' bash "$HEARTLINE" run -c "$DIR/lab.yaml" --control "$sock" "$@" -- $(eal "$name") ||
		bail "$name: a terminal" "tmux failed"
	wait_until 40 has "r['lines']['registered'] == $lines" --socket "$sock" status ||
		bail "$name: all lines are registered" "$ERR $(screen "$name")"
	RUN=$(json "r['process']")
}

# --- from the start to the end ---

run_start own --top --rate-scale 5
seen "the screen is there" "process $RUN   running   lab.yaml" own
seen "all lines are on it" "^ ON_P   on primary +$lines █+  at primary +$lines\$" own
keys own '*'
rate_is() { has "r['rate'] == $1" --socket "$sock" status; }
check "* raises the rate by ten times --rate-scale" True "$(wait_until 20 rate_is 5050 && echo True)"
keys own C-z
keys own +
check "Ctrl-Z does not stop it" True "$(wait_until 20 rate_is 5055 && echo True)"
kill -HUP "$RUN"
seen "what the run says is shown" "^ heartline: reloaded .*lab.yaml" own
keys own q
seen "q drains it, and it ends well" "^ended with 0" own
check "what it said is there to read" 1 "$(term capture-pane -p -S - -t own | grep -c "^heartline: reloaded")"
seen "so is the report" "at the end +$lines unregistered, 0 left over" own
seen "the terminal echoes again" "^ echo" own

# --- Ctrl-C, and a second one ---

run_start again --top
seen "Ctrl-C: the screen is there" "process $RUN   running" again
keys again C-c
seen "Ctrl-C: it drains, and ends well" "^ended with 0" again

# --- one of the two is killed ---

run_start crash --top
seen "a run that is killed: the screen is there" "process $RUN   running" crash
kill -KILL "$RUN"
seen "a run that is killed: the shell says so" "^ended with 137" crash
seen "and the terminal echoes again" "^ echo" crash
check "and shows its cursor" 1 "$(term display -p -t crash '#{cursor_flag}')"

run_start blind --top
seen "a screen that is killed: it was there" "process $RUN   running" blind
kill -KILL "$(pgrep -P "$RUN" -f 'heartline top')"
seen "a screen that is killed: the run says so" "the live screen has ended, the run goes on" blind
seen "and goes on with lines of status" "^ +[0-9]+s +$lines registered" blind
kill -INT "$RUN"
seen "and ends well" "ended with 0" blind

# --- a terminal that takes nothing ---

run_start held --top
seen "a terminal that is held: the screen is there" "process $RUN   running" held
keys held C-s
ctl --socket "$sock" rate 4000
check "a terminal that is held: the run takes orders" 0 "$CODE"
ctl --socket "$sock" drain
left() { [[ $(status_last registrar) =~ 0\ bound\ +0\ bound$ ]]; }
check "a terminal that is held: all lines leave" True "$(wait_until 40 left && echo True)"
keys held C-q
seen "and its end is to be seen once it goes on" "ended with 0" held

# --- without a terminal, and without a socket ---

heartline_start plain "" run -c "$DIR/lab.yaml" --control "$sock" --top
wait_running 40 has "r['lines']['registered'] == $lines" --socket "$sock" status ||
	bail "plain: all lines are registered" "$ERR"
check "no terminal: lines of status" True "$(wait_running 20 grep -q "^ .*s .*$lines registered" "$DIR/plain.log" && echo True)"
check "no terminal: nothing of a screen" 0 "$(grep -c $'\e' "$DIR/plain.log")"
drains "no terminal: it ends well" 60
# shellcheck disable=SC2046 # the EAL options are words
term_start behind 160x24 bash -c 'set -m; "$@" & wait' bash "$HEARTLINE" run -c "$DIR/lab.yaml" --control "$sock" --top \
	-- $(eal behind)
wait_until 40 has "r['lines']['registered'] == $lines" --socket "$sock" status ||
	not_ok "in the background: it runs" "$ERR $(screen behind)"
seen "in the background of a shell: lines of status" "^ +[0-9]+s +$lines registered" behind
ctl --socket "$sock" drain
seen "in the background: it ends well" "^ended with 0" behind
term_start none 80x24 "$HEARTLINE" run -c "$DIR/lab.yaml" --control off --top
seen "no control socket: it says how to mend it" "^heartline: error: --top: the screen asks by the control socket" none
seen "no control socket: the exit code" "ended with 2" none
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
