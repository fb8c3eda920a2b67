#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What others on the machine could see or prepare: the password in the list of processes and in files that
# everybody can read, the folder of run-time files in /tmp; and what a run can no longer do once it runs.
#
# usage: bash tests/app/secrets.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
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

# --- passwords in configurations ---

# warned NAME WANTED FILE...: what is said of files for everybody, in a check that ends well
warned() {
	local name=$1 wanted=$2
	chmod 640 lab.yaml lines.csv plain.yaml
	chmod 644 "${@:3}"
	out=$("$HEARTLINE" check --without-device lab.yaml 2>&1 >/dev/null)
	check "$name" "0 $wanted" "$? $out"
}
warning="everybody can read the passwords in it (mode 644): chmod 640 it"

{
	lab_profiles
	printf '%s\n' "  bare: {outbound_server: 10.99.0.1}" "lines:" "  - {profile: lab, csv: lines.csv}"
} >lab.yaml
printf '%s\n' "phone_number;password" "6000;secret" >lines.csv
sed '/password:/d; s/lab, csv: .*}/bare, range: 6000-6001}/' lab.yaml >plain.yaml
warned "files for their owner and group" "" plain.yaml
warned "a configuration for everybody" "heartline: warning: lab.yaml: $warning" lab.yaml
warned "a CSV file for everybody" "heartline: warning: lines.csv: $warning" lines.csv
check "no password, no warning" "" "$("$HEARTLINE" check --without-device plain.yaml 2>&1 >/dev/null)"

# --- a run that has started ---

# sandboxed PID: for each thread, whether system calls are filtered
sandboxed() {
	awk '/^Seccomp:/ { print $2 }' "/proc/$1"/task/*/status | sort -u | tr '\n' ' '
}

# lines_register OPTION...: a run at a registrar of this test, until its lines are registered
lines_register() {
	heartline_start run "" run -c lab.yaml "$@"
	wait_running 20 status_registered run 1 || bail "the line registers" "$(status_last run)"
}
lab_registrar
chmod 600 lab.yaml lines.csv
lines_register
check "every thread of a run is in its sandbox" "2 " "$(sandboxed "$HEARTLINE_PID")"
drains "it drains and ends well in there" 20
heartline_stop "$REGISTRAR_PID" 20 # it serves one peer
rm -f "$DIR/memif.sock"
lab_registrar
lines_register --sandbox off
check "without one when it is off" "0 " "$(sandboxed "$HEARTLINE_PID")"
drains "and there, too" 20

# --- a run that gives up root ---

# who PID: user and effective capabilities of each thread
who() {
	awk '/^Uid:/ { u = $2 " " $3 " " $4 } /^CapEff:/ { print u, $2 }' "/proc/$1"/task/*/status | sort -u
}
refused "a user that is not there" "user: \"nobody-at-all\": there is no such user" \
	"$HEARTLINE" run -c lab.yaml --user nobody-at-all
if ((EUID != 0)) || ! id nobody >/dev/null 2>&1; then
	skip_check "a run that gives up root" "needs root, and a user called nobody"
else
	chmod 755 .
	mkdir -m 777 kept
	mkdir -m 700 runtime
	mkdir -m 700 closed
	heartline_start refused "" run -c lab.yaml --user nobody --summary closed/summary.json
	reap "$HEARTLINE_PID" 60
	check "a folder that it could not write in at the end is refused at the start" 2 "$EXIT_CODE"
	check "and said" 1 "$(grep -c 'user: nobody cannot write closed/summary.json: Permission denied' refused.log)"
	heartline_stop "$REGISTRAR_PID" 20
	rm -f "$DIR/memif.sock"
	lab_registrar
	heartline_stop "$REGISTRAR_PID" 20
	rm -f "$DIR/memif.sock"
	lab_registrar
	RUNTIME_DIRECTORY=$DIR/runtime lines_register --user nobody --history kept/history.db --events events.json \
		--summary summary.json
	check "every thread is somebody else, and may nothing" "$(id -u nobody) $(id -u nobody) $(id -u nobody) 0000000000000000" \
		"$(who "$HEARTLINE_PID")"
	check "root steers it" True "$(RUNTIME_DIRECTORY=$DIR/runtime "$HEARTLINE" ctl --json status | grep -q '"registered": 1,' && echo True)"
	drains "it drains, and ends well" 20
	check "its events are all there" 3 "$(wc -l <events.json)"
	check "and its history, which it owns" "3 nobody" \
		"$("$HEARTLINE" history kept/history.db --line 6000 --format csv | grep -c '^20') $(stat -c %U kept/history.db)"
	check "and its summary" '"ok"' "$(grep -o '"verdict": .*' summary.json | sed 's/.*: //; s/,//')"
	left=(runtime/*.sock)
	check "its socket is left" 1 "${#left[@]}"
	heartline_stop "$REGISTRAR_PID" 20
	rm -f "$DIR/memif.sock"
	lab_registrar
	RUNTIME_DIRECTORY=$DIR/runtime lines_register
	check "until the next run there removes it" False "$([[ -e ${left[0]} ]] && echo True || echo False)"
	drains "which ends well, too" 20
fi

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
