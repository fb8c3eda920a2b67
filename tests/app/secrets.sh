#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What others on the machine could see or prepare: the password in the list of processes, the folder of
# run-time files in /tmp.
#
# usage: bash tests/app/secrets.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
reaper_start
cd "$DIR" || exit 2

# shown NAME OPTION...: a registrar that waits for its peer; its command line does not show the password.
shown() {
	local name=$1 memif="id=0,socket-abstract=no,socket=$DIR/n$((++n)).sock"
	shift
	heartline_start "shown$n" "" registrar --port "net_memif0,role=server,$memif" --address 10.99.0.1 "$@"
	wait_running 20 test -S "$DIR/n$n.sock" || bail "$name: it starts" "no socket"
	check "$name: its command line" 0 "$(tr '\0' '\n' <"/proc/$HEARTLINE_PID/cmdline" | grep -c hidden)"
	check "$name: and that is a command line" 1 "$(tr '\0' '\n' <"/proc/$HEARTLINE_PID/cmdline" | grep -c '^--address$')"
	heartline_stop "$HEARTLINE_PID" 20 || not_ok "$name: it ends" "still running after 20 s"
}

n=0
shown "--password TEXT" --password hidden-secret
shown "--password=TEXT" --password=hidden-secret
shown "--ap TEXT" --ap hidden-secret
echo hidden-secret >secret
chmod 600 secret
shown "--password-file" --password-file secret

# refused NAME WANTED COMMAND...: exit 2 and one message.
refused() {
	local name=$1 wanted=$2 out rc
	shift 2
	out=$(timeout 30 "$@" 2>&1 </dev/null)
	rc=$?
	if ((rc == 2)) && [[ $out == *"error: "*$wanted* ]]; then ok "$name"; else
		not_ok "$name" "wanted exit 2 and \"$wanted\", got $rc: $(head -n 3 <<<"$out" | tr '\n' '|')"
	fi
}

flags=(run --port "net_memif0,role=client,socket=$DIR/none" --primary 10.99.0.1 --address 10.99.1.1/16)
chmod 644 secret
refused "a password file for everybody" "--password-file: secret: everybody can read or write it" \
	"$HEARTLINE" "${flags[@]}" --password-file secret
chmod 600 secret
refused "two sources" "--password and --password-file exclude each other" \
	"$HEARTLINE" "${flags[@]}" --password-file secret --password hidden-secret
good=(env HEARTLINE_PASSWORD=hidden-secret "$HEARTLINE" "${flags[@]}" --link-timeout 1s)
timeout 60 "${good[@]}" >env.log 2>&1 </dev/null
check "the environment is accepted" 97 $?

# --- the folder in /tmp, of a user that nobody is ---

user=64123
own=/tmp/heartline-$user
if ((EUID != 0)) || ! setpriv --reuid=$user --regid=$user --clear-groups test -x "$HEARTLINE" 2>/dev/null; then
	skip_check "the folder in /tmp" "needs root, and a program that others can reach"
elif [[ -e $own ]]; then
	skip_check "the folder in /tmp" "$own exists"
else
	other=(setpriv --reuid=$user --regid=$user --clear-groups env XDG_RUNTIME_DIR=/nonexistent
		"$HEARTLINE" demo --lines 10 --hold 0ms)
	mkdir -m 755 "$own"
	refused "the folder belongs to root" "$own: belongs to user 0, not to $user" "${other[@]}"
	chown $user:$user "$own"
	refused "others may enter it" "$own: others may use it (mode 755)" "${other[@]}"
	rmdir "$own"
	ln -s "$DIR" "$own"
	refused "it is a symbolic link" "$own: a symbolic link or a file" "${other[@]}"
	rm "$own"
	timeout 100 "${other[@]}" >own.log 2>&1 </dev/null
	check "without one it is made" 0 $?
	check "for this user alone" "700 $user" "$(stat -c '%a %u' "$own")"
	rm -rf "$own"
fi
finish
