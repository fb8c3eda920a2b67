#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A run as a service: it says when its lines are started, how they are, that it lives, and that it ends.
# The unit file is one that systemd takes.
#
# usage: bash tests/app/service.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
reaper_start
ctl_prepare

spawn manager python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(s.recv(4096).decode().replace("\n", " "), flush=True)' "$DIR/notify.sock"
wait_until 20 test -S "$DIR/notify.sock" || bail "the service manager listens" "$(cat "$DIR/manager.log")"
lab_registrar
lab_profiles >"$DIR/lab.yaml"
printf '%s\n' "lines:" "  - {profile: lab, range: 6000-6049}" "ramp: 500ms" "drain: 500ms" >>"$DIR/lab.yaml"
export NOTIFY_SOCKET=$DIR/notify.sock WATCHDOG_USEC=900000
heartline_start run "" run -c "$DIR/lab.yaml"
unset NOTIFY_SOCKET WATCHDOG_USEC
told() { grep -qxE "$1" "$DIR/manager.log"; }
tells() { if wait_running 60 told "$2"; then ok "$1"; else not_ok "$1" "$(tail -n 4 "$DIR/manager.log")"; fi; }
tells "it says when its lines are started" "READY=1"
tells "and how they are" "STATUS=50 of 50 lines registered: 50 on the primary, 0 on the backup; 0 down"
tells "its watchdog hears of it" "WATCHDOG=1"
check "READY comes once" 1 "$(grep -c READY=1 "$DIR/manager.log")"

heartline_stop "$HEARTLINE_PID" 60
check "the run ends well" 0 "$EXIT_CODE"
tells "and has said that it stops, and how long that may take" "STOPPING=1 EXTEND_TIMEOUT_USEC=[0-9]+"
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"

if command -v systemd-analyze >/dev/null; then
	unit=$DIR/heartline@lab.service
	sed "s|/usr/bin/heartline|$(realpath "$HEARTLINE")|; s|^User=.*|User=root|; s|^Group=.*|Group=root|" \
		"$(dirname "$0")/../../dpdk-app/package/debian/heartline@.service" >"$unit"
	OUT=$(systemd-analyze verify --man=no "$unit" 2>&1 | grep -F heartline@lab)
	check "systemd takes the unit file" "" "$OUT"
fi
finish
