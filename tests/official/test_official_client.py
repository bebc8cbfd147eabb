"""Programs written for the official SDK run on it and on ours, unchanged, against the embedded server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAMS = sorted((HERE / "programs").glob("*.py"))
OFFICIAL = ["arthurai==3.33.3", "setuptools<70", "numpy<2"]


@pytest.fixture(scope="session")
def official_python() -> Path:
    """Give the interpreter of a Python 3.11 environment that holds the official SDK."""
    if given := os.environ.get("OFFICIAL_PYTHON"):
        return Path(given)
    python311 = sys.executable if sys.version_info[:2] == (3, 11) else shutil.which("python3.11")
    if python311 is None:
        pytest.fail("the official SDK needs Python 3.11: install it, or set OFFICIAL_PYTHON")
    home = HERE.parents[1] / ".venv-official"
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        subprocess.run([python311, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *OFFICIAL], check=True)
        (home / "complete").touch()
    return python


def run(python: Path | str, program: Path, server: tuple[str, str]) -> dict:
    url, key = server
    clean = {
        k: v for k, v in os.environ.items() if not k.startswith(("ARTHUR_", "VERIFY_SSL", "PYTHON"))
    }
    done = subprocess.run(
        [str(python), str(program)],
        env={**clean, "ARTHUR_ENDPOINT_URL": url, "ARTHUR_API_KEY": key},
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_the_official_sdk_and_ours_give_the_same_answers(program, official_python, served):
    theirs = run(official_python, program, served)
    ours = run(sys.executable, program, served)
    assert ours == theirs


def test_a_program_for_the_official_sdk_runs_on_ours(served):
    answer = run(sys.executable, HERE / "programs" / "binary_classifier.py", served)
    assert answer["sent"] == answer["labelled"] == {"success": 400, "failure": 0, "total": 400}
    assert answer["accuracy"] == [
        {"accuracy": pytest.approx(answer["expected_accuracy"]), "count": 400}
    ]
    assert {row["region"]: row["mean_income"] for row in answer["by_region"]} == pytest.approx(
        answer["expected_income"]
    )
