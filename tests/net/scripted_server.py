# SPDX-License-Identifier: BSD-3-Clause
"""A small scripted SIP server: answers requests as a case file says, and sends whatever frames it says.

A case file (tests/net/faults/NAME.case) is plain text; a line that begins with # is a comment. It begins
with settings, one a line:

    name: the right outcome, as the test's line will say it
    lines: 3                  how many lines, 6000 and up (default: one, or one for each value)
    flags: --drain 1s         further words of heartline's command line
    closed: B                 servers at whose port nobody listens: the kernel sends ICMP port unreachable
    absent: P                 servers whose address nobody has: no answer to ARP
    at_most: 20s              bound on the wait for [until] (default 15s)
    watch: 3s                 after [until] go on so long, to see that nothing more happens (default 0s)
    end: SIGINT               how the run ends: SIGINT once (default), or "itself"

Then sections:

    [profile]  [run]          keys of the configuration, as in YAML, over those in fault_case.py;
                              a value of - removes the key
    [rows]                    the lines as a CSV file, instead of 6000 and up
    [config]                  a whole configuration instead; {tap} is the interface
    [network]                 arguments of `ip` before the run: address add 10.99.0.9/32 dev lo
    [values]                  texts, one for each line: {value} is the requesting line's own
    [P REGISTER]              what a server answers to a method: P (10.99.0.1), B (10.99.0.2), or *;
                              the method may be *, and UNREGISTER is a REGISTER with Expires: 0.
                              Without a section: 200, and to a REGISTER the Contact and time asked for
    [after 2s]  [every 10ms]  what is sent unasked, counted from the first request
    [until]                   conditions that end the run when all of them hold
    [expect]                  conditions that must hold afterwards

What is answered are steps with a blank line between them; each line of the run takes the steps one after
the other, and the last one for ever. A retransmitted request gets its step again. A step is a status line
and headers; Via, From, To, Call-ID, CSeq and Content-Length are added unless a header of that name is given
("-Name" leaves one out). Lines that begin with @ say how:

    @times 3                  for three requests, not one
    @silent                   nothing is sent
    @delay 600ms              later
    @copies 2                 so often
    @source 10.99.0.3:5070    from another address or port
    @raw                      the text is the whole datagram: no header is added, only the empty line at
                              its end, and with @open not even that
    @fragments 800 1 0        in IP fragments of 800 bytes, in that order (as they come without an order)
    @udp A:PORT B:PORT        a datagram with a forged source, and to anywhere; text as with @raw
    @icmp 3 3 from ADDRESS [quote BYTES] [port N] [garbage]
                              an ICMP error that quotes the request: so many bytes of it (all), its source
                              port replaced, what follows the UDP header replaced
    @arp reply MAC IP MAC IP [from MAC] [to MAC]      (or request) sender, target, Ethernet addresses
    @frame HEX                a frame, as it is
    @ip ARGUMENTS             a command of ip(8): link set dev {tap} address 02:00:00:00:00:01
    @flood 20s                what the step sends again and again, as fast as can be, for so long or until
                              the run ends, beside everything else

Placeholders: {via} {from} {to} {call_id} {cseq} {branch} {contact} {contact_user} {contact_host}
{contact_port} {contact_params} {expires} {user} {method} of the request; {server} its address, {n} its number
among the line's requests of that method there, {value}, {tap}, {tap_mac} and {line_mac} (both ends' MAC
addresses), {pad N} N letters, {byte 0d} one byte.

Conditions: A OP N or A LOW..HIGH, with = != < <= > >=; or A has TEXT, A lacks TEXT. A is
    P REGISTER                requests (each once, however often it was retransmitted); also B, *, and any method
    P REGISTER packets        with retransmissions;  P REGISTER rate: most packets within one second
    P REGISTER 2              the text of the second such request (-1: the last), for has and lacks
    P answers 5060            answers of heartline that came to this port of the server
    status on_P               a column of the last status line: time registered on_P on_B trying down parked ...
    summary rtt_us.options.p50   a member of the JSON summary;  exit: the exit code;  stderr: the text
"""

import collections
import heapq
import os
import re
import signal
import socket
import struct
import subprocess
import time

SERVERS = {"P": "10.99.0.1", "B": "10.99.0.2"}
PORT = 5060
FIRST_USER = 6000
FRAME_MAX = 65536
PACKET_OUTGOING = 4  # of packet(7)
STANDARD = ("Via", "From", "To", "Call-ID", "CSeq", "Content-Length")
COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}


class CaseError(Exception):
    """A case file that cannot be read; says where."""


def seconds_of(text):
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s)", text)
    if not match:
        raise CaseError(f'"{text}" is no time: write 500ms or 2s')
    return float(match[1]) / (1000 if match[2] == "ms" else 1)


class Step:
    """What is sent once: options (lines that begin with @) and text."""

    def __init__(self, lines):
        self.options = []  # (name, words)
        self.text = []
        for line in lines:
            if line.startswith("@"):
                name, _, rest = line[1:].partition(" ")
                self.options.append((name, rest.split()))
            else:
                self.text.append(line)

    def option(self, name, default=None):
        return next((words for key, words in self.options if key == name), default)


class Case:
    """A case file, read."""

    SETTINGS = ("name", "lines", "flags", "closed", "absent", "at_most", "watch", "end")
    PLAIN = ("profile", "run", "rows", "config", "network", "values", "until", "expect")

    def __init__(self, path):
        self.settings = {}
        self.sections = collections.OrderedDict((name, []) for name in self.PLAIN)
        self.steps = collections.OrderedDict()  # "P REGISTER", "after 2s" -> [Step]
        current = None
        blocks = {}
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\n")
                if line.startswith("#"):
                    continue
                head = re.fullmatch(r"\[(.+)\]", line)
                if head:
                    current = head[1]
                    if current not in self.PLAIN:
                        blocks.setdefault(current, [[]])
                elif current in self.PLAIN:
                    if line.strip():
                        self.sections[current].append(line)
                elif current is not None:
                    if line.strip():
                        blocks[current][-1].append(line)
                    elif blocks[current][-1]:
                        blocks[current].append([])
                elif line.strip():
                    key, colon, value = line.partition(":")
                    if not colon or key not in self.SETTINGS:
                        raise CaseError(f"{path}:{number}: {line}: a setting is one of {self.SETTINGS}")
                    self.settings[key] = value.strip()
        for name, parts in blocks.items():
            if not re.fullmatch(r"[PB*] [A-Z*]+|(after|every) \S+", name):
                raise CaseError(f"{path}: [{name}]: no such section")
            self.steps[name] = [Step(part) for part in parts if part]
        if "name" not in self.settings:
            raise CaseError(f"{path}: no name")

    def get(self, key, default):
        return self.settings.get(key, default)

    def steps_for(self, server, method):
        for name in (f"{server} {method}", f"* {method}", f"{server} *", "* *"):
            if name in self.steps:
                return self.steps[name]
        return None


class Request:
    """A request as it came: the frame, its addresses, and its headers."""

    def __init__(self, frame, at):
        self.frame, self.at = frame, at
        self.ip = frame[14:]
        length = (self.ip[0] & 15) * 4
        self.source = socket.inet_ntoa(self.ip[12:16])
        self.target = socket.inet_ntoa(self.ip[16:20])
        self.source_port, self.target_port = struct.unpack("!HH", self.ip[length:length + 4])
        self.text = self.ip[length + 8:].decode("latin-1")
        self.headers = {}
        head, *lines = self.text.split("\r\n\r\n")[0].split("\r\n")
        for line in lines:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            self.headers.setdefault(COMPACT.get(name, name), value.strip())
        self.method = head.split(" ")[0]
        self.contact = re.search(r"<([^>]*)>", self.get("contact") or "")
        if self.method == "REGISTER" and self.expires() == "0":
            self.method = "UNREGISTER"
        branch = re.search(r"branch=([^;,\s]+)", self.get("via"))
        self.branch = branch[1] if branch else ""
        aor = re.search(r"sip:([^@>;]+)@([^>;]+)", self.get("from"))
        self.aor = aor[0] if aor else ""
        self.user = aor[1] if aor else ""

    def get(self, name):
        return self.headers.get(name, "")

    def expires(self):
        own = re.search(r"expires=(\d+)", self.get("contact"))
        return own[1] if own else self.get("expires")

    def via(self):
        """The Via with rport and received filled in (RFC 3581 4)."""
        return re.sub(r";rport(?=;|$)", f";received={self.source};rport={self.source_port}",
                      self.get("via"))

    def placeholder(self, name):
        contact = self.contact[1] if self.contact else ""
        parts = re.match(r"sip:(?:([^@]*)@)?([^:;>]*)(?::(\d+))?(.*)", contact)
        values = {
            "via": self.via(), "from": self.get("from"), "to": self.get("to"), "cseq": self.get("cseq"),
            "call_id": self.get("call-id"), "branch": self.branch, "contact": contact,
            "contact_user": parts and parts[1] or "", "contact_host": parts and parts[2] or "",
            "contact_port": parts and parts[3] or "", "contact_params": parts and parts[4] or "",
            "expires": self.expires(), "user": self.user, "method": self.method, "server": self.target,
        }
        return values.get(name)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def ip_packet(source, target, protocol, payload, ident=1, fragment=0):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), ident, fragment, 64, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(target))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def udp_datagram(source, source_port, target, target_port, payload):
    length = 8 + len(payload)
    pseudo = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!HH", 17, length)
    head = struct.pack("!HHH", source_port, target_port, length)
    return head + struct.pack("!H", checksum(pseudo + head + b"\0\0" + payload) or 0xffff) + payload


class Server:
    """Both servers: reads requests from the interface, answers, and sends what is due."""

    def __init__(self, case, tap):
        self.case, self.tap = case, tap
        self.requests = collections.defaultdict(list)  # (server, method) -> [Request], first transmissions
        self.packets = collections.defaultdict(list)   # (server, method) -> [time]
        self.answers = collections.Counter()           # (server, port) -> answers to what was sent unasked
        self.given = {}                                # branch -> (Step, number)
        self.taken = collections.Counter()             # (server, method, AoR) -> steps taken
        self.due = []                                  # heap of (time, serial, function)
        self.serial = self.ident = 0
        self.line_mac = "ff:ff:ff:ff:ff:ff"
        self.last = None
        self.sockets = {}
        self.floods = []
        absent = case.get("absent", "").split()
        closed = case.get("closed", "").split()
        for name, address in SERVERS.items():
            if name not in absent:
                self.address_add(address)
                if name not in closed:
                    self.socket_at(address, PORT)
        for arguments in case.sections["network"]:
            self.ip_command(self.fill(arguments, None))
        self.wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))  # ETH_P_ALL
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.wire.bind((tap, 0))
        self.wire.settimeout(0.01)

    # --- what it needs of the machine

    @staticmethod
    def ip_command(arguments):
        subprocess.run(["ip", *arguments.split()], check=True, stderr=subprocess.DEVNULL)

    def address_add(self, address):
        subprocess.run(["ip", "address", "replace", f"{address}/32", "dev", "lo"], check=True)

    def socket_at(self, address, port):
        """Bound, so that the kernel does not answer with ICMP; requests are read from the interface."""
        if (address, port) not in self.sockets:
            self.address_add(address)
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.setsockopt(socket.IPPROTO_IP, 10, 0)  # IP_MTU_DISCOVER: large answers are fragmented
            made.bind((address, port))
            self.sockets[address, port] = made
        return self.sockets[address, port]

    def tap_mac(self):
        with open(f"/sys/class/net/{self.tap}/address", encoding="ascii") as file:
            return file.read().strip()

    # --- one turn

    def turn(self):
        """Reads what has come, and does what is due; about 10 ms."""
        until = time.monotonic() + 0.01
        while time.monotonic() < until:
            try:
                frame, address = self.wire.recvfrom(FRAME_MAX)
            except TimeoutError:
                break
            except OSError:  # the driver took the interface down: the run is over
                time.sleep(0.01)
                break
            if address[2] != PACKET_OUTGOING:
                self.frame_read(frame)
        while self.due and self.due[0][0] <= time.monotonic():
            heapq.heappop(self.due)[2]()

    def later(self, delay, function):
        self.serial += 1
        heapq.heappush(self.due, (time.monotonic() + delay, self.serial, function))

    def frame_read(self, frame):
        if frame[6:12] != b"\0" * 6:
            self.line_mac = ":".join(f"{byte:02x}" for byte in frame[6:12])
        if frame[12:14] != b"\x08\0" or len(frame) < 42 or frame[23] != 17:
            return
        request = Request(frame, time.monotonic())
        name = next((n for n, a in SERVERS.items() if a == request.target), None)
        if name is not None and request.method == "SIP/2.0":
            self.answers[name, request.target_port] += 1
        if name is None or not request.branch or request.method == "SIP/2.0":
            return
        if self.last is None:
            self.timers_start()
        self.last = request
        self.packets[name, request.method].append(request.at)
        again = request.branch in self.given
        if not again:
            self.requests[name, request.method].append(request)
            self.given[request.branch] = self.step_take(name, request)
        step, number = self.given[request.branch]
        self.step_do(step, request, number)

    def timers_start(self):
        for name, steps in self.case.steps.items():
            kind, _, span = name.partition(" ")
            if kind == "after":
                for step in steps:
                    self.later(seconds_of(span), lambda step=step: self.step_do(step, self.last, 0))
            elif kind == "every":
                for step in steps:
                    self.repeat(seconds_of(span), step)

    def repeat(self, span, step):
        self.step_do(step, self.last, 0)
        self.later(span, lambda: self.repeat(span, step))

    def step_take(self, name, request):
        steps = self.case.steps_for(name, request.method) or [self.default(request)]
        key = name, request.method, request.aor
        taken = self.taken[key]
        self.taken[key] += 1
        at = taken
        for step in steps[:-1]:
            at -= int(step.option("times", ["1"])[0])
            if at < 0:
                return step, taken + 1
        return steps[-1], taken + 1

    @staticmethod
    def default(request):
        text = ["200 OK"]
        if request.method == "REGISTER":
            text += ["Contact: <{contact}>;expires={expires}"]
        return Step(text)

    # --- what a step sends

    def step_do(self, step, request, number):
        delay = seconds_of(step.option("delay", ["0s"])[0])
        if delay > 0:
            self.later(delay, lambda: self.step_send(step, request, number))
        else:
            self.step_send(step, request, number)

    def step_send(self, step, request, number):
        sends = self.sends_of(step, request, number)
        flood = step.option("flood")
        if flood:
            self.flood(sends, seconds_of(flood[0]))
            return
        for _ in range(int(step.option("copies", ["1"])[0])):
            for send in sends:
                send()

    def flood(self, sends, seconds):
        """In a process of its own: this one goes on answering."""
        end = time.monotonic() + seconds
        child = os.fork()
        if child:
            self.floods.append(child)
            return
        while time.monotonic() < end:
            for _ in range(256):
                for send in sends:
                    send()
        os._exit(0)

    def close(self):
        for child in self.floods:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self.floods.clear()

    def sends_of(self, step, request, number):
        """Functions, each of which sends one thing; made once, so that a flood only sends."""
        sends = []
        forged = False
        for name, words in step.options:
            words = self.fill(" ".join(words), request, number).split()
            if name == "arp":
                sends.append(self.frame_sender(self.arp_frame(words)))
            elif name == "icmp":
                sends.append(self.frame_sender(self.icmp_frame(words, request)))
            elif name == "frame":
                sends.append(self.frame_sender(bytes.fromhex("".join(words))))
            elif name == "ip":
                sends.append(lambda words=words: self.ip_command(" ".join(words)))
            elif name == "udp":
                forged = True
                source, target = (word.rsplit(":", 1) for word in words)
                datagram = udp_datagram(source[0], int(source[1]), target[0], int(target[1]),
                                        self.text_of(step, request, number, raw=True))
                sends += self.ip_senders(step, source[0], target[0], datagram)
        if step.text and not forged and step.option("silent") is None:
            payload = self.text_of(step, request, number, raw=step.option("raw") is not None)
            address, _, port = step.option("source", [request.target])[0].partition(":")
            port = int(port or PORT)
            made = self.socket_at(address, port)
            to = request.source, request.source_port
            if step.option("fragments") is not None:
                sends += self.ip_senders(step, address, to[0], udp_datagram(address, port, *to, payload))
            else:
                sends.append(lambda: self.send_quietly(made, payload, to))
        return sends

    @staticmethod
    def send_quietly(made, payload, to):
        try:
            made.sendto(payload, to)
        except OSError:  # an ICMP error for an earlier datagram, or the interface is down by now
            pass

    def frame_sender(self, frame):
        def send():
            try:
                self.wire.send(frame)
            except OSError:
                pass
        return send

    def ip_senders(self, step, source, target, datagram):
        self.ident = self.ident % 0xffff + 1
        words = step.option("fragments", [str(FRAME_MAX)])
        size = int(words[0]) // 8 * 8
        pieces = [datagram[at:at + size] for at in range(0, len(datagram), size)]
        order = [int(word) for word in words[1:]] or range(len(pieces))
        ether = mac_bytes(self.line_mac) + mac_bytes(self.tap_mac()) + b"\x08\0"
        senders = []
        for i in order:
            more = 0x2000 if i < len(pieces) - 1 else 0
            packet = ip_packet(source, target, 17, pieces[i], self.ident, more | i * size // 8)
            senders.append(self.frame_sender(ether + packet))
        return senders

    def icmp_frame(self, words, request):
        kind, code, _, source, *rest = words
        quote = bytearray(request.ip)
        if "port" in rest:
            quote[20:22] = struct.pack("!H", int(rest[rest.index("port") + 1]))
        if "garbage" in rest:
            quote[28:] = b"?" * len(quote[28:])
        if "quote" in rest:
            quote = quote[:int(rest[rest.index("quote") + 1])]
        body = struct.pack("!BBHI", int(kind), int(code), 0, 0) + bytes(quote[:548])
        body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
        ether = mac_bytes(self.line_mac) + mac_bytes(self.tap_mac()) + b"\x08\0"
        return ether + ip_packet(source, request.source, 1, body)

    def arp_frame(self, words):
        kind, sender_mac, sender_ip, target_mac, target_ip, *rest = words
        source = rest[rest.index("from") + 1] if "from" in rest else sender_mac
        target = rest[rest.index("to") + 1] if "to" in rest else self.line_mac
        body = struct.pack("!HHBBH", 1, 0x800, 6, 4, 1 if kind == "request" else 2)
        body += mac_bytes(sender_mac) + socket.inet_aton(sender_ip)
        body += mac_bytes(target_mac) + socket.inet_aton(target_ip)
        return (mac_bytes(target) + mac_bytes(source) + b"\x08\x06" + body).ljust(60, b"\0")

    def text_of(self, step, request, number, raw):
        if raw:
            end = [] if step.option("open") is not None else ["", ""]
            return self.fill("\r\n".join(step.text + end), request, number).encode("latin-1")
        status, *lines = (self.fill(line, request, number) for line in step.text)
        leave_out = {line[1:].lower() for line in lines if line.startswith("-")}
        lines = [line for line in lines if not line.startswith("-")]
        given = leave_out | {line.partition(":")[0].strip().lower() for line in lines}
        to = request.get("to")
        standard = {
            "Via": request.via(), "From": request.get("from"), "Call-ID": request.get("call-id"),
            "To": to if ";tag=" in to else to + ";tag=scripted", "CSeq": request.get("cseq"),
            "Content-Length": "0",
        }
        head = [f"{name}: {standard[name]}" for name in STANDARD[:-1] if name.lower() not in given]
        tail = ["Content-Length: 0"] if "content-length" not in given else []
        return "\r\n".join([f"SIP/2.0 {status}", *head, *lines, *tail, "", ""]).encode("latin-1")

    def fill(self, text, request, number=0):
        def value(match):
            name, argument = match[1], match[2]
            if name == "pad":
                return "x" * int(argument)
            if name == "byte":
                return chr(int(argument, 16))
            if name == "n":
                return str(number)
            if name in ("tap", "line_mac"):
                return getattr(self, name)
            if name == "tap_mac":
                return self.tap_mac()
            if name == "value" and request:
                values = self.case.sections["values"]
                return self.fill(values[(int(request.user) - FIRST_USER) % len(values)], request, number)
            found = request.placeholder(name) if request else None
            if found is None:
                raise CaseError(f"{{{name}}}: no such placeholder here")
            return found
        return re.sub(r"\{([a-z_]+)(?: ([^}]*))?\}", value, text)

    # --- what came, for conditions

    def matching(self, table, server, method):
        return [item for (s, m), items in table.items() for item in items
                if server in ("*", s) and method in ("*", m)]

    def count(self, server, method):
        return len(self.matching(self.requests, server, method))

    def packet_count(self, server, method):
        return len(self.matching(self.packets, server, method))

    def rate(self, server, method):
        times = sorted(self.matching(self.packets, server, method))
        first = most = 0
        for i, at in enumerate(times):
            while at - times[first] > 1:
                first += 1
            most = max(most, i - first + 1)
        return most

    def text(self, server, method, number):
        found = sorted(self.matching(self.requests, server, method), key=lambda r: r.at)
        try:
            return found[number - 1 if number > 0 else number].text
        except IndexError:
            return ""
