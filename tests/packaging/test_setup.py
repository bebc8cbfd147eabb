"""`scripts/setup.sh` says clearly what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "setup.sh"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "dirname", "touch"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    return tmp_path


def program(project, name, text):
    path = project / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def run(project, *arguments, **environment):
    command = [str(project / "bin" / "sh"), str(project / "scripts" / "setup.sh"), *arguments]
    environment = {"PATH": str(project / "bin"), **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_no_python_at_all(project):
    done = run(project)
    assert done.returncode == 1
    assert "no Python 3.11 or newer among: python3.13 python3.12 python3.11" in done.stderr
    assert "make PYTHON=" in done.stderr


@pytest.mark.slow
def test_a_python_that_only_seems_to_be_there_is_passed_over(project):
    program(project, "python3.13", "echo 'version not installed' >&2; exit 127")
    program(project, "python3.12", f'exec {sys.executable} "$@"')
    done = run(project)
    assert "Making .venv with Python 3." in done.stdout
    assert (project / ".venv" / "bin" / "python").exists()


def test_the_python_that_was_asked_for_is_not_replaced_by_another(project):
    program(project, "python3.12", f'exec {sys.executable} "$@"')
    done = run(project, PYTHON="/nowhere/python3")
    assert done.returncode == 1
    assert "among: /nowhere/python3." in done.stderr


def test_a_python_without_venv_is_said(project):
    program(project, "python3.11", f'[ "$1" = -m ] && exit 1; exec {sys.executable} "$@"')
    done = run(project)
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_the_demo_gets_its_own_extra_and_marker(project):
    log = project / "pip.log"
    (project / ".venv" / "bin").mkdir(parents=True)
    fake = project / ".venv" / "bin" / "python"
    fake.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "$@" >> {log}\n')
    fake.chmod(0o755)
    (project / "pyproject.toml").touch()

    assert run(project, "demo").returncode == 0
    assert log.read_text().endswith("--editable .[demo]\n")
    assert (project / ".venv" / ".installed-demo").exists()
    assert not (project / ".venv" / ".installed").exists()  # so `make test` installs the rest

    assert run(project).returncode == 0
    assert log.read_text().endswith("--editable .[dev]\n")
    assert (project / ".venv" / ".installed").exists()

    (project / ".venv" / ".installed-demo").unlink()
    log.write_text("")
    os.utime(project / "pyproject.toml", (1, 1))
    done = run(project, "demo")
    assert "in .venv already" in done.stdout
    assert log.read_text() == ""
    assert (project / ".venv" / ".installed-demo").exists()


def test_make_demo_asks_for_what_the_demo_needs_only():
    lines = subprocess.run(
        ["make", "--no-print-directory", "-n", "-B", "demo"],
        cwd=SCRIPT.parents[1],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert lines == ['PYTHON="" scripts/setup.sh demo', ".venv/bin/python examples/demo.py"]
