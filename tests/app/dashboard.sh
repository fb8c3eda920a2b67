#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The samples for Prometheus and Grafana: the rules by promtool, with a run that is well and one that is not; each
# query of the dashboard asked of a Prometheus that scrapes a run.
#
# usage: bash tests/app/dashboard.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
# shellcheck source=tests/app/lab_lib
. "$(dirname "$0")/lab_lib"
# shellcheck source=tests/app/ctl_lib
. "$(dirname "$0")/ctl_lib"
reaper_start
ctl_prepare
for program in curl prometheus promtool; do
	command -v $program >/dev/null || skip "the dashboard" "needs the program $program"
done
samples=$NET_DIR/../../dpdk-app/samples
rules=$samples/prometheus/heartline.rules.yml
cases=$NET_DIR/../app/heartline.rules.test.yml

# passes NAME COMMAND...
passes() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "$(tail -n 12 <<<"$out" | tr '\n' '|')"; fi
}
passes "the rules are rules" promtool check rules "$rules"
passes "the configuration of the sample is one" promtool check config "$samples/prometheus/prometheus.yml"
passes "each fires when it should, and not before" promtool test rules "$cases"
for alert in $(sed -n 's/^ *- alert: //p' "$rules"); do
	check "$alert has a case that fires, and one that does not" "1 1" \
		"$(grep -cx " *alertname: $alert" "$cases") $(grep -cx " *- {eval_time: 9m, alertname: $alert, exp_alerts: \[\]}" "$cases")"
done

lines=50
lab_registrar
lab_profiles >"$DIR/lab.yaml"
cat >>"$DIR/lab.yaml" <<-EOF
	    primary_detect_interval: 300ms
	lines:
	  - {profile: lab, range: 6000-$((5999 + lines))}
	alerts:
	  - {name: down, when: lines_down, above: 50}
	history: $DIR/history.db
	ramp: 500ms
	drain: 500ms
EOF
heartline_start run "" run -c "$DIR/lab.yaml" --http 127.0.0.1:0
wait_running 60 has "r['lines']['registered'] == $lines" status || bail "all lines register" "$OUT$ERR"
target=$(sed -n 's|^heartline: http: http://||p' "$DIR/run.log" | head -n 1)

# prometheus_start: on a port that was free a moment ago; BASE is its address
prometheus_start() {
	local port
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	sed "s/15s/1s/; s/127.0.0.1:9060/$target/; s|heartline.rules.yml|$(realpath "$rules")|" \
		"$samples/prometheus/prometheus.yml" >"$DIR/prometheus.yml"
	spawn prometheus prometheus --config.file="$DIR/prometheus.yml" --storage.tsdb.path="$DIR/tsdb" \
		--web.listen-address="127.0.0.1:$port" --storage.tsdb.min-block-duration=1h
	BASE=http://127.0.0.1:$port
}

# query EXPRESSION: the answer in OUT
query() {
	OUT=$(curl -s --max-time 20 --get --data-urlencode "query=$1" "$BASE/api/v1/query")
}
results() { query "$1" && json "len(r['data']['result'])"; }
scraped() { [[ $(results 'up{job="heartline"} == 1 and on (instance) count_over_time(up[1m]) >= 5') == 1 ]]; }
prometheus_start
wait_running 60 scraped || bail "Prometheus scrapes the run" "$OUT $(tail -n 2 "$DIR/prometheus.log")"

mapfile -t queries < <(python3 -c 'import json, sys
for p in json.load(open(sys.argv[1]))["panels"]:
    for t in p["targets"]:
        e = t["expr"].replace("$instance", ".*").replace("$__rate_interval", "1m")
        assert "$" not in e, e
        print(p["title"], e, sep="\t")' "$samples/grafana/heartline.json")
check "the dashboard has queries" True "$( ((${#queries[@]} >= 25)) && echo True)"
for query in "${queries[@]}"; do
	n=$(results "${query#*$'\t'}")
	if [[ $n =~ ^[1-9] ]]; then ok "${query%%$'\t'*}: ${query#*$'\t'}"; else
		not_ok "${query%%$'\t'*}: ${query#*$'\t'}" "$n"
	fi
done
check "the values are those of the run" "$lines" "$(query 'sum (heartline_lines{state="ON_P"})' && json "r['data']['result'][0]['value'][1]")"
check "where all is well, no rule fires" 0 "$(curl -s --max-time 20 "$BASE/api/v1/alerts" | python3 -c 'import json, sys
print(len([a for a in json.load(sys.stdin)["data"]["alerts"] if a["state"] == "firing"]))')"
drains "the run ends" 60
heartline_stop "$REGISTRAR_PID" 20 || not_ok "the registrar ends" "still running after 20 s"
finish
