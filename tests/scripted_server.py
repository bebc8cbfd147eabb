"""Servers over HTTP and HTTPS that answer as a test scripts them."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from arthurai import ArthurAI


@dataclass
class Received:
    """One request as it arrived."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class ScriptedServer:
    """Answers by a table of (method, path) to (status, body[, headers]) or a function giving that."""

    def __init__(self, table, certificate=None):
        self.table = dict(table)
        self.requests: list[Received] = []
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: no waiting for acknowledgements

            def __getattr__(self, name):
                if name.startswith("do_"):
                    return self.serve
                raise AttributeError(name)

            def serve(self):
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                received = Received(self.command, parts.path, parts.query, headers, body)
                scripted.requests.append(received)
                entry = scripted.table.get((self.command, parts.path), (404, {"error": "no path"}))
                status, content, *more = entry(received) if callable(entry) else entry
                raw = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                for name, value in more[0].items() if more else ():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._server.handle_error = lambda *_: None
            scheme = "https"
        self.url = f"{scheme}://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def asked(self):
        return [(request.method, request.path) for request in self.requests]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def pytest_collection_modifyitems(items):
    """Let scripted servers say what no real one would."""
    for item in items:
        if "scripted" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.faults)


KEY = "key-that-must-stay-secret-0123456789"
ME = ("GET", "/api/v3/users/me")


@pytest.fixture
def scripted():
    """Start scripted servers; by default they know the caller."""
    servers = []

    def start(table=None, **settings):
        known = {ME: (200, {"organization_id": "org-1"})}
        servers.append(ScriptedServer({**known, **(table or {})}, **settings))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def arthur_at():
    """Connect to a scripted server."""
    connections = []

    def connect(server, **arguments):
        arguments.setdefault("access_key", KEY)
        arguments.setdefault("allow_insecure", True)
        arguments.setdefault("http_options", {"attempts": 1})
        connections.append(ArthurAI(url=server.url, **arguments))
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()
