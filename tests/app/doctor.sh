#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# `heartline doctor` about a run that goes on: each fault is really made, with `heartline registrar` at the
# other end of a memif, and its cause must rank first. Needs no root.
#
# usage: bash tests/app/doctor.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
reaper_start
ctl_prepare

# doctor ARGUMENT...: its output in OUT, its errors in ERR, its exit code in CODE
doctor() {
	OUT=$("$HEARTLINE" doctor "$@" 2>"$DIR/doctor.err")
	CODE=$?
	ERR=$(cat "$DIR/doctor.err")
}

# first: severity, check, found and proof of the finding that ranks first
first() {
	json "'%(severity)s|%(check)s|%(found)s|%(proof)s|%(fix)s' % r['findings'][0]"
}

# names SEVERITY CHECK FOUND PROOF: once it does
names() {
	local got
	doctor --running --json --watch 1s
	got=$(first)
	[[ $got == "$1|$2|"*"$3"*"|"*"$4"*"|"* && $CODE == $([[ $1 == error ]] && echo 1 || echo 0) ]]
}

# finds FAULT SEVERITY CHECK FOUND PROOF: named first within a while, with these words
finds() {
	local fault=$1
	shift
	if wait_until 20 names "$@"; then
		ok "$fault: $(first)"
	else
		not_ok "$fault" "exit $CODE, first: $(first) $ERR"
	fi
}

# wellness: the exit code, errors and warnings
wellness() {
	echo "$CODE $(json "'%d %d' % (r['errors'], r['warnings'])")"
}

# shellcheck disable=SC2317 # called by wait_until
is_well() {
	doctor --running --json --watch 1s
	[[ $(wellness) == "0 0 0" ]]
}

# run_start LINES KEY...: lines against the registrar that listens; keys of the profile, over the usual ones
run_start() {
	local lines=$1 key
	shift
	lab_profiles >"$DIR/lab.yaml"
	for key; do
		[[ $key != *" run" ]] || continue
		sed -i "/^    ${key%%:*}:/d" "$DIR/lab.yaml"
		echo "    $key" >>"$DIR/lab.yaml"
	done
	cat >>"$DIR/lab.yaml" <<-END
		    register_timeout: ${timeout_s:-300ms}
		    options_timeout: ${timeout_s:-300ms}
		    backoff_base: 1s
		    backoff_max: 2s
		lines:
		  - {profile: lab, range: 6000-$((6000 + lines - 1))}
		drain: 0
	END
	for key; do
		[[ $key != *" run" ]] || echo "${key% run}" >>"$DIR/lab.yaml"
	done
	heartline_start run "" run -c "$DIR/lab.yaml"
	RUN_PID=$HEARTLINE_PID
	wait_running 40 answers status || bail "the run answers" "$ERR"
}

registered() {
	wait_running 40 has "r['lines']['registered'] == $1" status
}

# both_stop: the run, then the registrar
both_stop() {
	disown "$RUN_PID" "$REGISTRAR_PID" # or bash reports their violent ends
	kill -KILL "$RUN_PID" "$REGISTRAR_PID"
	reap "$RUN_PID" 10
	reap "$REGISTRAR_PID" 10
	rm -f "$DIR/memif.sock" "$RUNTIME_DIRECTORY"/*.sock
}

# --- without a run, and with wrong words ---

doctor --running
check "no run: exit code 2" "2 1" "$CODE $(grep -c 'no run has its socket' <<<"$ERR")"
doctor --socket "$DIR/nobody" --config x
check "--socket with --config" "2 1" "$CODE $(grep -c -- '--config is about a run that is to be' <<<"$ERR")"
doctor --watch 1s
check "--watch without a run" "2 1" "$CODE $(grep -c -- '--watch is about a run that goes on' <<<"$ERR")"
doctor -c "$DIR/nobody.yaml"
check "a file that is not there" "2 1" "$CODE $(grep -c nobody.yaml <<<"$ERR")"
doctor --json --port net_memif0,role=client,"$(lab_memif)" --primary 10.99.0.1 --address 10.99.1.1/16 \
	--link-timeout 100ms --summary "$DIR/no.json" --duration 10s --expect drops=0 --quiet
check "a command line of heartline run is taken as it is" "1 error device" \
	"$CODE $(json "'%(severity)s %(check)s' % r['findings'][0]")"
doctor --primary 10.99.0.1
check "flags that say too little are usage" "2 1" "$CODE $(grep -c -- '--port is missing' <<<"$ERR")"
doctor -c "$0" --primary 10.99.0.1
check "flags beside a file are usage" "2 1" "$CODE $(grep -c -- '--primary does not go with -c' <<<"$ERR")"
doctor --json
check "without a configuration the network is not checked, and that is no error" "0 not checked" \
	"$CODE $(json "[f['severity'] for f in r['findings'] if f['check'] == 'server'][0]")"
doctor
check "for people: in 100 columns, but for commands" 0 "$(grep -v '^  *fix  ' <<<"$OUT" | grep -c '.\{101\}')"

# --- a run that is well, and what an operator does to it ---

lab_registrar
run_start 50 "primary_detect_interval: 200ms" "ramp: 0 run"
registered 50 || bail "all lines register" "$OUT"
# A second in which the machine held the generator up draws a warning, rightly; as with faults, it may take a while.
wait_until 20 is_well
check "all is well: no error, no warning" "0 0 0" "$(wellness)"
ctl pause
finds "paused" warning phase "the run is paused" "phase: paused"
ctl resume
ctl rate 20
finds "a rate below what lines want" warning rate "rate: 20 requests a second" "requests were put off"
ctl rate 0
registered 50 || not_ok "all lines are back" "$OUT"

# A generator that gets no processor for half of the time.
throttle() {
	while kill -STOP "$1" 2>/dev/null; do
		sleep 0.06
		kill -CONT "$1"
		sleep 0.06
	done
}
throttle "$RUN_PID" &
throttler=$!
finds "a throttled generator" warning generator "the generator is the limit" "limits.late"
kill "$throttler"
wait "$throttler" 2>/dev/null
kill -CONT "$RUN_PID"
both_stop

# --- servers that do not do what they should ---

lab_registrar
run_start 20 "password: wrong" "ramp: 0 run"
finds "a wrong password" error rejected "20 of 20 lines that are registered nowhere: 401" "4xx"
both_stop

lab_registrar --at "0s: all silent"
run_start 20 "ramp: 0 run"
finds "silent servers" error "no answer" "20 of 20 lines that are registered nowhere: time-out" "timed out"
both_stop

lab_registrar --at "0s: all status 503"
run_start 20 "ramp: 0 run"
finds "servers that answer 503" error rejected "20 of 20 lines that are registered nowhere: 503" "5xx"
both_stop

lab_registrar --at "0s: all delay 600ms"
run_start 20 "ramp: 0 run"
finds "answers after the time-out" error "late answers" "after their request was given up" "drops.late"
both_stop

lab_registrar --at "0s: all delay 700ms"
timeout_s=5s
run_start 20 "primary_detect_interval: 500ms" "ramp: 0 run"
finds "answers later than T1" warning "round trip" "the server answers later than T1" "answers came twice"
both_stop

lab_registrar
run_start 20 "ramp: 600s run"
finds "a ramp that goes on" note phase "lines have not started" "ramp: 600.0 s"
both_stop
finish
