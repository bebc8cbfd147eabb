"""mypy (strict) and pyright agree with the code about which programs are right.

They read the programs of README.md and docs/, and those in `programs/`. There `# error: X Y` at the
end of a line says what they must find in it: the code of mypy and the rule of pyright, several by
comma.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from page_programs import PAGES, ROOT, blocks

PROGRAMS = Path(__file__).parent / "programs"
EXPECTED = re.compile(r"# error: (?P<mypy>\S+) (?P<pyright>\S+)$")
MYPY = re.compile(r"(?P<file>[^:\n]+):(?P<line>\d+): error: (?P<text>.*)  \[(?P<code>[a-z-]+)\]")

LEFT_OUT = {
    "clusters.md",  # needs libraries that have an environment of their own
}

Errors = dict[tuple[str, int], set[str]]
"""Codes by file and line."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("programs")
    for page in (page for page in PAGES if page.name not in LEFT_OUT):
        code = "\n".join(code for _, code in blocks(page, "python"))
        (folder / f"{page.stem.lower().replace('-', '_')}_page.py").write_text(code, "utf-8")
    for program in PROGRAMS.glob("*.py"):
        shutil.copy(program, folder)
    return folder


def expected(corpus: Path, checker: str) -> Errors:
    errors: Errors = {}
    for program in corpus.glob("*.py"):
        for number, line in enumerate(program.read_text("utf-8").splitlines(), 1):
            if found := EXPECTED.search(line):
                errors[program.name, number] = set(found[checker].split(","))
    return errors


def compare(found: Errors, wanted: Errors, output: str) -> None:
    surplus = {place: codes for place, codes in found.items() if place not in wanted}
    assert not surplus, f"errors in right programs: {surplus}\n{output[-3000:]}"
    missed = {
        place: codes for place, codes in wanted.items() if not codes & found.get(place, set())
    }
    assert not missed, f"mistakes not found: {missed}\n{output[-3000:]}"


def run_pyright(corpus: Path) -> str:
    """Run pyright with the Node.js that is here; skip where it cannot run."""
    pytest.importorskip("pyright")
    if shutil.which("node") is None:
        pytest.skip("pyright needs Node.js")
    config = {
        "include": ["."],
        "extraPaths": [str(ROOT), str(ROOT / "generated")],
        "pythonVersion": "3.11",
    }
    (corpus / "pyrightconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pyright", "-p", str(corpus)),
            *("--outputjson", "--pythonpath", sys.executable),
        ],
        env={
            **os.environ,
            "PYRIGHT_PYTHON_GLOBAL_NODE": "1",
            "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if not done.stdout.startswith("{"):
        pytest.skip(f"pyright cannot run here: {done.stderr[-300:]}")
    return done.stdout


@pytest.mark.heavy
def test_pyright_agrees(corpus):
    output = run_pyright(corpus)
    found: Errors = defaultdict(set)
    for problem in json.loads(output)["generalDiagnostics"]:
        if problem["severity"] == "error":
            line = problem["range"]["start"]["line"] + 1
            found[Path(problem["file"]).name, line].add(problem.get("rule", problem["message"]))
    wanted = expected(corpus, "pyright")
    assert len(wanted) > 50
    compare(found, wanted, output)


@pytest.mark.slow
def test_mypy_strict_agrees(corpus):
    (corpus / "mypy.ini").write_text(
        "[mypy]\nstrict = true\npython_version = 3.11\nexplicit_package_bases = true\n"
        "namespace_packages = true\nfollow_imports = silent\n"
        f"mypy_path = {ROOT}:{ROOT / 'generated'}\ncache_dir = {corpus / 'cache'}\n"
        "[mypy-sklearn.*]\nignore_missing_imports = true\n"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--no-pretty"),
            *sorted(program.name for program in corpus.glob("*.py")),
        ],
        cwd=corpus,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: Errors = defaultdict(set)
    for match in MYPY.finditer(done.stdout):
        found[match["file"], int(match["line"])].add(match["code"])
    compare(found, expected(corpus, "mypy"), done.stdout)


@pytest.mark.heavy
def test_right_programs_run(tmp_path):
    for program in sorted(PROGRAMS.glob("right_*.py")):
        done = subprocess.run(
            [sys.executable, str(program)],
            cwd=tmp_path,
            env={
                **os.environ,
                "MPLBACKEND": "Agg",
                "PYTHONPATH": f"{ROOT}:{ROOT / 'generated'}",
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
