"""Compare what the official SDK and this one send for the same onboarding programs.

    python benchmarks/onboarding_wire.py --official-python /path/to/venv/bin/python

The interpreter given has the official SDK (`pip install arthurai==3.33.3`, Python 3.11). Both
SDKs run the programs of `onboarding_programs.py` against a server in this process that records
every request. Identifiers and times are masked; differences that are meant to be stand in
`INTENDED`. The exit code is 1 when there are others.
"""

from __future__ import annotations

import argparse
import email.parser
import email.policy
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import traceback
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Differences in all programs: what differs, and why.
INTENDED_EVERYWHERE = {
    "booleans in the address": "written as in JSON (true), not as in Python (True)",
    "file names": "no local paths leave the machine",
    "10 and 10.0": "one and the same JSON number",
}

#: Differences in single programs. The requests named are compared without what is described.
INTENDED = {
    "update_and_archive": "attributes carry the ids the platform gave them (they mean: the same)",
}

MODEL_ID = "00000000-0000-4000-8000-000000000001"
GROUP_ID = "group-1"


class Recorder(BaseHTTPRequestHandler):
    """Answers like the platform and keeps every request."""

    protocol_version = "HTTP/1.1"
    requests: list[dict[str, Any]] = []  # noqa: RUF012 - one list for the one server
    program = ""

    def do_GET(self) -> None:
        """Answer a question about a model or a group; or note which program starts."""
        path = urlsplit(self.path).path
        if path.startswith("/program/"):
            Recorder.program = path.rpartition("/")[2]
            self.reply(200, {})
            return
        self.record(b"")
        if "/model_groups/" in path:
            self.reply(200, {"id": GROUP_ID, "name": "group"})
        else:
            self.reply(200, {"id": MODEL_ID, "status": "Ready"})

    def do_POST(self) -> None:
        """Answer a new model, or an upload."""
        body = self.body()
        self.record(body)
        if self.path.startswith("/api/v3/models?"):
            model = json.loads(body)
            attributes = [{**a, "id": f"a{i}"} for i, a in enumerate(model.get("attributes", []))]
            self.reply(
                201, {**model, "id": MODEL_ID, "status": "Pending", "attributes": attributes}
            )
        else:
            rows = int(self.headers.get("X-Rows", 0)) or rows_of(body, self.headers)
            counts = {"success": rows, "failure": 0, "total": rows}
            self.reply(207, {"counts": counts, "failures": []})

    def do_PATCH(self) -> None:
        """Answer that a data set is closed."""
        self.record(self.body())
        self.reply(200, {})

    def do_PUT(self) -> None:
        """Answer an update."""
        body = self.body()
        self.record(body)
        self.reply(200, {**json.loads(body), "id": MODEL_ID, "status": "Ready"})

    def do_DELETE(self) -> None:
        """Answer that the model is archived."""
        self.record(b"")
        self.reply(204, None)

    def body(self) -> bytes:
        """Read the body of the request."""
        if self.headers.get("Transfer-Encoding") == "chunked":
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def reply(self, status: int, body: Any) -> None:
        """Send an answer."""
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def record(self, body: bytes) -> None:
        """Keep the request."""
        address = urlsplit(self.path)
        Recorder.requests.append(
            {
                "program": Recorder.program,
                "method": self.command,
                "path": address.path,
                "query": sorted((k, v.lower()) for k, v in parse_qsl(address.query)),
                "body": readable(body, self.headers.get("Content-Type") or ""),
            }
        )

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def parts(body: bytes, content_type: str) -> list[tuple[str, str, bytes]]:
    """The parts of a multipart body: name, end of the file name, content."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    found = []
    for part in message.iter_parts():
        name = part.get_param("name", header="Content-Disposition")
        suffix = Path(part.get_filename() or "").suffix
        found.append((str(name), suffix, part.get_payload(decode=True) or b""))
    return found


def table(content: bytes) -> list[dict[str, Any]]:
    """The rows of a Parquet or JSON file."""
    if content[:4] == b"PAR1":
        import pyarrow.parquet as pq

        return pq.read_table(io.BytesIO(content)).to_pylist()
    return json.loads(content)


def rows_of(body: bytes, headers: Any) -> int:
    """Number of rows of an upload."""
    return sum(len(table(part[2])) for part in parts(body, headers["Content-Type"]) if part[1])


def readable(body: bytes, content_type: str) -> Any:
    """A body as JSON values, files as their rows."""
    if not body:
        return None
    if content_type.startswith("multipart/"):
        return [
            [name, suffix, table(content) if suffix in {".parquet", ".json"} else content.decode()]
            for name, suffix, content in parts(body, content_type)
        ]
    return json.loads(body)


def masked(value: Any) -> str:
    """A value as text with sorted keys and without ids; 10.0 is 10."""
    text = json.dumps(whole(value), sort_keys=True, indent=1, default=str)
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)


def whole(value: Any) -> Any:
    """A JSON value whose whole floats are integers."""
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def record(python: str, where: str) -> tuple[list[dict[str, Any]], str]:
    """Run all programs with an interpreter; the requests they made and what went wrong."""
    Recorder.requests = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ARTHUR")}
    environment["PYTHONPATH"] = str(Path(__file__).parent)
    try:
        done = subprocess.run(
            [python, __file__, "--run", f"http://127.0.0.1:{server.server_port}"],
            cwd=where,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
    finally:
        server.shutdown()
    return Recorder.requests, done.stdout


def run(url: str) -> None:
    """Run all programs in this interpreter."""
    import logging
    import warnings

    from onboarding_programs import PROGRAMS

    from arthurai import ArthurAI

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    arthur = ArthurAI(url=url, access_key="key", organization_id="org", allow_insecure=True)
    for program in PROGRAMS:
        urllib.request.urlopen(f"{url}/program/{program.__name__}").read()  # noqa: S310 - our own server
        try:
            program(arthur, program.__name__)
        except Exception:  # noqa: BLE001 - the comparison goes on with the next program
            print(f"{program.__name__} FAILED", traceback.format_exc(limit=-3))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--official-python", help="interpreter that has the official SDK")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run(arguments.run)
        return 0
    if not arguments.official_python:
        parser.error("--official-python is needed")
    with tempfile.TemporaryDirectory() as where:
        theirs, their_trouble = record(arguments.official_python, where)
        ours, our_trouble = record(sys.executable, where)
    for who, trouble in (("official", their_trouble), ("ours", our_trouble)):
        if "FAILED" in trouble:
            print(f"--- {who}\n{trouble[trouble.index('FAILED') - 60 :]}")
    return compare(theirs, ours)


def compare(
    theirs: list[dict[str, Any]],
    ours: list[dict[str, Any]],
    intended: Mapping[str, str] = INTENDED,
    everywhere: Mapping[str, str] = INTENDED_EVERYWHERE,
) -> int:
    """Print the differences; 1 when there are any that are not intended."""
    import difflib

    names = list(dict.fromkeys(r["program"] for r in [*theirs, *ours]))
    unexpected = 0
    for name in names:
        left = [masked(r) for r in theirs if r["program"] == name]
        right = [masked(r) for r in ours if r["program"] == name]
        if left == right:
            print(f"same       {name}: {len(left)} requests")
            continue
        reason = intended.get(name)
        unexpected += reason is None
        print(f"{'intended ' if reason else 'DIFFERENT'}  {name}: {reason or ''}")
        lines = difflib.unified_diff(
            "\n".join(left).splitlines(),
            "\n".join(right).splitlines(),
            "official",
            "ours",
            lineterm="",
            n=2,
        )
        for line in list(lines)[:60]:
            print("   ", line)
    print(f"{len(names)} programs, {unexpected} with differences that are not intended")
    for what, why in everywhere.items():
        print(f"not compared: {what} ({why})")
    return 1 if unexpected or not names else 0


if __name__ == "__main__":
    sys.exit(main())
