"""Compare what the official SDK and this one send for the same monitoring programs.

    python benchmarks/monitoring_wire.py --official-python /path/to/venv/bin/python

The interpreter given has the official SDK (`pip install arthurai==3.33.3`, Python 3.11). Both SDKs
run the programs of `monitoring_programs.py` against the embedded server, which records every
request. Identifiers are masked; differences that are meant to be stand in `INTENDED`. The exit code
is 1 when there are others.
"""

from __future__ import annotations

import argparse
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
import zipfile
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from onboarding_wire import compare, parts, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Differences in all programs: what differs, and why.
INTENDED_EVERYWHERE = {
    "booleans in the address": "written as in JSON (true), not as in Python (True)",
    "file names": "no local paths leave the machine",
    "10 and 10.0": "one and the same JSON number",
    "times": "compared as points in time",
    "content of the explainer, SHAP's base values": "they depend on libraries and random numbers",
}

#: Differences in single programs.
INTENDED = {
    "alerts": "a rule that is changed carries the fields that the server added to it",
    "enrichments": "a slash in an identifier is encoded, so that it stays part of it",
}

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)")
_MODEL = re.compile(r"model-(ours|official)")


class Recorder:
    """A WSGI application in front of the server that keeps every request.

    Args:
        app: The server.
    """

    def __init__(self, app: Any) -> None:
        self.app = app
        self.program = ""
        self.requests: list[dict[str, Any]] = []

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Note which program starts, or record the request and have it answered."""
        address = environ.get("REQUEST_URI") or environ["RAW_URI"]
        if address.startswith("/program/"):
            self.program = address.rpartition("/")[2]
            start_response("200 OK", [("Content-Length", "0")])
            return [b""]
        body = read(environ)
        if self.program:
            url = urlsplit(address)
            query = [(k, plain(v.lower())) for k, v in parse_qsl(url.query, keep_blank_values=True)]
            self.requests.append(
                {
                    "program": self.program,
                    "method": environ["REQUEST_METHOD"],
                    "path": url.path,
                    "query": sorted(query),
                    "body": readable(body, environ.get("CONTENT_TYPE") or ""),
                }
            )
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer


def read(environ: dict[str, Any]) -> bytes:
    """Read the body of a request and put it back."""
    if environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return bytes(body)


def plain(value: Any) -> Any:
    """A JSON value with times as points in time and without the names of the models."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str):
        value = _MODEL.sub("model", value)
        return _TIME.sub(lambda found: instant(found.group()), value.replace("t00:", "T00:"))
    return value


def instant(text: str) -> str:
    """A time in UTC."""
    from datetime import UTC, datetime

    return datetime.fromisoformat(text).astimezone(UTC).isoformat()


def readable(body: bytes, content_type: str) -> Any:
    """A body as JSON values; of files what can be compared."""
    if not body:
        return None
    if not content_type.startswith("multipart/"):
        return plain(json.loads(body))
    found = []
    for name, suffix, content in sorted(parts(body, content_type)):
        if suffix == ".zip" or name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                found.append([name, sorted(n for n in archive.namelist() if not n.endswith("/"))])
        elif name.endswith(".pkl"):
            found.append([name, bool(content)])
        elif name == "config":
            config = plain(json.loads(content))
            values = config.get("explainability", {}).get("config", {})
            if "shap_expected_values" in values:
                values["shap_expected_values"] = len(values["shap_expected_values"])
            found.append([name, config])
        elif suffix in {".parquet", ".json"}:
            found.append([name, plain(table(content))])
        else:
            found.append([name, content.decode().split()])
    return found


def record(python: str, who: str, script: str = __file__) -> tuple[list[dict[str, Any]], str]:
    """Run all programs with an interpreter; the requests they made and what went wrong."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    from arthurai.server.app import create_app

    class Quiet(WSGIRequestHandler):
        def log_request(self, *_: Any, **__: Any) -> None:
            """Keep quiet."""

    app = create_app()
    recorder = Recorder(app)
    server = make_server("127.0.0.1", 0, recorder, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ARTHUR", "PYTHON"))}
    environment["ARTHUR_API_KEY"] = app.admin_key
    with tempfile.TemporaryDirectory() as where:
        try:
            done = subprocess.run(
                [python, script, "--run", f"http://127.0.0.1:{server.server_port}", "--who", who],
                cwd=where,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=600,
            )
        finally:
            server.shutdown()
            app.close()
    return recorder.requests, done.stdout + (done.stderr if done.returncode else "")


def run(url: str, who: str) -> None:
    """Run all programs in this interpreter."""
    import logging
    import warnings

    from monitoring_programs import PROGRAMS, prepared

    from arthurai import ArthurAI

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    arthur = ArthurAI(url=url, allow_insecure=True)
    model = prepared(arthur, f"model-{who}")
    for program in PROGRAMS:
        urllib.request.urlopen(f"{url}/program/{program.__name__}").read()  # noqa: S310 - our own server
        try:
            program(model)
        except Exception:  # noqa: BLE001 - the comparison goes on with the next program
            print(f"{program.__name__} FAILED", traceback.format_exc(limit=-3))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--official-python", help="interpreter that has the official SDK")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--who", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        run(arguments.run, arguments.who)
        return 0
    if not arguments.official_python:
        parser.error("--official-python is needed")
    theirs, their_trouble = record(arguments.official_python, "official")
    ours, our_trouble = record(sys.executable, "ours")
    for who, trouble in (("official", their_trouble), ("ours", our_trouble)):
        if trouble.strip():
            print(f"--- {who}\n{trouble}")
    return compare(theirs, ours, INTENDED, INTENDED_EVERYWHERE)


if __name__ == "__main__":
    sys.exit(main())
