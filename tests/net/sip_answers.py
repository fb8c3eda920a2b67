# SPDX-License-Identifier: BSD-3-Clause
"""Answers SIP requests from sockets of the kernel, for the tests of heartline doctor.

usage: python3 sip_answers.py AT=HOW...
AT is ADDRESS:PORT. HOW is a status, "silent", or "from:ADDRESS:PORT": 200 from a socket there. Prints
"ready" once all are bound.
"""

import re
import selectors
import socket
import sys

PHRASES = {"200": "OK", "403": "Forbidden", "503": "Service Unavailable"}


def bound(place):
    address, _, port = place.rpartition(":")
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((address, int(port)))
    return made


def answer(request, status):
    head = request.split("\r\n\r\n")[0].split("\r\n")
    kept = [line for line in head if re.match(r"(Via|From|Call-ID|CSeq):", line, re.I)]
    to = next(line for line in head if line.lower().startswith("to:"))
    return "\r\n".join([f"SIP/2.0 {status} {PHRASES[status]}", *kept, to + ";tag=a",
                        "Content-Length: 0", "", ""])


def main():
    chosen = selectors.DefaultSelector()
    for argument in sys.argv[1:]:
        place, _, how = argument.partition("=")
        chosen.register(bound(place), selectors.EVENT_READ,
                        ("200", bound(how[5:])) if how.startswith("from:") else (how, None))
    print("ready", flush=True)
    while True:
        for key, _ in chosen.select():
            request, source = key.fileobj.recvfrom(65536)
            status, other = key.data
            if status == "silent":
                continue
            (other or key.fileobj).sendto(answer(request.decode(), status).encode(), source)


main()
