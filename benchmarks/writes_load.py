"""Single-row requests over many connections, as fast as they are answered.

Run by `benchmarks/writes.py`; prints one line of JSON. One thread and one selector, so that it
takes little of the machine that it shares with the server.
"""

from __future__ import annotations

import argparse
import json
import random
import selectors
import socket
import time
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import ingest_side as side

if TYPE_CHECKING:
    from collections.abc import Callable


class Connection:
    """One connection that sends a request when the one before is answered."""

    def __init__(self, address: tuple[str, int], head: bytes, *, keyed: bool) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = head
        self._keyed = keyed
        self._received = b""
        self.started = 0.0
        self.refused = ""

    def send(self, body: bytes) -> None:
        """Send a request with this body."""
        key = b"Idempotency-Key: %s\r\n" % uuid.uuid4().hex.encode() if self._keyed else b""
        self.started = time.perf_counter()
        self.socket.sendall(self._head + key + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def take(self) -> bool:
        """Take what has arrived; return whether the response is complete."""
        arrived = self.socket.recv(65_536)
        if not arrived:
            raise ConnectionError("the server closed a connection")
        self._received += arrived
        head, blank, content = self._received.partition(b"\r\n\r\n")
        if not blank:
            return False
        place = head.lower().find(b"content-length:")
        length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(content) < length:
            return False
        if b'"failure":0' not in content:
            self.refused = (head[:40] + content[:200]).decode("utf-8", "replace")
        self._received = b""
        return True


def make_bodies(count: int) -> list[bytes]:
    """Return bodies of one inference each; `%ID%` stands where its id belongs."""
    draw = random.Random(7)
    values: dict[str, Callable[[], object]] = {
        "FLOAT": lambda: draw.gauss(0, 1),
        "INTEGER": lambda: draw.randrange(100_000),
        "STRING": lambda: draw.choice(side.WORDS),
        "BOOLEAN": lambda: draw.random() > 0.5,
    }
    attributes = side.model()["attributes"]
    bodies = []
    for _ in range(count):
        data = {
            item["name"]: values[item["value_type"]]()
            for item in attributes
            if item["stage"] != "GROUND_TRUTH"
        }
        item = {
            "partner_inference_id": "%ID%",
            "inference_timestamp": "2024-01-01T00:00:00Z",
            "inference_data": data,
        }
        bodies.append(json.dumps([item]).encode())
    return bodies


def run(given: argparse.Namespace) -> dict[str, object]:
    """Send requests for a while."""
    target = urlsplit(given.url)
    address = (target.hostname or "", target.port or 80)
    head = (
        f"POST {given.path} HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Type: application/json\r\n"
        f"Authorization: {given.key}\r\n"
    ).encode()
    bodies = make_bodies(200)
    run_id = uuid.uuid4().hex[:8]
    connections = [Connection(address, head, keyed=given.keyed) for _ in range(given.connections)]
    waiting = selectors.DefaultSelector()
    sent, taken, refused = 0, [], ""

    def send(connection: Connection) -> None:
        nonlocal sent
        sent += 1
        connection.send(bodies[sent % len(bodies)].replace(b"%ID%", f"{run_id}-{sent}".encode()))

    started = time.perf_counter()
    for connection in connections:
        waiting.register(connection.socket, selectors.EVENT_READ, connection)
        send(connection)
    open_requests = len(connections)
    while open_requests:
        for selected, _ in waiting.select(30):
            connection = selected.data
            if connection.take():
                now = time.perf_counter()
                taken.append(now - connection.started)
                refused = refused or connection.refused
                if now - started < given.seconds:
                    send(connection)
                else:
                    open_requests -= 1
    seconds = time.perf_counter() - started
    taken.sort()
    return {
        "requests": len(taken),
        "seconds": seconds,
        "p50_ms": 1000 * taken[len(taken) // 2],
        "p99_ms": 1000 * taken[int(len(taken) * 0.99)],
        "cpu_seconds": time.process_time(),
        "refused": refused,
    }


def main() -> None:
    """Prints the measurement."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("path")
    parser.add_argument("--key", default="")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--keyed", action="store_true", help="send an Idempotency-Key")
    print(json.dumps(run(parser.parse_args())))


if __name__ == "__main__":
    main()
