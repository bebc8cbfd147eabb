"""A server that reads everything, keeps nothing and answers as Arthur does, as fast as it can.

It exists so that what a client costs can be measured apart from what a server costs.

Usage: python benchmarks/null_server.py model.json
"""

import json
import socketserver
import sys
from collections.abc import Iterator
from pathlib import Path

RESULT = b'{"message":"success","status":200}'
ID_KEY = b'"partner_inference_id"'
OK = b'{"message":"success"}'


class Handler(socketserver.StreamRequestHandler):
    """One connection, kept open."""

    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self) -> None:
        """Answers requests until the client goes away."""
        while line := self.rfile.readline(65_536):
            method, path, _ = line.decode("latin-1").split(" ", 2)
            headers: dict[str, str] = {}
            while (header := self.rfile.readline(65_536)) not in {b"\r\n", b""}:
                name, _, value = header.decode("latin-1").partition(":")
                headers[name.lower()] = value.strip()
            self.answer(method, path.partition("?")[0], self.read_rows(headers, path))

    def read_rows(self, headers: dict[str, str], path: str) -> int:
        """Reads the body piece by piece; counts the rows of JSON bodies by their ids."""
        count = path.endswith("/inferences")
        rows, tail = 0, b""
        for piece in self.body(headers):
            if count:
                seen = tail + piece
                rows += seen.count(ID_KEY)
                tail = seen[-len(ID_KEY) + 1 :]
        return rows

    def body(self, headers: dict[str, str]) -> Iterator[bytes]:
        """The pieces of a body, with a length or chunked."""
        if headers.get("transfer-encoding") == "chunked":
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(headers.get("content-length", 0))
        while left:
            piece = self.rfile.read(min(left, 1 << 20))
            left -= len(piece)
            yield piece

    def answer(self, method: str, path: str, rows: int) -> None:
        """Writes what the operation answers."""
        if path.endswith("/inferences") and method in {"POST", "PATCH"}:
            counts = b'{"counts":{"success":%d,"failure":0,"total":%d},"results":[' % (rows, rows)
            self.reply(207, counts + b",".join([RESULT] * rows) + b"]}")
        elif path.endswith(("/inferences/file", "/reference_data")) and method == "POST":
            self.reply(201, b"{}")
        elif method == "GET" and "/models/" in path:
            self.reply(200, self.server.model)
        elif path.endswith("/users/me"):
            self.reply(200, b'{"organization_id":"o","id":"u","roles":[],"help_center_token":""}')
        else:
            self.reply(200, OK)

    def reply(self, status: int, body: bytes) -> None:
        """Writes one answer."""
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
        self.wfile.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.wfile.flush()


class Server(socketserver.ThreadingTCPServer):
    """The server on a free port of the loopback interface."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, model: bytes) -> None:
        self.model = model
        super().__init__(("127.0.0.1", 0), Handler)


if __name__ == "__main__":
    server = Server(json.dumps(json.loads(Path(sys.argv[1]).read_text())).encode())
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
