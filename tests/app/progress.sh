#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The progress of long work: on a terminal one line that is written anew in its place, in a pipe nothing.
#
# usage: bash tests/app/progress.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
reaper_start
ctl_prepare

lines=100
lab_registrar
lab_profiles >"$DIR/lab.yaml"
cat >>"$DIR/lab.yaml" <<-EOF
	    register_timeout: 30s
	lines:
	  - {profile: lab, range: 6000-$((6000 + lines - 1))}
	ramp: 6s
	drain: 6s
EOF

# run NAME TERM OPTION...: with stderr on a terminal of its own, all that is written to it in NAME.tty
on_terminal() {
	local name=$1 term=$2
	shift 2
	# shellcheck disable=SC2046 # the EAL options are words
	spawn "$name" env TERM="$term" python3 -c 'import os, pty, sys
got = open(sys.argv[1], "wb", buffering=0)
def read(fd):
    data = os.read(fd, 4096)
    got.write(data)
    return data
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read)))' \
		"$DIR/$name.tty" "$HEARTLINE" run -c "$DIR/lab.yaml" "$@" -- $(eal "$name")
	HEARTLINE_PID=$SPAWNED
	wait_running 40 has "r['lines']['registered'] == $lines" status || bail "$name: all lines are registered" "$ERR"
	ctl drain
	reap "$HEARTLINE_PID" 60 || not_ok "$name: it ends" "still running after 60 s"
	check "$name: it ends well" 0 "$EXIT_CODE"
}

# of NAME WHAT: each time that it was written
of() {
	tr '\r' '\n' <"$DIR/$1.tty" | grep -aF $'\e[K'"$2: "
}

on_terminal terminal xterm
check "registering: share, lines, time left" True \
	"$(of terminal registering | grep -qaE $'^\e\\[Kregistering: [0-9]+ %, [0-9]+ of '"$lines"', [0-9]+ s left$' && echo True)"
check "registering: more than once" True "$( (($(of terminal registering | wc -l) > 3)) && echo True)"
check "unregistering, too" True \
	"$(of terminal unregistering | grep -qaE $'^\e\\[Kunregistering: [0-9]+ %, [0-9]+ of '"$lines"', [0-9]+ s left$' && echo True)"
check "the share only grows" "" "$(of terminal registering | sed 's/.*: \([0-9]*\) %.*/\1/' | sort -nc 2>&1)"
# What a terminal of 100 columns shows in the end: no progress is left, and status lines are whole.
shown=$(python3 -c 'import re, sys
rows, at = [[]], 0
for part in re.findall(r"\x1b\[K|\r|\n|[^\x1b\r\n]", open(sys.argv[1], encoding="utf-8", newline="").read()):
    row = rows[-1]
    if part == "\x1b[K":
        del row[at:]
    elif part == "\r":
        at = 0
    elif part == "\n":
        rows.append([])
        at = 0
    else:
        row[at:at + 1] = part
        at += 1
print("\n".join("".join(r) for r in rows))' "$DIR/terminal.tty")
check "in its place: nothing of it is left" 0 "$(grep -c 'registering: ' <<<"$shown")"
check "and lines of status are whole" 0 "$(grep -E '^ +[0-9]+s ' <<<"$shown" | grep -cvE '^ +[0-9]+s +[0-9]+ registered( +[0-9]+){10}( +([0-9]+|-)){2}$')"

on_terminal quiet xterm --quiet
check "--quiet: no progress" 0 "$(grep -ac 'registering: ' "$DIR/quiet.tty")"
on_terminal dumb dumb
check "a terminal that cannot: no progress" 0 "$(grep -ac 'registering: ' "$DIR/dumb.tty")"

heartline_start pipe "" run -c "$DIR/lab.yaml"
wait_running 40 has "r['lines']['registered'] == $lines" status || bail "pipe: all lines are registered" "$ERR"
drains "in a file: it ends well" 60
check "in a file: no progress" 0 "$(grep -ac 'registering: ' "$DIR/pipe.log")"
check "in a file: no control characters" 0 "$(grep -ac $'[\e\r]' "$DIR/pipe.log")"
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
