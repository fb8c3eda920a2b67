#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# /api/v1 of a run that talks to `heartline registrar` over net_memif: every path, answer and error against
# the description that it serves; then clients that send garbage, or nothing, or too much.
#
# usage: bash tests/app/http_api.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
reaper_start
python=python3 # Debian's has it, another one that comes first in the path may not
$python -c 'import jsonschema' 2>/dev/null || python=/usr/bin/python3
$python -c 'import jsonschema' 2>/dev/null || skip "the API" "needs python3-jsonschema"

lines=50
token=0123456789abcdef0123456789abcdef
export RUNTIME_DIRECTORY=$DIR/runtime
mkdir -m 700 "$RUNTIME_DIRECTORY"
(umask 077 && echo "$token" >"$DIR/token")

# api SECTION: its results as ours
api() {
	$python -W ignore "$(dirname "$0")/http_api.py" "$PORT" "$token" "$lines" "$1" >"$DIR/api.out" 2>"$DIR/api.log"
	local rc=$?
	cat "$DIR/api.out"
	N_PASSED=$((N_PASSED + $(grep -c '^ok' "$DIR/api.out")))
	N_FAILED=$((N_FAILED + $(grep -c '^not ok' "$DIR/api.out")))
	((rc == 0)) || not_ok "http_api.py $1 comes to its end" "$(tail -n 1 "$DIR/api.log")"
}

port() {
	PORT=$(sed -n 's/^heartline: http: http:.*:\([0-9]*\)$/\1/p' "$DIR/run.log")
	[[ -n $PORT ]] && curl -s "http://127.0.0.1:$PORT/api/v1/summary" | grep -q "\"registered\":$lines,"
}

memory_kb() {
	awk '/^VmRSS/ { print $2 }' "/proc/$HEARTLINE_PID/status"
}

lab_registrar
lab_profiles >"$DIR/lab.yaml"
cat >>"$DIR/lab.yaml" <<-EOF
	lines:
	  - {profile: lab, range: 6000-$((6000 + lines - 1))}
	ramp: 1s
	drain: 1s
	spare_lines: 3
	http: 127.0.0.1:0
	http_token_file: $DIR/token
EOF
heartline_start run "" run -c "$DIR/lab.yaml" --summary "$DIR/run.json"
wait_running 40 port || bail "the run answers, and all lines are registered" "$(tail -n 3 "$DIR/run.log")"
ok "the run answers, and all lines are registered"
api described
before=$(memory_kb)
api hostile
after=$(memory_kb)
if ((after < before + 32768)); then
	ok "its memory is bounded"
else
	not_ok "its memory is bounded" "$before kB before, $after kB after"
fi
api drain
if reap "$HEARTLINE_PID" 60; then check "drain: the run ends well" 0 "$EXIT_CODE"; else
	not_ok "drain: the run ends" "still running after 60 s"
fi
check "no line was lost over all that" "0" "$(summary "$DIR/run.json" leftovers)"
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
