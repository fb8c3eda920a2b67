#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# State that survives, as its user meets it: a run that was killed, another configuration, files that are torn, a
# second run on the same folder, an end by two Ctrl-C, a user that is not root.
#
# usage: bash tests/app/survive.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
reaper_start
umask 077 # configurations hold a password

lines=200
state=$DIR/state

# config NAME [RANGE]: a configuration whose registrations last long
config() {
	lab_profiles >"$DIR/$1.yaml"
	cat >>"$DIR/$1.yaml" <<-EOT
		    register_refresh_interval: 600s
		lines:
		  - {profile: lab, range: ${2:-6000-$((5999 + lines))}}
		ramp: 500ms
		drain: 500ms
		state_dir: $state
		state_interval: 100ms
	EOT
}

# run_start NAME [CONFIG [OPTION...]]
run_start() {
	heartline_start "$1" "" run -c "$DIR/${2:-lab}.yaml" --summary "$DIR/$1.json" "${@:3}"
}

run_kill() {
	disown "$HEARTLINE_PID" # or bash reports its violent end
	kill -KILL -- "-$HEARTLINE_PID"
	wait_until 10 gone "$HEARTLINE_PID"
	sed -i "/^$HEARTLINE_PID\$/d" "$DIR/groups"
}

# said NAME WORDS: in the line of its start
said() {
	if wait_running 20 grep -qs "^heartline: state: .* lines taken up" "$DIR/$1.log" &&
		grep "^heartline: state: " "$DIR/$1.log" | head -n 1 | grep -qF "$2"; then
		ok "$1: $2"
	else
		not_ok "$1: $2" "$(grep -E "heartline: (state|error)" "$DIR/$1.log" | head -n 2)"
	fi
}

# of NAME EXPRESSION: of its summary, s
of() {
	python3 -c 'import json, sys
s = json.load(open(sys.argv[1]))
print(eval(sys.argv[2]))' "$DIR/$1.json" "$2" 2>&1
}

refused() { # NAME WORDS ARGUMENT...: exit 2 and one message
	local name=$1 words=$2 err
	shift 2
	err=$("$HEARTLINE" run -c "$DIR/lab.yaml" "$@" 2>&1 >/dev/null)
	local code=$?
	if [[ $code == 2 && $err == "heartline: error: "*"$words"* && $err != *$'\n'* ]]; then ok "$name"; else
		not_ok "$name" "exit $code, said: $err"
	fi
}

lab_registrar
config lab

# --- what is refused ---

touch "$DIR/file"
refused "a file in the place of the folder" "state_dir: $DIR/file: Not a directory: name a folder" --state-dir "$DIR/file"
refused "a folder in none" "state_dir: $DIR/none/state: No such file or directory: make the folder above it" \
	--state-dir "$DIR/none/state"
refused "an interval out of bounds" "--state_interval: 10ms is outside 100 ms..3600 s" --state-interval 10ms

# --- killed, and started again ---

run_start first
said first "0 of $lines lines taken up: there was none"
wait_running 20 status_registered first $lines || bail "all lines register" "$(status_last first)"
refused "a second run on its folder" "process $HEARTLINE_PID runs with it: give each run a folder of its own" \
	--port "net_memif1,role=client,id=1,socket-abstract=no,socket=$DIR/other.sock"
# as many registered lines are in a file that is written once more
stamp=$(date +%s%N)
newer() { (($(date -r "$state/run-1-worker-0.state" +%s%N) > stamp)); }
wait_running 10 newer || not_ok "it is written again" "$(ls -l --full-time "$state")"
stamp=$(date +%s%N)
wait_running 10 newer && ok "it is written again and again" || not_ok "it is written again and again" "$(ls -l --full-time "$state")"
check "for its user alone" "600" "$(stat -c %a "$state/run-1-worker-0.state")"
check "without the password" 0 "$(grep -c secret "$state/run-1-worker-0.state")"
run_kill

run_start second
said second "$lines of $lines lines taken up, written"
wait_running 20 status_registered second $lines || not_ok "second: all are registered" "$(status_last second)"
run_kill

# --- other lines: some gone, some new, all at other places in the file ---

config other "6100-$((6099 + lines))"
run_start other other
said other "100 of $lines lines taken up, written"
grep "^heartline: state: " "$DIR/other.log" | grep -q "100 register anew: 100 not in it; 100 in it are not configured any more" &&
	ok "other: what is new, and what is gone" || not_ok "other: what is new, and what is gone" "$(grep '^heartline: state' "$DIR/other.log")"
wait_running 20 status_registered other $lines || not_ok "other: all are registered" "$(status_last other)"
check "none of the files of the run before is left" "run-3-worker-0.state" \
	"$(cd "$state" && echo run-*.state)"
run_kill

# --- a file that is torn ---

truncate -s 5000 "$state/run-3-worker-0.state"
run_start torn other --drain 20s
said torn "0 of $lines lines taken up; 1 of its files refused"
check "torn: it is said" 1 "$(grep -c "warning: state_dir: $state/run-3-worker-0.state: it is torn or damaged" "$DIR/torn.log")"
wait_running 20 status_registered torn $lines || not_ok "torn: all are registered" "$(status_last torn)"

# --- two Ctrl-C: what is still bound is kept ---

kill -INT "$HEARTLINE_PID"
wait_running 10 grep -q "press Ctrl-C again" "$DIR/torn.log"
kill -INT "$HEARTLINE_PID"
reap "$HEARTLINE_PID" 20 || not_ok "two Ctrl-C end it" "still running"
check "kept: summary" True "$(of torn "s['state']['kept'] and s['leftovers'] > 0")"
left=$(of torn "s['leftovers']")
check "kept: the files" "run-4-worker-0.state" "$(cd "$state" && echo run-*.state)"
run_start again other
said again "$left of $lines lines taken up, written"

# --- a clean end ---

wait_running 20 status_registered again $lines || not_ok "again: all are registered" "$(status_last again)"
drains "a clean end" 20
check "removes the state" lock "$(ls "$state")"
check "summary: counts" True "$(of again "s['state']['taken_up'] == $left and s['state']['anew']['not_registered'] == $lines - $left \
and s['state']['written'] > 1 and s['state']['failed'] == 0 and not s['state']['kept'] and s['verdict'] == 'ok'")"
check "the report says so" 1 "$(grep -c "^  state  *$left of $lines lines taken up" "$DIR/again.log")"
check "no binding is left" True "$(of again "s['leftovers'] == 0 and s['unregistered'] == $lines")"

# --- Ctrl-C before it has begun anything: what was taken up unregisters ---

run_start early
wait_running 20 status_registered early $lines || not_ok "early: all are registered" "$(status_last early)"
run_kill
run_start early-2
wait_running 20 grep -qs "lines taken up" "$DIR/early-2.log"
drains "Ctrl-C right after the start" 20
check "nothing is left of it" "lock" "$(ls "$state")"
check "all that went on is unregistered" "0 0" "$(of early-2 "'%d %d' % (s['leftovers'], s['maybe_left'])")"

# --- another user ---

if ((EUID != 0)) || ! getent passwd nobody >/dev/null; then
	skip_check "a run that gives up root" "needs root, and a user called nobody"
else
	chmod 755 "$DIR"
	run_start nobody lab --user nobody
	wait_running 20 status_registered nobody $lines || not_ok "nobody: all are registered" "$(status_last nobody)"
	theirs() { [[ $(stat -c %U "$state"/run-*-worker-0.state) == nobody && $(stat -c %U "$state") == nobody ]]; }
	if wait_running 10 theirs; then ok "the folder and its files are the user's"; else
		not_ok "the folder and its files are the user's" "$(ls -la "$state")"
	fi
	stamp=$(date +%s%N)
	newer() { (($(date -r "$(echo "$state"/run-*-worker-0.state)" +%s%N) > stamp)); }
	wait_running 10 newer && ok "it is written as that user, in the sandbox" || not_ok "it is written as that user" "$(ls -la "$state")"
	drains "nobody: drains and exits 0" 20
	check "nobody: the state is gone" lock "$(ls "$state")"
	mkdir "$DIR/shared"
	touch "$DIR/shared/other"
	chmod 755 "$DIR/shared"
	run_start shared lab --user nobody --state-dir "$DIR/shared"
	reap "$HEARTLINE_PID" 20
	check "a folder that holds other things is not given away" "2 root" "$EXIT_CODE $(stat -c %U "$DIR/shared")"
	check "and said" 1 "$(grep -c "user: nobody cannot write to state_dir $DIR/shared: Permission denied" "$DIR/shared.log")"
fi
finish
