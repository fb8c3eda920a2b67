# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2016,SC2034
# Kamailio servers, the lines that register there, and what the servers say of them. lib.sh sources it.

# --- SIP servers ---------------------------------------------------------------------------------

# sip_host ADDRESS: as it stands in a URI
sip_host() {
	if [[ $1 == *:* ]]; then echo "[$1]"; else echo "$1"; fi
}

# sip_answers NETNS ADDRESS: one OPTIONS from inside the namespace gets a 200. dd makes one datagram
# of it; bash itself writes, and reads, in pieces.
sip_answers() {
	ip netns exec "$1" bash -c '
		exec 3<>"/dev/udp/$0/5060" || exit 1
		printf "%s\r\n" "OPTIONS sip:$1 SIP/2.0" "Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK$$" \
			"From: <sip:probe@$1>;tag=$$" "To: <sip:$1>" "Call-ID: $$@probe" "CSeq: 1 OPTIONS" \
			"Max-Forwards: 5" "Content-Length: 0" "" | dd bs=2048 iflag=fullblock >&3
		timeout 0.3 dd bs=2048 count=1 <&3 | grep -q "^SIP/2.0 200"' "$2" "$(sip_host "$2")" 2>/dev/null
}

# kamailio_start NAME NETNS ADDRESS [ALGORITHM [DEFINE...]]: ADDRESS of either family; returns when it answers; its
# group in KAMAILIO_PID. What can be defined is in kamailio.cfg.
declare -A KAMAILIO_PID
kamailio_start() {
	local defines=() define
	for define in "${@:5}"; do
		defines+=(-A "$define")
	done
	rm -f "$DIR/$1.ctl" "$DIR/$1.rpc" "$DIR/$1.pid"
	spawn "$1" ip netns exec "$2" kamailio -f "$NET_DIR/kamailio.cfg" -DD -E -l "udp:$(sip_host "$3"):5060" \
		-m 256 -M 16 -b 4194304 -w "$DIR" -Y "$DIR" -P "$DIR/$1.pid" \
		-A "CTL=\"unix:$DIR/$1.ctl\"" -A "ALG=\"${4:-MD5}\"" \
		${defines[@]+"${defines[@]}"}
	disown "$SPAWNED" # or bash reports its violent end
	KAMAILIO_PID[$1]=$SPAWNED
	wait_until 20 sip_answers "$2" "$3"
}

# kamailio_kill NAME: kill -9 of every process at once; returns when all are gone.
kamailio_kill() {
	kill -KILL -- "-${KAMAILIO_PID[$1]}"
	wait_until 10 group_gone "${KAMAILIO_PID[$1]}"
	sed -i "/^${KAMAILIO_PID[$1]}\$/d" "$DIR/groups"
}

group_gone() {
	! kill -0 -- "-$1" 2>/dev/null
}

# kamailio_count NAME GROUP KEY: a statistic as Kamailio counts it.
kamailio_count() {
	kamcmd -s "unix:$DIR/$1.ctl" stats.get_statistics "$2:" 2>/dev/null | sed -n "s/^$2:$3 = //p"
}

# kamailio_stat NAME KEY: location_contacts, location_users, ...
kamailio_stat() {
	kamailio_count "$1" usrloc "$2"
}

# kamailio_dump NAME: its location table, of a server that has a fifo for JSON-RPC (kamailio.cfg: RPC). A
# reply's name may have no dot in it.
kamailio_dump() {
	local reply=$1-contacts
	mkfifo "$DIR/$reply"
	{
		sleep 0.02 # the reader first, or the server tries again half a second later
		timeout 5 tee "$DIR/$1.rpc" >/dev/null
	} <<<'{"jsonrpc": "2.0", "method": "ul.dump", "reply_name": "'"$reply"'", "id": 1}' {ALIVE}>&- &
	timeout 5 cat "$DIR/$reply"
	rm -f "$DIR/$reply"
}

# kamailio_contacts NAME: the URI of every contact, one a line.
kamailio_contacts() {
	kamailio_dump "$1" | sed -n 's/^.*"Address":[[:space:]]*"\([^"]*\)".*/\1/p'
}

# kamailio_bindings NAME: contact, Call-ID and CSeq of every binding, one a line, sorted.
kamailio_bindings() {
	kamailio_dump "$1" | sed -n 's/^.*"\(Address\|Call-ID\|CSeq\)":[[:space:]]*"\?\([^",]*\)"\?,\?$/\1 \2/p' |
		awk '$1 == "Address" { a = $2 } $1 == "Call-ID" { c = $2 } $1 == "CSeq" { print a, c, $2 }' | sort
}

# kamailio_holds NAME N: N users with one contact each.
kamailio_holds() {
	local stats
	stats=$(kamcmd -s "unix:$DIR/$1.ctl" stats.get_statistics usrloc: 2>/dev/null)
	stats+=$'\n'
	[[ $stats == *"usrloc:location_contacts = $2"$'\n'* &&
		$stats == *"usrloc:location_users = $2"$'\n'* ]]
}

# kamailio_table NAME: for messages.
kamailio_table() {
	echo "$(kamailio_stat "$1" location_users) users, $(kamailio_stat "$1" location_contacts) contacts on $1"
}

# kamailio_replies NAME CODE: how many replies of that code it sent.
kamailio_replies() {
	kamcmd -s "unix:$DIR/$1.ctl" sl.stats 2>/dev/null | sed -n "s/^[[:space:]]*$2: //p"
}

# kamailio_pair NETNS [ALGORITHM [ALGORITHM]]: the servers `primary` and `backup` of profile_lab.
kamailio_pair() {
	kamailio_start primary "$1" 10.99.0.1 "${2:-MD5}" || bail "primary starts" "no 200 to OPTIONS"
	kamailio_start backup "$1" 10.99.0.2 "${3:-MD5}" || bail "backup starts" "no 200 to OPTIONS"
}

# holds_within NAME SECONDS SERVER N: the server gets N lines in that time, and how long it took.
holds_within() {
	if wait_running "$2" kamailio_holds "$3" "$4"; then
		ok "$1"
		echo "# it took $WAITED_MS ms"
	else
		not_ok "$1" "$(kamailio_table "$3")"
		return 1
	fi
}

# --- lines -----------------------------------------------------------------------------------------

# profile_lab: the profile of all tests here, to be put into a config. Servers: 10.99.0.1, 10.99.0.2.
profile_lab() {
	cat <<-EOF
		profiles:
		  lab:
		    outbound_server: 10.99.0.1
		    outbound_port: 5060
		    backup_outbound_server: 10.99.0.2
		    password: secret
		    use_random_sip_port: on
		    min_random_sip_port: 50000
		    max_random_sip_port: 60000
		    register_refresh_interval: 120s
		    primary_detect_interval: 5s
		    max_detect_fail_count: 1
		    prefer_primary: on
		    remove_last_registration: on
		    register_timeout: 2000ms
		    options_timeout: 2000ms
	EOF
}

# lab_config DEVICE ADDRESSES FIRST N [LINE...]: N lines of that profile with numbers from FIRST on,
# behind DEVICE; then LINEs of YAML, which may begin with further groups of lines.
lab_config() {
	cat <<-EOF
		ports:
		  - device: $1
		    addresses: $2
	EOF
	profile_lab
	cat <<-EOF
		lines:
		  - profile: lab
		    range: $3-$(($3 + $4 - 1))
	EOF
	printf '%s\n' "${@:5}" "duration: 0"
}

# register_over DRIVER NETNS_OF_LINES NETNS_OF_SERVERS N ALGORITHM: N lines register at a pair of Kamailio
# servers over that driver of DPDK, and drain. The log is DRIVER.log, the summary DRIVER.json.
register_over() {
	local driver=$1 lines=$4

	server_addresses "$3"
	if ! kamailio_start "$driver-primary" "$3" 10.99.0.1 "$5" ||
		! kamailio_start "$driver-backup" "$3" 10.99.0.2 "$5"; then
		not_ok "$driver" "Kamailio gives no 200 to OPTIONS"
		return 1
	fi
	lab_config "${driver}0,iface=$ID" 10.99.1.1-10.99.1.4/16 6000 "$lines" \
		"ramp: 1s" "drain: 1s" >"$DIR/$driver.yaml"
	heartline_start "$driver" "$2" run -c "$DIR/$driver.yaml" --summary "$DIR/$driver.json"
	if ! holds_within "$driver: $lines lines registered with $5" 30 "$driver-primary" "$lines"; then
		kill -KILL -- "-$HEARTLINE_PID" 2>/dev/null
		return 1
	fi
	drains "$driver: drains and exits 0" 30
	check "$driver: the table is empty" 0 "$(kamailio_stat "$driver-primary" location_contacts)"
	check "$driver: summary: unregistered" "$lines" "$(summary "$DIR/$driver.json" unregistered)"
	kamailio_kill "$driver-primary"
	kamailio_kill "$driver-backup"
}
