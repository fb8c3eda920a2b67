# SPDX-License-Identifier: BSD-3-Clause
# What the benches with processes share: heartline and its registrar over net_memif, one core each.
# shellcheck shell=bash disable=SC2034,SC2046
# Sourced by bench/idle, wire, pace and sipp, which bench/run calls.
set -uo pipefail

BENCH_NAME=$(basename "$0")
TOP=$(cd "$(dirname "$0")/.." && pwd)
HEARTLINE=$TOP/build/dpdk-app/heartline
DIR=$(mktemp -d)
STARTED=() # process ids, killed at the end however it comes
JSON=false SMOKE=false REPETITIONS=5
trap 'kill "${STARTED[@]}" 2>/dev/null; wait 2>/dev/null; bench_cleanup; rm -rf "$DIR"' EXIT
trap 'exit 130' INT TERM

bench_cleanup() { :; }

bench_options() {
	while [ $# -gt 0 ]; do
		case $1 in
		--json) JSON=true ;;
		--smoke) SMOKE=true REPETITIONS=1 ;;
		--repetitions)
			REPETITIONS=${2:-0}
			shift
			;;
		*)
			echo "usage: bench/run $BENCH_NAME [--json] [--smoke] [--repetitions N]" >&2
			exit 2
			;;
		esac
		shift
	done
	[[ $REPETITIONS =~ ^[1-9][0-9]*$ ]] || {
		echo "bench: --repetitions: allowed 1 and more" >&2
		exit 2
	}
}

# The beginning of a bench's JSON object, as bench/machine.c writes it.
json_head() {
	local processor
	processor=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1 | tr -d '"\\')
	printf '{"bench": "%s", "machine": {"processor": "%s", "cores": %d, "kernel": "%s"}' \
		"$BENCH_NAME" "${processor:-unknown}" "$(nproc)" "$(uname -r)"
}

# REASON: this machine cannot do it; no failure
bench_skip() {
	if $JSON; then
		echo "$(json_head), \"skipped\": \"$1\"}"
	else
		echo "bench $BENCH_NAME: skipped: $1"
	fi
	exit 0
}

bench_fail() {
	echo "bench $BENCH_NAME: $1" >&2
	tail -n 5 "$DIR"/*.out >&2 2>/dev/null
	exit 1
}

need_cores() { # N
	[ "$(nproc)" -ge "$1" ] || bench_skip "needs $1 cores, there are $(nproc)"
}

# NUMBER...: their median
median() {
	printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 }
		END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# KEY FILE: a number of a summary, the first of that name
summary_number() {
	sed -n "s/.*\"$1\": \([0-9.]*\).*/\1/p" "$2" | head -n 1
}

wait_for() { # SECONDS COMMAND...
	local tenths=$(($1 * 10))
	shift
	while ! "$@" 2>/dev/null; do
		[ $((tenths--)) -gt 0 ] || return 1
		sleep 0.1
	done
}

# The device of one side: ROLE [RING_EXPONENT]
memif() {
	echo "net_memif0,role=$1,id=0,socket-abstract=no,socket=$DIR/memif.sock,bsize=2048,rsize=${2:-10}$([ "$1" = client ] && echo ,zero-copy=yes)"
}

# CORE [REGISTRAR_OPTION...]: sets REGISTRAR_PID
registrar_start() {
	local core=$1
	shift
	rm -f "$DIR/memif.sock"
	taskset -c "$core" "$HEARTLINE" registrar --port "$(memif server)" --address 10.99.0.1 \
		--capacity 200000 "$@" -- --no-huge --single-file-segments --no-pci >"$DIR/registrar.out" 2>&1 &
	REGISTRAR_PID=$!
	STARTED+=("$REGISTRAR_PID")
	wait_for 10 test -S "$DIR/memif.sock" || bench_fail "the registrar does not listen"
}

# LINES KEYS_OF_PROFILE KEYS_OF_RUN [DEVICE ADDRESSES PRIMARY]: a configuration at $DIR/bench.yaml
config_write() {
	cat >"$DIR/bench.yaml" <<-EOF
		ports: [{device: "${4:-$(memif client)}", addresses: "${5:-10.99.1.1-10.99.1.20/16}"}]
		profiles:
		  bench: {outbound_server: ${6:-10.99.0.1}, register_refresh_interval: 86400s, use_random_sip_port: on,
		    min_random_sip_port: 20000, max_random_sip_port: 60000${2:+, $2}}
		lines: [{profile: bench, range: 1000000-$((1000000 + $1 - 1))}]
		$3
	EOF
}

# CORE NAME [OPTION...]: starts the lines; sets RUN_PID; the summary goes to $DIR/NAME.json
run_start() {
	local core=$1 name=$2
	shift 2
	taskset -c "$core" "$HEARTLINE" run -c "$DIR/bench.yaml" --summary "$DIR/$name.json" "$@" \
		-- --no-huge --single-file-segments --no-pci >"$DIR/run.out" 2>&1 &
	RUN_PID=$!
	STARTED+=("$RUN_PID")
}

registered() { # LINES: does the last status line say so?
	awk -v n="$1" '/^ *[0-9]+s / { last = $2 } END { exit last != n }' "$DIR/run.out"
}

finish() { # PID...: asks them to end, waits
	kill -INT "$@" 2>/dev/null
	wait "$@" 2>/dev/null
}

# COLUMN SECONDS: median of the last so many status lines of a run, when every line was registered
status_median() {
	median $(awk -v c="$1" '/^ *[0-9]+s / { print $c }' "$DIR/run.out" | tail -n "$2")
}

# LINES SECONDS: both sides at full load, every line probes every 10 ms, far more than can be served.
# Sets ENGINE_TPS, the answered probes a second, and WIRE_CPU_US, the lines' side's time for each.
wire_engine() {
	local ns0 ns1 n0 n1
	registrar_start 0 --idle-sleep off
	config_write "$1" "primary_detect_interval: 10ms" "ramp: 1s
drain: 0"
	run_start 1 wire --idle-sleep off
	wait_for 30 registered "$1" || bench_fail "the lines did not register"
	sleep 1
	n0=$(status_sum) ns0=$(cpu_ns "$RUN_PID")
	sleep "$2"
	n1=$(status_sum) ns1=$(cpu_ns "$RUN_PID")
	ENGINE_TPS=$(status_median 10 "$2")
	WIRE_CPU_US=$(awk "BEGIN { printf \"%.4f\", ($ns1 - $ns0) / ($n1 - $n0) / 1000 }")
	kill -KILL "$RUN_PID" "$REGISTRAR_PID"
	wait "$RUN_PID" "$REGISTRAR_PID" 2>/dev/null
}

status_sum() { # answers so far, by the status lines
	awk '/^ *[0-9]+s / { n += $10 } END { printf "%.0f\n", n }' "$DIR/run.out"
}

cpu_ns() { # PID: on a processor, all threads
	cat "/proc/$1"/task/*/schedstat | awk '{ n += $1 } END { printf "%.0f\n", n }'
}
