#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# `heartline demo` as an ordinary user: the table, the summary's keys and whether its numbers agree,
# Ctrl-C once and twice.
#
# usage: bash tests/app/demo.sh PATH/TO/heartline
# HL_LINES: another number of lines.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
reaper_start

lines=${HL_LINES:-500}
as=()
# Without rights, where such a user can reach the program at all.
if ((EUID == 0)) && setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$HEARTLINE" 2>/dev/null; then
	as=(setpriv --reuid=65534 --regid=65534 --clear-groups env --unset=XDG_RUNTIME_DIR)
	chmod 777 "$DIR"
fi

# demo NAME OPTION...: in the background; the table in NAME.log, its status lines, too
demo() {
	local name=$1
	shift
	spawn "$name" "${as[@]}" "$HEARTLINE" demo --lines "$lines" --summary "$DIR/$name.json" "$@"
	HEARTLINE_PID=$SPAWNED
}

said() { grep -q -- "$2" "$DIR/$1.log"; }

get() { summary "$DIR/$1.json" "$2"; }

# agrees NAME EXPRESSION: arithmetic over what the summary says, which awk prints with one decimal.
agrees() {
	if awk "BEGIN { exit !($2) }"; then ok "$1"; else not_ok "$1" "$2"; fi
}

# --- all of it ---

demo whole --hold 500ms
reap "$HEARTLINE_PID" 150 || bail "the demo ends" "still running after 150 s"
check "the demo exits 0" 0 "$EXIT_CODE"
check "seven rows, all OK" 7 "$(grep -c ' OK$' "$DIR/whole.log")"
check "the verdict" 1 "$(grep -c '^verdict: ok; 0 bindings left on the primary, 0 on the backup' "$DIR/whole.log")"
keys=$(grep -oE '^  "[a-z_]+"' "$DIR/whole.json" | tr -d ' "' | tr '\n' ' ')
check "the summary's keys" "lines registered on_primary on_backup down parked requests responses \
retransmissions timeouts failovers returns flaps never_registered not_started disabled starting lost switching outages \
causes unregistered leftovers maybe_left offered_rate achieved_rate generator_limited rtt_us \
rtt_retransmitted_us drops drop_examples limits next_hops moves bounded counters registrar pauses link events history pcap hep state steering startup_ms expectations find_max phases distributions seconds environment configuration reasons hints verdict failed_lines " "$keys"
# Each place that the table of metrics names, as "object.key" or "registrar[].key".
read -r missing < <("$HEARTLINE" metrics | awk '/^  heartline_/ && $NF != "-" { print $NF }' |
	python3 -c 'import json, sys
def has(at, place):
    for key in place.split("."):
        at = at[key[:-2]][0] if key.endswith("[]") else at.get(key)
    return at is not None
whole = json.load(open(sys.argv[1]))
places = sys.stdin.read().split()
print("missing:", *[p for p in places if not has(whole, p)], "many" if len(places) > 40 else "few")' \
	"$DIR/whole.json")
check "every metric is in the summary" "missing: many" "$missing"
for key in lines registered on_primary failovers returns lines_ever_down unregistered; do
	check "summary: $key" "$lines" "$(get whole $key)"
done
for key in on_backup down parked never_registered not_started disabled starting lost lines_too_long leftovers maybe_left \
	1xx 3xx 5xx 6xx; do
	check "summary: $key" 0 "$(get whole $key)"
done
check "summary: verdict" ok "$(get whole verdict)"
outage_s=$(get whole worst_case) # of a switch: a probe and a REGISTER that are not answered
check "the worst case of a switch" 4.0 "$outage_s"
check "the table says which outage was the longest" 1 \
	"$(grep -c "^  outages  *$lines lines were down, .* worst case of a switch $outage_s s" "$DIR/whole.log")"
check "and why the lines moved" 1 "$(grep -c "^  causes  *$lines time-out" "$DIR/whole.log")"
agrees "a line is down while a probe is waited for, and no longer than the worst case" \
	"$lines * 2 <= $(sed -n 's/.*were down, \([0-9.]*\) s in all.*/\1/p' "$DIR/whole.log") && \
	$(sed -n 's/.*the longest: .* for \([0-9.]*\) s, worst.*/\1/p' "$DIR/whole.log") <= $outage_s"
requests="($(get whole REGISTER) + $(get whole OPTIONS))"
responses="($(get whole 2xx) + $(get whole 4xx))"
agrees "a line registers three times with its challenge, and leaves twice" "$(get whole REGISTER) >= 8 * $lines"
agrees "a challenge at each registration" "$(get whole 4xx) >= 3 * $lines"
agrees "more requests than answers: the silence" "$requests > $responses"
agrees "who was not answered timed out, or was given up by the switch" \
	"$(get whole timeouts) >= $lines && $(get whole timeouts) <= $requests - $responses"
agrees "a time-out is two retransmissions after 500 and 1500 ms, the last ones under way" \
	"$(get whole retransmissions) >= 2 * $(get whole timeouts)"
agrees "p50 <= p99 <= p999" "0 < $(get whole p50) && $(get whole p50) <= $(get whole p99) && \
	$(get whole p99) <= $(get whole p999)"
agrees "the achieved rate is not far above the offered one" \
	"0 < $(get whole achieved_rate) && $(get whole achieved_rate) <= 1.5 * $(get whole offered_rate)"

# --- Ctrl-C: all unregister ---

demo once --hold 600s --control "$DIR/demo.sock"
wait_running 60 said once 'all stay, and probe the primary' || bail "the demo holds" "$(status_last once)"
check "heartline ctl speaks to a demo as to any run" "$lines running" \
	"$("${as[@]}" "$HEARTLINE" ctl --json --socket "$DIR/demo.sock" status |
		python3 -c 'import json, sys; r = json.load(sys.stdin); print(r["lines"]["registered"], r["phase"])' 2>&1)"
check "which takes no configuration" "heartline: error: the run was started without a file: name one" \
	"$("${as[@]}" "$HEARTLINE" ctl --socket "$DIR/demo.sock" reload 2>&1)"
if heartline_stop "$HEARTLINE_PID" 60; then
	check "Ctrl-C: the demo was not shown to the end: exits 1" 1 "$EXIT_CODE"
else
	not_ok "Ctrl-C: the demo ends" "still running after 60 s"
fi
check "Ctrl-C: and the verdict why" 1 "$(grep -c 'because .*a phase did not end as it should' "$DIR/once.log")"
check "Ctrl-C: the row says so" 1 "$(grep -c 'all stay, and probe the primary .* stopped$' "$DIR/once.log")"
check "Ctrl-C: all unregistered" "$lines 0" "$(get once unregistered) $(get once leftovers)"

# --- twice: at once, and the rest is told ---

demo twice --hold 600s
wait_running 60 said twice 'all stay, and probe the primary' || bail "the demo holds" "$(status_last twice)"
kill -INT "$HEARTLINE_PID"
wait_running 10 said twice 'all leave, both servers are empty' || bail "the demo drains" "$(status_last twice)"
if heartline_stop "$HEARTLINE_PID" 60; then
	check "Ctrl-C twice: exits 1" 1 "$EXIT_CODE"
else
	not_ok "Ctrl-C twice: the demo ends" "still running after 60 s"
fi
agrees "Ctrl-C twice: who did not unregister is left over" \
	"$(get twice unregistered) + $(get twice leftovers) == $lines"
finish
