# SPDX-License-Identifier: BSD-3-Clause
"""Webhooks for tests/app/alerts.sh: writes what is posted, one object of JSON a line.

usage: python3 alerts_server.py OUTPUT PORT-FILE [CERTIFICATE KEY]
"""
import http.server
import json
import ssl
import sys

failures = {"/flaky": 2}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = 200
        if self.path == "/redirect":
            status = 302
        elif self.path == "/refused":
            status = 403
        elif failures.get(self.path, 0) > 0:
            failures[self.path] -= 1
            status = 503
        with open(sys.argv[1], "a") as out:
            print(json.dumps({"path": self.path, "status": status, "type": self.headers["Content-Type"],
                              "body": json.loads(body)}), file=out)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/redirected")
        self.end_headers()
        self.wfile.write(b"x" * 100000)

    do_GET = do_POST

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(sys.argv[2] + ".new", "w") as out:
    print(server.server_port, file=out)
import os
os.rename(sys.argv[2] + ".new", sys.argv[2])
server.serve_forever()
