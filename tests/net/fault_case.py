# SPDX-License-Identifier: BSD-3-Clause
"""Runs heartline against the scripted server as one case file says, and judges what came of it.

usage: python3 fault_case.py HEARTLINE CASE TAP DIRECTORY [EAL-OPTION...]
In the servers' network namespace; faults.sh makes that and the interface. Prints "ok - NAME" or
"not ok - NAME: WHY"; the run's files stay in DIRECTORY. The format of a case: scripted_server.py.
"""

import json
import operator
import os
import re
import signal
import subprocess
import sys
import time

from scripted_server import FIRST_USER, Case, CaseError, Server, seconds_of

# What a case does not say itself: one line that gives up fast, and is not probed.
PROFILE = {
    "outbound_server": "10.99.0.1", "backup_outbound_server": "10.99.0.2", "password": "secret",
    "use_random_sip_port": "on", "register_refresh_interval": "60s", "register_timeout": "1000ms",
    "options_timeout": "1000ms", "max_detect_fail_count": "1", "prefer_primary": "on",
    "backoff_base": "1s", "backoff_max": "2s",
}
RUN = {"ramp": "0", "drain": "0"}
END_S = 20  # for the drain, and no longer
OPERATORS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
             ">": operator.gt, ">=": operator.ge}


def keys_over(defaults, lines):
    keys = dict(defaults)
    for line in lines:
        key, _, value = line.partition(":")
        keys[key.strip()] = value.strip()
    return [f"{key}: {value}" for key, value in keys.items() if value != "-"]


def configuration(case, tap):
    if case.sections["config"]:
        return "\n".join(case.sections["config"]).replace("{tap}", tap) + "\n"
    lines = int(case.get("lines", max(1, len(case.sections["values"]))))
    group = "csv: rows.csv" if case.sections["rows"] else f"range: {FIRST_USER}-{FIRST_USER + lines - 1}"
    text = [
        "ports:", f"  - device: net_tap0,iface={tap}", "    addresses: 10.99.1.1-10.99.1.4/16",
        "profiles:", "  lab:",
        *("    " + key for key in keys_over(PROFILE, case.sections["profile"])),
        "lines:", f"  - {{profile: lab, {group}}}",
        *keys_over(RUN, case.sections["run"]),
    ]
    return "\n".join(text) + "\n"


class Run:
    """The program under test, and everything that a condition may ask for."""

    def __init__(self, heartline, case, tap, directory, eal):
        self.summary_path = os.path.join(directory, "summary.json")
        self.stderr_path = os.path.join(directory, "stderr")
        config = os.path.join(directory, "lab.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(configuration(case, tap))
        with open(os.path.join(directory, "rows.csv"), "w", encoding="utf-8") as file:
            file.writelines(row + "\n" for row in case.sections["rows"])
        self.server = Server(case, tap)
        flags = case.get("flags", "").replace("{dir}", directory).split()
        with open(self.stderr_path, "wb") as log:
            self.process = subprocess.Popen(
                [heartline, "run", "-c", config, "--summary", self.summary_path, *flags, "--", *eal],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stderr(self):
        with open(self.stderr_path, encoding="utf-8", errors="replace") as file:
            return file.read().replace("\r", "\n")

    def status(self, column):
        """A column of the last status line, by the name in the line above them all."""
        lines = self.stderr().split("\n")
        heads = [line for line in lines if re.match(r" *time +lines ", line)]
        rows = [line for line in lines if re.match(r" *\d+s +\d+ registered", line)]
        if not heads or not rows:
            return None
        names = re.sub(r"\b(on|p\d+) (\w+)", r"\1_\2", heads[-1]).replace("lines", "registered").split()
        values = rows[-1].replace(" registered", "").split()
        return float(dict(zip(names, values))[column].rstrip("s"))

    def summary(self, path):
        with open(self.summary_path, encoding="utf-8") as file:
            value = json.load(file)
        for name in path.split("."):
            value = value[int(name) if isinstance(value, list) else name]
        return value

    def value(self, words):
        """What the left side of a condition means now."""
        if words[0] == "exit":
            return self.process.poll()
        if words[0] == "stderr":
            return self.stderr()
        if words[0] == "status":
            return self.status(words[1])
        if words[0] == "summary":
            return self.summary(words[1])
        if words[0] not in ("P", "B", "*") or len(words) not in (2, 3):
            raise CaseError(f'"{" ".join(words)}": no such thing to ask for')
        if words[1] == "answers":
            return self.server.answers[words[0], int(words[2])]
        if len(words) == 2:
            return self.server.count(*words)
        if words[2] == "packets":
            return self.server.packet_count(*words[:2])
        if words[2] == "rate":
            return self.server.rate(*words[:2])
        return self.server.text(words[0], words[1], int(words[2]))

    def holds(self, condition):
        """(whether it holds, what was found)"""
        match = re.fullmatch(r"(.+?) (has|lacks) (.+)", condition)
        if match:
            found = self.value(match[1].split())
            return (match[3] in found) == (match[2] == "has"), found.strip()[-300:]
        match = re.fullmatch(r"(.+?) (=|!=|<=|>=|<|>) (\S+)", condition)
        spread = re.fullmatch(r"(.+?) (\d+)\.\.(\d+)", condition)
        if not match and not spread:
            raise CaseError(f'"{condition}" is no condition')
        found = self.value((match or spread)[1].split())
        if spread:
            return found is not None and int(spread[2]) <= found <= int(spread[3]), found
        wanted = {"true": True, "false": False, "null": None}.get(match[3], match[3])
        if isinstance(wanted, str) and re.fullmatch(r"-?[\d.]+", wanted):
            wanted = float(wanted)
        if match[2] not in ("=", "!=") and not isinstance(found, (int, float)):
            return False, found
        return OPERATORS[match[2]](found, wanted), found

    def broken(self, conditions):
        """The first condition that does not hold, as text; None: all hold."""
        for condition in conditions:
            try:
                holds, found = self.holds(condition)
            except (KeyError, IndexError, TypeError, OSError, json.JSONDecodeError) as error:
                holds, found = False, f"nothing ({type(error).__name__})"
            if not holds:
                return f"wanted {condition}, found {found}"
        return None

    def serve(self, seconds, stop):
        """Plays the servers until stop() or the time is over; whether stop() came true."""
        end = time.monotonic() + seconds
        while not stop():
            if time.monotonic() > end:
                return False
            self.server.turn()
        return True

    def ended(self):
        return self.process.poll() is not None


def play(run, case):
    """None, or what is wrong."""
    until = case.sections["until"]
    by_itself = case.get("end", "SIGINT") == "itself"
    waits_for_end = by_itself or any(condition.startswith("exit ") for condition in until)

    def reached():
        return (run.ended() and not waits_for_end) or run.broken(until) is None

    if not run.serve(seconds_of(case.get("at_most", "15s")), reached):
        return f"within {case.get('at_most', '15s')}: {run.broken(until)}"
    if not waits_for_end and run.ended():
        return "heartline ended by itself: " + (run.stderr().strip().split("\n")[-1] or "no message")
    if not waits_for_end:
        run.serve(seconds_of(case.get("watch", "0s")), run.ended)
    if not by_itself and not run.ended():
        run.process.send_signal(signal.SIGINT)
    if not run.serve(END_S, run.ended):
        return f"still running {END_S} s after its end"
    return run.broken(case.sections["expect"])


def main():
    heartline, path, tap, directory, *eal = sys.argv[1:]
    name = os.path.basename(path)
    run = None
    try:
        case = Case(path)
        name = case.settings["name"]
        run = Run(heartline, case, tap, directory, eal)
        wrong = play(run, case)
    except (CaseError, OSError, subprocess.SubprocessError) as error:
        wrong = f"{type(error).__name__}: {error}"
    finally:
        if run:
            run.server.close()
            if not run.ended():
                run.process.kill()
                run.process.wait()
    print(f"not ok - {name}: {wrong}" if wrong else f"ok - {name}")
    sys.exit(1 if wrong else 0)


main()
