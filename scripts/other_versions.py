"""Run the fast tests on other versions: other Pythons, or the lowest versions of all dependencies.

    python -m scripts.other_versions [python3.12 …]   the newest dependencies, on each Python
    python -m scripts.other_versions --lowest         the lowest dependencies, on the oldest Python

Each has an environment of its own below `.venvs/`, with a log of its installation and its tests.
Pythons that are not installed are named; the exit code is 1 when one that was tried failed.
"""

import argparse
import os
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from packaging.requirements import Requirement

from scripts.redocly import ROOT

PYTHONS: Final = ("python3.11", "python3.12", "python3.13", "python3.14", "python3.14t")
OLDEST: Final = PYTHONS[0]
FOLDER: Final = ROOT / ".venvs"
EXTRAS: Final = ("server", "postgres", "viz", "explain", "demo")
"""What is installed: not `contract`, as its one pinned tool says by itself what it needs."""
TEST_TOOLS: Final = (
    *("hypothesis", "opentelemetry-sdk", "polars", "prometheus-client", "pytest"),
    *("pytest-xdist", "pyyaml", "scipy"),
)
_HEAVY_FOLDERS: Final = ("contract", "docs", "examples", "official", "scripts", "spec", "typing")
_TESTS: Final = (
    *("-m", "pytest", "-m", "not slow and not heavy"),
    *(f"--ignore=tests/{folder}" for folder in _HEAVY_FOLDERS),
)


class Outcome(NamedTuple):
    """What became of one Python.

    Attributes:
        name: What was tried.
        passed: Whether it passed; `None` when it was not tried.
        summary: Why, or what pytest said last.
    """

    name: str
    passed: bool | None
    summary: str


def lowest_versions(project: Mapping[str, Any]) -> list[str]:
    """Return the lowest version of each dependency that users install, as constraints of pip.

    Args:
        project: The table `project` of pyproject.toml.
    """
    extras = project["optional-dependencies"]
    lists = [project["dependencies"], *(extras[name] for name in EXTRAS)]
    found: dict[str, str] = {}
    for requirement in map(Requirement, (text for lines in lists for text in lines)):
        for bound in requirement.specifier:
            if bound.operator == ">=":
                found.setdefault(requirement.name, bound.version)
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def find_python(name: str) -> str | None:
    """Return the program of that name that runs: on the path, or among those of pyenv.

    Args:
        name: Its name, or where it is.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [shutil.which(name), *sorted(map(str, pyenv.glob(f"versions/*/bin/{name}")))]
    for program in filter(None, found):
        if not subprocess.run([program, "-V"], capture_output=True, check=False).returncode:
            return program
    return None


def try_python(name: str, constraints: Sequence[str], options: Sequence[str]) -> Outcome:
    """Install the project for one Python, and run the fast tests.

    Args:
        name: Name of its program, or where it is.
        constraints: Versions that are to be installed; the newest ones where nothing is said.
        options: Further options of pytest.
    """
    program = find_python(name)
    what = f"{name}, lowest versions" if constraints else name
    if program is None:
        return Outcome(what, None, "not installed here, not tried")
    folder = FOLDER / ("lowest" if constraints else Path(name).name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "constraints.txt").write_text("\n".join(constraints), encoding="utf-8")
    python = folder / "venv" / "bin" / "python"
    project = f".[{','.join(EXTRAS)}]"
    pip = (str(python), "-m", "pip", "--disable-pip-version-check", "install", "--upgrade")
    steps = (
        (program, "-m", "venv", "--clear", str(folder / "venv")),
        (*pip, "-c", str(folder / "constraints.txt"), *TEST_TOOLS, "--editable", project),
        (str(python), *_TESTS, *options),
    )
    settings = {**os.environ, "HYPOTHESIS_PROFILE": "fast"}
    with (folder / "log.txt").open("w+", encoding="utf-8") as log:
        for step in steps:
            print(f"{what}: {' '.join(step[1:])}", flush=True)
            done = subprocess.run(
                step, cwd=ROOT, env=settings, stdout=log, stderr=subprocess.STDOUT, check=False
            )
            if done.returncode:
                break
        log.seek(0)
        last = (log.read().strip() or "no output").splitlines()[-1]
    return Outcome(what, not done.returncode, f"{last} ({Path(log.name).relative_to(ROOT)})")


def run(pythons: Sequence[str], *, lowest: bool, options: Sequence[str]) -> Iterator[Outcome]:
    """Try one Python after the other.

    Args:
        pythons: Names of their programs.
        lowest: Whether to install the lowest versions of the dependencies.
        options: Further options of pytest.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    constraints = lowest_versions(project) if lowest else []
    for name in pythons:
        yield try_python(name, constraints, options)


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pythons", nargs="*", help=f"by default {', '.join(PYTHONS)}")
    parser.add_argument("--lowest", action="store_true", help="the lowest versions of dependencies")
    parser.add_argument("--options", default="", help="further options of pytest")
    given = parser.parse_args()
    pythons = given.pythons or ([OLDEST] if given.lowest else PYTHONS)
    outcomes = list(run(pythons, lowest=given.lowest, options=shlex.split(given.options)))
    words = {True: "passed", False: "FAILED", None: "skipped"}
    for outcome in outcomes:
        print(f"{words[outcome.passed]}  {outcome.name}: {outcome.summary}")
    return int(any(outcome.passed is False for outcome in outcomes))


if __name__ == "__main__":
    raise SystemExit(main())
