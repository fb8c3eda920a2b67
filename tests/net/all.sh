#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Runs the network tests one after the other; one line a check: ok, not ok or skip.
#
# usage: bash tests/net/all.sh PATH/TO/heartline [TEST...]     TEST: capture, kamailio_failover, ...
#        bash tests/net/all.sh --list                          their names, those that take longest first
# Exit: 1 when a check failed, 0 otherwise; what was skipped says so in its line.

cd "$(dirname "$0")" || exit 2
all="faults doctor_run pools doctor dns kamailio_failover ipv6 kamailio_freeze kamailio_loss kamailio_probe
	kamailio_shared kamailio_strict agreement capture dhcp leases hep link memif stall steer survive veth"
if [[ ${1-} == --list ]]; then
	printf '%s\n' $all
	exit
fi
[[ $# -ge 1 ]] || { echo "usage: bash tests/net/all.sh PATH/TO/heartline [TEST...]" >&2; exit 2; }
heartline=$(cd "$OLDPWD" && realpath -m "$1")
shift
[[ -x $heartline ]] || { echo "not ok - network tests: $heartline is not a program"; exit 1; }
# shellcheck disable=SC2086 # a list of words
(($# > 0)) || set -- $all

failed=0
test=
# Killed in the middle of a test: the test is told, and cleans up.
trap 'kill "$test" 2>/dev/null; wait; exit 143' INT TERM HUP
for name; do
	[[ -f $name.sh ]] || { echo "not ok - $name: no such test"; failed=1; continue; }
	echo "# $name"
	limit_s=180
	[[ $name != faults ]] || limit_s=480 # many cases, each with a run of its own
	timeout --kill-after=30 $limit_s bash "$name.sh" "$heartline" &
	test=$!
	wait "$test"
	case $? in
	0 | 77) ;;
	1) failed=1 ;; # its own line told
	124 | 137) failed=1; echo "not ok - $name: not done after $limit_s s" ;;
	*) failed=1; echo "not ok - $name: ended in the middle" ;;
	esac
done
exit $failed
