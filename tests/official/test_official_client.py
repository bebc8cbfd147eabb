"""Programs written for the official SDK run on it and on ours, unchanged, against the embedded server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PROGRAMS = sorted((HERE / "programs").glob("*.py"))


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
def test_the_official_sdk_and_ours_give_the_same_answers(
    program, official_python, start_server, tmp_path
):
    found = {}
    for python in (official_python, sys.executable):
        directory = tmp_path / str(len(found))
        directory.mkdir()
        with start_server("--data-dir", str(directory / "data"), cwd=directory) as server:
            found[str(python)] = run(python, program, server)
    theirs, ours = found.values()
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
