"""Run `arthurai serve` for tests and for programs beside them."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple


class Address(NamedTuple):
    """Where a running server listens, and a key it takes."""

    url: str
    key: str


@contextlib.contextmanager
def serving(*words: str, cwd: Path, known_key: str | None = None):
    """Run `arthurai serve` on a free port until the block ends; give its address.

    A server that was started before on the same data does not show its key: `known_key` is given.
    """
    command = [str(Path(sys.executable).with_name("arthurai")), "serve", "--port", "0", *words]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield announced(process.stdout, known_key)
        finally:
            process.terminate()


def announced(lines, known_key: str | None = None) -> Address:
    """Read the address that a starting server prints, and the key, which only a first start does."""
    printed = ""
    for line in lines:
        printed += line
        url = re.search(r"http://127\.0\.0\.1:\d+", printed)
        key = re.search(r"ARTHUR_API_KEY=(\S+)", printed)
        if url and line.startswith("client = "):
            if not key and known_key is None:
                break
            return Address(url[0], key[1] if key else known_key)
    raise AssertionError(f"the server printed no address and key: {printed!r}")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class KillableServer:
    """`arthurai serve` with data that outlive it."""

    def __init__(self, folder, key=None):
        self._command = [
            *(str(Path(sys.executable).with_name("arthurai")), "serve"),
            *("--port", str(free_port()), "--data-dir", str(folder), "--log-level", "error"),
        ]
        self.address = key and Address("", key)
        self.start()

    def start(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        known_key = self.address and self.address.key
        self.address = announced(self._process.stdout, known_key)

    def kill(self):
        self._process.kill()
        self._process.communicate()
