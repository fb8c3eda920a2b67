#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What a run is expected to come to, from a file and from flags: met, missed, not measured, and the exit code.
#
# usage: bash tests/app/expect.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
reaper_start

lab_registrar
lab_profiles >"$DIR/lab.yaml"
cat >>"$DIR/lab.yaml" <<-EOF
	lines:
	  - {profile: lab, range: 6000-6019}
	ramp: 500ms
	drain: 500ms
	duration: 2s
	expect:
	  registered: 100%
	  failed_lines: 0
	  failovers: 0
	  outage_total: 0s
	  answered: at least 99%
	  leftovers: 0
EOF

# drill NAME CODE OPTION...: a run of the file, which ends with that code
drill() {
	local name=$1 code=$2
	shift 2
	RUN=${name// /-}
	heartline_start "$RUN" "" run -c "$DIR/lab.yaml" --summary "$DIR/$RUN.json" "$@"
	if reap "$HEARTLINE_PID" 60; then check "$name: exit code" "$code" "$EXIT_CODE"; else
		not_ok "$name: ends" "still running after 60 s"
	fi
}

# expectation MEASURE: its result, target and value in the summary
expectation() {
	python3 -c 'import json, sys
for x in json.load(open(sys.argv[1]))["expectations"]:
    if x["measure"] == sys.argv[2]:
        print(x["result"], x["bound"], x["target"], x["value"], x["unit"], x["why"])' "$DIR/$RUN.json" "$1" 2>&1
}

drill "all met" 0
check "all met: the verdict" ok "$(summary "$DIR/$RUN.json" verdict)"
check "all met: a share" "met at least 100.0 100.0 % None" "$(expectation registered)"
check "all met: a count" "met at most 0 0  None" "$(expectation failovers)"
check "all met: a time" "met at most 0.0 0.0 us None" "$(expectation outage_total)"
check "all met: the table" "registered at least 100 % 100 % 0 % met" \
	"$(grep '^ *registered  *at least' "$DIR/$RUN.log" | tr -s ' ' | sed 's/^ //')"

drill "one missed" 1 --expect failovers="at least 1" --expect rtt_max=1us
check "one missed: the verdict" failed "$(summary "$DIR/$RUN.json" verdict)"
check "one missed: the file's is replaced by the flag's" "missed at least 1 0  None" "$(expectation failovers)"
check "one missed: why" 1 \
	"$(grep -c 'because  *2 of 7 expectations were missed: failovers, rtt_max$' "$DIR/$RUN.log")"
check "one missed: what was met is still said" "met at least 100.0 100.0 % None" "$(expectation registered)"
check "one missed: the margin" "at least 1 0 -1 MISSED" \
	"$(grep '^ *failovers  *at least' "$DIR/$RUN.log" | tr -s ' ' | sed 's/^ failovers //')"

drill "nothing happened" 1 --expect switch_p99=5s
check "nothing happened: it has no value, and is not met" \
	"not measured at most 5000000.0 None us no outage ended with a registration" "$(expectation switch_p99)"
check "nothing happened: why" 1 \
	"$(grep -c 'because  *1 of 7 expectations was not measured: switch_p99$' "$DIR/$RUN.log")"
"$HEARTLINE" report "$DIR/$RUN.json" -o "$DIR/report.html" >/dev/null 2>&1
check "nothing happened: as the report has it, with units" "at most 5 s - - not measured" \
	"$(grep -o 'switch_p99</td>.*not measured' "$DIR/report.html" | sed 's/<[^>]*>/ /g' | tr -s ' ' | cut -d ' ' -f 2-)"

# A line that the registrar does not know: the verdict alone would fail the run.
cat >"$DIR/phones.csv" <<-EOF
	phone_number,password
	6000,secret
	6001,wrong
EOF
sed -i "s/range: 6000-6019/csv: phones.csv/; /^expect:/,\$d" "$DIR/lab.yaml"
chmod 640 "$DIR/lab.yaml" "$DIR/phones.csv"
drill "a line fails" 1
check "a line fails: the verdict" failed "$(summary "$DIR/$RUN.json" verdict)"
drill "a line may fail" 0 --expect registered=50% --expect failed_lines=1
check "a line may fail: it is said nevertheless" 1 \
	"$(grep -c 'hint  *1 line was never registered; what is expected of it decides$' "$DIR/$RUN.log")"
drill "a rate too low" 1 --rate 1 --expect registered=100%
check "a rate too low: whose limit it was is said before" "limit expected" \
	"$(grep -oE '^  (limit  *the generator was the limit|expected  *measure)' "$DIR/$RUN.log" |
		awk '{ printf "%s%s", n++ ? " " : "", $1 }')"

# refused WORDS OPTION...: a message of one line, exit code 2
refused() {
	local words=$1 said code
	shift
	said=$("$HEARTLINE" run -c "$DIR/lab.yaml" "$@" 2>&1)
	code=$?
	if [[ $code == 2 && $said == "heartline: error: "*"$words"* ]]; then ok "refused: $*"; else
		not_ok "refused: $*" "exit $code, said: $said"
	fi
}
refused '--expect: there is no measure "registeredd"; heartline keys lists' --expect registeredd=1%
refused '--expect: registered: "100" has no unit; as in 99.5%' --expect registered=100
refused '--expect: "registered": write MEASURE=VALUE' --expect registered
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
