#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Phases: a failover drill in one file, faults of our registrar on command, programs, commands of heartline ctl,
# and what happens when one of them fails.
#
# usage: bash tests/app/phases.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
reaper_start
ctl_prepare

lines=30
lab_registrar --control "$DIR/registrar.sock"

# --- faults of a registrar on command ---

ctl --socket "$DIR/registrar.sock" registrar 10.99.0.2 status 503
check "registrar: a fault of one server" "0 in force at 1 server" "$CODE $OUT"
ctl --socket "$DIR/registrar.sock" registrar all ok
check "registrar: all servers" "0 in force at 2 servers" "$CODE $OUT"
refused_at "registrar: a fault that there is none" "registrar:1:1: error: expected an address or all, then ok, silent" \
	--socket "$DIR/registrar.sock" registrar quiet
refused_at "registrar: a server that there is none" "no server has this address: allowed are all, 10.99.0.1:5060" \
	--socket "$DIR/registrar.sock" registrar 10.99.0.3 silent
refused "registrar: which fault" "registrar: [ADDRESS|all] FAULT is missing" --socket "$DIR/registrar.sock" registrar
refused "registrar: it is no run" "status: this is a registrar, which knows one command: registrar" \
	--socket "$DIR/registrar.sock" status

# --- a drill ---

# file PHASES: lab.yaml with them
file() {
	lab_profiles >"$DIR/lab.yaml"
	cat >>"$DIR/lab.yaml" <<-EOF
		    primary_detect_interval: 1s
		    max_detect_fail_count: 1
		    prefer_primary: on
		    remove_last_registration: on
		lines:
		  - {profile: lab, range: 6000-$((5999 + lines))}
		ramp: 500ms
		drain: 500ms
		phases:
	EOF
	cat >>"$DIR/lab.yaml"
	chmod 640 "$DIR/lab.yaml"
}

# drill NAME CODE OPTION...: a run of the file, which ends with that code
drill() {
	local name=$1 code=$2
	shift 2
	RUN=${name// /-}
	heartline_start "$RUN" "" run -c "$DIR/lab.yaml" --summary "$DIR/$RUN.json" --junit "$DIR/$RUN.xml" "$@"
	if reap "$HEARTLINE_PID" 100; then check "$name: exit code" "$code" "$EXIT_CODE"; else
		not_ok "$name: ends" "still running after 100 s"
	fi
}

# of EXPRESSION: of the summary as Python sees it; p: the phases by name
of() {
	python3 -c 'import json, sys
r = json.load(open(sys.argv[1]))
p = {x["name"]: x for x in r["phases"]}
e = lambda name, measure: [x for x in p[name]["expectations"] if x["measure"] == measure][0]
print(eval(sys.argv[2]))' "$DIR/$RUN.json" "$1" 2>&1
}

cat >"$DIR/hook" <<-'EOF'
	#!/bin/sh
	echo "$1 ${HEARTLINE_PASSWORD:-none}" >>"$(dirname "$0")/hook.out"
	exit "${2:-0}"
EOF
chmod 755 "$DIR/hook"
: >"$DIR/hook.out"
file <<-EOF
	  - name: register
	    for: 20s
	    until: {registered: 100%}
	    expect: {on_primary: 100%, failovers: 0}
	  - name: hold & watch
	    for: 1500ms
	    do:
	      - {run: [$DIR/hook, holding]}
	      - rate 5000
	    expect: {outage_total: 0s, answered: at least 99%, registered: 100%}
	  - name: kill P
	    for: 30s
	    do:
	      - {registrar: silent, socket: $DIR/registrar.sock}
	    until: {on_backup: 100%}
	    expect: {failovers: exactly $lines, down_lines: exactly $lines, outage_max: 10s, switch_max: 5s}
	  - name: on the backup
	    for: 500ms
	    expect: {failovers: 0, outage_total: 0s, on_backup: 100%}
	  - name: return
	    for: 30s
	    do:
	      - {registrar: ok, socket: $DIR/registrar.sock}
	    until: {on_primary: 100%}
	    expect: {returns: exactly $lines, failovers: 0}
	expect:
	  failovers: exactly $lines
	  outage_max: 10s
EOF
drill "a drill" 0
check "a drill: all phases" "ok ok ok ok ok" "$(of '" ".join(x["result"] for x in r["phases"])')"
check "a drill: what was counted is of the phase alone" "0 $lines 0 $lines" \
	"$(of '" ".join(str(e(*x)["value"]) for x in (("register", "failovers"), ("kill P", "failovers"), ("on the backup", "failovers"), ("return", "returns")))')"
check "a drill: and of the run together" "$lines" "$(of '[x["value"] for x in r["expectations"] if x["measure"] == "failovers"][0]')"
check "a drill: lines at the end of each" "30/0 30/0 0/30 0/30 30/0" \
	"$(of '" ".join("%d/%d" % (x["on_primary"], x["on_backup"]) for x in r["phases"])')"
check "a drill: an outage is of the phase that it was in" "0.0 True" \
	"$(of '"%s %s" % (e("on the backup", "outage_total")["value"], e("kill P", "outage_max")["value"] > 0)')"
check "a drill: a phase that waits ends as soon as it can" True "$(of 'p["register"]["took_ms"] < 20000')"
check "a drill: one that does not lasts as long as it was told" True "$(of 'p["hold & watch"]["took_ms"] >= 1500')"
check "a drill: the program ran once, and learned no password" "holding none" "$(cat "$DIR/hook.out")"
check "a drill: the table" 5 "$(grep -cE '^ {15}(register|hold & watch|kill P|on the backup|return) .* ok$' "$DIR/$RUN.log")"

# --- JUnit ---

cat >"$DIR/junit.xsd" <<-'EOF'
	<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
	 <xs:attributeGroup name="tally">
	  <xs:attribute name="name" type="xs:string" use="required"/>
	  <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
	  <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
	  <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
	  <xs:attribute name="time" type="xs:decimal"/>
	 </xs:attributeGroup>
	 <xs:complexType name="said" mixed="true">
	  <xs:attribute name="message" type="xs:string"/><xs:attribute name="type" type="xs:string"/>
	 </xs:complexType>
	 <xs:element name="testsuites"><xs:complexType>
	  <xs:sequence><xs:element ref="testsuite" maxOccurs="unbounded"/></xs:sequence>
	  <xs:attributeGroup ref="tally"/>
	 </xs:complexType></xs:element>
	 <xs:element name="testsuite"><xs:complexType>
	  <xs:sequence>
	   <xs:element name="properties" minOccurs="0"><xs:complexType><xs:sequence>
	    <xs:element name="property" maxOccurs="unbounded"><xs:complexType>
	     <xs:attribute name="name" type="xs:string" use="required"/>
	     <xs:attribute name="value" type="xs:string" use="required"/>
	    </xs:complexType></xs:element>
	   </xs:sequence></xs:complexType></xs:element>
	   <xs:element name="testcase" maxOccurs="unbounded"><xs:complexType>
	    <xs:choice minOccurs="0"><xs:element name="failure" type="said"/><xs:element name="skipped" type="said"/></xs:choice>
	    <xs:attribute name="name" type="xs:string" use="required"/>
	    <xs:attribute name="classname" type="xs:string" use="required"/>
	    <xs:attribute name="time" type="xs:decimal"/>
	   </xs:complexType></xs:element>
	   <xs:element name="system-out" type="xs:string" minOccurs="0"/>
	  </xs:sequence>
	  <xs:attributeGroup ref="tally"/>
	  <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
	  <xs:attribute name="timestamp" type="xs:dateTime"/>
	  <xs:attribute name="hostname" type="xs:string"/>
	 </xs:complexType></xs:element>
	</xs:schema>
EOF

# junit EXPRESSION: of the file as Python sees it; c: its test cases by suite and name
junit() {
	python3 -c 'import sys
from xml.etree import ElementTree
r = ElementTree.parse(sys.argv[1]).getroot()
c = {(s.get("name"), t.get("name")): t for s in r for t in s.iter("testcase")}
failed = [k for k, t in c.items() if t.find("failure") is not None]
print(eval(sys.argv[2]))' "$DIR/$RUN.xml" "$1" 2>&1
}

# junit_valid NAME: by the schema, and its sums are right
junit_valid() {
	local said
	if command -v xmllint >/dev/null; then
		said=$(xmllint --noout --schema "$DIR/junit.xsd" "$DIR/$RUN.xml" 2>&1) && ok "$1: valid" || not_ok "$1: valid" "$said"
	else
		skip_check "$1: valid" "needs xmllint"
	fi
	check "$1: the sums are those of the cases" True "$(junit 'int(r.get("tests")) == len(c) and int(r.get("failures")) == len(failed) and all(int(s.get("failures")) == len(s.findall("testcase/failure")) and int(s.get("tests")) == len(s.findall("testcase")) for s in r)')"
}
junit_valid "junit of a drill"
check "junit of a drill: a suite a phase, & none is hurt by its name" "run, register, hold & watch, kill P, on the backup, return" \
	"$(junit '", ".join(s.get("name") for s in r)')"
check "junit of a drill: nothing failed" "[]" "$(junit failed)"
check "junit of a drill: versions and environment" "True ok false" \
	"$(junit '(lambda p: "%s %s %s" % (bool(p["heartline.version"] and "DPDK" in p["dpdk.version"] and p["os"]), p["verdict"], p["generator_limited"]))({x.get("name"): x.get("value") for x in r.iter("property")})')"

# --- what fails ---

file <<-EOF
	  - {name: register, for: 20s, until: {registered: 100%}, expect: {rtt_max: 1us, switch_p99: 5s}}
	  - {name: "never <\"there\">", for: 1s, until: {on_backup: 100%}}
	  - {name: after, for: 1s, expect: {registered: 100%}}
	  - {name: put right, for: 100ms, always: on, do: [{run: [$DIR/hook, right]}]}
EOF
: >"$DIR/hook.out"
drill "not reached" 1
check "not reached: each phase" "missed, not reached, skipped, ok" "$(of '", ".join(x["result"] for x in r["phases"])')"
check "not reached: why" "on_backup is 0 %, and was to be at least 100 % within 1.0 s" "$(of 'r["phases"][1]["why"]')"
check "not reached: a phase that is always done is done" "right none" "$(cat "$DIR/hook.out")"
check "not reached: the verdict says all of it" \
	'phase register: not met: rtt_max, switch_p99|phase never <"there">: not reached: on_backup is 0 %, and was to be at least 100 % within 1.0 s|1 phase was skipped' \
	"$(of '"|".join(r["reasons"])')"
junit_valid "junit of what failed"
check "junit of what failed: the cases that did" "('run', 'verdict') ('register', 'rtt_max at most 1 us') ('register', 'switch_p99 at most 5 s') ('never <\"there\">', 'phase')" \
	"$(junit '" ".join(map(str, failed))')"
check "junit of what failed: what has no value is no skip" "not measured: no outage ended with a registration" \
	"$(junit '(lambda f: f.get("type") + ": " + f.text)(c["register", "switch_p99 at most 5 s"].find("failure"))')"

# fails NAME WHY ACTION: a phase that does it fails with that
fails() {
	file <<-EOF
		  - {name: register, for: 20s, until: {registered: 100%}}
		  - {name: act, for: 10s, do: [$3]}
	EOF
	drill "$1" 1
	check "$1: it failed" "failed" "$(of 'p["act"]["result"]')"
	if [[ $(of 'p["act"]["why"]') == *"$2"* ]]; then ok "$1: why"; else not_ok "$1: why" "$(of 'p["act"]["why"]')"; fi
}
fails "a program that fails" "hook no 3: it ended with exit code 3" "{run: [$DIR/hook, no, 3]}"
fails "a program that hangs" "/bin/sleep 600: it was killed: it took longer than 0.5 s" "{run: /bin/sleep 600, within: 500ms}"
fails "a registrar that is not there" "nobody.sock" "{registrar: silent, socket: $DIR/nobody.sock}"
fails "a fault that there is none" "expected an address or all" "{registrar: sulky, socket: $DIR/registrar.sock}"
fails "a command that is refused" "attic" "lines remove 6000 --profile attic"

# --- Ctrl-C ---

file <<-EOF
	  - {name: register, for: 20s, until: {registered: 100%}}
	  - {name: hold, for: 600s}
	  - {name: after, for: 600s}
	  - {name: put right, for: 10ms, always: on, do: [{run: [$DIR/hook, right]}]}
EOF
: >"$DIR/hook.out"
RUN=stopped
heartline_start $RUN "" run -c "$DIR/lab.yaml" --summary "$DIR/$RUN.json"
wait_running 40 grep -q '^------ hold' "$DIR/$RUN.log" || bail "Ctrl-C: a phase holds" "$(status_last $RUN)"
heartline_stop "$HEARTLINE_PID" 40 || not_ok "Ctrl-C: the run ends" "still running after 40 s"
check "Ctrl-C: a drill that was not finished is no success" 1 "$EXIT_CODE"
check "Ctrl-C: each phase" "ok stopped skipped ok" "$(of '" ".join(x["result"] for x in r["phases"])')"
check "Ctrl-C: what puts things right is done" "right none" "$(cat "$DIR/hook.out")"

# --- what is refused before anything starts ---

# bad NAME WORDS PHASES: heartline check says so, with the place
bad() {
	local said code
	file <<<"$3"
	said=$("$HEARTLINE" check "$DIR/lab.yaml" 2>&1)
	code=$?
	if [[ $code == 2 && $said == *"lab.yaml:"*": error: $2"* ]]; then ok "refused: $1"; else
		not_ok "refused: $1" "exit $code, said: $said"
	fi
}
bad "no time" "for is missing" "  - {name: a}"
bad "no name" "name is missing" "  - {for: 1s}"
bad "a measure of the whole run" "leftovers: this is measured of the whole run" "  - {name: a, for: 1s, expect: {leftovers: 0}}"
bad "waiting for what is only known later" "outage_max: this is only known when" "  - {name: a, for: 1s, until: {outage_max: 0}}"
bad "a program by its name alone" 'do: "kill" is no absolute path' "  - {name: a, for: 1s, do: [{run: kill}]}" 
bad "a program that is not there" "do: /nowhere/x: No such file" "  - {name: a, for: 1s, do: [{run: /nowhere/x}]}"
bad "an unknown command" 'do: no command "kill P"' "  - {name: a, for: 1s, do: [kill P]}"
bad "an unknown option" "do: unknown option: --colour" "  - {name: a, for: 1s, do: [server drain P --colour red]}"
bad "a question" "do: status changes nothing" "  - {name: a, for: 1s, do: [status]}"
bad "a value out of range" "do: which: \"Q\": allowed P B" "  - {name: a, for: 1s, do: [server drain Q]}"
bad "a registrar without its socket" "do: socket is missing" "  - {name: a, for: 1s, do: [{registrar: ok}]}"
bad "a rate that is none" 'rate: "100-" is neither a rate nor two of them' "  - {name: a, for: 1s, rate: 100-}"
bad "a rate twice" "rate: the phase sets the rate in do as well" "  - {name: a, for: 1s, rate: 5, do: [rate 7]}"
bad "an unknown key of an action" "do: unknown key" "  - {name: a, for: 1s, do: [{run: /bin/true, after: 1s}]}"
file <<<"  - {name: a, for: 1s}"
said=$("$HEARTLINE" run -c "$DIR/lab.yaml" --duration 5s 2>&1)
check "refused: a duration beside phases" "2 heartline: error: --duration: the phases of $DIR/lab.yaml say how long the run is" "$? $said"
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
