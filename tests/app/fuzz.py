# SPDX-License-Identifier: BSD-3-Clause
# A client of fuzz.sh: sends the control socket and the HTTP server of a run what grew out of good requests by
# random changes, and holds each answer against the protocol.
#
# usage: fuzz.py SOCKET PORT TOKEN SEED CASES; prints lines of TAP. What fails can be had again by its seed.
import copy
import json
import random
import re
import socket
import sys
import time

SOCKET, PORT, TOKEN, SEED, CASES = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
REQUEST_MAX = 65536
PATIENCE_S = 20
GONE = (BrokenPipeError, ConnectionResetError, ConnectionAbortedError)

# `drain` is left out: it ends the run.
REQUESTS = [
    {"command": "reload"},
    {"command": "status"},
    {"command": "lines", "state": "down", "server": "B", "sort": "since", "limit": 5},
    {"command": "lines", "number": "6000-6010", "profile": "lab", "domain": "lab.example"},
    {"command": "line show", "number": "6003"},
    {"command": "server list"},
    {"command": "profile list"},
    {"command": "port"},
    {"command": "events", "limit": 10, "after": 4},
    {"command": "line force", "action": "lock", "number": "6001", "spread": "10ms"},
    {"command": "line force", "action": "B", "state": "registered", "all": True},
    {"command": "lines add", "source": "6900-6901", "profile": "lab", "spread": "0"},
    {"command": "lines remove", "number": "6900-6901"},
    {"command": "server drain", "which": "P", "profile": "lab", "spread": "100ms"},
    {"command": "server restore", "which": "P"},
    {"command": "server force", "which": "B"},
    {"command": "rate", "rate": 500},
    {"command": "pause"},
    {"command": "resume"},
]
VALUES = [0, -1, 1, 2**31, 2**32, 2**63 - 1, 2**63, 2**64, -(2**63), 0.5, 1e308, True, False, None, "", " ", "0", "-",
          "6000-", "-6000", "9999999999999999999999", "6005-6001", "%s%n", "../../etc/passwd", "\u0000", "\u20ac" * 40,
          "x" * 5000, [], {}, [[]], {"command": "status"}, "1e9", "P", "B", "all"]
PATHS = ["/", "/metrics", "/api/v1/summary", "/api/v1/profiles", "/api/v1/servers", "/api/v1/lines?state=down&limit=3",
         "/api/v1/lines/6003", "/api/v1/events?after=3&limit=5", "/api/v1/openapi.json"]
CHANGES = [("/api/v1/reload", {}), ("/api/v1/lines:force", {"action": "B", "number": "6001", "spread": "10ms"}),
           ("/api/v1/lines:add", {"source": "6910", "profile": "lab"}), ("/api/v1/lines:remove", {"number": "6910"}),
           ("/api/v1/servers/P:drain", {"spread": "10ms"}), ("/api/v1/servers/P:restore", {}),
           ("/api/v1/rate", {"rate": 500}), ("/api/v1/pause", {}), ("/api/v1/resume", {})]


def bytes_change(data, rng):
    """Some bytes of it other ones, gone, twice, or new."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(data) + 1)
        end = min(len(data), at + rng.choice((1, 2, 8, 100)))
        what = rng.randrange(5)
        if what == 0 and at < len(data):
            data[at] = rng.randrange(256)
        elif what == 1:
            del data[at:end]
        elif what == 2:
            data[at:at] = data[at:end] * rng.choice((1, 2, 50))
        elif what == 3:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice((1, 4, 64))))
        else:
            data[at:at] = rng.choice((b"\0", b"\n", b"\r\n", b"\\ud800", b'"', b"{" * 3000, b"[" * 30000, b"\xff\xfe",
                                      b"1" * 400, b"\xc3\x28"))
    return bytes(data)


def value_change(request, rng):
    """A member of it another value, gone, or one of another request."""
    request = copy.deepcopy(request)
    for _ in range(rng.choice((1, 1, 2, 3))):
        key = rng.choice(list(request) or ["command"])
        what = rng.randrange(4)
        if what == 0:
            request.pop(key, None)
        elif what == 1:
            request[key] = rng.choice(VALUES)
        elif what == 2:
            other = rng.choice(REQUESTS)
            key = rng.choice(list(other))
            request[key] = other[key]
        else:
            request[rng.choice(("", "Command", "x" * 300, "limit", "all", "spread"))] = rng.choice(VALUES)
    return request


def mutate(request, rng):
    if rng.random() < 0.5:
        request = value_change(request, rng)
    data = json.dumps(request).encode()
    return bytes_change(data, rng) if rng.random() < 0.5 else data


def send_in_pieces(connection, data, rng):
    while data:
        n = rng.choice((1, 7, 100, len(data), len(data)))
        connection.sendall(data[:n])
        data = data[n:]


def receive(connection, enough):
    """All that comes until enough(data), or the end of the connection."""
    data = b""
    while not enough(data):
        piece = connection.recv(65536)
        if not piece:
            return data, True
        data += piece
    return data, False


def control_connect():
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE_S)
    for _ in range(200):  # 16 clients at a time; those before may not have been let go yet
        try:
            connection.connect(SOCKET)
            return connection
        except BlockingIOError:
            time.sleep(0.05)
    raise AssertionError("the control socket takes nobody")


def control_case(rng):
    requests = [mutate(rng.choice(REQUESTS), rng) for _ in range(rng.choice((1, 1, 1, 3)))]
    data = b"\n".join(requests) + b"\n"
    wanted = data.count(b"\n")
    with control_connect() as connection:
        if rng.random() < 0.1:  # half of it, and gone
            connection.sendall(data[:rng.randrange(len(data))])
            return
        try:
            send_in_pieces(connection, data, rng)
            answers, closed = receive(connection, lambda got: got.count(b"\n") >= wanted)
        except GONE:
            return  # it was told off, and did not listen
    lines = answers.split(b"\n")
    assert closed or len(lines) == wanted + 1 and not lines[-1], f"{wanted} requests, {len(lines) - 1} answers"
    for line in filter(None, lines):
        answer = json.loads(line)
        assert answer["ok"] is True or answer["error"].strip() and "\n" not in answer["error"].strip(), line


def http_request(rng):
    token = rng.choice((TOKEN, TOKEN, TOKEN, "", "x" * 32, TOKEN[:-1]))
    if rng.random() < 0.4:
        method, path, body = "GET", rng.choice(PATHS), b""
        if rng.random() < 0.5:
            path += rng.choice(("?", "&", "/", "%00", "%", "%zz", "?limit=", "?limit=-1", "?after=99999999999999999999",
                                "?state=&state=", "//", "/..", "?" + "a=b&" * 300))
    else:
        method = rng.choice(("POST", "POST", "POST", "PUT", "DELETE", "get"))
        path, request = rng.choice(CHANGES)
        body = mutate(request, rng)
    length = rng.choice((len(body), len(body), len(body), len(body), 0, len(body) + 5, -1, 2**40, "x"))
    head = (f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n").encode()
    if rng.random() < 0.3:
        head = bytes_change(head, rng)
    return head + body


def http_case(rng):
    data = http_request(rng)
    with socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE_S) as connection:
        try:
            send_in_pieces(connection, data, rng)
            connection.shutdown(socket.SHUT_WR)  # no more comes: a request that is cut off need not wait
            answer, _ = receive(connection, lambda got: False)
        except OSError as error:  # it has closed, and did not listen
            assert not isinstance(error, TimeoutError), "neither an answer nor an end"
            return
    if not answer:
        return  # what was no request at all
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    assert head.startswith(b"HTTP/1.") and 200 <= status < 600 and status != 500, head
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    if b"application/json" in head and length:
        json.loads(body[:int(length[1])])  # behind it may be the answer to what followed


def control(request):
    with control_connect() as connection:
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer, _ = receive(connection, lambda got: got.endswith(b"\n"))
    return json.loads(answer)


def http_post(path, request):
    body = json.dumps(request).encode()
    with socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE_S) as connection:
        connection.sendall((f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nAuthorization: Bearer {TOKEN}\r\n"
                            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                            "Connection: close\r\n\r\n").encode() + body)
        return receive(connection, lambda got: False)[0]


def good():
    """What is changed below is good as it is: else the changes would all stop at the same first fault."""
    def settled():
        for _ in range(200):
            if control({"command": "status"})["orders_left"] == 0:
                return True
            time.sleep(0.05)
        return False

    wrong = [f"{request}: {answer}" for request in REQUESTS
             if not settled() or not (answer := control(request))["ok"]]
    wrong += [f"{path}: {answer}" for path, request in CHANGES
              if not settled() or b" 200 " not in (answer := http_post(path, request))[:20]]
    print("not ok - the requests are good as they are: " + " | ".join(w[:200] for w in wrong) if wrong
          else "ok - the requests are good as they are", flush=True)


def main():
    good()
    for name, case in (("the control socket", control_case), ("the HTTP server", http_case)):
        why = ""
        for number in range(CASES):
            rng = random.Random(f"{SEED} {name} {number}")
            try:
                case(rng)
                if number % 100 == 99:
                    assert control({"command": "status"})["ok"], "no status"
            except Exception as error:  # of whatever kind: it is the finding
                why = f"case {number} of seed {SEED}: {type(error).__name__}: {error}"[:300]
                break
        print(f"not ok - {name}, {CASES} requests: {why}" if why else f"ok - {name}, {CASES} requests", flush=True)


main()
