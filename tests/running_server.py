"""Run `arthurai serve` for tests and for programs beside them."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple


class Address(NamedTuple):
    """Where a running server listens, and a key it takes."""

    url: str
    key: str


@contextlib.contextmanager
def serving(*words: str, cwd: Path):
    """Run `arthurai serve` on a free port until the block ends; give its address."""
    command = [str(Path(sys.executable).with_name("arthurai")), "serve", "--port", "0", *words]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield announced(process.stdout)
        finally:
            process.terminate()


def announced(lines) -> Address:
    """Read the address and the key that a starting server prints."""
    printed = ""
    for line in lines:
        printed += line
        url = re.search(r"http://127\.0\.0\.1:\d+", printed)
        key = re.search(r"ARTHUR_API_KEY=(\S+)", printed)
        if url and key:
            return Address(url[0], key[1])
    raise AssertionError(f"the server printed no address and key: {printed!r}")
