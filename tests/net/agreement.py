# SPDX-License-Identifier: BSD-3-Clause
"""Compares what agreement.sh has gathered; prints a line a comparison: NAME, WANTED, GOT, tabs between them.

usage: agreement.py FOLDER LINES ERRORS
ERRORS: datagrams that Kamailio's sockets had no room for, which the wire saw and Kamailio did not.
"""

import collections
import json
import re
import sqlite3
import sys

folder, lines, errors = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
METHODS = ("REGISTER", "OPTIONS")
SERVERS = {"primary": "10.99.0.1", "backup": "10.99.0.2"}


def same(name, wanted, got):
    print(f"{name}\t{wanted}\t{got}")


def read(name):
    with open(f"{folder}/{name}", encoding="utf-8") as file:
        return file.read()


class Look:
    """What every surface said in one pause, each as a list of numbers with the same names."""

    def __init__(self, name):
        self.name = name
        self.status = json.loads(read(f"{name}.status"))
        self.api = json.loads(read(f"{name}.api"))
        self.servers = json.loads(read(f"{name}.servers"))["servers"]
        self.samples = {}
        for line in read(f"{name}.metrics").splitlines():
            if not line.startswith("#"):
                key, value = line.rsplit(" ", 1)
                self.samples[key] = float(value)

    def sample(self, name, **labels):
        inside = ",".join(f'{key}="{value}"' for key, value in labels.items())
        return int(self.samples.get(f"heartline_{name}" + (f"{{{inside}}}" if inside else ""), 0))

    def everywhere(self, name, wanted, place, sample):
        """`place`: of a value in status and API; `sample`: the same in /metrics."""
        got = []
        for surface in (self.status, self.api):
            value = surface
            for key in place.split("."):
                value = value[key]
            got.append(value)
        same(f"{self.name}: {name}", [wanted] * 3, got + [self.sample(*sample[:1], **sample[1])])


def transitions(events):
    """How often lines moved from one state to another."""
    return collections.Counter((e["from"], e["to"]) for e in events)


class Wire:
    """What tshark read: requests by server and time, answers by server and code."""

    def __init__(self):
        self.seen = {}  # branch: how often
        self.first = collections.Counter()  # by method
        self.again = collections.Counter()
        self.sent = []  # (server, method, time)
        self.answers = collections.Counter()  # (server, code)
        for row in read("all.packets").splitlines():
            source, target, method, code, of, branch, time = row.split("\t")
            if method:
                again = branch in self.seen
                self.seen[branch] = True
                (self.again if again else self.first)[method] += 1
                self.sent.append((target, method, float(time)))
            else:
                self.answers[source, int(code)] += 1

    def heard(self, server, method, begin, end):
        return sum(1 for s, m, t in self.sent if s == server and m == method and begin < t < end)

    def answered(self, of_class):
        return sum(n for (_, code), n in self.answers.items() if code // 100 == of_class)


def compare_wire(wire, look):
    """Messages: each surface against the capture."""
    dropped = sum(look.status["metrics"]["drops"].values())
    for method in METHODS:
        look.everywhere(f"{method} requests", wire.first[method], f"metrics.requests.{method}",
                        ("requests_total", {"method": method}))
        look.everywhere(f"{method} retransmissions", wire.again[method],
                        f"metrics.counters.retransmissions.{method}",
                        ("retransmissions_total", {"method": method}))
    same("returned: answers and drops", sum(wire.answers.values()),
         sum(look.status["metrics"]["responses"].values()) + dropped)
    if dropped == 0:
        for of_class in (2, 4):
            look.everywhere(f"{of_class}xx answers", wire.answered(of_class),
                            f"metrics.responses.{of_class}xx",
                            ("responses_total", {"class": f"{of_class}xx"}))
    else:
        print(f"# {dropped} answers dropped", file=sys.stderr)


def compare_lines(look, on_primary, on_backup):
    look.everywhere("lines on the primary", on_primary, "lines.on_primary", ("lines", {"state": "ON_P"}))
    look.everywhere("lines on the backup", on_backup, "lines.on_backup", ("lines", {"state": "ON_B"}))
    same(f"{look.name}: server list", [on_primary, on_backup], [s["registered"] for s in look.servers])


def compare_moves(look, failovers, returns):
    look.everywhere("failovers", failovers, "metrics.failovers", ("failovers_total", {}))
    look.everywhere("returns", returns, "metrics.returns", ("returns_total", {}))


def compare_events(look, recent, written, summary):
    """Transitions: counters, the events in memory and the file of events."""
    before = recent["events"]
    same("returned: events in memory go without a gap", True,
         [e["event"] for e in before] == list(range(1, len(before) + 1)))
    same("returned: transitions in memory and in the file", sorted(transitions(before).items()),
         sorted(transitions(written[:len(before)]).items()))
    moves = transitions(before)
    compare_moves(look, sum(n for (_, to), n in moves.items() if to == "ON_B"),
                  moves["SW_P", "ON_P"])
    moves = transitions(written)
    same("summary: failovers", sum(n for (_, to), n in moves.items() if to == "ON_B"), summary["failovers"])
    same("summary: returns", moves["SW_P", "ON_P"], summary["returns"])
    same("summary: events written", len(written), summary["events"]["written"])
    same("summary: lines that ended", lines, moves["ON_P", "OFF"])


def compare_history(written):
    """Transitions and causes: the history against the file of events."""
    db = sqlite3.connect(f"file:{folder}/history.db?mode=ro", uri=True)
    rows = db.execute("SELECT number, from_state, to_state, server, cause FROM history").fetchall()
    same("history: changes", len(written), len(rows))
    same("history: each change, with its line, server and cause", True, collections.Counter(rows) ==
         collections.Counter((e["number"], e["from"], e["to"], e["server"], e["cause"]) for e in written))


def compare_kamailio(wire, look):
    """What each life of each server heard and answered, against the capture."""
    lives, begun = [], {}
    for row in read("heard").splitlines():
        what, server, *counts = row.split()
        at, counts = float(counts[0]), [int(n) for n in counts[1:]]
        if what == "begin":
            begun[server] = (at, counts)
        else:
            begin, first = begun.pop(server)
            lives.append((server, begin, at, [n - m for n, m in zip(counts, first)]))
    same("Kamailio: lives", 3, len(lives))
    on_wire = [wire.heard(SERVERS[server], method, begin, end)
               for server, begin, end, _ in lives for method in METHODS]
    counted = [n for *_, counts in lives for n in counts[:2]]
    same("Kamailio: REGISTER and OPTIONS heard", on_wire if errors == 0 else sum(on_wire),
         counted if errors == 0 else sum(counted) + errors)
    for place, code in ((2, 200), (3, 401)):
        same(f"Kamailio: {code} sent", sum(n for (_, c), n in wire.answers.items() if c == code),
             sum(counts[place] for *_, counts in lives))
    same("Kamailio: challenges answered", wire.answers[SERVERS["primary"], 401] +
         wire.answers[SERVERS["backup"], 401], look.status["metrics"]["counters"]["challenges"])


def main():
    wire = Wire()
    registered, moved, returned = Look("registered"), Look("moved"), Look("returned")
    summary = json.loads(read("summary.json"))
    written = [json.loads(line) for line in read("events.json").splitlines()]
    compare_lines(registered, lines, 0)
    compare_moves(registered, 0, 0)
    compare_lines(moved, 0, lines)
    compare_lines(returned, lines, 0)
    compare_wire(wire, returned)
    compare_events(returned, json.loads(read("returned.events")), written, summary)
    compare_history(written)
    compare_kamailio(wire, returned)
    by_cause = re.compile(r'heartline_failures_total\{code="([^"]+)"\}')
    causes = {m[1]: int(n) for key, n in returned.samples.items() if (m := by_cause.match(key))}
    same("failures by cause", sum(c["count"] for c in summary["causes"]), sum(causes.values()))


main()
