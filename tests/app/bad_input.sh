#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Bad input of every kind: one message that says what, where and what is allowed, exit 2, and that
# before EAL starts. The messages about the file itself are tested in full in tests/unit/control.
#
# usage: bash tests/app/bad_input.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
reaper_start
cd "$DIR" || exit 2

# From a port that needs no rights and is not made before the other side is there.
flags=(--port net_memif0,role=client,socket="$DIR/none" --primary 10.99.0.1 --address 10.99.1.1/16)

good() {
	cat <<-EOF
		ports:
		  - device: net_memif0,role=client,socket=$DIR/none
		    addresses: 10.99.1.1-10.99.1.4/16
		profiles:
		  lab:
		    outbound_server: 10.99.0.1
		    password: secret
		    use_random_sip_port: on
		lines:
		  - {profile: lab, range: 6000-6009}
	EOF
}

# refused NAME WANTED COMMAND...: exit 2 and WANTED (a pattern) in one message, and no word of EAL,
# which would speak of memory, or of the option that it does not know. EAL_TOO: add that one.
refused() {
	local name=$1 wanted=$2 out rc
	shift 2
	out=$(timeout 30 "$HEARTLINE" "$@" 2>&1 </dev/null)
	rc=$?
	if ((rc != 2)); then
		not_ok "$name" "exit $rc instead of 2: $(head -n 3 <<<"$out" | tr '\n' '|')"
	elif [[ $out == *EAL* || $out == *no-such-eal-option* || $out == *"memory: "* ]]; then
		not_ok "$name" "EAL was started: $(head -n 3 <<<"$out" | tr '\n' '|')"
	elif [[ $(grep -c 'error: ' <<<"$out") != 1 || $out != *$wanted* ]]; then
		not_ok "$name" "wanted one message with \"$wanted\", got: $(head -n 4 <<<"$out" | tr '\n' '|')"
	else
		ok "$name"
	fi
}

# file NAME PLACE WHAT ALLOWED SED: a good file spoilt by sed, for check and for run.
file() {
	local name=$1 place=$2 what=$3 allowed=$4
	good | sed "$5" >bad.yaml
	refused "$name: check" "bad.yaml:$place: error: *$what*$allowed" check bad.yaml
	refused "$name: run" "bad.yaml:$place: error: *$what*$allowed" run -c bad.yaml -- --no-such-eal-option
}

good >good.yaml
if out=$("$HEARTLINE" check good.yaml 2>&1); then ok "the good file is accepted"; else
	not_ok "the good file is accepted" "$(head -n 3 <<<"$out")"
fi

file "unknown key" 7:5 "passwort: unknown key" "did you mean password?*allowed: " 's/password/passwort/'
file "wrong unit" 7:23 'register_timeout: "5kg" has an unknown unit' "allowed units: ms, s, min, h" \
	's/password: secret/register_timeout: 5kg/'
file "range backwards" 10:27 "range: the range 6009-6000 is backwards" "did you mean 6000-6009?" \
	's/6000-6009/6009-6000/'
file "more lines than addresses times ports" 10:27 \
	"94000 lines are more than 4 addresses times 10001 ports" "allowed: 40004" 's/6000-6009/6000-99999/'
file "a driver that does not exist" 2:13 "device: net_foo0: neither a PCI address nor a virtual device" \
	"allowed: a PCI port" 's/net_memif0.*/net_foo0/'
file "a PCI port that does not exist" 2:13 "device: ffff:1f:1f.7: no such PCI device" "network ports here: " \
	's/net_memif0.*/ffff:1f:1f.7/'
file "an interface that does not exist" 2:13 'no such interface: "hl-none"' "there are: *lo" \
	's/net_memif0.*/net_af_packet0,iface=hl-none/'
file "duplicate key" 8:5 "password appears twice here" "the first one is in line 7" \
	's/use_random_sip_port: on/password: other/'
file "YAML syntax" 8:24 "YAML: did not find expected" "begins in line 7" 's/secret/[secret/'
file "a huge number" 7:20 "99999999999999999999 is outside" "largest accepted: 65535" \
	's/password: secret/outbound_port: 99999999999999999999/'
file "a negative number" 9:7 'rate: "-1" is not a whole number' "allowed: 0..1000000000" 's/^lines/rate: -1\nlines/'
file "no UTF-8" 7:15 "YAML: invalid leading UTF-8 octet" "" 's/secret/\xff/'

printf 'phone_number;account;password;display_name\n6000;6000;secret;a\n6001;6001\n' >phones.csv
good | sed 's/range: 6000-6009/csv: phones.csv/' >csv.yaml
refused "CSV row with a missing field: check" \
	"phones.csv:3:10: error: password is missing: the row has 2 of 4 fields*allowed: phone_number;account" \
	check csv.yaml
refused "CSV row with a missing field: run" "phones.csv:3:10: error: " run -c csv.yaml -- --no-such-eal-option
printf 'phone_number;domain\n6000;a.example\n6001;b_c.example\n' >domains.csv
good | sed 's/range: 6000-6009/csv: domains.csv/' >domains.yaml
wanted='domains.csv:3:7: error: domain: "b_c.example" is not a host name*allowed: letters, digits, dots and dashes'
refused "CSV row with a bad domain: check" "$wanted" check domains.yaml
refused "CSV row with a bad domain: run" "$wanted" run -c domains.yaml -- --no-such-eal-option
{ echo 'domain,phone_number' && seq 4097 | sed 's/.*/d&.example,&/'; } >many.csv
good | sed 's/range: 6000-6009/csv: many.csv/' >many.yaml
wanted="many.csv:4098:1: error: domain: d4097.example is one domain too many*allowed in all CSV files: 4096"
refused "a CSV with too many domains" "$wanted" check many.yaml

: >empty.yaml
refused "an empty file" "empty.yaml:1:1: error: the file is empty*needed: ports, profiles, lines" check empty.yaml
refused "a missing file" "none.yaml: error: cannot be read: No such file" check none.yaml
refused "a folder" "error: cannot be read: Is a directory" check "$DIR"
refused "a file of nothing but bytes" "error: " check "$HEARTLINE"
refused "no file" "write heartline check FILE" check

refused "unknown flag" "unknown option: --foo" run --foo
refused "unknown command" "unknown command: walk; allowed: demo, run" walk
refused "a flag without its value" "--lines: a value is missing: N" run --lines
refused "a word that is no flag" "lab.yaml: not an option; a file is given by -c" run lab.yaml
refused "a flag that stands in the file" "--lines does not go with -c" run -c good.yaml --lines 5
refused "no port" "--port is missing: write heartline run --port" run
refused "too many lines for the flags" "--lines: 20000 lines are more than 1 address*allowed: 10001" \
	run "${flags[@]}" --lines 20000
refused "no lines" '--lines: "0": allowed 1..' run "${flags[@]}" --lines 0
refused "negative lines" '--lines: "-5": allowed 1..' run "${flags[@]}" --lines -5
refused "a server outside of the subnet" "--primary: 10.98.0.1 is outside of 10.99.0.0/16" \
	run "${flags[@]}" --primary 10.98.0.1
refused "the backup is the primary" "--backup: the backup is the primary itself" \
	run "${flags[@]}" --backup 10.99.0.1
refused "ports backwards" "--random-ports: the ports 2000-1000 are backwards" \
	run "${flags[@]}" --random-ports 2000-1000
refused "two kinds of ports" "--local-port and --random-ports exclude each other" \
	run "${flags[@]}" --local-port 5060 --random-ports 1000-2000
refused "lines from a file and by number" "--csv and --lines exclude each other" \
	run "${flags[@]}" --csv phones.csv --lines 5
refused "a CSV with too many domains for the flags" "$wanted" run "${flags[@]}" --csv many.csv
printf 'domain;phone_number\na.example;6000\nA.Example;6000\n' >twice.csv
refused "a CSV with an AoR twice for the flags" \
	"twice.csv:3:11: error: phone_number: 6000 appears twice in the profile with the domain a.example" \
	run "${flags[@]}" --csv twice.csv
refused "a CSV that does not exist" "--csv: cannot read none.csv: No such file" run "${flags[@]}" --csv none.csv
refused "a port number too high" "--primary: outbound_port: 99999 is outside 1..65535" \
	run "${flags[@]}" --primary 10.99.0.1:99999
refused "a time without sense" "--register-timeout: register_timeout: 1ms is outside 100..600000 ms" \
	run "${flags[@]}" --register-timeout 1ms
refused "a summary that cannot be written: run" "--summary: $DIR/no/file: No such file" \
	run -c good.yaml --summary "$DIR/no/file" -- --no-such-eal-option
refused "events that cannot be written" "--events: $DIR/no/file: No such file" \
	run -c good.yaml --events "$DIR/no/file" -- --no-such-eal-option
mkfifo "$DIR/fifo"
refused "events for a FIFO that nobody reads" "--events: $DIR/fifo: nobody reads from this FIFO" \
	run -c good.yaml --events "$DIR/fifo" -- --no-such-eal-option
refused "a summary that cannot be written: demo" "--summary: $DIR: Is a directory" demo --summary "$DIR"
refused "rings for a run" '"heartline demo" does that' run --port net_ring0 "${flags[@]:2}"
# More made its driver write beyond the end of a message.
if ((EUID == 0)); then
	refused "more workers than a tap can have" "5 workers: allowed 1..4 on a tap" \
		run --port "net_tap0,iface=$ID" "${flags[@]:2}" --workers 5
fi

refused "demo: no lines" '--lines: "0": allowed 1..' demo --lines 0
refused "demo: a digest that does not exist" '--algorithm: "SHA": allowed MD5' demo --algorithm SHA
registrar=(registrar --port "net_memif0,role=server,socket=$DIR/none" --address 10.99.0.1)
refused "registrar: no address" "--address is missing" registrar --port net_memif0
refused "registrar: bad address" '--address: "10.99.0.300": write 10.0.0.1' "${registrar[@]}" --address 10.99.0.300
refused "registrar: a fault that does not exist" "--at:1:9: error: expected an address or all, then ok, silent" \
	"${registrar[@]}" --at "10s: sleepy"
refused "registrar: a time without unit" "--at:1:4: error: expected a time" "${registrar[@]}" --at "10: silent"
refused "registrar: a server that it does not play" "no server has this address: allowed are all, 10.99.0.1" \
	"${registrar[@]}" --at "10s: 10.99.0.9 silent"
printf 'at 10s: silent\nat 20s: loss 200%%\n' >faults
refused "registrar: a bad line in a script" "faults:2:14: error: loss: allowed 0%..100%" \
	"${registrar[@]}" --script faults
refused "registrar: a script that does not exist" "--script: none: No such file" "${registrar[@]}" --script none
refused "registrar: a folder as script" "--script: $DIR: Is a directory" "${registrar[@]}" --script "$DIR"
finish
