#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Servers that answer what they should not, and strangers that send: each case in faults/ says what is
# sent and what must come of it. A case has a namespace, a tap device and a heartline of its own, so
# that several run side by side. How a case is written: scripted_server.py.
#
# usage: bash tests/net/faults.sh PATH/TO/heartline [CASE...]     CASE: a name in faults/, without .case
# HL_JOBS: cases side by side, 4 by default. HL_KEEP=DIRECTORY: each case's configuration, output and
# summary are copied there.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "faults" python3
reaper_start
shift

cases=()
for name; do
	[[ -f $NET_DIR/faults/$name.case ]] || bail "$name" "no file tests/net/faults/$name.case"
	cases+=("$name")
done
if ((${#cases[@]} == 0)); then
	for file in "$NET_DIR"/faults/*.case; do
		name=${file##*/}
		cases+=("${name%.case}")
	done
fi

# case_start NAME: its process in PIDS.
declare -A PIDS
case_start() {
	local net dir=$DIR/case-$1
	mkdir "$dir"
	# Each has its own namespace, and the interface's name need not differ.
	net=$(netns "$1") && tap_make "$net" || bail "$1" "cannot make a namespace with a tap device"
	# shellcheck disable=SC2046 # the EAL options are words
	spawn "$1" ip netns exec "$net" python3 -B "$NET_DIR/fault_case.py" "$HEARTLINE" \
		"$NET_DIR/faults/$1.case" "$ID" "$dir" $(eal "$1")
	PIDS[$1]=$SPAWNED
}

# case_end NAME: its line, and what heartline said when it failed.
case_end() {
	local line
	reap "${PIDS[$1]}" 90 || kill -KILL -- "-${PIDS[$1]}"
	unset "PIDS[$1]"
	[[ -z ${HL_KEEP:-} ]] || { mkdir -p "$HL_KEEP" && cp -r "$DIR/case-$1" "$HL_KEEP/"; }
	line=$(grep -E '^(not )?ok - ' "$DIR/$1.log" | tail -n 1)
	case $line in
	"ok - "*)
		ok "${line#ok - }"
		;;
	*)
		not_ok "$1" "${line#not ok - }"
		grep -vE '^(not )?ok - ' "$DIR/$1.log" | tail -n 5 | sed 's/^/# /'
		tr '\r' '\n' <"$DIR/case-$1/stderr" | tail -n 8 | cut -c 1-300 | sed 's/^/#   /'
		;;
	esac
	rm -rf "$DIR/$1.log" "$DIR/case-$1"
	ip netns delete "$ID-$1" && sed -i "/^$ID-$1\$/d" "$DIR/netns"
}

# Results come in the order of the cases, whoever ends first.
jobs=${HL_JOBS:-4}
for ((i = 0; i < ${#cases[@]} + jobs; i++)); do
	((i < jobs)) || { ((i - jobs < ${#cases[@]})) && case_end "${cases[i - jobs]}"; }
	((i >= ${#cases[@]})) || case_start "${cases[i]}"
done
finish
