#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The history of a run whose primary falls silent: the same changes as in --events and `heartline ctl events`,
# the questions of `heartline history`, a lock, an end by SIGKILL, and what is refused.
#
# usage: bash tests/app/history.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
reaper_start
ctl_prepare
umask 077 # configurations hold a password

lines=50
db=$DIR/history.db

# ask ARGUMENT...: `heartline history`, its output in OUT, its errors in ERR, its exit code in CODE
ask() {
	OUT=$("$HEARTLINE" history "$@" 2>"$DIR/ask.err")
	CODE=$?
	ERR=$(cat "$DIR/ask.err")
}

# is NAME EXPRESSION ARGUMENT...: the answer as JSON, r, makes it true
is() {
	local name=$1 wanted=$2 got
	shift 2
	ask "$db" --format json "$@"
	got=$(json "$wanted")
	if [[ $CODE == 0 && $got == True ]]; then ok "$name"; else not_ok "$name" "exit $CODE, $got: $ERR$(head -c 400 <<<"$OUT")"; fi
}

answers_json() {
	local wanted=$1
	shift
	ask "$db" --format json "$@"
	[[ $CODE == 0 && $(json "$wanted") == True ]]
}

# bad NAME WORDS ARGUMENT...: exit code 2 and one message with these words
bad() {
	local name=$1 words=$2
	shift 2
	ask "$@"
	if [[ $CODE == 2 && $ERR == "heartline: error: "*"$words"* && $ERR != *$'\n'* && -z $OUT ]]; then
		ok "$name"
	else
		not_ok "$name" "exit $CODE, said: $ERR$OUT"
	fi
}

database() { # SQL: what Python's SQLite says, one value
	python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])' "$db" "$1" 2>&1
}

# run_start NAME ARGUMENT...: a run that keeps its history in $db
run_start() {
	local name=$1
	shift
	lab_profiles >"$DIR/$name.yaml"
	cat >>"$DIR/$name.yaml" <<-EOF
		    primary_detect_interval: 300ms
		    options_timeout: 200ms
		    register_timeout: 500ms
		    max_detect_fail_count: 1
		    prefer_primary: on
		lines:
		  - {profile: lab, range: 6000-$((5999 + lines))}
		ramp: 500ms
		drain: 500ms
		history: $db
	EOF
	heartline_start "$name" "" run -c "$DIR/$name.yaml" --http 127.0.0.1:0 "$@"
}

on() { has "r['lines']['on_primary'] == $1 and r['lines']['on_backup'] == $2" status; }

lab_registrar --at "10s: 10.99.0.1 silent; 16s: 10.99.0.1 ok"

# --- a primary that falls silent and comes back ---

run_start run --events "$DIR/events.json" --summary "$DIR/run.json"
wait_running 60 on $lines 0 || bail "all lines register" "$OUT$ERR"
wait_running 60 on 0 $lines || bail "all lines move to the backup" "$OUT$ERR"
if wait_running 20 answers_json "len(r) == 1 and r[0]['end'] is None and r[0]['lines'] == $lines" --server P --outages; then
	ok "while it lasts, an outage has no end, and all lines are in it"
else
	not_ok "while it lasts, an outage has no end, and all lines are in it" "$OUT$ERR"
fi
wait_running 60 on $lines 0 || bail "all lines return" "$OUT$ERR"

# What ctl knows is in the file sooner or later, in the same words.
cat >"$DIR/compare.py" <<'EOF'
import datetime, json, sys

def changes(text, lines):
    return [json.loads(t) for t in text.splitlines()] if lines else json.loads(text)

def key(e):
    server = {"P": "primary", "B": "backup"}.get(e["server"], e["server"])
    return (e["number"], e.get("domain"), e["from"], e["to"], server, e["cause"])

def at(e):
    return datetime.datetime.fromisoformat(e["time"].replace("Z", "+00:00")).timestamp()

ours = changes(open(sys.argv[1]).read(), False)
other = json.loads(open(sys.argv[2]).read())["events"] if sys.argv[3] == "ctl" else changes(open(sys.argv[2]).read(), True)
a = sorted(ours, key=lambda e: (e["number"], at(e)))
b = sorted(other, key=lambda e: (e["number"], at(e)))
if [key(e) for e in a] != [key(e) for e in b]:
    print("%d changes in the history, %d in the other:" % (len(a), len(b)),
          sorted(set(map(key, a)) ^ set(map(key, b)))[:3])
elif not a:
    print("no changes")
elif max(abs(at(x) - at(y)) for x, y in zip(a, b)) > 0.1:
    print("times differ")
else:
    print("same")
EOF
compare() { # FILE FORM
	ask "$db" --format json --limit 0
	echo "$OUT" >"$DIR/ours.json"
	SAID=$(python3 "$DIR/compare.py" "$DIR/ours.json" "$1" "$2" 2>&1)
	[[ $SAID == same ]]
}
same_as_ctl() {
	ctl --json events --limit 1000
	echo "$OUT" >"$DIR/ctl.json"
	compare "$DIR/ctl.json" ctl
}
if wait_running 20 same_as_ctl; then ok "the history has what ctl events has"; else
	not_ok "the history has what ctl events has" "$SAID"
fi

is "one line: each change in its order" "len(r) > 5 and {x['number'] for x in r} == {'6007'} and r[0]['from'] == 'OFF' and r[-1]['to'] == 'ON_P' and all(a['to'] == b['from'] for a, b in zip(r, r[1:]))" --line 6007
is "its members" "list(r[0]) == ['time', 'run', 'number', 'domain', 'profile', 'from', 'to', 'server', 'code', 'cause'] and r[0]['profile'] == 'lab' and r[0]['domain'] is None and any(x['cause'] == 'time-out' for x in r)" --line 6007
is "no such line" "r == []" --line 5999
is "no such domain" "r == []" --line 6007@a.example
is "the outage of the primary has an end, its length and its lines" "len(r) == 1 and r[0]['lines'] == $lines and 3000 < r[0]['duration_ms'] < 60000 and r[0]['end'] > r[0]['start']" --server P --outages
is "the backup had none" "r == []" --server B --outages
is "outages of one line" "len(r) >= 1 and all(x['lines'] == 1 for x in r)" --line 6007 --outages
is "outages of more lines than there are" "r == []" --outages --min-lines $((lines + 1))
is "the lines that lost their server most often" "len(r) == 5 and all(x['losses'] >= 1 and x['profile'] == 'lab' for x in r)" --top-flapping 5
is "all of them, once" "len(r) == len({x['number'] for x in r}) == $lines" --top-flapping 1000
is "until a time before: nothing" "r == []" --until 1h
is "since then: all" "len(r) > $((3 * lines))" --since 1h --limit 0
is "the runs" "len(r) == 1 and r[0]['configuration'] == '$DIR/run.yaml' and r[0]['end'] is None" --runs
ask "$db" --limit 7 --line 6007 --limit 3
check "the latest three, for people, and a word that there are more" "4 3 heartline: these are the latest 3; --limit 0 shows all, --since and --until choose" \
	"$(wc -l <<<"$OUT") $(grep -cE '^20[0-9T:.-]+Z 6007 +lab +[A-Z_]+ +[A-Z_]+ +' <<<"$OUT") $ERR"
ask "$db" --line 6007 --format csv --limit 0
check "CSV: a head, and a row for each change" "time,run,number,domain,profile,from,to,server,code,cause $(($(wc -l <<<"$OUT") - 1))" \
	"$(head -n 1 <<<"$OUT" | tr -d '\r') $(grep -cE '^20[0-9T:.-]+Z,1,6007,,lab,[A-Z_]+,[A-Z_]+,(primary|backup|),[0-9]*,' <<<"$OUT")"
url=$(sed -n 's/^heartline: http: //p' "$DIR/run.log" | head -n 1)
metrics=$(curl -s --max-time 20 "$url/metrics")
check "metrics: written, none lost, not failing" "1 1 1" \
	"$(grep -cE '^heartline_history_written_total [1-9][0-9]+$' <<<"$metrics") $(grep -c '^heartline_history_lost_total 0$' <<<"$metrics") $(grep -c '^heartline_history_failing 0$' <<<"$metrics")"

# --- another process locks the file ---

python3 -c 'import sqlite3, sys, time, os
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w").close()
while not os.path.exists(sys.argv[3]): time.sleep(0.05)
db.execute("COMMIT")' "$db" "$DIR/locked" "$DIR/unlock" &
locker=$!
wait_until 20 test -e "$DIR/locked"
ctl line force B 6000-6009
locked_said() { grep -q "^heartline: history: $db: another process has it locked; changes of state wait in memory" "$DIR/run.log"; }
if wait_running 20 locked_said; then ok "a lock is said"; else not_ok "a lock is said" "$(tail -n 2 "$DIR/run.log")"; fi
check "and the run goes on" 0 "$(ctl status && echo "$CODE")"
touch "$DIR/unlock"
wait "$locker"
again_said() { grep -q "^heartline: history: $db: it is written again; 0 changes of state were lost$" "$DIR/run.log"; }
if wait_running 20 again_said; then ok "its end is said, and nothing was lost"; else not_ok "its end is said" "$(tail -n 2 "$DIR/run.log")"; fi

# --- the end ---

heartline_stop "$HEARTLINE_PID" 60 || not_ok "the run ends" "still running after 60 s"
check "nothing is left beside the file" "$db" "$(echo "$db"*)"
if compare "$DIR/events.json" events; then ok "the history has what --events has"; else
	not_ok "the history has what --events has" "$SAID"
fi
n=$(wc -l <"$DIR/events.json")
check "the report and the summary tell what was written" "1 $n 0" \
	"$(grep -c "^  history  *$n written to $db, 0 lost: another process has it locked" "$DIR/run.log") $(python3 -c 'import json, sys; h = json.load(open(sys.argv[1]))["history"]; print(h["written"], h["lost"])' "$DIR/run.json")"
is "the run has ended" "len(r) == 1 and r[0]['end'] > r[0]['start']" --runs
check "no password is in the file" 0 "$(cat "$db"* | grep -ac secret)"

# --- a run that is killed ---

before=$(database "SELECT count(*) FROM changes")
run_start killed
wait_running 60 on $lines 0 || bail "all lines register once more" "$OUT$ERR"
grown() { (($(database "SELECT count(*) FROM changes") >= before + 2 * lines)); }
wait_running 20 grown || not_ok "its changes are written" "$(database "SELECT count(*) FROM changes")"
kill -KILL "$HEARTLINE_PID"
reap "$HEARTLINE_PID" 20
is "a killed run leaves a file that can be read" "len(r) >= $((before + 2 * lines))" --limit 0
check "and is whole" ok "$(database "PRAGMA integrity_check")"
is "and tells of a run without an end" "len(r) == 2 and r[1]['end'] is None" --runs
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"

# --- what is refused ---

bad "no file" "which file? write heartline history FILE"
bad "two files" "one file at a time" "$db" "$db"
bad "a file that is not there" "none.db: No such file or directory" "$DIR/none.db"
bad "a folder" "a folder: write the name of a file" "$DIR"
bad "a log" "it is no SQLite database" "$DIR/run.log"
: >"$DIR/empty.db"
bad "an empty file" "it is empty: no history was written to it" "$DIR/empty.db"
python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute("CREATE TABLE changes(id)")' "$DIR/other.db"
bad "another program's database" "it is the database of another program" "$DIR/other.db"
cp "$db" "$DIR/newer.db"
python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version = 2")' "$DIR/newer.db"
bad "another version" "its schema is 2, this one knows 1" "$DIR/newer.db"
bad "a server that there is not" '--server: "C": allowed P (the primary), B (the backup)' "$db" --server C
bad "a line without a number" '--line: "@a.example": write a phone number' "$db" --line @a.example
bad "no time" '--since: "yesterday" is no time: write how long ago' "$db" --since yesterday
bad "a date that there is not" '--until: "2026-02-30" is no time' "$db" --until 2026-02-30
bad "times the wrong way round" "is not before" "$db" --since 1h --until 2h
bad "a format that there is not" '--format: "xml": allowed text, csv, json' "$db" --format xml
bad "a limit that is no number" '--limit: "-1": allowed 0..' "$db" --limit -1
bad "two questions at once" "exclude each other" "$db" --outages --runs
bad "a number of lines without outages" "add --outages" "$db" --min-lines 3

# starts_not NAME WORDS FILE: no run with this history
starts_not() {
	local out
	sed "s|^history: .*|history: $3|" "$DIR/run.yaml" >"$DIR/bad.yaml"
	out=$("$HEARTLINE" run -c "$DIR/bad.yaml" -- --no-such-eal-option 2>&1)
	if [[ $? == 2 && $out == "heartline: error: history: $3: "*"$2"* && $out != *$'\n'* ]]; then ok "$1"; else not_ok "$1" "$out"; fi
}
starts_not "a run: another program's database" "it is the database of another program, and stays as it is; name another file" "$DIR/other.db"
starts_not "a run: another version" "it was written by another version of heartline" "$DIR/newer.db"
starts_not "a run: a log" "it is no SQLite database" "$DIR/run.log"
starts_not "a run: a folder that is not there" "No such file or directory" "$DIR/none/h.db"
check "what was refused is as it was" "1 2" "$(python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM sqlite_schema").fetchone()[0],
      sqlite3.connect(sys.argv[2]).execute("PRAGMA user_version").fetchone()[0])' "$DIR/other.db" "$DIR/newer.db")"
finish
