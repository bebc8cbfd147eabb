"""Run all calls with both SDKs, and print, check or update what is recorded of them.

    PYTHONPATH=tests python tests/official/compare_clients.py --official-python PYTHON [--update]

Without `--update` it prints the differences that the table does not allow, and exits with 1 when
there are any. With it, it writes the outcomes of the sample and the table; differences that are new
get an empty reason, which the tests refuse: mend them, or write why a user would accept them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from official.calls.catalog import CALLS
from official.comparison import (
    DIFFERENCES,
    OUTCOMES,
    SAMPLE,
    Outcomes,
    allowed,
    complaints,
    differences,
    finish,
    start,
)
from running_server import serving


def run_both(python: str, names: list[str]) -> tuple[Outcomes, Outcomes]:
    """Run calls with both SDKs on one server of its own."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        with serving(
            "--log-level", "error", "--data-dir", str(folder / "data"), cwd=folder
        ) as address:
            theirs = start(python, address, names, folder / "official")
            ours = start(sys.executable, address, names, folder / "ours")
            return finish(theirs), finish(ours)


def write_table(found: dict[str, str]) -> None:
    """Write the table: reasons stay, differences without one get an empty reason."""
    known = json.loads(DIFFERENCES.read_text()) if DIFFERENCES.exists() else []
    table, left = [], dict(found)
    for entry in known:
        if entry["reason"]:
            calls = {name: left.pop(name) for name in entry["calls"] if name in left}
            table.append({"reason": entry["reason"], "calls": dict(sorted(calls.items()))})
    if left:
        table.append({"reason": "", "calls": dict(sorted(left.items()))})
    written = [entry for entry in table if entry["calls"]]
    DIFFERENCES.write_text(json.dumps(written, indent=1) + "\n")


def main() -> int:
    """Run, then print or write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--official-python", required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--details", type=Path, help="write the outcomes of calls that differ")
    options = parser.parse_args()
    official, ours = run_both(options.official_python, [call.name for call in CALLS])
    found = differences(official, ours)
    print(f"{len(official)} calls, {len(found)} differ")
    if options.details:
        both = {name: {"official": official[name], "ours": ours[name]} for name in found}
        options.details.write_text(json.dumps(both, indent=1))
    if options.update:
        sample = {name: official[name] for name in SAMPLE}
        OUTCOMES.write_text(json.dumps(sample, indent=None, separators=(",", ":")) + "\n")
        write_table(found)
        return 0
    wrong = complaints(found, allowed())
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
