#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The search for the highest rate: against a registrar that is limited to a known one, with a generator that is not up
# to it, and what is refused. How exact the search is, tests/unit/app/test_find_limit.c shows under a virtual clock: here
# the machine may be too busy to ask evenly, which must then be said.
#
# usage: bash tests/app/find_max.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
reaper_start
export RUNTIME_DIRECTORY=$DIR/runtime
mkdir -m 700 "$RUNTIME_DIRECTORY"
lab_registrar --control "$DIR/registrar.sock"
limit() { "$HEARTLINE" ctl --socket "$DIR/registrar.sock" registrar "$@" >/dev/null || bail "limit" "was refused"; }

# search NAME OPTION...: its result in FOUND and END, the rate in RATE, the exit code in EXIT_CODE
search() {
	local name=$1
	shift
	RUN=${name// /-}
	heartline_start "$RUN" "" run --port "net_memif0,role=client,$(lab_memif)" --primary 10.99.0.1 \
		--address 10.99.1.1/16 --password secret --register-timeout 500ms --drain 500ms --summary "$DIR/$RUN.json" "$@"
	reap "$HEARTLINE_PID" 250 || bail "$name: ends" "still running after 250 s"
	IFS='|' read -r FOUND RATE END < <(python3 -c 'import json, sys
f = json.load(open(sys.argv[1]))["find_max"]
print(f["found"], f["rate"], f["end"], sep="|")' "$DIR/$RUN.json" 2>&1)
}

# between LOW RATE HIGH
between() { python3 -c 'import sys
sys.exit(not float(sys.argv[1]) <= float(sys.argv[2]) <= float(sys.argv[3]))' "$@" 2>/dev/null; }

# settled NAME WANTED GOT: as check, unless the machine let no trial be asked evenly, which the run has said
settled() {
	if [[ $2 != "$3" && $END == "the generator was the limit, not the servers" ]] &&
		grep -qE 'because +find-max: .*(of its timers were more than|% of what was asked for)' "$DIR/$RUN.log"; then
		skip_check "$1" "this machine is too busy: $(grep 'because  *find-max' "$DIR/$RUN.log")"
	else
		check "$1" "$2" "$3"
	fi
}
within() { if between "$@"; then echo within; else echo "$2"; fi; }

# --- registrations: each is two requests, a challenge and the answer to it, or one where the nonce still counts ---

lines=700
limit limit 150
search "a limited registrar" --lines $lines --ramp 10s --find-max register --start-rate 65 --trial 250ms
if [[ $FOUND == True && $EXIT_CODE == 0 ]] && between 70 "$RATE" 85; then
	ok "a limited registrar: its rate is found ($RATE a second)"
elif [[ $FOUND == False && $EXIT_CODE == 1 && $END == "the generator was the limit, not the servers" ]]; then
	skip_check "a limited registrar: its rate is found" "this machine is too busy: $(grep find-max "$DIR/$RUN.log")"
else
	not_ok "a limited registrar: its rate is found" "found $FOUND, $RATE a second, exit $EXIT_CODE: $END"
fi
check "a limited registrar: the path is shown, up to a trial that failed" True \
	"$(grep -qE '^ +[0-9]+ .* missed: errors: [0-9]+$' "$DIR/$RUN.log" && echo True || { [[ $FOUND == False ]] && echo True; })"

# --- a generator that cannot ask that often ---

limit ok
search "too few lines" --lines 20 --ramp 500ms --find-max register --start-rate 25 --trial 500ms
check "too few lines: it is said, and no server is blamed" "1 False the generator was the limit, not the servers" "$EXIT_CODE $FOUND $END"
settled "too few lines: what went well is a lower bound" within "$(within 12 "$RATE" 45)"
check "too few lines: the verdict" 1 "$(grep -c 'because  *find-max: the generator was the limit, not the servers: ' "$DIR/$RUN.log")"

# --- the highest rate that is to be tried, and a server that does nothing ---

search "a rate that is enough" --options-timeout 500ms --lines 20 --ramp 500ms --find-max options --start-rate 80 --trial 200ms --rate 100
settled "a rate that is enough: it is held, and that is said" "0 False the rate of the run is the highest that was tried" "$EXIT_CODE $FOUND $END"
settled "a rate that is enough: and that is what was sent" within "$(within 97 "$RATE" 103)"
limit silent
search "a silent server" --lines 5 --ramp 200ms --find-max register --start-rate 1 --trial 200ms
check "a silent server: has no rate" "1 False None not even one request a second went well" "$EXIT_CODE $FOUND $RATE $END"

# --- what is refused ---

# refused WORDS OPTION...: a message of one line, exit code 2
refused() {
	local words=$1 said code
	shift
	said=$("$HEARTLINE" run --port x --primary 10.99.0.1 --address 10.99.1.1/16 "$@" 2>&1)
	code=$?
	if [[ $code == 2 && $said == "heartline: error: "*"$words"* ]]; then ok "refused: $*"; else
		not_ok "refused: $*" "exit $code, said: $said"
	fi
}
refused '--find-max: "calls": allowed register, options' --find-max calls
refused '--find-max: the search says how long the run is: leave duration out' --find-max options --duration 5s
refused '--find-max: leftovers is measured of a whole run, and not of a trial' --find-max options --expect leftovers=0
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
