#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A run that changes while it goes on: lines added and removed by `heartline ctl`, and what it refuses.
#
# usage: bash tests/app/live.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
reaper_start
ctl_prepare

# done_with NAME WORDS ARGUMENT...: exit code 0, and the answer has these words
done_with() {
	local name=$1 words=$2
	shift 2
	ctl "$@"
	if [[ $CODE == 0 && $OUT == *"$words"* ]]; then ok "$name"; else not_ok "$name" "exit $CODE, said: $OUT$ERR"; fi
}

# becomes NAME EXPRESSION ARGUMENT...: the command's answer makes it true, sooner or later
becomes() {
	local name=$1
	shift
	if wait_running 200 has "$@"; then ok "$name"; else not_ok "$name" "$OUT$ERR"; fi
}

# past NUMBER: what no other line's coming and going changes of it, and when it refreshes [ms, from its last
# change of state on]
past() {
	ctl --json line show "$1"
	json "'%s|%s|%s|%s|%s|%d' % (r['line'], r['address'], r['state'], [e['time'] for e in r['events']], r['bindings'][0]['nonce']['requests'], r['due'][-1]['in_ms'] + r['for_ms'])"
}

# stays NAME NUMBER PAST: the line is as it was. Both times of a look are a moment apart.
stays() {
	local now
	now=$(past "$2")
	if [[ ${now%|*} == "${3%|*}" ]] && ((${now##*|} - ${3##*|} < 5000 && ${3##*|} - ${now##*|} < 5000)); then
		ok "$1"
	else
		not_ok "$1" "was $3, is $now"
	fi
}

lab_registrar
lab_profiles >"$DIR/lab.yaml"
cat >>"$DIR/lab.yaml" <<-EOF
	  office:
	    outbound_server: 10.99.0.2
	    password: secret
	    use_random_sip_port: on
	lines:
	  - {profile: lab, range: 6000-6009}
	  - {profile: office, range: 7000-7004}
	ramp: 1s
	drain: 1s
EOF
heartline_start run "" run -c "$DIR/lab.yaml" --spare-lines 12 --summary "$DIR/run.json"
becomes "the run has its lines" "r['lines']['registered'] == 15 and r['places'] == {'free': 12, 'leaving': 0, 'gone': 0}" status

# --- lines that are added ---

lab=$(past 6003) office=$(past 7002)
done_with "lines add: a range" $'5 lines, spread over 500 ms\n7 more places are free' lines add 6100-6104 --profile lab --spread 500ms
becomes "lines add: they register" "r['lines']['total'] == 20 and r['lines']['registered'] == 20 and r['places']['free'] == 7" status
check "lines add: they are lines as all others" True "$(has "[x['number'] for x in r['lines']] == ['6100', '6101', '6102', '6103', '6104'] and {x['profile'] for x in r['lines']} == {'lab'}" lines --number 6100-6199 && echo True)"
printf 'phone_number,password\n7100,secret\n+49301,secret\n' >"$DIR/more.csv"
cd "$DIR" || bail "the folder" "is gone"
done_with "lines add: a CSV, by a path that is relative to this folder" $'2 lines\n5 more places are free' lines add more.csv --profile office --spread 0
cd - >/dev/null || bail "the folder" "is gone"
becomes "lines add: those of the CSV register" "r['lines']['registered'] == 22" status
done_with "lines add: one number" $'1 line\n4 more places are free' lines add 6200 --profile lab
becomes "lines add: the one registers" "r['lines']['registered'] == 23" status
stays "lines add: a line of their profile is left alone" 6003 "$lab"
stays "lines add: a line of the other one, too" 7002 "$office"
refused "lines add: no profile, where there are two" "of which profile?" lines add 6300
refused "lines add: an unknown profile" 'profile: "attic": there is none of this name; allowed lab, office' lines add 6300 --profile attic
refused "lines add: a number that is there" "phone_number 6001 is in use" lines add 6001-6003 --profile lab
refused "lines add: more than there is room for" "5 lines cannot be added to profile lab: free are 4 places" lines add 6300-6304 --profile lab
refused_at "lines add: a range that is backwards" "range" lines add 6309-6300 --profile lab
refused "lines add: a file that is not there" "nothing.csv: No such file or directory; give a CSV file, or numbers" lines add nothing.csv --profile lab
printf 'phone_number,password\n7200,secret\n72 01,secret\n' >"$DIR/bad.csv"
refused_at "lines add: a bad row is shown" "$DIR/bad.csv:3:3: error: phone_number: a space is not allowed in it" lines add "$DIR/bad.csv" --profile lab
printf 'phone_number\n7200\n7200\n' >"$DIR/twice.csv"
refused "lines add: a number twice in the file" "7200 is twice" lines add "$DIR/twice.csv" --profile lab
check "lines add: what was refused has changed nothing" True "$(has "r['lines']['total'] == 23 and r['places']['free'] == 4" status && echo True)"

# --- lines that are removed ---

refused "lines remove: which" "lines remove: which lines? give a number or a range" lines remove
done_with "lines remove: a range" "3 lines, spread over 200 ms" lines remove 6000-6002 --spread 200ms
becomes "lines remove: they count as lines no more" "r['lines']['total'] == 20 and r['lines']['registered'] == 20 and r['places'] == {'free': 4, 'leaving': 3, 'gone': 0}" status
refused "lines remove: they cannot be seen any more" "no line has 6001" line show 6001
refused "lines remove: their numbers are taken until they are gone" "6001 is in use" lines add 6001 --profile lab
done_with "lines remove: by profile and state" "7 lines" lines remove --profile office --state on_p --spread 0
done_with "lines remove: nobody has that number" "0 lines" lines remove 5999
becomes "lines remove: they are gone, and their places free" "r['places'] == {'free': 14, 'leaving': 0, 'gone': 10}" status
stays "lines remove: those that stay are left alone" 6003 "$lab"
done_with "lines add: a number that was there before" "1 line" lines add 6001 --profile lab
becomes "lines add: it registers once more" "r['matched'] == 1" lines --number 6001 --state on_p
check "lines add: it has no past" "['REG_P', 'OFF']" "$(ctl --json line show 6001 && json "[e['from'] for e in r['events']]")"

# --- another configuration ---

# edit SED-SCRIPT: the file of the run
edit() { sed -i "$1" "$DIR/lab.yaml"; }

lab=$(past 6003)
ctl lines add 6300 --profile lab
becomes "reload: a line that the file does not have" "r['matched'] == 1" lines --number 6300 --state on_p
edit 's/range: 6000-6009/range: 6003-6010/; s/7000-7004/7100-7101/; s/^ramp: 1s/ramp: 500ms/; s/^  office:/    register_refresh_interval: 600\n&/'
done_with "reload: says what has changed" "reloaded $DIR/lab.yaml: settings of profiles changed: 1; lines added: 3, removed: 8" reload
becomes "reload: the run has the lines of the file" "r['lines']['total'] == 10 and r['lines']['registered'] == 10" status
ctl --json lines
check "reload: and no other" "6003 6004 6005 6006 6007 6008 6009 6010 7100 7101" "$(json "' '.join(sorted([x['number'] for x in r['lines']]))")"
stays "reload: a line that both have is left alone" 6003 "$lab"
check "reload: a new line asks for what the file says" 600 "$(ctl --json line show 6010 && json "r['bindings'][0]['asked_s']")"
check "reload: the log tells it" 1 "$(grep -c "^heartline: reloaded $DIR/lab.yaml: 1 profile changed, 3 lines added, 8 removed$" "$DIR/run.log")"
done_with "reload: the same file once more changes nothing" "changed: 0; lines added: 0, removed: 0" reload "$DIR/lab.yaml"

cp "$DIR/lab.yaml" "$DIR/good.yaml"
# keeps NAME WORDS SED-SCRIPT: refused, and the run goes on with what it had
keeps() {
	edit "$3"
	refused_at "reload: $1" "$2" reload
	cp "$DIR/good.yaml" "$DIR/lab.yaml"
}
keeps "a fault is shown where it is" "$DIR/lab.yaml:10:32: error: register_refresh_interval" 's/register_refresh_interval: 600/register_refresh_interval: 1/'
keeps "a server cannot change" "lab.yaml: needs a restart: profile lab: backup_outbound_server" 's/10.99.0.2$/10.99.0.3/'
keeps "nor addresses" "needs a restart: lines keep their addresses" 's/10.99.1.1-10.99.1.2/10.99.1.1-10.99.1.3/'
keeps "nor a key of the whole run" "seed: needs a restart" '$ a seed: 7'
keeps "no new profile" "needs a restart: the run began without this profile" 's/^lines:/  attic:\n    outbound_server: 10.99.0.1\n    use_random_sip_port: on\n&/; $ a # the end' 
keeps "too many lines change nothing else" "cannot be added to profile lab" 's/6003-6010/6003-6999/; s/interval: 600/interval: 900/'
check "reload: what was refused has changed nothing" "600 10" "$(ctl --json line show 6003 && json "r['bindings'][0]['asked_s']") $(ctl --json status && json "r['lines']['total']")"

edit 's/interval: 600/interval: 700/'
kill -HUP "$HEARTLINE_PID"
becomes "SIGHUP: the file is read again" "r['bindings'][0]['asked_s'] == 700" line show 6003
check "SIGHUP: the log tells it" 1 "$(grep -c "^heartline: reloaded $DIR/lab.yaml: 1 profile changed, 0 lines added, 0 removed$" "$DIR/run.log")"
edit 's/interval: 700/interval: never/'
kill -HUP "$HEARTLINE_PID"
wait_running 20 grep -q "^heartline: not reloaded, the run goes on as before: $DIR/lab.yaml:10:32: error" "$DIR/run.log"
check "SIGHUP: a bad file is said in the log, and the run goes on" "0 True" "$? $(has "r['lines']['registered'] == 10" status && echo True)"

# --- the end ---

ctl drain
if reap "$HEARTLINE_PID" 60; then check "drain: the run ends well" 0 "$EXIT_CODE"; else
	not_ok "drain: the run ends" "still running after 60 s"
fi
check "drain: nothing is left behind" "0 0" "$(summary "$DIR/run.json" leftovers) $(summary "$DIR/run.json" maybe_left)"
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
