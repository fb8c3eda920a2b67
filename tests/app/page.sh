#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The page of a run in headless Chromium: it opens, draws, finds one line of many, steers with the token and
# says why without, works by keyboard and on a phone's screen, and outlives a restart of the run.
#
# usage: bash tests/app/page.sh PATH/TO/heartline
# HL_PAGE_LINES: how many lines (100000)

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"

lines=${HL_PAGE_LINES:-100000}
token=0123456789abcdef0123456789abcdef
here=$(realpath "$(dirname "$0")/page")
client=$(dirname "$HEARTLINE")/../page-test # in the build folder, so that it is fetched once

command -v chromium >/dev/null || skip "the page" "needs the program chromium"
command -v node >/dev/null && command -v npm >/dev/null || skip "the page" "needs the programs node and npm"
reaper_start

# client_there: playwright-core, as the lock file has it
client_there() {
	cmp -s "$here/package-lock.json" "$client/package-lock.json" && [[ -d $client/node_modules/playwright-core ]] && return
	mkdir -p "$client" && cp "$here/package.json" "$here/package-lock.json" "$client" &&
		(cd "$client" && timeout 120 npm ci --ignore-scripts --no-audit --no-fund >"$DIR/npm.log" 2>&1) && return
	rm -f "$client/package-lock.json"
	return 1
}
client_there || skip "the page" "npm cannot fetch playwright-core: $(grep -m 1 -i error "$DIR/npm.log" | cut -c 1-100)"

export RUNTIME_DIRECTORY=$DIR/runtime
mkdir -m 700 "$RUNTIME_DIRECTORY"
(umask 077 && echo "$token" >"$DIR/token")

# config PORT
config() {
	lab_profiles | sed "s/10.99.1.1-10.99.1.2/10.99.1.1-10.99.1.$((lines / 10000 + 2))/" >"$DIR/lab.yaml"
	cat >>"$DIR/lab.yaml" <<-EOF
		    primary_detect_interval: 30s
		lines:
		  - {profile: lab, range: 10000000-$((10000000 + lines - 1))}
		ramp: 5s
		drain: 1s
		http: 127.0.0.1:$1
		http_token_file: $DIR/token
	EOF
}

port() {
	PORT=$(sed -n 's/^heartline: http: http:.*:\([0-9]*\)$/\1/p' "$DIR/$1.log")
	[[ -n $PORT ]] && curl -s "http://127.0.0.1:$PORT/api/v1/summary" | grep -q "\"registered\":$lines,"
}

# A file that the page's client makes when it wants something of us; 1: it has ended.
wants() {
	[[ -e $DIR/wants-$1 ]] || gone "$CLIENT_PID"
}

restart() {
	wait_until 200 wants stop && [[ -e $DIR/wants-stop ]] || return
	heartline_stop "$HEARTLINE_PID" 60
	check "the run ends well while it is looked at" 0 "$EXIT_CODE"
	touch "$DIR/stopped"
	wait_until 200 wants start && [[ -e $DIR/wants-start ]] || return
	config "$PORT"
	heartline_start again "" run -c "$DIR/lab.yaml"
}

lab_registrar
config 0
heartline_start run "" run -c "$DIR/lab.yaml"
wait_running 60 port run || bail "all lines are registered" "$(tail -n 3 "$DIR/run.log")"
ok "all $lines lines are registered"
# client_start NAME URL: as CLIENT_PID
client_start() {
	client_log=$DIR/$1.log
	PLAYWRIGHT=$client/node_modules/playwright-core/index.mjs spawn "$1" \
		node "$here/page.mjs" "$2" "$token" "$lines" "$DIR"
	CLIENT_PID=$SPAWNED
}

# client_end: what it has seen is counted here
client_end() {
	reap "$CLIENT_PID" 120 || not_ok "the client ends" "still running after 120 s"
	grep -E '^(ok|not ok|#) ' "$client_log"
	N_PASSED=$((N_PASSED + $(grep -c '^ok ' "$client_log")))
	N_FAILED=$((N_FAILED + $(grep -c '^not ok ' "$client_log")))
	check "the client comes to its end" 0 "$EXIT_CODE"
}

client_start client "http://127.0.0.1:$PORT"
restart
client_end
heartline_stop "$HEARTLINE_PID" 60 || not_ok "the run ends" "still running after 60 s"

# A few lines behind TLS: reading needs the token, and the drain that the page asks for ends the run.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
	-keyout "$DIR/key.pem" -out "$DIR/cert.pem" 2>/dev/null || bail "a certificate" "openssl failed"
chmod 600 "$DIR/key.pem"
lines=10
config 0
sed -i 's/^http: .*/http: 0.0.0.0:0/' "$DIR/lab.yaml"
printf '%s\n' "http_certificate_file: $DIR/cert.pem" "http_key_file: $DIR/key.pem" >>"$DIR/lab.yaml"
heartline_start tls "" run -c "$DIR/lab.yaml"
tls_listens() { grep -qE '^heartline: http: https:' "$DIR/tls.log"; }
wait_running 40 tls_listens || bail "TLS: the run listens" "$(tail -n 3 "$DIR/tls.log")"
client_start tls-client "https://localhost:$(sed -n 's/^heartline: http: https:.*:\([0-9]*\)$/\1/p' "$DIR/tls.log")"
run_or_client_gone() { gone "$HEARTLINE_PID" || gone "$CLIENT_PID"; }
wait_until 120 run_or_client_gone
if gone "$HEARTLINE_PID"; then touch "$DIR/drained"; fi
client_end
heartline_stop "$HEARTLINE_PID" 60 || not_ok "the run behind TLS ends" "still running after 60 s"
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
