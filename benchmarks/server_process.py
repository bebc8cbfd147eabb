"""A server in a process of its own, for the benchmarks."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple


class Served(NamedTuple):
    """A server that runs: the interpreter, its address, the administrator's key, its process."""

    python: str
    url: str
    key: str
    process: int


@contextlib.contextmanager
def serving(
    *options: str, python: str = sys.executable, key: str | None = None, stderr: int | None = None
) -> Iterator[Served]:
    """Run `arthurai serve` on a free port.

    Args:
        options: Its options, with the place of the data.
        python: The interpreter, which has the revision to run.
        key: A key; `None` for the one that the first server on a store prints.
        stderr: Where its log goes, as for `subprocess`.
    """
    command = [python, "-m", "arthurai.cli", "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd="/"
    ) as process:
        try:
            printed, url, found = "", None, key
            while url is None or found is None:
                line = process.stdout.readline()
                if not line:
                    raise RuntimeError(f"the server does not start: {' '.join(command)}")
                printed += line
                url = re.search(r"http://127\S+:\d+", printed)
                if match := re.search(r"ARTHUR_API_KEY=(\S+)", printed):
                    found = match[1]
            yield Served(python, url[0], found, process.pid)
        finally:
            process.terminate()
