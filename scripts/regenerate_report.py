"""Say what a change of `openapi/` means: for programs, for `generated/` and for the code above it.

    python -m scripts.regenerate_report [--base REVISION]

Run it after `make generate`: the working tree is compared with the last commit or another one.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from scripts.bundle import BUNDLE
from scripts.redocly import ROOT


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)
    return (done.stdout + done.stderr).strip()


def _section(title: str, text: str) -> None:
    print(f"{title}\n{'=' * len(title)}\n{text or 'none'}\n")


def main() -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(description="Report what a change of openapi/ means.")
    parser.add_argument("--base", default="HEAD", help="the revision to compare with (%(default)s)")
    base = parser.parse_args().base
    diff = [sys.executable, "-m", "arthurai.cli", "spec", "diff", base, str(BUNDLE)]
    _section(f"Changes of the API since {base}", _output(diff))
    stat = ["git", "diff", "--stat", base, "--", "generated"]
    new = ["git", "ls-files", "--others", "--exclude-standard", "--", "generated"]
    names = [f"new: {name}" for name in _output(new).splitlines()]
    _section(f"Changes of generated/ since {base}", "\n".join([_output(stat), *names]).strip())
    # Modules that come and go confuse the cache of mypy.
    mypy = [sys.executable, "-m", "mypy", f"--cache-dir={os.devnull}"]
    _section("Type errors of the code above it", _output(mypy))
    ledger = _output([sys.executable, "-m", "scripts.check"])
    _section("Specification, generated client and ledger side by side", ledger)
    return 0


if __name__ == "__main__":
    sys.exit(main())
