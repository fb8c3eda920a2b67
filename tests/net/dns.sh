#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Servers by name: A, SRV and NAPTR from a dnsmasq in the servers' network namespace; the next target
# when one dies; a record that changes under way; a DNS server that dies.
#
# usage: bash tests/net/dns.sh PATH/TO/heartline
# HL_LINES: another number of lines of each of the three profiles.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "dns" kamailio kamcmd dnsmasq
reaper_start

lines=${HL_LINES:-100}
all=$((3 * lines))
# A probe every 2 s, given up after 1 s; a record lives 5 s at least; 2 s for a busy machine.
move_s=$((2 + 1 + 2))
record_s=$((5 + move_s))

net=$(netns dns) || skip "dns" "cannot make a network namespace"
server_addresses "$net"
tap_make "$net" || skip "dns" "cannot make a tap device"
kamailio_start one "$net" 10.99.0.1 || bail "the first server starts" "no 200 to OPTIONS"
kamailio_start two "$net" 10.99.0.2 || bail "the second server starts" "no 200 to OPTIONS"

# hosts ADDRESS: what plain.lab.test is; the others stay.
hosts() {
	printf '%s\n' "$1 plain.lab.test" "10.99.0.1 one.lab.test" "10.99.0.2 two.lab.test" >"$DIR/hosts"
}

dnsmasq_start() {
	spawn dnsmasq ip netns exec "$net" dnsmasq --keep-in-foreground --conf-file=/dev/null \
		--user=root --pid-file= --no-resolv --no-hosts --no-daemon --port=5353 \
		--listen-address=127.0.0.1 --bind-interfaces --local=/test/ --local-ttl=1 \
		--addn-hosts="$DIR/hosts" \
		--srv-host=_sip._udp.srv.lab.test,one.lab.test,5060,1,10 \
		--srv-host=_sip._udp.srv.lab.test,two.lab.test,5060,2,10 \
		--naptr-record=naptr.lab.test,20,10,s,SIP+D2T,,_sip._tcp.srv.lab.test \
		--naptr-record=naptr.lab.test,30,10,s,SIP+D2U,,_sip._udp.srv.lab.test
	DNSMASQ_PID=$SPAWNED
	disown "$SPAWNED" # or bash reports its violent end
}

profile() {
	cat <<-EOF
		  $1:
		    outbound_server: $1.lab.test
		    proxy_dns_type: $2
		    proxy_server: lab.test
		    password: secret
		    use_random_sip_port: on
		    register_refresh_interval: 60s
		    primary_detect_interval: 2s
		    options_timeout: 1000ms
		    register_timeout: 1000ms
		    max_detect_fail_count: 1
		    backoff_base: 1s
		    backoff_max: 2s
	EOF
}

config() {
	cat <<-EOF
		ports:
		  - device: net_tap0,iface=$ID
		    addresses: 10.99.1.1-10.99.1.4/16
		profiles:
	EOF
	profile plain a
	profile srv srv
	profile naptr naptr
	cat <<-EOF
		lines:
		  - {profile: plain, range: 1000-$((1000 + lines - 1))}
		  - {profile: srv, range: 3000-$((3000 + lines - 1))}
		  - {profile: naptr, range: 5000-$((5000 + lines - 1))}
		ramp: 1s
		dns_servers: 127.0.0.1:5353
	EOF
}

says() {
	grep -qF -- "$1" "$DIR/heartline.log"
}

hosts 10.99.0.1
config >"$DIR/lab.yaml"
config | sed 's/srv.lab.test/missing.lab.test/' >"$DIR/missing.yaml"

heartline_start silent "$net" run -c "$DIR/lab.yaml" --dns-timeout 1s
reap "$HEARTLINE_PID" 30 || bail "no DNS server: ends" "still running after 30 s"
check "no DNS server: exit code" 2 "$EXIT_CODE"
if grep -q "plain.lab.test has no address: A plain.lab.test: " "$DIR/silent.log"; then
	ok "no DNS server: the message has the name and the type"
else
	not_ok "no DNS server: the message has the name and the type" "$(tail -n 1 "$DIR/silent.log")"
fi

dnsmasq_start
heartline_start missing "$net" run -c "$DIR/missing.yaml"
reap "$HEARTLINE_PID" 30 || bail "a name that does not exist: ends" "still running after 30 s"
check "a name that does not exist: exit code" 2 "$EXIT_CODE"
if grep -q "missing.lab.test: Domain name not found" "$DIR/missing.log"; then
	ok "a name that does not exist: the message says it in DNS's words"
else
	not_ok "a name that does not exist: the message says it in DNS's words" \
		"$(tail -n 1 "$DIR/missing.log")"
fi

# The driver took the tap with it, or at least its route.
ip -n "$net" link delete "$ID" 2>/dev/null
tap_make "$net" || bail "a tap device once more" "cannot make it"
heartline_start heartline "$net" run -c "$DIR/lab.yaml" --summary "$DIR/summary.json"
wait_running 20 kamailio_holds one "$all" || bail "all lines register" "$(kamailio_table one)"
ok "A, SRV and NAPTR: all $all lines at the first target"

kamailio_kill one
holds_within "the first target dies: SRV and NAPTR lines at the second within $move_s s" \
	"$move_s" two "$((2 * lines))"

hosts 10.99.0.2
kill -HUP "$DNSMASQ_PID"
holds_within "the A record changes: its lines follow within $record_s s" "$record_s" two "$all"
if says "DNS: plain.lab.test is now at 10.99.0.2:5060"; then
	ok "the change is told"
else
	not_ok "the change is told" "$(grep DNS "$DIR/heartline.log" | tail -n 1)"
fi

kill -KILL -- "-$DNSMASQ_PID"
wait_until 10 group_gone "$DNSMASQ_PID"
sed -i "/^$DNSMASQ_PID\$/d" "$DIR/groups"
if wait_running 20 says "the last answer for plain.lab.test stays in use"; then
	ok "the DNS server dies: the last answers stay, and it is told"
else
	not_ok "the DNS server dies: the last answers stay, and it is told" "nothing about it"
fi
# Lines that have to register again while there is no DNS.
kamailio_kill two
kamailio_start two "$net" 10.99.0.2 || bail "the second server comes back" "no 200 to OPTIONS"
if wait_running 40 kamailio_holds two "$all"; then
	ok "all lines register there again"
else
	not_ok "all lines register there again" "$(kamailio_table two)"
fi
dnsmasq_start
if wait_running 20 says "plain.lab.test is found again"; then
	ok "the DNS server comes back: it is told"
else
	not_ok "the DNS server comes back: it is told" "nothing about it"
fi

drains "SIGINT: drains and exits 0" 30
check "the location table is empty" 0 "$(kamailio_stat two location_contacts)"
check "summary: unregistered" "$all" "$(summary "$DIR/summary.json" unregistered)"
finish
