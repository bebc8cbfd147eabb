"""A mail server and a web server that keep what they get."""

from __future__ import annotations

import base64
import http.server
import socketserver
import ssl
import threading

import orjson
import pytest


class MailHandler(socketserver.StreamRequestHandler):
    """Speaks just enough SMTP to take mails, with STARTTLS where the server has a certificate."""

    def handle(self):
        self.say("220 ready")
        while line := self.rfile.readline():
            words = line.decode().split()
            answer = getattr(self, f"on_{words[0].lower()}", None)
            if answer is None:
                self.say("250 ok")
            elif answer(words):
                return

    def on_ehlo(self, _):
        secret = isinstance(self.connection, ssl.SSLSocket)
        offers = ["AUTH PLAIN"] if secret else ["STARTTLS"] if self.server.tls else []
        for line in ["localhost", *offers]:
            self.say(f"250-{line}")
        self.say("250 SIZE")

    def on_starttls(self, _):
        self.say("220 go on")
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def on_auth(self, words):
        secret = isinstance(self.connection, ssl.SSLSocket)
        _, user, password = base64.b64decode(words[2]).decode().split("\0")
        self.server.logins.append((user, password, secret))
        self.say("535 no" if password == "wrong" else "235 welcome")

    def on_rcpt(self, words):
        self.server.recipients.append(words[1])
        self.server.gate.wait(60)
        self.say("250 ok")

    def on_data(self, _):
        self.say("354 go on")
        content = b""
        while (line := self.rfile.readline()) != b".\r\n":
            content += line
        self.server.mails.append(content.decode())
        self.say("250 taken")

    def on_quit(self, _):
        self.say("221 bye")
        return True

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class HookHandler(http.server.BaseHTTPRequestHandler):
    """Takes what is posted."""

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, orjson.loads(content)))
        self.server.requests.append((content, dict(self.headers)))
        if "drip" in self.path:
            self.drip()
            return
        self.send_response(
            500
            if "broken" in self.path and not self.server.repaired
            else 307
            if "moved" in self.path
            else 200
        )
        if "moved" in self.path:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def drip(self):
        """Begin an answer that has no end, until the other side has enough."""
        pause = threading.Event()
        try:
            while not pause.wait(0.01):
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        except OSError:
            self.close_connection = True

    def log_message(self, *arguments):
        """Stay quiet."""


def serving(server):
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture
def mail_server():
    """Give a server with its ``mails``, ``recipients`` and ``logins``; a cleared gate holds it."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailHandler) as server:
        server.daemon_threads = True
        server.mails, server.recipients, server.logins = [], [], []
        server.tls = None
        server.handle_error = lambda *_: None  # who hangs up in the middle is no news
        server.gate = threading.Event()
        server.gate.set()
        server.address = f"127.0.0.1:{server.server_address[1]}"
        yield from serving(server)


@pytest.fixture
def hook_server():
    """Give a server with its ``posts`` and its ``url``."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), HookHandler) as server:
        server.daemon_threads = True
        server.posts = []
        server.requests = []
        server.repaired = False
        server.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield from serving(server)
