# SPDX-License-Identifier: BSD-3-Clause
# A client of /api/v1 for http_api.sh: holds every answer of a run against the description that the run
# itself serves, and sends what no client should.
#
# usage: http_api.py PORT TOKEN LINES SECTION; prints lines of TAP
import http.client
import json
import socket
import sys
import time

PORT, TOKEN, LINES, SECTION = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
HOST = "127.0.0.1"


def check(name, good, why=""):
    print("ok - " + name if good else f"not ok - {name}: {why}", flush=True)


def call(method, path, body=None, headers=None, token=TOKEN):
    head = {"Authorization": "Bearer " + token} if token else {}
    if method == "POST":
        head["Content-Type"] = "application/json"
    head.update(headers or {})
    connection = http.client.HTTPConnection(HOST, PORT, timeout=30)
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    if body is not None and not isinstance(body, (str, bytes)):
        head["Transfer-Encoding"] = "chunked"
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in body) + b"0\r\n\r\n"
    elif body is not None:
        body = body.encode() if isinstance(body, str) else body
        head["Content-Length"] = str(len(body))
    connection.putrequest(method, path, skip_host="Host" in head, skip_accept_encoding=True)
    for name, value in head.items():
        connection.putheader(name, value)
    connection.endheaders()
    try:
        connection.send(body or b"")
    except (BrokenPipeError, ConnectionResetError):
        pass  # it was refused by its headers; the answer is there
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, answer.getheader("Content-Type"), data


# --- the description ---


class Description:
    def __init__(self):
        import jsonschema

        self.jsonschema = jsonschema
        self.root = json.loads(call("GET", "/api/v1/openapi.json")[2])
        self.seen = set()

    def valid(self, schema, value):
        resolver = self.jsonschema.RefResolver.from_schema(self.root)
        errors = self.jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(value)
        return "; ".join(f"{list(e.absolute_path)}: {e.message}" for e in errors)

    def answers(self, documented):
        method, path = documented.split()
        return self.root["paths"][path][method.lower()]["responses"]

    # One call, whose answer must be as the description says.
    def holds(self, documented, status, path=None, body=None, headers=None, token=TOKEN, method=None):
        name = f"{documented} {path or ''} {status}"
        own, place = documented.split()
        got, kind, data = call(method or own, path or place, body, headers, token)
        answers = self.answers(documented)
        if got != status or str(status) not in answers:
            check(name, False, f"{got} {data[:200]!r}, described: {sorted(answers)}")
            return None
        (media, content), = answers[str(status)]["content"].items()
        self.seen.add((own, place, str(status)))
        if media != "application/json":
            check(name, kind.startswith(media), kind)
            return data
        value = json.loads(data)
        wrong = "" if kind == media else kind
        wrong = wrong or self.valid(content["schema"], value)
        check(name, not wrong, wrong)
        return value


# --- server-sent events ---


class Stream:
    def __init__(self, path, last_id=None):
        self.socket = connect()
        last = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{last}\r\n".encode())
        self.answer = http.client.HTTPResponse(self.socket, method="GET")
        self.answer.begin()

    # The next event as a dictionary of its fields; comments are passed over.
    def next(self):
        event = {}
        while line := self.answer.readline():
            line = line.decode().rstrip("\n")
            if not line and "data" in event:
                return event
            name, _, value = line.partition(": ")
            if name and not line.startswith(":"):
                event[name] = value
        return None

    def close(self):
        self.answer.close()
        self.socket.close()


# One that was closed before may still be counted for a moment.
def stream_open(path):
    end = time.monotonic() + 20
    while True:
        stream = Stream(path)
        if stream.answer.status == 200 or time.monotonic() > end:
            return stream
        stream.close()
        time.sleep(0.05)


def refused(d, name, status, path):
    stream = Stream(path)
    d.seen.add(("GET", "/api/v1/events/stream", str(status)))
    wrong = stream.answer.status
    if wrong == status:  # else it may be a stream, which has no end
        wrong = d.valid({"$ref": "#/components/schemas/Error"}, json.loads(stream.answer.read()))
    check(name, not wrong, wrong)
    stream.close()


# `events`: all changes so far, as the list has them.
def streamed(d, path, events):
    item = d.root["components"]["schemas"]["Events"]["properties"]["events"]["items"]
    plain = lambda event: {k: v for k, v in event.items() if k != "ago_ms"}

    stream = Stream(path + "?after=0")
    kind = stream.answer.getheader("Content-Type")
    d.seen.add(("GET", "/api/v1/events/stream", "200"))
    check("stream: its type", (stream.answer.status, kind) == (200, "text/event-stream"), (stream.answer.status, kind))
    began = stream.next()
    run = json.loads(began["data"])["run"]
    check("stream: first it says which run", began["event"] == "run" and began["id"] == run + "-0", began)
    got = [stream.next() for _ in events]
    changes = [json.loads(event["data"]) for event in got]
    wrong = [w for w in (d.valid(item, change) for change in changes) if w]
    check("stream: its changes are as described", not wrong, wrong[:1])
    check("stream: all changes in their order", [plain(c) for c in changes] == [plain(e) for e in events], changes[:2])
    check("stream: the id of each", [e["id"] for e in got] == [f"{run}-{e['event']}" for e in events], got[:2])

    # What comes later comes to those who listen, and to those who come back.
    fresh = Stream(path)
    check("stream: without a place it begins now", json.loads(fresh.next()["data"])["after"] == len(events))
    call("POST", "/api/v1/lines:force", {"action": "disable", "number": "6009", "spread": "0"})
    there = [json.loads(s.next()["data"]) for s in (stream, fresh)]
    check("stream: a change, to all", [(c["number"], c["to"]) for c in there] == [("6009", "OFF")] * 2, there)
    fresh.close()
    back = Stream(path, f"{run}-{len(events)}")
    back.next()
    check("stream: Last-Event-ID goes on behind it", json.loads(back.next()["data"])["number"] == "6009")
    back.close()
    for other in (f"{int(run, 16) - 1:x}-{len(events)}", "nonsense", f"{run}-99999999"):
        back = Stream(path, other)
        began = json.loads(back.next()["data"])
        check(f"stream: {other} is of no event here, so all are sent", began["after"] == 0, began)
        back.close()
    refused(d, "stream: a place that is none", 400, path + "?after=-1")
    refused(d, "stream: an argument that is none", 400, path + "?before=1")
    refused(d, "stream: a place without a number", 400, path + "?after")

    # Their number is bounded, and who leaves makes room, also when nothing is said.
    many = [stream] + [stream_open(path) for _ in range(15)]
    check("stream: sixteen at a time", all(s.answer.status == 200 for s in many))
    refused(d, "stream: not one more", 503, path)
    check("stream: and others are served", serves() is True)
    for s in many:
        s.close()
    stream = stream_open(path)
    check("stream: who leaves makes room", stream.answer.status == 200, stream.answer.status)
    stream.close()
    call("POST", "/api/v1/lines:force", {"action": "enable", "number": "6009", "spread": "0"})
    end = time.monotonic() + 20
    while json.loads(call("GET", "/api/v1/lines/6009")[2])["state"] != "ON_P" and time.monotonic() < end:
        time.sleep(0.05)


def described():
    d = Description()
    head = "/api/v1"
    for path, methods in d.root["paths"].items():
        for method in methods:
            own = method.upper()
            documented = f"{own} {path}"
            place = path.replace("{number}", "6000").replace("{server}", "P")
            body = {} if own == "POST" else None
            d.holds(documented, 403, place, body, {"Host": "evil.example"})
            d.holds(documented, 405, place, method="PUT")
            if own == "GET":
                d.holds(documented, 400, place, "x")
                continue
            d.holds(documented, 401, place, {}, token=None)
            d.holds(documented, 401, place, {}, token=TOKEN[:-1])
            d.holds(documented, 415, place, "{}", {"Content-Type": "text/plain"})
            d.holds(documented, 415, place, "{}", {"Content-Type": "application/x-www-form-urlencoded"})
            d.holds(documented, 411, place, iter([b"{}"]))
            d.holds(documented, 413, place, "x" * 70000)
            d.holds(documented, 400, place, "{")
            d.holds(documented, 400, place, "[" * 5000)
            d.holds(documented, 400, place, b'{"profile": "\xff"}')
            d.holds(documented, 400, place, {"command": "status"})
            d.holds(documented, 400, place, {"nonsense": 1})
            d.holds(documented, 400, place + "?a=b", {})

    assert d.holds("GET /metrics", 200)
    d.holds("GET /api/v1/openapi.json", 200)
    summary = d.holds("GET /api/v1/summary", 200)
    check("summary: all lines", summary["lines"]["registered"] == LINES, summary["lines"])
    end = time.monotonic() + 20
    while json.loads(call("GET", head + "/seconds")[2])["next"] < 3 and time.monotonic() < end:
        time.sleep(0.1)
    seconds = d.holds("GET /api/v1/seconds", 200)
    rows = [dict(zip(seconds["columns"], row)) for row in seconds["rows"]]
    times = [row["time_ms"] for row in rows]
    check("seconds: one after the other, up to now", times == sorted(times) and len(times) == seconds["next"] >= 2 and
          abs(times[-1] / 1000 - time.time()) < 10, times[-3:])
    check("seconds: their requests are those of the run", 0 < sum(row["requests"] for row in rows) <= 1.1 * sum(
          json.loads(call("GET", head + "/summary")[2])["metrics"]["requests"].values()) + 10, rows)
    check("seconds: the lines", rows[-1]["on_primary"] == LINES and rows[-1]["down"] == 0, rows[-1])
    some = d.holds("GET /api/v1/seconds", 200, head + "/seconds?limit=1")
    check("seconds: the latest one", len(some["rows"]) == 1 and some["rows"][0][0] >= times[-1], some)
    some = d.holds("GET /api/v1/seconds", 200, f"{head}/seconds?after={some['next']}")
    check("seconds: none behind it yet", len(some["rows"]) <= 1, some)
    d.holds("GET /api/v1/seconds", 200, head + "/seconds?after=999999999")
    for wrong in ("limit=0", "limit=3601", "after=-1", "after", "before=1"):
        d.holds("GET /api/v1/seconds", 400, f"{head}/seconds?{wrong}")
    profiles = d.holds("GET /api/v1/profiles", 200)["profiles"]
    check("profiles", [p["profile"] for p in profiles] == ["lab"], profiles)
    d.holds("GET /api/v1/servers", 200)
    d.holds("GET /api/v1/lines", 400, head + "/lines?limit=0")
    d.holds("GET /api/v1/lines", 400, head + "/lines?limit=-1")
    d.holds("GET /api/v1/lines", 400, head + "/lines?limit=")
    d.holds("GET /api/v1/lines", 400, head + "/lines?limit=1&limit=2")
    d.holds("GET /api/v1/lines", 400, head + "/lines?limit")
    d.holds("GET /api/v1/lines", 400, head + "/lines?state=dead")
    d.holds("GET /api/v1/lines", 400, head + "/lines?after=here")
    d.holds("GET /api/v1/lines", 400, head + "/lines?number=6009-6000")
    d.holds("GET /api/v1/lines", 400, head + "/lines?profile=%ff")
    d.holds("GET /api/v1/lines", 400, head + "/lines?profile=a%00b")
    d.holds("GET /api/v1/lines", 400, head + "/lines?command=drain")
    wrong = d.holds("GET /api/v1/lines", 400, head + "/lines?profile=labs")["error"]
    check("an error says what is allowed", wrong["allowed"] == "lab", wrong)
    numbers, after = [], ""
    while True:
        page = d.holds("GET /api/v1/lines", 200, head + "/lines?limit=20&sort=since" + after)
        numbers += [row["number"] for row in page["lines"]]
        if page["next"] is None:
            break
        after = "&after=" + page["next"]
    check("lines: all, each once", sorted(numbers) == [str(6000 + i) for i in range(LINES)], numbers)
    page = d.holds("GET /api/v1/lines", 200, head + "/lines?number=6003-6004&server=p&state=Registered")
    check("lines: a filter", [r["number"] for r in page["lines"]] == ["6003", "6004"], page)
    line = d.holds("GET /api/v1/lines/{number}", 200, head + "/lines/6007")
    check("line: by its number", line["number"] == "6007" and line["line"] == 7, line)
    d.holds("GET /api/v1/lines/{number}", 404, head + "/lines/5999")
    d.holds("GET /api/v1/lines/{number}", 400, head + "/lines/6007?number=6008")
    d.holds("GET /api/v1/lines/{number}", 400, head + "/lines/" + "6" * 200)
    events, after = [], 0
    while True:
        page = d.holds("GET /api/v1/events", 200, f"{head}/events?limit=30&after={after}")
        if not page["events"]:
            break
        events += page["events"]
        after = page["next"]
    check("events: all of them in their order", [e["event"] for e in events] == list(range(1, after + 1)) and
          len(events) >= 2 * LINES, (len(events), after))
    latest = d.holds("GET /api/v1/events", 200, head + "/events?limit=1")["events"]
    check("events: the latest one", latest[0]["event"] == after, latest)
    d.holds("GET /api/v1/events", 200, f"{head}/events?after=999999999999")
    d.holds("GET /api/v1/events", 400, head + "/events?after=-1")
    d.holds("GET /api/v1/events", 400, head + "/events?after=99999999999999999999")

    streamed(d, f"{head}/events/stream", events)

    # What it takes to steer.
    on = lambda server: {s["server"]: s["registered"] for s in
                         json.loads(call("GET", head + "/servers")[2])["servers"]}[server]

    def reaches(name, server, n):
        end = time.monotonic() + 60
        while on(server) != n and time.monotonic() < end:
            time.sleep(0.05)
        check(name, on(server) == n, on(server))

    order = d.holds("POST /api/v1/lines:force", 200, None, {"action": "b", "number": "6000-6009", "spread": "0"})
    check("force: says how many", order == {"lines": 10, "spread_ms": 0}, order)
    reaches("force: ten are on the backup", "B", 10)
    d.holds("POST /api/v1/lines:force", 400, None, {"action": "b"})
    d.holds("POST /api/v1/lines:force", 400, None, {"action": "b", "all": "yes"})
    d.holds("POST /api/v1/lines:force", 400, None, {"action": "b", "number": 6000})
    d.holds("POST /api/v1/servers/{server}:drain", 200, head + "/servers/P:drain", {"spread": "0"})
    reaches("drain: all are on the backup", "B", LINES)
    d.holds("POST /api/v1/servers/{server}:restore", 200, head + "/servers/p:restore", {"spread": "0"})
    reaches("restore: all are back", "P", LINES)
    d.holds("POST /api/v1/servers/{server}:force", 200, head + "/servers/B:force", {"profile": "lab", "spread": "0"})
    reaches("force: all are on the backup", "B", LINES)
    d.holds("POST /api/v1/servers/{server}:force", 200, head + "/servers/P:force", {"spread": "0"})
    reaches("force: and back", "P", LINES)
    d.holds("POST /api/v1/servers/{server}:force", 400, head + "/servers/Q:force", {})
    d.holds("POST /api/v1/servers/{server}:force", 400, head + "/servers/P:force", {"which": "B"})
    def gone(name):
        end = time.monotonic() + 60
        places = lambda: json.loads(call("GET", head + "/summary")[2])["places"]
        while places()["leaving"] and time.monotonic() < end:
            time.sleep(0.05)
        check(name, places()["leaving"] == 0, places())

    added = d.holds("POST /api/v1/lines:add", 200, None, {"source": "6100-6101", "spread": "0"})
    check("add: says how many, and what room is left", added == {"lines": 2, "spread_ms": 0, "free": 1}, added)
    reaches("add: they register", "P", LINES + 2)
    for source in ("6100", "6200-6209", "", "/etc/passwd", "more.csv"):
        d.holds("POST /api/v1/lines:add", 400, None, {"source": source})
    named = d.holds("POST /api/v1/lines:add", 400, None, {"source": "/etc/passwd"})["error"]
    check("add: no file is named by HTTP", "cannot be named by HTTP" in json.dumps(named), named)
    reloaded = d.holds("POST /api/v1/reload", 200, None, {})
    check("reload: lines that are not in the file leave", (reloaded["added"], reloaded["removed"]) == (0, 2), reloaded)
    reaches("reload: they are lines no more", "P", LINES)
    gone("reload: their places are free")
    named = d.holds("POST /api/v1/reload", 400, None, {"file": "/etc/passwd"})["error"]
    check("reload: nor here", "cannot be named by HTTP" in json.dumps(named), named)
    removed = d.holds("POST /api/v1/lines:remove", 200, None, {"number": "6049", "spread": "0"})
    check("remove: says how many", removed["lines"] == 1, removed)
    reaches("remove: it is no line any more", "P", LINES - 1)
    gone("remove: its place is free")
    d.holds("POST /api/v1/lines:remove", 400, None, {})
    events = d.holds("GET /api/v1/events", 200, head + "/events?limit=1000&after=0")
    check("events: none of a removed line", "6100" not in {e["number"] for e in events["events"]} and
          events["of_removed"] > 0, events["of_removed"])
    reloaded = d.holds("POST /api/v1/reload", 200, None, {})
    check("reload: lines that are in the file come back", (reloaded["added"], reloaded["removed"]) == (1, 0), reloaded)
    reaches("reload: all are there", "P", LINES)
    rate = d.holds("POST /api/v1/rate", 200, None, {"rate": 5000})
    check("rate", rate == {"before": 0, "rate": 5000}, rate)
    d.holds("POST /api/v1/rate", 400, None, {"rate": "fast"})
    d.holds("POST /api/v1/rate", 400, None, {"rate": -1})
    d.holds("POST /api/v1/rate", 200, None, {"rate": 0})
    paused = d.holds("POST /api/v1/pause", 200, None, {})
    check("pause", paused["paused"] and not paused["already"], paused)
    check("pause: a second time", d.holds("POST /api/v1/pause", 200, None, "")["already"])
    d.holds("POST /api/v1/resume", 200, None, {})

    # What others than one path and method say.
    got = call("GET", "/api/v2/summary")
    check("no such path", got[0] == 404 and not d.valid({"$ref": "#/components/schemas/Error"}, json.loads(got[2])), got)
    check("a path too far", call("GET", "/api/v1/lines/6000/events")[0] == 404)
    unseen = {(m.upper(), p, s) for p, ms in d.root["paths"].items() for m in ms
              for s in ms[m]["responses"]} - d.seen
    # Reading is free here: http.sh asks for it without a token over TLS. 503 are below, and lack of memory.
    unseen = {u for u in unseen if u[2] != "503" and not (u[0] == "GET" and u[2] == "401")
              and u != ("POST", "/api/v1/drain", "200")}
    check("every answer that is described was seen", not unseen, sorted(unseen))


def drain():
    d = Description()
    answer = d.holds("POST /api/v1/drain", 200, None, {})
    check("drain", answer == {"already": False}, answer)
    end = time.monotonic() + 20
    while call("POST", "/api/v1/rate", {"rate": 1})[0] != 503 and time.monotonic() < end:
        time.sleep(0.01)
    d.holds("POST /api/v1/rate", 503, None, {"rate": 1})


# --- what no client should send ---


def connect():
    return socket.create_connection((HOST, PORT), timeout=60)


def until_closed(s):
    got = b""
    try:
        while part := s.recv(65536):
            got += part
    except ConnectionResetError:
        pass
    return got


def raw(data):
    s = connect()
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # let go of in the middle
    return until_closed(s)


def serves():
    try:
        return call("GET", "/api/v1/summary")[0] == 200
    except OSError as e:
        return str(e)


def hostile():
    import random

    chance = random.Random(1)
    good = f"POST /api/v1/rate HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n" \
           "Content-Type: application/json\r\nContent-Length: 11\r\n\r\n".encode() + b'{"rate": 0}'
    check("what is broken below is whole here", raw(good).startswith(b"HTTP/1.1 200"))
    for n in range(0, len(good), 7):
        raw(good[:n])
    check("requests cut off anywhere", serves() is True)
    for _ in range(300):
        broken = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        raw(bytes(broken))
    check("requests with wrong bytes", serves() is True)
    for data in (b"\0" * 5000, chance.randbytes(20000), b"\r\n" * 3000, b"GET " + b"/" * 60000,
                 b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 9000, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                 b"POST /api/v1/rate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
                 b"POST /api/v1/rate HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                 good.replace(b"Content-Length: 11", b"Content-Length: 11\r\nTransfer-Encoding: chunked"),
                 good.replace(b"Content-Length: 11", b"Content-Length: 3"),
                 b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01" + b"\0" * 500):
        raw(data)
    check("what is no HTTP", serves() is True)

    # One after the other on a connection, without waiting for answers.
    s = connect()
    s.sendall(good.replace(b"rate", b"rate") * 50)
    s.shutdown(socket.SHUT_WR)
    check("fifty requests at once get fifty answers", until_closed(s).count(b"HTTP/1.1 200") == 50)

    # Clients that send a byte now and then hold no place for long, and meanwhile others are served.
    slow = [connect() for _ in range(20)]
    stuck = connect()  # asks for much, and reads nothing
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200)
    began = time.monotonic()
    alive, longest = set(slow), 0.0
    while alive and time.monotonic() < began + 60:
        for s in list(alive):
            try:
                s.setblocking(False)
                s.send(b"G")
                s.recv(1000)
                alive.discard(s)
            except BlockingIOError:
                pass
            except OSError:
                alive.discard(s)
        before = time.monotonic()
        if serves() is not True:
            break
        longest = max(longest, time.monotonic() - before)
        time.sleep(0.2)
    check("slow clients are let go", not alive, len(alive))
    check("and others were served all the while", longest < 5, longest)
    stuck.close()

    # A stream that nobody reads takes no turn from others, however much there is to say.
    unread = connect()
    unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    unread.sendall(b"GET /api/v1/events/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for action in ("B", "P") * 10:
        call("POST", "/api/v1/lines:force", {"action": action, "all": True, "spread": "0"})
    began = time.monotonic()
    check("a stream that is not read stops nobody", serves() is True and time.monotonic() - began < 5)
    unread.close()

    # Many at once: a few are served, the others are told, nobody waits for ever, and all is as before.
    many = []
    for _ in range(1000):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex((HOST, PORT))
        many.append(s)
    told, end = 0, time.monotonic() + 20
    while told == 0 and time.monotonic() < end:
        time.sleep(0.05)
        for s in many:
            try:
                told += b"503" in s.recv(1000)
            except OSError:
                pass
    check("a thousand connections: those too many are told", told > 0, told)
    for s in many:
        s.close()
    end = time.monotonic() + 30
    while serves() is not True and time.monotonic() < end:
        time.sleep(0.1)
    check("a thousand connections: then all is as before", serves() is True, serves())


{"described": described, "drain": drain, "hostile": hostile}[SECTION]()
