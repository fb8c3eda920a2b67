#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# `heartline run` and `heartline registrar` as two processes over net_memif: the exit codes 0, 1, 97
# and 99, the status line, Ctrl-C twice, faults by script at their times. 2 is in bad_input.sh.
#
# usage: bash tests/app/run.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
reaper_start

lines=50
n=0

# pair REGISTRAR_OPTIONS... -- RUN_OPTIONS...: both sides; REGISTRAR_PID, HEARTLINE_PID, and RUN, the
# name of the run's log and summary.
pair() {
	local ours=()
	n=$((n + 1))
	RUN=run$n
	while (($# > 0)) && [[ $1 != -- ]]; do
		ours+=("$1")
		shift
	done
	shift
	local memif="id=0,socket-abstract=no,socket=$DIR/$n.sock"
	heartline_start "registrar$n" "" registrar --port "net_memif0,role=server,$memif" \
		--address 10.99.0.1,10.99.0.2 --password secret "${ours[@]}"
	REGISTRAR_PID=$HEARTLINE_PID
	wait_running 20 test -S "$DIR/$n.sock" || bail "registrar $n listens" "no socket"
	heartline_start "$RUN" "" run --port "net_memif0,role=client,$memif" --summary "$DIR/$RUN.json" \
		--primary 10.99.0.1 --backup 10.99.0.2 --address 10.99.1.1/16 --lines $lines \
		--password secret --ramp 1s --drain 1s "$@"
}

said() { grep -q -- "$2" "$DIR/$1.log"; }

get() { summary "$DIR/$RUN.json" "$1"; }

# on P B: the last status line says that so many lines are on the primary and on the backup.
on() { [[ $(status_last "$RUN") =~ ^\ *[0-9]+s\ +$(($1 + $2))\ registered\ +$1\ +$2\ +0\ +0\ +0\  ]]; }

# ended NAME CODE: the run ends by itself, or is stopped, with that code.
ended() {
	if reap "$HEARTLINE_PID" 60; then check "$1" "$2" "$EXIT_CODE"; else
		not_ok "$1" "still running after 60 s"
	fi
	heartline_stop "$REGISTRAR_PID" 20 || not_ok "$1: the registrar ends" "still running after 20 s"
}

# --- 0: all well; the status line ---

pair -- --duration 4s --spare-lines 7 --events "$DIR/events.json"
ended "0: all lines registered and left" 0
check "0: the registrar ends with 0, too" 0 "$EXIT_CODE"
check "0: registered, unregistered, left over" "$lines $lines 0" "$(get registered) $(get unregistered) $(get leftovers)"
check "0: verdict" ok "$(get verdict)"
# Off, registering, registered, off again.
check "0: --events: three changes a line, as JSON" $((3 * lines)) \
	"$(grep -cE '^\{"time":"[0-9T:.-]+Z","line":[0-9]+,"number":"60[0-9]+","from":"[A-Z_]+","to":"[A-Z_]+","server":("primary"|"backup"|null),"cause":("[^"]+"|null)\}$' "$DIR/events.json")"
check "0: --events: registered by a 200" "$lines" "$(grep -c '"from":"REG_P","to":"ON_P","server":"primary","cause":"200 OK"' "$DIR/events.json")"
check "0: --events: in the summary and in the table" "$((3 * lines)) 0 1" \
	"$(get written) $(get lost) $(grep -c "events  *$((3 * lines)) written to $DIR/events.json, 0 lost" "$DIR/$RUN.log")"
check "the status line's head" \
	"time lines on P on B trying down parked req/s resp/s rtx/s failover returns p50 us p99 us" \
	"$(grep ' on P ' "$DIR/$RUN.log" | head -n 1 | tr -s ' ' | sed 's/^ //')"
status=$(grep "s *$lines registered" "$DIR/$RUN.log" | head -n 1)
read -r _ registered _ p b trying down parked _ <<<"$status"
check "the status line's lines by state" "$lines $lines 0 0 0 0" "$registered $p $b $trying $down $parked"

# --- 1: some lines failed: their credentials are refused with a new nonce each time, so they back off ---

pair -- --password wrong --duration 4s --events /dev/full
ended "1: no line could register" 1
check "1: registered, down" "0 $lines" "$(get registered) $(get down)"
check "1: verdict" failed "$(get verdict)"
check "1: and why" "1 1" "$(grep -c "because .*$lines lines were never registered" "$DIR/$RUN.log") \
$(grep -c "\"$lines lines were never registered\"" "$DIR/$RUN.json")"
check "1: a disk for --events that is full is told once, and stops nothing" 1 "$(grep -c 'events: /dev/full: No space left' "$DIR/$RUN.log")"
check "1: and what was lost is counted" 1 "$(grep -c 'events  *0 written to /dev/full, [1-9][0-9]* lost: No space' "$DIR/$RUN.log")"
check "1: twenty of them are named with their cause" 20 "$(grep -c '60[0-9][0-9] never registered, .*: 40[13] ' "$DIR/$RUN.log")"
check "1: the first ones by number" 1 "$(grep -c 'failed  *6000 never registered' "$DIR/$RUN.log")"
check "1: all of them in the summary" "$lines" "$(grep -c '"never_registered": true' "$DIR/$RUN.json")"

# --- 1: a rate that is too low for all lines to register: whose limit it was stands before the rest ---

pair -- --rate 10 --duration 5s
ended "rate: not every line could register in time" 1
check "rate: verdict" failed "$(get verdict)"
if (($(get registered) > 0 && $(get never_registered) > 0 && \
	$(get registered) + $(get never_registered) + $(get starting) == lines)); then
	ok "rate: registered, never registered and too young make all"
else
	not_ok "rate: registered, never registered and too young make all" \
		"$(get registered) $(get never_registered) $(get starting)"
fi
check "rate: the generator was the limit" true "$(get generator_limited)"
check "rate: and that is said first" "limit because" \
	"$(grep -oE '^  (limit +the generator was the limit: .*rate|because +[0-9]+ lines were never)' "$DIR/$RUN.log" | awk '{ printf "%s%s", n++ ? " " : "", $1 }')"

# --- 97: timed out waiting for the other side ---

heartline_start lonely "" run --port "net_memif0,role=client,socket-abstract=no,socket=$DIR/nobody" \
	--primary 10.99.0.1 --address 10.99.1.1/16 --link-timeout 1s
if reap "$HEARTLINE_PID" 20; then check "97: nobody listens" 97 "$EXIT_CODE"; else
	not_ok "97: nobody listens" "still running after 20 s"
fi

# --- 99: nothing was processed, on either side ---

pair -- --lines 1 --duration 1s --ramp 600s --seed 1
ended "99: over before anything was processed" 99
check "99: the registrar had nothing to do" 99 "$EXIT_CODE"
check "99: verdict" "nothingprocessed" "$(get verdict)"

# --- faults by script: the primary falls silent and comes back; the backup refuses for a while ---

cat >"$DIR/faults" <<-EOF
	# comments and empty lines are fine

	at 8s: silent
	at 8s: 10.99.0.2 status 503
	at 13s: 10.99.0.2 ok
	at 20s: ok
EOF
pair --script "$DIR/faults" -- --detect-interval 1s --fail-count 1 --prefer-primary on --remove-last on
wait_running 40 on $lines 0 || bail "script: all on the primary" "$(status_last "$RUN")"
ok "script: all on the primary"
if wait_running 40 on 0 $lines; then
	ok "script: all on the backup once it answers again"
else
	not_ok "script: all on the backup once it answers again" "$(status_last "$RUN")"
fi
if wait_running 60 on $lines 0; then ok "script: all back on the primary"; else
	not_ok "script: all back on the primary" "$(status_last "$RUN")"
fi
kill -INT "$HEARTLINE_PID"
# The backup refused for five seconds: longer than a probe and a REGISTER may take.
ended "script: then all leave; they were down for too long: exits 1" 1
check "script: verdict" degraded "$(get verdict)"
check "script: lines down for too long" $lines "$(get lines_too_long)"
check "script: and why" 1 "$(grep -c "because .*$lines lines were down longer than the worst case of a switch" "$DIR/$RUN.log")"
check "script: the 503s are among the causes" 1 "$(grep -c '[0-9] 503 Service Unavailable' "$DIR/$RUN.log")"
check "script: left over" 0 "$(get leftovers)"
if (($(get failovers) >= lines && $(get returns) >= lines && $(get 5xx) > 0)); then
	ok "script: failovers, returns and 503s are in the summary"
else
	not_ok "script: failovers, returns and 503s are in the summary" "$(get failovers) $(get returns) $(get 5xx)"
fi

# --- Ctrl-C twice: at once, what is left is told, and that is no success ---

pair -- --drain 600s
wait_running 40 on $lines 0 || bail "all registered" "$(status_last "$RUN")"
kill -INT "$HEARTLINE_PID"
wait_running 10 said "$RUN" "press Ctrl-C again to quit at once" || bail "it says what a second Ctrl-C does" "$(status_last "$RUN")"
ok "it says what a second Ctrl-C does"
kill -INT "$HEARTLINE_PID"
ended "Ctrl-C twice: exits 1" 1
left=$(($(get unregistered) + $(get leftovers)))
check "Ctrl-C twice: unregistered and left over make all" "$lines" "$left"
check "Ctrl-C twice: the left ones are told" 1 "$(grep -c "unregistered, $(get leftovers) left over" "$DIR/$RUN.log")"
finish
