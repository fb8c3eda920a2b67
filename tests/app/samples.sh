#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The samples of dpdk-app/samples that are jobs, each run as it is, but with fewer lines and shorter times.
#
# usage: bash tests/app/samples.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
reaper_start
export RUNTIME_DIRECTORY=$DIR/runtime
mkdir -m 700 "$RUNTIME_DIRECTORY"
SAMPLES=$(cd "$(dirname "$0")/../../dpdk-app/samples" && pwd)

# sample NAME SED-SCRIPT: the registrar that its head tells to start, then the run, which must end with 0
sample() {
	local name=$1
	sed "s|/tmp/lab.sock|$DIR/$name.sock|; s|/tmp/registrar.sock|$DIR/$name.registrar|; $2" \
		"$SAMPLES/$name.yaml" >"$DIR/$name.yaml"
	chmod 640 "$DIR/$name.yaml"
	grep -q "$DIR/$name.sock" "$DIR/$name.yaml" || bail "$name: its device" "is not that of the test"
	heartline_start "$name-registrar" "" registrar --address 10.99.0.1,10.99.0.2 --password secret \
		--port "net_memif0,role=server,id=0,socket-abstract=no,socket=$DIR/$name.sock" \
		--control "$DIR/$name.registrar"
	REGISTRAR_PID=$HEARTLINE_PID
	wait_running 20 test -S "$DIR/$name.sock" || bail "$name: the registrar listens" "no socket"
	heartline_start "$name" "" run -c "$DIR/$name.yaml" --summary "$DIR/$name.json" --junit "$DIR/$name.xml"
	if reap "$HEARTLINE_PID" 120; then check "$name: all that it expects comes true" 0 "$EXIT_CODE"; else
		not_ok "$name: ends" "still running after 120 s"
	fi
	check "$name: the verdict" ok "$(summary "$DIR/$name.json" verdict)"
	heartline_stop "$REGISTRAR_PID" 20 || not_ok "$name: the registrar ends" "still running after 20 s"
}

sample failover-drill 's/6000-6999/6000-6099/; s/exactly 1000/exactly 100/; s/ramp: 2s/ramp: 500ms/; s/drain: 2s/drain: 500ms/
	s/for: 5s/for: 2s/; s/for: 3s/for: 1s/'
sample register-flood 's/6000-15999/6000-6499/; s/for: 40s/for: 7s/; s/refresh_interval: 60/refresh_interval: 10/; s/: 500ms/: 5s/'
sample avalanche 's/6000-10999/6000-6499/; s/limit 2000/limit 200/; s/ramp: 10s/ramp: 1s/; s/drain: 10s/drain: 1s/; s/for: 5s/for: 1s/'
sample rolling-restart 's/6000-6999/6000-6099/; s/ramp: 2s/ramp: 500ms/; s/drain: 2s/drain: 500ms/; s/--spread 2s/--spread 500ms/
	s/for: 3s/for: 2s/; s/for: 2s/for: 1s/'
sample flapping-server 's/6000-6999/6000-6099/; s/exactly 1000/exactly 100/; s/ramp: 2s/ramp: 500ms/; s/drain: 2s/drain: 500ms/'
sample acceptance 's/6000-6999/6000-6099/; s/exactly 1000/exactly 100/; s/ramp: 2s/ramp: 500ms/; s/drain: 2s/drain: 500ms/
	s/for: 40s/for: 2s/; s/for: 5s/for: 1s/; s/rtt_p99: 100ms/rtt_p99: 5s/'
OUT=$("$HEARTLINE" report "$DIR/acceptance.json" -o "$DIR/acceptance.html" 2>&1)
check "acceptance: its report has each phase with what was expected of it" "0 7" \
	"$? $(grep -oE '<td>(registration|hold, with refreshes|loss of the primary|hold on the backup|return to the primary|restart of all at once|the run)</td>' "$DIR/acceptance.html" | sort -u | wc -l)"
# Whatever the machine: no more than the shape. No less, unless the generator was the limit, which it must say.
sample load-shapes 's/6000-6499/6000-6099/; s/: 100ms/: 20ms/; s/at least [0-9]*/at least 1/; s/rtt_p99: 50ms/rtt_p99: 5s/; s/ramp: 2s/ramp: 500ms/
	s/drain: 2s/drain: 500ms/; s/for: 20s/for: 2s/; s/for: 10s/for: 1s/; s/for: 5s/for: 1s/'
check "load-shapes: what left is the shape" "constant 200, ramp 1200, step 2000, spike 4000, behind the spike 200, ramp down 550" \
	"$(python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
limited = r["generator_limited"] or r["limits"]["rate_missed"] > 0
said = []
for name, s in ("constant", 1), ("ramp", 2), ("step", 1), ("spike", 1), ("behind the spike", 1), ("ramp down", 1):
    p = [p for p in r["phases"] if p["name"] == name][0]
    first, last = int(p["rate"].split("-")[0]), int(p["rate"].split("-")[-1])
    due = (first + last) / 2 * s
    most = due * p["took_ms"] / 1000 / s + max(first, last) * 0.12 + 10  # a late look of the control thread, a stall
    ok = p["requests"] <= most and (limited or p["requests"] >= due * 0.95 - 10)
    said.append("%s %d" % (name, due if ok else p["requests"]))
print(", ".join(said))' "$DIR/load-shapes.json" 2>&1)"
# A monitor runs until it is stopped.
MONITOR='s/6000-10999/6000-6099/; s/ramp: 60s/ramp: 500ms/; s/drain: 30s/drain: 500ms/; s/127.0.0.1:9060/127.0.0.1:0/'
sample monitor "$MONITOR; s|/tmp/monitor.db|$DIR/monitor.db|; s/^ramp:/duration: 3s\n&/"
check "monitor: its history has the line's coming and going" 2 "$("$HEARTLINE" history "$DIR/monitor.db" --line 6099 | grep -c ON_P)"
finish
