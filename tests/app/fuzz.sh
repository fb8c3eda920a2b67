#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Random changes of good requests, at the control socket and the HTTP server of a run: each is answered by the
# protocol or let go, the run goes on, its memory stays bounded, and its lines can all be brought back.
#
# usage: bash tests/app/fuzz.sh PATH/TO/heartline
# HL_FUZZ_CASES: requests at each of the two, 1,500 by default; HL_FUZZ_SEED: of another sequence.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
here=$(cd "$(dirname "$0")" && pwd)
reaper_start
ctl_prepare

lines=40
token=0123456789abcdef0123456789abcdef
(umask 077 && echo "$token" >"$DIR/token")
memory_kb() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$HEARTLINE_PID/status"
}

lab_registrar
lab_profiles >"$DIR/lab.yaml"
cat >>"$DIR/lab.yaml" <<-EOF
	lines:
	  - {profile: lab, range: 6000-$((6000 + lines - 1))}
	ramp: 1s
	drain: 1s
	spare_lines: 20
	control_socket: $DIR/control.sock
	http: 127.0.0.1:0
	http_token_file: $DIR/token
EOF
chmod 600 "$DIR/lab.yaml"
heartline_start run "" run -c "$DIR/lab.yaml" --summary "$DIR/run.json"
wait_running 40 has "r['lines']['registered'] == $lines" --socket "$DIR/control.sock" status ||
	bail "the lines register" "$OUT$ERR"
port=$(sed -n 's/^heartline: http: .*:\([0-9]*\)$/\1/p' "$DIR/run.log" | head -n 1)
before=$(memory_kb)
while IFS= read -r line; do
	case $line in
	"ok - "*) ok "${line#ok - }" ;;
	*) not_ok "${line#not ok - }" "see there" ;;
	esac
done < <(python3 "$here/fuzz.py" "$DIR/control.sock" "$port" "$token" "${HL_FUZZ_SEED:-1}" "${HL_FUZZ_CASES:-1500}" 2>&1)
check "both were tried" 3 "$((N_PASSED + N_FAILED))"
heartline_alive || bail "the run goes on" "it has ended"
ok "the run goes on"
after=$(memory_kb)
if ((after < before + 32768)); then
	ok "its memory is bounded"
else
	not_ok "its memory is bounded" "$before kB before, $after kB after"
fi

# Whatever the changes have ordered is taken back.
for order in "resume" "rate 0" "server restore P" "server restore B" "line force unlock --all --spread 0" \
	"line force enable --all --spread 0"; do
	# shellcheck disable=SC2086 # words
	wait_running 20 answers --socket "$DIR/control.sock" $order || not_ok "ctl $order" "$ERR"
done
if wait_running 120 has "r['lines']['registered'] == r['lines']['total'] and r['metrics']['limits']['stalls'] == 0" \
	--socket "$DIR/control.sock" status; then
	ok "every line that is left registers again, and no worker stalled"
else
	not_ok "every line that is left registers again, and no worker stalled" "$OUT"
fi
heartline_stop "$HEARTLINE_PID" 60 || not_ok "the run ends" "still running after 60 s"
check "no binding is left over" 0 "$(summary "$DIR/run.json" leftovers)"
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
