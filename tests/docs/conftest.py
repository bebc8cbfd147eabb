"""The documentation site, built once for all workers."""

import fcntl
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def site():
    """Build the site as `make docs` does, and give its folder."""
    if find_spec("sphinx_external_toc") is None:
        pytest.fail("the packages of the extra `docs` are missing: make install")
    folder = ROOT / "build"
    folder.mkdir(exist_ok=True)
    command = [
        "--quiet",
        "--fail-on-warning",
        "--keep-going",
        "--write-all",
        "-d",
        folder / "doctrees",
    ]
    with (folder / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [sys.executable, "-m", "sphinx", *command, "docs", folder / "site"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return folder / "site"
