#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# 100,000 lines between two processes over net_memif: `heartline registrar` and `heartline run`.
#
# usage: bash tests/net/memif.sh PATH/TO/heartline
# HL_LINES: another number of lines.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "memif"
reaper_start

lines=${HL_LINES:-100000}
socket=$DIR/memif.sock
# socket-abstract=no: a path, so that the client can wait for it. The driver connects when the port
# starts and never tries again, so the server comes first.
memif="id=0,socket-abstract=no,socket=$socket"

heartline_start registrar "" registrar --port "net_memif0,role=server,$memif" \
	--address 10.99.0.1:5060,10.99.0.2:5060 --password secret --realm lab
registrar_pid=$HEARTLINE_PID
wait_running 20 test -S "$socket" || bail "the registrar listens" "no socket after $WAITED_MS ms"

lab_config "net_memif0,role=client,$memif" 10.99.1.1-10.99.1.20/16 1000000 "$lines" \
	"ramp: 5s" >"$DIR/lab.yaml"
heartline_start heartline "" run -c "$DIR/lab.yaml" --summary "$DIR/summary.json"
# There is no other server to ask: the status line tells.
if wait_running 30 status_registered heartline "$lines"; then
	ok "$lines lines registered"
else
	not_ok "$lines lines registered" "$(status_last heartline)"
fi
drains "SIGINT: drains and exits 0" 60
for key in lines registered unregistered; do
	check "summary: $key" "$lines" "$(summary "$DIR/summary.json" $key)"
done
check "summary: leftovers" 0 "$(summary "$DIR/summary.json" leftovers)"
if heartline_stop "$registrar_pid" 20; then
	check "the registrar ends with 0" 0 "$EXIT_CODE"
else
	not_ok "the registrar ends with 0" "still running after 20 s"
fi
finish
