#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# State that survives: a run with registered lines is killed (SIGKILL) at random instants and started again, against
# Kamailio. No line is lost, none has a second binding, Call-IDs stay and the CSeq rises, refreshes leave when they
# are due, and the time after a start sees no more requests than any other.
#
# usage: bash tests/net/survive.sh PATH/TO/heartline
# HL_LINES, HL_KILLS: how many lines, and how often (1000, 3); HL_EXPIRES: the time asked for [s] (20), half of which
# is the length of what is compared. The long form: HL_LINES=10000 HL_KILLS=200 HL_EXPIRES=120
# Every count is the one Kamailio gives, not ours.

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
need "survive" kamailio kamcmd ethtool python3
reaper_start
umask 077 # configurations hold a password

lines=${HL_LINES:-1000}
kills=${HL_KILLS:-3}
expires_s=${HL_EXPIRES:-20}
window_s=$((expires_s / 2)) # a refresh comes after half of the grant, less up to a tenth

here=$(netns lines) && servers=$(netns servers) || skip "survive" "cannot make network namespaces"
veth_make "$here" "$servers" || skip "survive" "no veth pair here, or it keeps its checksum offload"
ip netns exec "$here" ethtool -K "$ID" tx off >/dev/null
server_addresses "$servers"
# Nonces that last: else there would be more requests in the minute in which those of all lines run out.
for server in primary backup; do
	kamailio_start $server "$servers" 10.99.0.$([[ $server == primary ]] && echo 1 || echo 2) MD5 \
		"RPC=\"$DIR/$server.rpc\"" "RPC_REPLIES=\"$DIR/\"" NONCE_LIFE=7200 || bail "$server starts" "no 200 to OPTIONS"
done
ok "two Kamailio servers answer"

lab_config "net_af_packet0,iface=$ID" 10.99.1.1-10.99.1.4/16 100000 "$lines" \
	"ramp: 5s" "drain: 1s" "state_dir: $DIR/state" "state_interval: 200ms" |
	sed "s/register_refresh_interval: .*/register_refresh_interval: ${expires_s}s/
		s/primary_detect_interval: .*/primary_detect_interval: 10s/
		s/max_detect_fail_count: .*/max_detect_fail_count: 3/" >"$DIR/lab.yaml"

run_number=0
run_start() {
	run_number=$((run_number + 1))
	heartline_start "run-$run_number" "$here" run -c "$DIR/lab.yaml" --summary "$DIR/run-$run_number.json"
	disown "$HEARTLINE_PID" # or bash reports its violent end
}

run_kill() {
	kill -KILL -- "-$HEARTLINE_PID" 2>/dev/null || kill -KILL "$HEARTLINE_PID" # no group of its own yet
	wait_until 10 gone "$HEARTLINE_PID"
	sed -i "/^$HEARTLINE_PID\$/d" "$DIR/groups"
}

# It has said what it took up.
run_said() { grep -q '^heartline: state: .* lines taken up' "$DIR/run-$run_number.log"; }
run_took_all() { grep -q "^heartline: state: .*: $lines of $lines lines taken up" "$DIR/run-$run_number.log"; }

registers() { kamailio_count primary core rcv_requests_register; }

# requests_in SECONDS: how many REGISTERs the primary hears in that time, and the most in one second of it, as "N MOST"
requests_in() {
	local before now first most=0 k start
	start=$(now_ms)
	first=$(registers)
	before=$first
	for ((k = 1; k <= $1; k++)); do
		wait_until 5 later $((start + k * 1000))
		now=$(registers)
		((now - before <= most)) || most=$((now - before))
		before=$now
	done
	echo "$((before - first)) $most"
}

all_well() {
	kamailio_holds primary "$lines" && kamailio_holds backup 0
}

run_start
wait_running 30 kamailio_holds primary "$lines" ||
	bail "all $lines lines in the primary's location table" "$(kamailio_table primary)"
ok "all $lines lines in the primary's location table"

# The first refreshes are spread; from then on each minute is like another.
wait_running $((expires_s + 10)) later $(($(now_ms) + window_s * 1000))
kamailio_bindings primary >"$DIR/before"
check "each binding is known to the test" "$lines" "$(wc -l <"$DIR/before")"
read -r quiet _ < <(requests_in "$window_s")
echo "# undisturbed: $quiet REGISTERs in $window_s s"

lost=0 twice=0 not_all=0 said=0
for ((k = 1; k <= kills; k++)); do
	# up to four seconds from its start on: before it has taken anything up, while it does, and long after
	wait_until 10 later $(($(now_ms) + RANDOM % 4000))
	! run_said || { said=$((said + 1)); [[ $run_number == 1 ]] || run_took_all || not_all=$((not_all + 1)); }
	run_kill
	contacts=$(kamailio_stat primary location_contacts)
	users=$(kamailio_stat primary location_users)
	((users >= lines)) || lost=$((lost + lines - users))
	((contacts <= lines)) || twice=$((twice + contacts - lines))
	run_start
done
check "$kills kills: no line lost, by its users" 0 "$lost"
check "$kills kills: no second binding, by its contacts" 0 "$twice"
check "of $said starts that were reached each took all lines up" 0 "$not_all"

wait_running 20 run_said || bail "the last start takes up" "it says nothing"
read -r after most < <(requests_in "$window_s")
if run_took_all; then ok "the last start took up all lines"; else
	not_ok "the last start took up all lines" "$(grep 'heartline: state' "$DIR/run-$run_number.log")"
fi
if ((after * 10 <= quiet * 12)); then
	ok "the first $window_s s have at most 1.2 times the requests of undisturbed ones"
else
	not_ok "the first $window_s s have at most 1.2 times the requests of undisturbed ones" "$after, not $quiet"
fi
echo "# after the last start: $after REGISTERs in $window_s s, at most $most in one"
if ((most * window_s <= after * 3)); then
	ok "no second of them has a storm"
else
	not_ok "no second of them has a storm" "$most of $after"
fi
if all_well; then ok "one contact a line on the primary, none on the backup"; else
	not_ok "one contact a line on the primary, none on the backup" \
		"$(kamailio_table primary), $(kamailio_table backup)"
fi
check "none ran out on the primary" 0 "$(kamailio_stat primary location_expires)"
kamailio_bindings primary >"$DIR/after"
check "the same contacts under the same Call-IDs" "" \
	"$(diff <(cut -d' ' -f 1,2 "$DIR/before") <(cut -d' ' -f 1,2 "$DIR/after") | head -n 3)"
check "no CSeq is lower, or the same" 0 "$(join -j 1 "$DIR/before" "$DIR/after" | awk '$5 <= $3' | wc -l)"

drains "SIGINT: drains and exits 0" 30
check "the primary's table is empty" 0 "$(kamailio_stat primary location_contacts)"
check "the state is gone with it" lock "$(ls "$DIR/state")"
for code in 400 403 500; do
	check "no request answered $code by the primary" 0 "$(kamailio_replies primary $code)"
done
finish
