#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Alerts of a run whose primary falls silent and comes back: told to webhooks and to a command, in the log and in
# the metrics; webhooks that redirect, fail for a while, refuse, or have a certificate that nobody has signed.
#
# usage: bash tests/app/alerts.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
reaper_start
ctl_prepare
command -v curl >/dev/null || skip "alerts" "needs the program curl"

lines=50
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
	-keyout "$DIR/key.pem" -out "$DIR/cert.pem" 2>/dev/null || bail "a certificate" "openssl failed"
spawn server python3 "$NET_DIR/../app/alerts_server.py" "$DIR/posted" "$DIR/port"
spawn tls python3 "$NET_DIR/../app/alerts_server.py" "$DIR/tls_posted" "$DIR/tls_port" "$DIR/cert.pem" "$DIR/key.pem"
wait_until 20 test -e "$DIR/port" || bail "the webhooks listen" "$(cat "$DIR/server.log")"
wait_until 20 test -e "$DIR/tls_port" || bail "the webhook with TLS listens" "$(cat "$DIR/tls.log")"
hooks=http://127.0.0.1:$(cat "$DIR/port")

lab_registrar --at "10s: 10.99.0.1 silent; 18s: 10.99.0.1 ok"

lab_profiles >"$DIR/lab.yaml"
cat >>"$DIR/lab.yaml" <<-EOF
	    primary_detect_interval: 300ms
	    options_timeout: 200ms
	    register_timeout: 500ms
	    max_detect_fail_count: 1
	    prefer_primary: on
	lines:
	  - {profile: lab, range: 6000-$((5999 + lines))}
	alerts:
	  - name: primary-silent
	    when: server_unreachable
	    above: 50
	    clear: 10
	    for: 1s
	    profile: lab
	    webhook: $hooks/ok
	    command: [/bin/sh, -c, "cat >>$DIR/command; echo >>$DIR/command"]
	  - {name: redirected, when: failovers, above: 10, for: 0, webhook: $hooks/redirect}
	  - {name: flaky, when: failovers, above: 10, for: 0, webhook: $hooks/flaky}
	  - {name: refused, when: failovers, above: 10, for: 0, webhook: $hooks/refused}
	  - {name: unsigned, when: failovers, above: 10, for: 0, webhook: "https://127.0.0.1:$(cat "$DIR/tls_port")/ok"}
	  - {name: exits, when: failovers, above: 10, for: 0, command: [/bin/sh, -c, exit 7]}
	  - {name: silent, when: lines_down, above: 99, for: 1h, webhook: $hooks/never}
	ramp: 500ms
	drain: 500ms
EOF
heartline_start run "" run -c "$DIR/lab.yaml" --http 127.0.0.1:0
on() { has "r['lines']['on_primary'] == $1 and r['lines']['on_backup'] == $2" status; }
said() { grep -qE "^heartline: alert $1" "$DIR/run.log"; }
# tells NAME PATTERN: sooner or later the log says so
tells() {
	if wait_running 60 said "$2"; then ok "$1"; else not_ok "$1" "$(grep '^heartline: alert' "$DIR/run.log" | tail -n 3)"; fi
}
# posted EXPRESSION [FILE]: over all that was posted, r
posted() {
	OUT=$(sed 's/$/,/; 1s/^/[/; $s/,$/]/' "$DIR/${2:-posted}" 2>/dev/null)
	json "$1"
}
metric() {
	curl -s --max-time 20 "$(sed -n 's/^heartline: http: //p' "$DIR/run.log" | head -n 1)/metrics" | sed -n "s/^$1 //p"
}

# The state of an alert, by the control socket and by HTTP.
alert_state() { ctl status --json; json "[a['state'] for a in r['alerts'] if a['alert'] == '$1'][0]"; }
api_alert_state() {
	OUT=$(curl -s --max-time 20 "$(sed -n 's/^heartline: http: //p' "$DIR/run.log" | head -n 1)/api/v1/summary")
	json "[a['state'] for a in r['alerts'] if a['alert'] == '$1'][0]"
}

wait_running 60 on $lines 0 || bail "all lines register" "$OUT$ERR"
check "before, nothing fires" "0 0" "$(metric 'heartline_alert_firing{alert="primary-silent"}') $(metric heartline_alert_deliveries_total)"
tells "the log says that it fires, with value and threshold" "primary-silent fires: server_unreachable of lab is (100|[5-9][0-9])\.[0-9] \(above 50\), after [1-9][0-9]* s$"
check "so does its metric" 1 "$(metric 'heartline_alert_firing{alert="primary-silent"}')"
check "the status and the API have it, too" "firing firing" "$(alert_state primary-silent) $(api_alert_state primary-silent)"
ctl status
check "people see it in the status" 1 "$(grep -cE '^  alert        primary-silent is firing since 20.*Z: server_unreachable is [0-9.]+ \(above 50\)$' <<<"$OUT")"
tells "and that it has cleared" "primary-silent has cleared: server_unreachable of lab is [0-9.]+ \(above 50\)"
wait_running 60 on $lines 0 || bail "all lines return" "$OUT$ERR"
check "its state is clear again" "clear" "$(alert_state primary-silent)"
check "its metric is 0 again" 0 "$(metric 'heartline_alert_firing{alert="primary-silent"}')"
check "and there is one for each alert" 7 "$(curl -s "$(sed -n 's/^heartline: http: //p' "$DIR/run.log" | head -n 1)/metrics" | grep -c '^heartline_alert_firing{')"

both_posted() { [[ $(posted "len([p for p in r if p['path'] == '/ok'])") == 2 ]]; }
if wait_running 20 both_posted; then ok "the webhook was told twice"; else not_ok "the webhook was told twice" "$OUT"; fi
check "first that it fires, then that it has cleared" "['firing', 'cleared']" "$(posted "[p['body']['state'] for p in r if p['path'] == '/ok']")"
check "what stands in it" "True" "$(posted "[sorted(p['body']) == ['alert', 'clear', 'limit', 'profile', 'since', 'state', 'threshold', 'time', 'value', 'when'] and p['type'] == 'application/json' and p['body']['alert'] == 'primary-silent' and p['body']['threshold'] == 50 and p['body']['clear'] == 10 and p['body']['value'] > 50 and p['body']['profile'] == 'lab' and p['body']['since'] < p['body']['time'] for p in r if p['path'] == '/ok'][0]")"
command_told() { [[ $(wc -l <"$DIR/command") == 2 ]]; }
if wait_running 20 command_told; then ok "the command was told twice, inside of the sandbox"; else not_ok "the command was told twice" "$(cat "$DIR/command" 2>&1)"; fi
check "with the same" "$(posted "[p['body'] for p in r if p['path'] == '/ok']")" "$(posted r command)"

tells "a redirect is not followed" "redirected: webhook: it answered 302, a redirect, which is not followed$"
check "and nobody came where it points" 0 "$(posted "len([p for p in r if p['path'] == '/redirected'])")"
tells "a refusal is said" "refused: webhook: it answered 403$"
check "and not tried again" 1 "$(posted "len([p for p in r if p['path'] == '/refused'])")"
tells "a certificate that nobody has signed is refused" "unsigned: webhook: SSL peer certificate or SSH remote key was not OK$"
check "before anything was told" 0 "$(wc -l 2>/dev/null <"$DIR/tls_posted" || echo 0)"
tells "a command that fails is said" "exits: /bin/sh: it ended with exit code 7$"
flaky_done() { [[ $(posted "[p['status'] for p in r if p['path'] == '/flaky']") == '[503, 503, 200]' ]]; }
if wait_running 60 flaky_done; then ok "a webhook that fails twice is told at the third try"; else not_ok "a webhook that fails twice" "$OUT"; fi
counted() { (($(metric heartline_alert_deliveries_total) >= 5 && $(metric heartline_alert_failed_deliveries_total) >= 4)); }
if wait_running 20 counted; then ok "what was delivered and what was not is counted"; else
	not_ok "what was delivered is counted" "$(metric heartline_alert_deliveries_total) $(metric heartline_alert_failed_deliveries_total)"
fi
check "what did not happen was told to nobody" 0 "$(posted "len([p for p in r if p['path'] == '/never'])")"
heartline_stop "$HEARTLINE_PID" 60 || not_ok "the run ends" "still running after 60 s"
check "its end is no alert, and the log counts them" "2 1" \
	"$(grep -c '^heartline: alert primary-silent ' "$DIR/run.log") $(grep -cE '^heartline: alerts: [5-9] delivered, [0-9]+ not$' "$DIR/run.log")"
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"

# refused NAME WORDS SED-SCRIPT: neither check nor run takes it
refuses() {
	local out
	sed "$3" "$DIR/lab.yaml" >"$DIR/bad.yaml"
	out=$("$HEARTLINE" run -c "$DIR/bad.yaml" -- --no-such-eal-option 2>&1)
	if [[ $? == 2 && $out == *"error: "*"$2"* && $out != *eal* ]]; then ok "$1"; else not_ok "$1" "$out"; fi
}
refuses "a command that is not there" "alerts: exits: command: /bin/nosh: No such file or directory: name a program that can be run" 's|exits, \(.*\)/bin/sh|exits, \1/bin/nosh|'
refuses "a threshold that is no share" "above: 101 is no share in percent" 's/above: 99/above: 101/'
refuses "an unknown figure" 'when: "rain" is not known' 's/when: lines_down/when: rain/'
finish
