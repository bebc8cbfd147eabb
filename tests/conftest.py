"""What the whole suite shares: a clean environment and servers over HTTP."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from builders import unique_name
from hypothesis import HealthCheck, settings

from arthurai import ArthurAI

pytest_plugins = ["recorder", "scripted_server"]

# The same examples on every machine, however busy it is; `make test-slow` looks for new ones.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "exploring", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


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


@pytest.fixture(autouse=True)
def no_credentials_from_outside(monkeypatch):
    """Keep the developer's own Arthur settings out of the tests."""
    for name in [name for name in os.environ if name.startswith("ARTHUR_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("VERIFY_SSL", raising=False)


@pytest.fixture(scope="session")
def start_server():
    """Give `serving`, to run servers with options of one's own."""
    return serving


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Run one persistent server for the whole session; give its address."""
    folder = tmp_path_factory.mktemp("served")
    with serving("--data-dir", str(folder / "data"), cwd=folder) as address:
        yield address


@pytest.fixture
def name():
    """Give a name that no other model has."""
    return unique_name()


@pytest.fixture(scope="session")
def arthur():
    """Connect to an embedded server that all tests of a process share."""
    with ArthurAI(url="local://") as connection:
        yield connection
