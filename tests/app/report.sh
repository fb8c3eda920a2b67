#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# heartline report: its figures are those of the JSON, it opens offline without a script, it prints, its plots
# come as pictures, and what is no result is refused.
#
# usage: bash tests/app/report.sh PATH/TO/heartline

# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/../net/lib.sh"
reaper_start
cd "$DIR" || bail "a folder" "none"

demo() { # NAME LINES
	timeout 120 "$HEARTLINE" demo --lines "$2" --summary "$1.json" -q >"$1.out" 2>&1 || bail "a demo" "$(tail -n 3 "$1.out")"
}
demo before 300
demo after 200

# report ARGUMENT...: output in OUT, exit code in CODE
report() {
	OUT=$("$HEARTLINE" report "$@" 2>&1)
	CODE=$?
}

report before.json after.json --add -o both.html
check "two results make one file" "0 both.html" "$CODE $OUT"

# Every figure of the table, of both results and of their sum, against the JSON.
python3 - before.json after.json both.html >figures.out 2>&1 <<-'EOF2'
	import html.parser, json, sys
	before, after = (json.load(open(name)) for name in sys.argv[1:3])
	class Rows(html.parser.HTMLParser):
	    def __init__(self):
	        super().__init__()
	        self.rows, self.group = [], None
	    def handle_starttag(self, tag, attributes):
	        if tag == "tr":
	            self.rows.append([])
	    def handle_data(self, data):
	        if self.rows and data.strip():
	            self.rows[-1].append(data.strip())
	rows = Rows()
	page = open(sys.argv[3]).read()
	rows.feed(page[page.index("<h2>Figures</h2>"):page.index("How times are distributed")])
	group, table = None, {}
	for row in rows.rows:
	    if len(row) == 1:
	        group = row[0]
	    elif len(row) == 5 and group:
	        table[group, row[0]] = row[1:]
	def number(text):
	    return float(text.split()[0].replace(",", "").replace("/s", ""))
	def expect(group, name, *path, added=True):
	    a, b = before, after
	    for key in path:
	        a, b = a[key], b[key]
	    own = table.pop((group, name))
	    assert number(own[0]) == a and number(own[1]) == b, (name, own, a, b)
	    assert not added or abs(number(own[3]) - a - b) < 0.01, (name, own, a, b)
	    change = "=" if a == b else "was 0" if a == 0 else f"{100 * (b - a) / a:+.1f} %"
	    assert own[2] == change, (name, own, change)
	def quantile(place, q):
	    count = {}
	    for result in (before, after):
	        for edge, n in result["distributions"][place]:
	            count[edge] = count.get(edge, 0) + n
	    rank, below = -(-sum(count.values()) * q // 1), 0
	    for edge in sorted(count):
	        below += count[edge]
	        if below >= rank:
	            return edge
	for name in ("lines", "registered", "down", "parked"):
	    expect("Lines at the end", name, name)
	expect("Lines at the end", "on the primary", "on_primary")
	expect("Lines at the end", "on the backup", "on_backup")
	expect("Lines at the end", "never registered", "never_registered")
	for name in ("REGISTER", "OPTIONS"):
	    expect("Requests", name, "requests", name)
	expect("Requests", "sent again", "retransmissions")
	expect("Requests", "not answered in time", "timeouts")
	expect("Requests", "registrations granted", "counters", "registrations")
	expect("Requests", "registrations failed", "counters", "failed_registrations")
	for answers in ("2xx", "4xx", "5xx"):
	    expect("Requests", f"answers {answers}", "responses", answers)
	expect("Requests", "offered while registering", "offered_rate")
	expect("Requests", "achieved", "achieved_rate")
	for group, *path in (("Round trips answered at the first transmission", "rtt_us"),
	                     ("Round trips answered after a retransmission", "rtt_retransmitted_us")):
	    for name, key, q in (("p50", "p50", 0.5), ("p99", "p99", 0.99), ("p99.9", "p999", 0.999)):
	        own = table[group, name]
	        expect(group, name, *path, key, added=False)
	        assert number(own[3]) == quantile(path[0], q), (group, name, own, quantile(path[0], q))
	for move in ("detection", "switch", "return"):
	    for key, q in (("p50", 0.5), ("p99", 0.99)):
	        own = table["Moves between servers", f"{move} {key}"]
	        expect("Moves between servers", f"{move} {key}", "moves", f"{move}_us", key, added=False)
	        assert number(own[3]) == quantile(f"moves.{move}_us", q), (move, own)
	for name in ("failovers", "returns", "flaps"):
	    expect("Moves between servers", name, name)
	expect("Outages", "lines that were ever down", "outages", "lines_ever_down")
	expect("Outages", "longer than the worst case of a switch", "outages", "lines_too_long")
	expect("Outages", "of all lines together", "outages", "seconds")
	expect("Outages", "the longest", "outages", "longest", "seconds", added=False)
	for name, key in (("unregistered", "unregistered"), ("bindings left over", "leftovers"), ("bindings maybe left", "maybe_left")):
	    expect("The end", name, key)
	print("left:", sorted(table))
EOF2
check "its figures are those of the JSON, and no other stands in it" "left: []" "$(tail -n 1 figures.out)"

# The quantiles that the program gives are those of the histogram it writes.
python3 - before.json >quantiles.out 2>&1 <<-'EOF2'
	import json, sys
	r = json.load(open(sys.argv[1]))
	for place, buckets in r["distributions"].items():
	    own = r
	    for key in place.split("."):
	        own = own[key]
	    n = sum(count for _, count in buckets)
	    for key, q in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999)):
	        rank, below, edge = max(1, -(-n * q // 1)), 0, None
	        for at, count in buckets:
	            below += count
	            if edge is None and below >= rank:
	                edge = at
	        assert own[key] == edge, (place, key, own, edge)
	assert len(r["seconds"]["rows"]) >= 10 and r["seconds"]["step_s"] == 1, r["seconds"]
	assert sum(count for _, count in r["distributions"]["moves.detection_us"]) == r["failovers"], "detections"
	print("agree")
EOF2
check "quantiles and histograms of the summary agree" agree "$(tail -n 1 quantiles.out)"

check "no password stands in a result, nor in a report of it" 0 "$(grep -lE '"password": "(secret|[^(])' before.json both.html | wc -l)"
check "it has no script and asks for nothing" 0 "$(grep -ciE '<script|src=|href=|url\(|@import' both.html)"

# What somebody wrote into a result is shown, never run.
python3 - <<-'EOF2'
	import json
	r = json.load(open("before.json"))
	r["reasons"] = ["<script>alert(1)</script>"]
	r["causes"] = [{"code": None, "reason": "</td><img src=x onerror=alert(1)>", "count": 1}]
	r["configuration"]["profiles"] = {"<b>p</b>": {"changed": {"<i>k": "&v"}, "defaults": {}, "silence_ms": 2000}}
	r["seconds"]["rows"][0] = ["x", None, -1, 1e300, 5]
	r["distributions"]["rtt_us"] = [[5, -3], "x", [1], [7, 2]]
	json.dump(r, open("hostile.json", "w"))
	json.dump({k: v for k, v in r.items() if k in ("verdict", "requests", "lines")}, open("old.json", "w"))
EOF2
report hostile.json -o hostile.html
check "what stands in a result is never markup" "0 0" "$CODE $(grep -ciE '<script|<img|<b>|<i>' hostile.html)"
check "nor is a number that is none drawn" 0 "$(grep -c 'nan\|inf[^o]' <(grep -o ' d="[^"]*"' hostile.html))"
report old.json -o old.html
check "a result of an older version is shown as far as it goes" "0 1" "$CODE $(grep -c 'This result has no seconds' old.html)"

refuses() { # NAME WORDS ARGUMENT...
	local name=$1 words=$2
	shift 2
	report "$@"
	if [[ $CODE == 2 && $OUT == *error:*&& $OUT == *"$words"* ]]; then ok "$name"; else not_ok "$name" "exit $CODE: $OUT"; fi
}
refuses "no result" "no result given; needed: one to 6 files"
refuses "too many" "7 results given; allowed: up to 6" {before,before,before,before,before,before,before}.json
refuses "a file that is not there" "none.json: No such file" none.json
refuses "a file that is no JSON" "figures.out:1:" figures.out
echo '{"lines": 3}' >other.json
refuses "JSON that is no result" "other.json: no result of a run" other.json
refuses "a folder that is not there" "--output: no/such.html: No such file" before.json -o no/such.html
refuses "a full disk" "--output: /dev/full: it could not be written" before.json -o /dev/full

if command -v rsvg-convert >/dev/null; then
	report before.json --pictures pictures -o one.html
	check "each plot comes as a picture" "0 9 9" "$CODE $(find pictures -name '*.png' -size +2k | wc -l) $(find pictures -name '*.svg' | wc -l)"
	mkdir path && ln -s "$(command -v env)" path/
	OUT=$(PATH=$DIR/path "$HEARTLINE" report before.json --pictures other -o one.html 2>&1)
	check "without the program that makes them it says which" "2 1" "$? $(grep -c 'install librsvg2-bin' <<<"$OUT")"
fi

# On paper: A4, nothing cut off. As text, all of it is there.
if command -v chromium >/dev/null; then
	timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-pdf-header-footer \
		--print-to-pdf="$DIR/both.pdf" "file://$DIR/both.html" >chromium.log 2>&1
	check "it prints on A4" 1 "$(grep -aoE '/MediaBox ?\[0 0 59[45][.0-9]* 84[12][.0-9]*\]' both.pdf | sort -u | wc -l)"
fi
finish
