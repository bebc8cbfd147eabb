"""The command line of scripts that make one file from others: write it, or compare it."""

import argparse
from pathlib import Path

from scripts.redocly import ROOT


def write_or_check(target: Path, text: str, command: str) -> int:
    """Write a file, or with `--check` compare it with what it should be.

    Args:
        target: The file.
        text: What it should hold.
        command: What to run when it is out of date.

    Returns:
        The exit code: 1 when the file is out of date.
    """
    name = target.relative_to(ROOT)
    parser = argparse.ArgumentParser(description=f"Make {name}.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    if not parser.parse_args().check:
        target.write_text(text, encoding="utf-8")
        print(f"Wrote {name}")
        return 0
    if not target.is_file() or target.read_text(encoding="utf-8") != text:
        print(f"{name} is out of date: run `{command}`")
        return 1
    print(f"{name} is up to date")
    return 0
