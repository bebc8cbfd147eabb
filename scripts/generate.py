"""Make the low-level client `generated/arthurai_api` from the specification in `openapi/`.

    python -m scripts.generate            bundle, generate, replace generated/arthurai_api
    python -m scripts.generate --check    do it in a temporary folder; print and fail on differences

Nobody edits generated code: what the generator gets wrong is put right in `scripts/templates/`.
"""

import argparse
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any

from scripts.bundle import bundle
from scripts.redocly import ROOT, ToolError

PACKAGE = ROOT / "generated" / "arthurai_api"
CONFIG = ROOT / "scripts" / "generator.yaml"
TEMPLATES = ROOT / "scripts" / "templates"
PINNED = ("openapi-python-client", "ruff")
DIFF_LINES = 40


def check_versions() -> None:
    """Compare the installed generator and formatter with the versions that pyproject.toml pins.

    Raises:
        ToolError: If one is missing or another version: the output would differ.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = project["project"]["optional-dependencies"]["dev"]
    for name in PINNED:
        pinned = next(line for line in requirements if line.startswith(f"{name}=="))
        try:
            found = f"{name}=={metadata.version(name)}"
        except metadata.PackageNotFoundError:
            found = "nothing"
        if found != pinned:
            raise ToolError(f"{found} is installed: run `pip install {pinned}`.")


def describe_parameters(part: Any) -> None:
    """Copy the description of each parameter into its schema, where the generator looks for it.

    Args:
        part: A specification or a part of one; it is changed.
    """
    if isinstance(part, dict):
        schema = part.get("schema")
        if "in" in part and isinstance(schema, dict) and "$ref" not in schema:
            schema.setdefault("description", part.get("description", ""))
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            describe_parameters(inner)


def generate(document: Path, target: Path) -> None:
    """Generate a client package from a bundled specification.

    Args:
        document: The bundle, one JSON file.
        target: The package's folder; it must not exist yet.

    Raises:
        ToolError: If the generator fails or warns: a warning means that it left something out.
    """
    check_versions()
    specification = json.loads(document.read_bytes())
    describe_parameters(specification)
    # The formatter is found by its name: this interpreter's own comes first.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / "openapi.json"
        described.write_text(json.dumps(specification), encoding="utf-8")
        command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
        command += ["--fail-on-warning", "--config", str(CONFIG), "--path", str(described)]
        command += ["--custom-template-path", str(TEMPLATES), "--output-path", str(target)]
        done = subprocess.run(
            command, env={**os.environ, "PATH": path}, text=True, capture_output=True, check=False
        )
    if done.returncode != 0:
        raise ToolError(f"The generator failed or warned:\n{done.stdout}{done.stderr}")
    (target / "py.typed").touch()
    shutil.copyfile(document, target / "openapi.json")


def replace(target: Path, fresh: Path) -> None:
    """Put a folder in the place of another, so that no mixture of the two is ever seen."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".old-") as old:
        staged = Path(old) / "new"
        shutil.move(fresh, staged)
        if target.exists():
            target.rename(Path(old) / target.name)
        staged.rename(target)


def _files(folder: Path) -> dict[str, Path]:
    return {
        str(path.relative_to(folder)): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(committed: Path, fresh: Path) -> Iterator[str]:
    """Describe each file that differs between two folders, with the first lines of its diff.

    Args:
        committed: The folder as it is.
        fresh: The folder as it should be.

    Yields:
        Lines for people, none when the folders are equal.
    """
    old, new = _files(committed), _files(fresh)
    for name in sorted({*old, *new}):
        if name not in new:
            yield f"{name}: should not exist"
        elif name not in old:
            yield f"{name}: is missing"
        elif old[name].read_bytes() != new[name].read_bytes():
            yield f"{name}: differs"
            before, after = (
                side[name].read_text(encoding="utf-8", errors="replace").splitlines()
                for side in (old, new)
            )
            diff = difflib.unified_diff(before, after, "committed", "fresh", lineterm="", n=1)
            yield from (f"    {line}" for line in islice(diff, DIFF_LINES))


def _run(*, check: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_text(bundle(), encoding="utf-8")
        fresh = Path(folder) / "arthurai_api"
        generate(document, fresh)
        if not check:
            replace(PACKAGE, fresh)
            print(f"Wrote {PACKAGE.relative_to(ROOT)}")
            return 0
        found = list(differences(PACKAGE, fresh))
    if found:
        print("\n".join(found))
        print(f"{PACKAGE.relative_to(ROOT)} is out of date: run `make generate` and commit it")
        return 1
    print(f"{PACKAGE.relative_to(ROOT)} is up to date")
    return 0


def main() -> int:
    """Generate, or check what is committed."""
    parser = argparse.ArgumentParser(description="Generate generated/arthurai_api from openapi/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    options = parser.parse_args()
    try:
        return _run(check=options.check)
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
