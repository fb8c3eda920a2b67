#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The HTTP server of a run that talks to `heartline registrar` over net_memif: metrics, who may read and
# who may change, TLS, what is refused.
#
# usage: bash tests/app/http.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
reaper_start
command -v curl >/dev/null || skip "the HTTP server" "needs the program curl"

lines=50
token=0123456789abcdef0123456789abcdef
export RUNTIME_DIRECTORY=$DIR/runtime
mkdir -m 700 "$RUNTIME_DIRECTORY"
(umask 077 && echo "$token" >"$DIR/token")

# get PATH CURL-OPTION...: the body in OUT, the status in STATUS, the headers in HEADERS
get() {
	local path=$1
	shift
	STATUS=$(curl -sS --max-time 20 -D "$DIR/headers" -o "$DIR/body" -w '%{http_code}' "$@" "$BASE$path" 2>"$DIR/curl.err")
	OUT=$(cat "$DIR/body" 2>/dev/null)
	HEADERS=$(tr -d '\r' <"$DIR/headers" 2>/dev/null)
	rm -f "$DIR/body"
}

# json EXPRESSION: of the answer in OUT, as Python sees it
json() {
	python3 -c 'import json, sys
r = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1" <<<"$OUT" 2>&1
}

# error NAME STATUS WORDS PATH CURL-OPTION...: an error of the one shape, with these words in `what`
error() {
	local name=$1 status=$2 words=$3 path=$4
	shift 4
	get "$path" "$@"
	check "$name" "$status True" "$STATUS $(json "list(r) == ['error'] and list(r['error']) == ['what', 'allowed', 'fix'] and '''$words''' in r['error']['what']")"
}

# starts_not NAME WORDS ARGUMENT...: exit code 2 and one message with these words
starts_not() {
	local name=$1 words=$2 out
	shift 2
	out=$("$HEARTLINE" run -c "$DIR/lab.yaml" "$@" 2>&1)
	if [[ $? == 2 && $out == *"heartline: error: "*"$words"* ]]; then ok "$name"; else not_ok "$name" "$out"; fi
}

# address LOG: where the run listens, once it says so
address() {
	sed -n 's/^heartline: http: \(https\?:.*\)/\1/p' "$DIR/$1.log" | head -n 1
}

listens() {
	BASE=$(address "$1")
	[[ -n $BASE ]] && get /metrics -k "${@:2}" && [[ $STATUS == 200 ]]
}

# config FILE KEY...: lab.yaml with more keys
config() {
	local file=$DIR/$1
	shift
	lab_profiles >"$file"
	cat >>"$file" <<-EOF
		  'odd "name"':
		    outbound_server: 10.99.0.1
		    use_random_sip_port: on
		lines:
		  - {profile: lab, range: 6000-$((6000 + lines - 1))}
		ramp: 1s
		drain: 1s
	EOF
	printf '%s\n' "$@" >>"$file"
}
config lab.yaml

# --- what a start refuses ---

printf '%s\n' "$token" >"$DIR/open-token"
chmod 644 "$DIR/open-token"
(umask 077 && echo short >"$DIR/short-token")
starts_not "no address" "--http: \"everywhere\" is no address with a port" --http everywhere
starts_not "another address than loopback needs TLS" "0.0.0.0:0: others can reach this address, so it needs TLS" \
	--http 0.0.0.0:0 --http-token-file "$DIR/token"
starts_not "a token for everybody" "everybody can read or write it (mode 644): chmod 600 it" \
	--http 127.0.0.1:0 --http-token-file "$DIR/open-token"
chmod 640 "$DIR/open-token"
starts_not "a token for a group" "its group can read or write it (mode 640)" \
	--http 127.0.0.1:0 --http-token-file "$DIR/open-token"
starts_not "a short token" "the token has 5 characters, allowed 16..256" \
	--http 127.0.0.1:0 --http-token-file "$DIR/short-token"
starts_not "no token" "http_token_file: $DIR/nothing: No such file" --http 127.0.0.1:0 --http-token-file "$DIR/nothing"
config tls.yaml "http_certificate_file: $DIR/cert.pem"
OUT=$("$HEARTLINE" run -c "$DIR/tls.yaml" --http 127.0.0.1:0 2>&1)
check "a certificate without a key" 1 "$(grep -c 'http_key_file is missing' <<<"$OUT")"
config tls.yaml "http_certificate_file: $DIR/token" "http_key_file: $DIR/token"
OUT=$("$HEARTLINE" run -c "$DIR/tls.yaml" --http 127.0.0.1:0 2>&1)
check "a certificate that is none" 1 "$(grep -c 'http_certificate_file, http_key_file: they cannot be used' <<<"$OUT")"

# --- metrics ---

lab_registrar
heartline_start run "" run -c "$DIR/lab.yaml" --http 127.0.0.1:0 --http-token-file "$DIR/token" --summary "$DIR/run.json"
wait_running 40 listens run || bail "the run answers" "$(cat "$DIR/curl.err")"
ok "the run answers at $BASE"

all_registered() {
	get /metrics
	grep -qx "heartline_server_registered_lines{profile=\"lab\",server=\"P\"} $lines" <<<"$OUT"
}
if wait_running 40 all_registered; then
	ok "metrics: lines by profile and server"
else
	not_ok "metrics: lines by profile and server" "$(grep server_registered <<<"$OUT")"
fi
check "metrics: the type" "Content-Type: text/plain; version=0.0.4; charset=utf-8" "$(grep -i '^content-type' <<<"$HEADERS")"
check "metrics: a name with quotes" 1 "$(grep -cF 'heartline_server_registered_lines{profile="odd \"name\"",server="P"} 0' <<<"$OUT")"
check "metrics: no server that is not there" 0 "$(grep -cF 'odd \"name\"",server="B"' <<<"$OUT")"
check "metrics: never by line" 0 "$(grep -c '60[0-4][0-9]"' <<<"$OUT")"
check "metrics: every one that heartline metrics lists for a run" "" "$(comm -23 \
	<("$HEARTLINE" metrics | sed -E '/^Metrics of (the history|alerts|the registrar):/,$d' | sed -n 's/^  \(heartline_[a-z_]*\).*/\1/p' | sort) \
	<(sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' <<<"$OUT" | sort))"
check "metrics: histograms count what their buckets hold" "True" "$(python3 -c '
import re, sys
text = sys.stdin.read()
good = True
for name in re.findall(r"# TYPE (\S+) histogram", text):
    buckets = [int(n) for n in re.findall(name + r"_bucket\{[^}]*\} (\d+)", text)]
    count = int(re.search(name + r"_count (\d+)", text)[1])
    total = float(re.search(name + r"_sum (\S+)", text)[1])
    good &= len(buckets) == 24 and buckets == sorted(buckets) and buckets[-1] == count and (total > 0) == (count > 0)
print(good)' <<<"$OUT")"
if command -v promtool >/dev/null; then
	check "metrics: promtool has nothing to say" "0 " "$(promtool check metrics <<<"$OUT" >"$DIR/promtool" 2>&1; echo "$? $(cat "$DIR/promtool")")"
else
	skip_check "metrics: promtool has nothing to say" "needs promtool"
fi
check "HEAD is GET without a body" "200 0" "$(curl -sS --head -o /dev/null -w '%{http_code} %{size_download}' "$BASE/metrics")"

# --- who may do what ---

check "no page of another origin reads it" 0 "$(grep -ci '^access-control' <<<"$HEADERS")"
get /
check "the page may load nothing from elsewhere" 1 "$(grep -ci "^content-security-policy: default-src 'self';" <<<"$HEADERS")"
for place in $(grep -o '"/page/[^"]*"' <<<"$OUT" | tr -d '"' | sort -u); do
	get "$place"
	check "the page's $place is there" 200 "$STATUS"
done
error "another name leads here (DNS rebinding)" 403 "Host names another server" /metrics -H 'Host: evil.example:9060'
error "a name that begins like ours" 403 "Host names another server" /metrics -H 'Host: 127.0.0.1.evil.example'
error "no Host" 400 "Host is missing" /metrics --http1.0 -H 'Host:'
for host in localhost LOCALHOST:1 127.0.0.1 127.9.9.9:80 '[::1]' '[::1]:9060'; do
	get /metrics -H "Host: $host"
	check "Host: $host is ours" 200 "$STATUS"
done
error "nothing there" 404 "there is nothing at this path" /nothing
error "a method that does not go with it" 405 "the method does not go with this path" /metrics -X DELETE
check "and which one would" "Allow: GET" "$(grep -i '^allow' <<<"$HEADERS")"
error "a body where none belongs" 400 "has a body" /metrics -X GET -d x

heartline_stop "$HEARTLINE_PID" 60 || not_ok "the run ends" "still running after 60 s"
check "the run ends well" 0 "$EXIT_CODE"

# --- TLS ---

if command -v openssl >/dev/null; then
	(umask 077 && openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 1 \
		-keyout "$DIR/key.pem" -out "$DIR/cert.pem" 2>/dev/null)
	config tls.yaml "http_certificate_file: $DIR/cert.pem" "http_key_file: $DIR/key.pem" "http: 0.0.0.0:0"
	OUT=$("$HEARTLINE" run -c "$DIR/tls.yaml" 2>&1)
	check "another address than loopback needs a token, too" 1 "$(grep -c 'so it needs a token' <<<"$OUT")"
	echo "http_token_file: $DIR/token" >>"$DIR/tls.yaml"
	chmod 644 "$DIR/key.pem"
	OUT=$("$HEARTLINE" run -c "$DIR/tls.yaml" 2>&1)
	check "a key for everybody" 1 "$(grep -c 'http_key_file: .*: chmod 600 it' <<<"$OUT")"
	chmod 600 "$DIR/key.pem"
	heartline_start tls "" run -c "$DIR/tls.yaml"
	tls_listens() {
		BASE=$(address tls)
		BASE=${BASE/0.0.0.0/localhost}
		[[ -n $BASE ]] && get /metrics --cacert "$DIR/cert.pem" -H "Authorization: Bearer $token" && [[ $STATUS == 200 ]]
	}
	wait_running 40 tls_listens || bail "TLS: the run answers" "$(cat "$DIR/curl.err")"
	ok "TLS: the run answers at $BASE"
	error "TLS: reading needs the token" 401 "this needs the token" /metrics -k
	check "TLS: and says so" "WWW-Authenticate: Bearer" "$(grep -i '^www' <<<"$HEADERS")"
	get / -k
	check "TLS: the page, which holds nothing of the run, opens to ask for it" "200 1" "$STATUS $(grep -c '<title>heartline</title>' <<<"$OUT")"
	error "TLS: a stream needs the token" 401 "this needs the token" /api/v1/events/stream -k
	for wrong in "$token"x "${token%?}" "" "${token}0000000000000000000000000000000000"; do
		error "TLS: a wrong token (${#wrong} characters)" 401 "the token is wrong" /metrics -k -H "Authorization: Bearer $wrong"
	done
	error "TLS: nothing is said to who has no token" 401 "this needs the token" /nothing -k
	heartline_stop "$HEARTLINE_PID" 60 || not_ok "TLS: the run ends" "still running after 60 s"
else
	skip_check "TLS" "needs the program openssl"
fi
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
