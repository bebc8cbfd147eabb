"""A proxy on real sockets that breaks exchanges in chosen ways."""

from __future__ import annotations

import contextlib
import http.client
import socket
import struct
import threading
from collections import Counter
from typing import NamedTuple
from urllib.parse import urlsplit

RESET = struct.pack("ii", 1, 0)
HTML = b"<html><body>Bad gateway</body></html>"

NOT_FORWARDED = (
    "reset before the body",
    "reset within the body",
    "reset after the body",
    "429",
    "429 with Retry-After",
    "503",
    "503 with Retry-After",
    "502 in HTML",
    "200 in HTML",
)
"""Faults of exchanges that never reach the server."""

FORWARDED = (
    "reset instead of the answer",
    "answer cut",
    "answer late",
    "503 instead of the answer",
    "HTML instead of the answer",
    "connection closed afterwards",
)
"""Faults of exchanges the server has worked on."""

FAULTS = NOT_FORWARDED + FORWARDED

REFUSALS = tuple(
    f"{status} refused"
    for status in (
        *(400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417),
        *(418, 421, 422, 423, 424, 425, 426, 428, 429, 431, 451),
        *(500, 501, 502, 503, 504, 505, 507, 508, 511),
    )
)
"""Statuses without the server having seen the request."""

COUNTS = b'{"success":1,"failure":1,"total":2}'
REFUSED = b'[{"status":400,"message":"row 1: odd"}]'
FINE = {
    "201 without a body": (201, {}, b""),
    "201 with an object": (201, {}, b"{}"),
    "201 with counts": (201, {}, b'{"counts":%b,"failures":%b}' % (COUNTS, REFUSED)),
}
"""Answers to files that say what became of the rows."""

UNCLEAR = {
    "200 without a body": (200, {}, b""),
    "202 with an object": (202, {}, b"{}"),
    "204": (204, {}, b""),
    "207 without a body": (207, {}, b""),
    "207 with null": (207, {}, b"null"),
    "207 without counts": (207, {}, b'{"failures":[]}'),
}
"""Successes that do not say it."""

ANSWERS = {
    **FINE,
    **UNCLEAR,
    "429": (429, {}, b'{"error":"slow down"}'),
    "429 with Retry-After": (429, {"Retry-After": "0"}, b'{"error":"slow down"}'),
    "503": (503, {}, b'{"error":"busy"}'),
    "503 with Retry-After": (503, {"Retry-After": "0"}, b'{"error":"busy"}'),
    "503 instead of the answer": (503, {}, b'{"error":"busy"}'),
    "502 in HTML": (502, {"Content-Type": "text/html"}, HTML),
    "200 in HTML": (200, {"Content-Type": "text/html"}, HTML),
    "HTML instead of the answer": (200, {"Content-Type": "text/html"}, HTML),
}


class Head(NamedTuple):
    """What a request says before its body."""

    method: str
    path: str
    headers: dict[str, str]


class FaultProxy:
    """Listens on a free loopback port and passes requests on, or breaks them.

    Args:
        upstream: Address of the server.
        plan: From number (from 0), method and path of a request to the name of a fault or `None`.
            A late answer comes when the client has given up waiting for it.
    """

    def __init__(self, upstream, plan):
        self.plan = plan
        self._upstream = urlsplit(upstream)
        self._lock = threading.Lock()
        self.requests = 0
        self.faults = Counter()
        self.encodings = Counter()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        upstream = http.client.HTTPConnection(self._upstream.hostname, self._upstream.port)
        with contextlib.suppress(OSError), client, client.makefile("rb") as stream:
            while head := self._head(stream):
                with self._lock:
                    number, self.requests = self.requests, self.requests + 1
                    self.encodings[head.headers.get("content-encoding")] += 1
                fault = self.plan(number, head.method, head.path)
                if fault is not None:
                    with self._lock:
                        self.faults[fault] += 1
                if not self._exchange(client, stream, upstream, head, fault):
                    return
        upstream.close()

    def _head(self, stream):
        line = stream.readline(65_536).decode("latin-1").split()
        if len(line) < 2:
            return None
        headers = {}
        while (header := stream.readline(65_536).decode("latin-1")) not in {"\r\n", ""}:
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        return Head(line[0], line[1], headers)

    def _body(self, stream, headers):
        if headers.get("transfer-encoding") != "chunked":
            return stream.read(int(headers.get("content-length", 0)))
        body = b""
        while size := int(stream.readline(), 16):
            body += stream.read(size)
            stream.readline()
        stream.readline()
        return body

    def _exchange(self, client, stream, upstream, head, fault):  # noqa: PLR0911 - a way out a fault
        """One request; `False` when the connection is over."""
        if fault == "reset before the body":
            return self._reset(client)
        if fault == "reset within the body":
            stream.read(int(head.headers.get("content-length", 2)) // 2)
            return self._reset(client)
        body = self._body(stream, head.headers)
        if fault == "reset after the body":
            return self._reset(client)
        if fault in REFUSALS:
            return self._answer(client, int(fault[:3]), {}, b'{"error":"refused"}')
        if fault in ANSWERS and fault in NOT_FORWARDED:
            return self._answer(client, *ANSWERS[fault])
        status, headers, content = self._forward(upstream, head, body)
        if fault == "reset instead of the answer":
            return self._reset(client)
        if fault == "answer late":
            stream.read(1)
            return self._reset(client)
        if fault in ANSWERS:
            return self._answer(client, *ANSWERS[fault])
        whole = self._written(status, headers, content)
        if fault == "answer cut":
            client.sendall(whole[: len(whole) - len(content) // 2 - 1])
            return self._reset(client)
        client.sendall(whole)
        return fault != "connection closed afterwards"

    def _forward(self, upstream, head, body):
        headers = {n: v for n, v in head.headers.items() if n != "transfer-encoding"}
        headers["content-length"] = str(len(body))
        upstream.request(head.method, head.path, body, headers)
        answer = upstream.getresponse()
        content = answer.read()
        kept = {
            name: value
            for name, value in answer.getheaders()
            if name.lower() not in {"transfer-encoding", "connection", "content-length"}
        }
        return answer.status, kept, content

    def _written(self, status, headers, content):
        lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + content

    def _answer(self, client, status, headers, content):
        client.sendall(
            self._written(status, {"Content-Type": "application/json", **headers}, content)
        )
        return True

    def _reset(self, client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        return False
