# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash disable=SC2016,SC2034
# What the network tests share: namespaces, devices, heartline, waits, and the clean-up; servers and the
# lines that register there are in kamailio.sh.
#
# Needs root, iproute2, util-linux and coreutils; each test names what else it needs with `need`.
# Nothing here waits for a fixed time: everything is polled against a deadline. Whatever a test
# makes is removed when it ends, however it ends, kill -9 included (see reaper_start).

export LC_ALL=C # EPOCHREALTIME with a point, and messages that can be matched
set -u

NET_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
HEARTLINE=${1:-}
[[ $HEARTLINE == */* || -z $HEARTLINE ]] || HEARTLINE=$(command -v "$HEARTLINE" || echo "$HEARTLINE")
[[ -z $HEARTLINE ]] || HEARTLINE=$(realpath -m "$HEARTLINE")
ID=hl$$ # unique on this machine while the test runs; short enough for an interface name
N_FAILED=0
N_PASSED=0

# --- results -------------------------------------------------------------------------------------

ok() {
	N_PASSED=$((N_PASSED + 1))
	echo "ok - $1"
}

# not_ok NAME WHY
not_ok() {
	N_FAILED=$((N_FAILED + 1))
	echo "not ok - $1: $2"
}

# skip NAME WHY: the whole script; for a single check use skip_check.
skip() {
	echo "skip - $1: $2"
	exit 77
}

skip_check() {
	echo "skip - $1: $2"
}

# check NAME WANTED GOT: compares as text.
check() {
	if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "wanted $2, got ${3:-nothing}"; fi
}

# bail NAME WHY: nothing that follows can work.
bail() {
	not_ok "$1" "$2"
	finish
}

finish() {
	local log
	if ((N_FAILED > 0)); then
		[[ -z ${HEARTLINE_PID:-} ]] || heartline_alive || echo "# heartline has ended"
		# The log that was written last has most to tell.
		# shellcheck disable=SC2045 # our own names
		for log in $(ls -t "$DIR"/*.log 2>/dev/null); do
			[[ -s $log ]] || continue
			echo "# last lines of ${log##*/}:"
			tail -n 8 "$log" | tr '\r' '\n' | cut -c 1-300 | sed 's/^/#   /'
		done
		exit 1
	fi
	exit 0
}

# need NAME COMMAND...: what a machine may lack is a reason to skip, said clearly.
need() {
	local name=$1 command
	shift
	if [[ ! -x $HEARTLINE ]]; then
		echo "usage: bash $0 PATH/TO/heartline" >&2
		exit 2
	fi
	((EUID == 0)) || skip "$name" "needs root (namespaces and devices)"
	for command in ip setsid "$@"; do
		command -v "$command" >/dev/null || skip "$name" "needs the program $command"
	done
	ip netns list >/dev/null 2>&1 || skip "$name" "no network namespaces here"
}

# --- time ----------------------------------------------------------------------------------------

now_ms() {
	local now=$EPOCHREALTIME
	echo $((${now%.*} * 1000 + 10#${now#*.} / 1000))
}

# later MS: that time has come; to be waited for where something must not happen before.
later() {
	(($(now_ms) >= $1))
}

# wait_until SECONDS COMMAND...: polls until the command succeeds; 1 when the time is over.
# WAITED_MS tells how long it took.
wait_until() {
	local start end
	start=$(now_ms)
	end=$((start + $1 * 1000))
	shift
	while ! "$@"; do
		WAITED_MS=$(($(now_ms) - start))
		(($(now_ms) < end)) || return 1
		sleep 0.05
	done
	WAITED_MS=$(($(now_ms) - start))
}

# wait_running SECONDS COMMAND...: the same, but not longer than heartline runs.
wait_running() {
	local seconds=$1
	shift
	wait_until "$seconds" or_ended "$@" && "$@"
}

or_ended() {
	"$@" || ! heartline_alive
}

# --- what is made, and its removal ---------------------------------------------------------------

# One process waits for the end of this shell: it reads from a pipe whose only writer is the shell,
# so it wakes when the shell exits, is killed or crashes. It alone cleans up, so there is one way.
reaper_start() {
	DIR=$(mktemp -d "/tmp/$ID.XXXXXX")
	touch "$DIR/groups" "$DIR/netns"
	mkfifo "$DIR/alive"
	setsid bash -c '
		trap "" INT TERM HUP
		read -r _ <"$0/alive"
		while read -r group; do kill -KILL -- "-$group"; done <"$0/groups"
		while read -r netns; do
			# A process that is still dying keeps the namespace alive; wait for it, a little.
			for ((i = 0; i < 100; i++)); do
				[[ -z $(ip netns pids "$netns") ]] && break
				sleep 0.05
			done
			ip netns delete "$netns"
		done <"$0/netns"
		ip link delete "$1"
		rm -rf "/var/run/dpdk/$1"-*
		rm -rf "$0"' "$DIR" "$ID" </dev/null >/dev/null 2>&1 &
	REAPER=$!
	exec {ALIVE}>"$DIR/alive"
	trap 'exec {ALIVE}>&-; wait "$REAPER" 2>/dev/null' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# spawn NAME COMMAND...: in the background as a process group of its own, output in NAME.log, its
# id in SPAWNED. A shell's background jobs ignore SIGINT; these must not.
spawn() {
	local log=$DIR/$1.log
	shift
	setsid env --default-signal=INT,QUIT "$@" >>"$log" 2>&1 </dev/null {ALIVE}>&- &
	SPAWNED=$!
	echo "$SPAWNED" >>"$DIR/groups"
}

# reap PID SECONDS: its exit code in EXIT_CODE; 1 when it does not end in time.
reap() {
	EXIT_CODE=
	wait_until "$2" gone "$1" || return 1
	wait "$1" 2>/dev/null
	EXIT_CODE=$?
	sed -i "/^$1\$/d" "$DIR/groups"
}

# Ended, though perhaps not yet waited for.
gone() {
	local state
	state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null)
	[[ -z $state || $state == Z* ]]
}

# netns NAME: a namespace with a unique name, which is printed.
netns() {
	local full=$ID-$1
	ip netns add "$full" || return 1
	echo "$full" >>"$DIR/netns"
	# In some containers it can be made, but nothing can be run in it.
	ip netns exec "$full" true 2>/dev/null || return 1
	ip -n "$full" link set lo up
	# No router or multicast chatter in the captures; a kernel without IPv6 has none anyway.
	ip netns exec "$full" sh -c '
		for off in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >"$off"; done' 2>/dev/null
	echo "$full"
}

# --- devices -------------------------------------------------------------------------------------

# server_addresses NETNS: both servers' addresses, on lo, so that the servers can start before the
# device exists; Linux answers ARP for them on every interface.
server_addresses() {
	ip -n "$1" address add 10.99.0.1/32 dev lo
	ip -n "$1" address add 10.99.0.2/32 dev lo
}

# The lines live in 10.99.0.0/16 behind DEV. A deep transmit queue, for the poll loop shares its
# cores with the servers here.
lines_behind() {
	ip -n "$1" link set "$2" txqueuelen 10000
	ip -n "$1" link set "$2" up
	ip -n "$1" route add 10.99.0.0/16 dev "$2"
}

# tap_make NETNS: a tap that net_tap adopts when heartline starts in this namespace. The flags are
# those that the driver asks for; with others it gets EINVAL.
tap_make() {
	ip -n "$1" tuntap add dev "$ID" mode tap multi_queue pi || return 1
	lines_behind "$1" "$ID"
}

# The driver opens the tap by name once more for each queue. Moved before that, the interface stays
# deaf and the driver makes a second one; so wait for UP, which is set when the port starts.
tap_started() {
	[[ $(ip -o link show dev "$ID" 2>/dev/null) == *[\<,]UP[,\>]* ]]
}

# tap_move NETNS: moves the interface that heartline made in our namespace. It gets a MAC address of
# its own: the driver's port has the same one, on any real link the two ends differ.
tap_move() {
	ip link set dev "$ID" netns "$1" || return 1
	ip -n "$1" link set dev "$ID" address 02:00:00:99:00:01
	lines_behind "$1" "$ID"
}

# veth_make NETNS_OF_LINES NETNS_OF_SERVERS: both ends are called $ID. The servers' end computes its
# checksums itself: left to "hardware" they would arrive partial in a packet socket.
veth_make() {
	ip -n "$1" link add "$ID" type veth peer name "$ID" netns "$2" || return 1
	ip -n "$1" link set "$ID" up
	ip netns exec "$2" ethtool -K "$ID" tx off >/dev/null || return 1
	lines_behind "$2" "$ID"
}

# --- captures ------------------------------------------------------------------------------------

# capture_start NETNS DEVICE FILE: returns when it captures. Its id in CAPTURE_PID.
capture_start() {
	spawn dumpcap ip netns exec "$1" dumpcap -q -P -i "$2" -w "$3"
	CAPTURE_PID=$SPAWNED
	CAPTURE_FILE=$3
	wait_until 10 test -s "$3"
}

# capture_stop: when nothing more arrives. The kernel hands packets over in blocks, up to a quarter
# of a second late.
capture_stop() {
	local size=-1
	while [[ $size != "$(stat -c %s "$CAPTURE_FILE")" ]]; do
		size=$(stat -c %s "$CAPTURE_FILE")
		sleep 0.5
	done
	kill -INT "$CAPTURE_PID"
	reap "$CAPTURE_PID" 10
}

# packets FILE FILTER [FIELD...]: one line a packet, tabs between fields; checksums are verified.
packets() {
	local file=$1 filter=$2 fields=()
	shift 2
	while (($# > 0)); do
		fields+=(-e "$1")
		shift
	done
	tshark -r "$file" -n -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
		-Y "$filter" -T fields -E separator=/t "${fields[@]}" 2>/dev/null
}

# check_none NAME FILE FILTER: no packet passes the filter; shows the first that does.
check_none() {
	local found
	found=$(packets "$2" "$3" frame.number _ws.col.Info _ws.expert.message)
	if [[ -z $found ]]; then
		ok "$1"
	else
		not_ok "$1" "$(wc -l <<<"$found") packets, first: $(head -n 1 <<<"$found")"
	fi
}

# --- heartline -----------------------------------------------------------------------------------

# eal NAME: several processes side by side, without hugepages. All lcores, one for control and one
# for each of HL_WORKERS (1), float over all CPUs that we may use: the machine's cores are shared with
# the servers. HL_EAL adds to it.
eal() {
	local cpus lcores i
	cpus=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
	lcores="0@($cpus)"
	for ((i = 1; i <= ${HL_WORKERS:-1}; i++)); do
		lcores+=",$i@($cpus)"
	done
	echo "--no-huge -m 512 --no-pci --no-telemetry --file-prefix=$ID-$1" \
		"--lcores=$lcores ${HL_EAL:-}"
}

# heartline_start NAME NETNS ARGUMENTS...: NETNS "" is ours. Its id in HEARTLINE_PID.
heartline_start() {
	local name=$1 netns=$2 where=()
	shift 2
	[[ -z $netns ]] || where=(ip netns exec "$netns")
	# shellcheck disable=SC2046 # the EAL options are words
	spawn "$name" "${where[@]}" "$HEARTLINE" "$@" -- $(eal "$name")
	HEARTLINE_PID=$SPAWNED
}

heartline_alive() {
	! gone "$HEARTLINE_PID"
}

# heartline_stop PID SECONDS: SIGINT, then the drain; its exit code in EXIT_CODE.
heartline_stop() {
	kill -INT "$1" 2>/dev/null
	reap "$1" "$2"
}

# status_registered NAME N: the last status line says that N lines are registered.
status_registered() {
	status_last "$1" | grep -qE "registered[ =:]*$2([^0-9]|\$)|(^|[^0-9])$2 registered"
}

# status_last NAME: the last status line; they may be separated by carriage returns.
status_last() {
	tail -c 1000 "$DIR/$1.log" 2>/dev/null | tr '\r' '\n' | grep . | tail -n 1
}

# summary FILE KEY: a number or word of the JSON; the first key of that name.
summary() {
	grep -o "\"$2\" *: *[^,}]*" "$1" 2>/dev/null | head -n 1 | sed 's/^[^:]*: *//; s/[" ]//g'
}

# drains NAME SECONDS: SIGINT makes heartline drain and exit 0 in that time.
drains() {
	if heartline_stop "$HEARTLINE_PID" "$2"; then
		check "$1" 0 "$EXIT_CODE"
	else
		not_ok "$1" "still running after $2 s"
	fi
}

# shellcheck source=tests/net/kamailio.sh
. "$NET_DIR/kamailio.sh"
