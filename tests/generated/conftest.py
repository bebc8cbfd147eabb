"""A client generated from `traps.json`, and a server on a real socket that records what it is sent."""

import importlib
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from scripts.generate import generate


@pytest.fixture(scope="session")
def traps_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated") / "traps_api"
    generate(Path(__file__).with_name("traps.json"), folder)
    return folder


@pytest.fixture(scope="session")
def traps(traps_folder: Path) -> Iterator[ModuleType]:
    sys.path.insert(0, str(traps_folder.parent))
    yield importlib.import_module("traps_api")
    sys.path.remove(str(traps_folder.parent))


@dataclass
class Recorder:
    """Answers each request with `status`, `content_type` and `answer`, and keeps the last one."""

    url: str = ""
    status: int = 200
    content_type: str = "application/json"
    answer: bytes = b"{}"
    method: str = ""
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@pytest.fixture
def server() -> Iterator[Recorder]:
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            recorder.method, recorder.path = self.command, self.path
            recorder.headers = {name.lower(): value for name, value in self.headers.items()}
            recorder.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response_only(recorder.status, "As told")
            self.send_header("Content-Type", recorder.content_type)
            self.send_header("Content-Length", str(len(recorder.answer)))
            self.end_headers()
            self.wfile.write(recorder.answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815  # names of http.server

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
        thread.start()
        recorder.url = f"http://127.0.0.1:{listener.server_port}/api"
        yield recorder
        listener.shutdown()
        thread.join()
