"""Derive `arthurai/aio`, the asynchronous twins of the curated layer, from the blocking one.

    python -m scripts.async_layer            # write it
    python -m scripts.async_layer --check    # write nothing; fail on a difference

The blocking code is the source. A definition gets a twin when it uses the session, or another
definition that has a twin; the twin is a coroutine function when it calls something that has to be
awaited. Both follow from the calls, so that no list of methods is kept. What the code does not say
stands in the tables of
`scripts.async_tables`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

from scripts.async_tables import PACKAGE, ROOT, SOURCES, TARGET
from scripts.blocking_layer import Layer
from scripts.twin_writer import Writer, twin_module

PACKAGE_TEXT: Final = '"""Made by `python -m scripts.async_layer`; not edited by hand."""\n'


def tidy(text: str) -> str:
    """Sort the imports of a module, drop those that nothing uses, and format it."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (
        ["check", "--quiet", "--isolated", "--select", "I,F401", "--fix"],
        ["format", "--quiet", "--isolated"],
    ):
        settings = [
            "--config",
            "line-length = 100",
            "--config",
            "lint.isort.known-first-party = ['arthurai', 'arthurai_api']",
        ]
        if command[0] == "format":
            settings = settings[:2]
        done = subprocess.run(
            [*ruff, *command, *settings, "--stdin-filename", "twin.py", "-"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if not done.stdout:
            raise SystemExit(f"ruff cannot read:\n{text}\n{done.stderr}")
        text = done.stdout
    return text


def derive() -> dict[Path, str]:
    """Return the text of each file of the asynchronous layer."""
    layer = Layer()
    files = {}
    for module in layer.modules.values():
        if not module.name.startswith(SOURCES):
            continue
        if not any(f"{module.name}.{name}" in layer.twins for name in module.definitions):
            continue
        path = ROOT / twin_module(module.name).replace(".", "/")
        path = path / "__init__.py" if module.is_package else path.with_suffix(".py")
        files[path] = tidy(Writer(layer, module).write())
    for path in list(files):
        for folder in path.relative_to(ROOT / PACKAGE).parents:
            package = ROOT / PACKAGE / folder / "__init__.py"
            if folder != Path() and package not in files:
                files[package] = PACKAGE_TEXT
    return files


def main() -> int:
    """Write the asynchronous layer, or compare it.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description="Derive the asynchronous layer.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    is_check = parser.parse_args().check
    files = derive()
    target = ROOT / TARGET.replace(".", "/")
    present = set(target.rglob("*.py"))
    stale = present - files.keys()
    changed = {
        path
        for path, text in files.items()
        if path not in present or path.read_text(encoding="utf-8") != text
    }
    if is_check:
        for path in sorted(stale | changed):
            print(f"{path.relative_to(ROOT)} is not what the blocking code gives")
        if stale or changed:
            print("Run: python -m scripts.async_layer")
        return 1 if stale or changed else 0
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
    for path in stale:
        path.unlink()
    print(f"{len(files)} files, {len(changed)} changed, {len(stale)} removed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
