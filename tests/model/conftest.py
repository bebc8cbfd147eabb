"""An embedded server, and a made-up platform that fails on request."""

from __future__ import annotations

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from arthurai import ArthurAI

_numbers = itertools.count()


@pytest.fixture(scope="session")
def arthur():
    """One embedded server for the whole folder."""
    with ArthurAI(url="local://") as client:
        yield client


@pytest.fixture
def name():
    """A name no other model has."""
    return f"core-{next(_numbers)}"


class Platform:
    """A platform over a real socket whose provisioning goes as planned.

    Attributes:
        statuses: What the next looks at the model find; the last one stays.
        refused: How many rows of reference data it refuses.
        log: Method and path of every request.
    """

    def __init__(self, url):
        self.url = url
        self.statuses = ["Ready"]
        self.refused = 0
        self.create = {}
        self.log = []

    def connect(self):
        return ArthurAI(url=self.url, access_key="key", organization_id="org", allow_insecure=True)

    def answer(self, method, path, body):
        self.log.append((method, path.partition("?")[0].removeprefix("/api/v3")))
        here = self.log[-1][1]
        if (method, here) == ("POST", "/models"):
            model = json.loads(body)
            return 201, {**model, "id": "m-1", "status": "Pending", **self.create}
        if method == "GET":
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            return 200, {"id": "m-1", "status": status}
        if here.endswith("/reference_data") and method == "POST":
            counts = {"success": 40 - self.refused, "failure": self.refused, "total": 40}
            failures = [{"message": "no", "status": 400}] * self.refused
            return 207, {"counts": counts, "failures": failures}
        return 200, {}


@pytest.fixture
def platform():
    """A made-up platform; see `Platform`."""

    class Handler(BaseHTTPRequestHandler):
        def serve(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Transfer-Encoding") == "chunked":
                while size := int(self.rfile.readline(), 16):
                    self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
            status, answer = made_up.answer(self.command, self.path, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = serve  # noqa: N815 - names of the base class

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made_up = Platform(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made_up
    server.shutdown()
    thread.join()
    server.server_close()
