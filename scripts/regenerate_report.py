"""Say in Markdown what a change of `openapi/` means, as a comment on a pull request.

    python -m scripts.regenerate_report [--base REVISION] [--no-generate]

The working tree is compared with the last commit or another one. The client is generated first
unless that is forbidden; then the report says whether it is out of date. The exit code is 0 when
nothing is left to do, 1 when something is, and 2 when the report cannot be made.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from arthurai.common.exceptions import UserValueError
from arthurai.contract.diff import Bump, Change, Severity, bump_of
from arthurai.contract.diff.change_report import join_ledgers
from arthurai.contract.spec_diff import find_changes, load_document, read_revision
from scripts import check_version
from scripts.bundle import BUNDLE, bundle
from scripts.check import LEDGER, bundle_operations
from scripts.coverage import calls, shortened, unmatched
from scripts.redocly import ROOT, ToolError

STEPS: Final = ("generate", "vocabulary", "documents", "coverage")
MAX_SHOWN: Final = 30
_HEADLINES: Final = {
    Severity.BREAKING: "Breaks programs",
    Severity.GENERATED: "Breaks programs that call the generated client",
    Severity.ADDITIVE: "New",
    Severity.COSMETIC: "Descriptions and order",
}
_TEST_FOLDERS: Final = ("client", "compat", "contract", "model", "server", "upload")


@dataclass
class Findings:
    """What a report is made of.

    Attributes:
        base: The revision that is compared with.
        generation: What was generated, or why not.
        changes: The changes of the API.
        rows: The rows of both ledgers by `operationId`.
        ledger: What is wrong with the present ledger.
        version: What is wrong with the version.
        type_errors: Lines of the type checker.
        stat: Which generated files changed.
        is_current: Whether what is compared is what `openapi/` says.
    """

    base: str
    generation: str
    changes: list[Change]
    rows: Mapping[str, Any]
    ledger: list[str] = field(default_factory=list)
    version: list[str] = field(default_factory=list)
    type_errors: list[str] = field(default_factory=list)
    stat: list[str] = field(default_factory=list)
    is_current: bool = True

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.is_current and not (self.ledger or self.version or self.type_errors)


def report(found: Findings) -> Iterator[str]:
    """Yield the lines of the report."""
    bump = bump_of(found.changes)
    yield f"# API changes since {found.base}"
    yield ""
    yield f"- Generated client: {found.generation}"
    yield f"- Version bump: **{bump}**"
    yield f"- Left to do: **{'nothing' if found.is_done else 'see below'}**"
    yield from _section("To do", [*found.ledger, *found.version])
    yield from _section("Type errors of the curated layer", found.type_errors, code=True)
    by_call, raw = _by_call(found.changes)
    yield from _users(by_call)
    yield from _section("Operations without a public call", [*map(_line, raw)])
    handlers = {name for change in found.changes for name in change.handlers}
    yield from _section("Handlers of the embedded server to look at", _quoted(handlers))
    if bump is not Bump.NONE:
        yield from _section("Tests to look at", _quoted(find_tests(found.changes, found.rows)))
    yield from _section("Generated files", found.stat, code=True)


def _section(title: str, lines: Sequence[str], *, code: bool = False) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield f"## {title}"
    yield ""
    shown, rest = lines[:MAX_SHOWN], len(lines) - MAX_SHOWN
    if code:
        yield from ("```", *shown, "```")
    else:
        yield from (f"- {line}" for line in shown)
    if rest > 0:
        yield f"- and {rest} more"


def _users(by_call: Mapping[str, Sequence[Change]]) -> Iterator[str]:
    if not by_call:
        return
    yield ""
    yield "## What changes for users"
    for call, changes in sorted(by_call.items()):
        yield ""
        yield f"### `{call}`"
        for severity, headline in _HEADLINES.items():
            lines = dict.fromkeys(_line(one) for one in changes if one.severity is severity)
            if lines:
                yield ""
                yield f"{headline}:"
                yield ""
                yield from (f"- {line}" for line in list(lines)[:MAX_SHOWN])


def _by_call(changes: Iterable[Change]) -> tuple[dict[str, list[Change]], list[Change]]:
    """Return the changes of each public call, and those that reach none."""
    found: dict[str, list[Change]] = defaultdict(list)
    raw = []
    for change in changes:
        for call in change.calls:
            found[shortened(call)].append(change)
        if not change.calls:
            raw.append(change)
    return found, raw


def _line(change: Change) -> str:
    where = ", ".join(f"`{name}`" for name in change.operations[:3])
    more = f" and {len(change.operations) - 3} more" if len(change.operations) > 3 else ""  # noqa: PLR2004  # as shown
    text = f"{change.severity}: {change.message} ({change.side}, `{change.rule}`, `{change.path}`)"
    return f"{text} in {where}{more}" if where else text


def _quoted(names: Iterable[str]) -> list[str]:
    return [f"`{name}`" for name in sorted(names)]


def find_tests(changes: Iterable[Change], rows: Mapping[str, Any]) -> set[str]:
    """Return the test files that name an operation of the changes, call it, or test its handler."""
    operations = {name for change in changes for name in change.operations}
    methods = {call.rpartition(".")[2] for name in operations for call in calls(rows.get(name, {}))}
    words = [re.escape(name) for name in operations]
    words += [rf"\.{re.escape(method)}(?=\()" for method in methods if method.islower()]
    if not words:
        return set()
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)")
    resources = {name.partition(".")[0] for change in changes for name in change.handlers}
    return {
        str(path.relative_to(ROOT))
        for folder in _TEST_FOLDERS
        for path in (ROOT / "tests" / folder).rglob("test_*.py")
        if (path.parent.name == "resources" and path.stem.removeprefix("test_") in resources)
        or pattern.search(path.read_text(encoding="utf-8"))
    }


def generate() -> str:
    """Generate everything that is made of `openapi/`, and say what was done.

    Raises:
        ToolError: A step failed.
    """
    for step in STEPS:
        done = _run([sys.executable, "-m", f"scripts.{step}"])
        # The ledger may lack rows: that is a finding, not a failure.
        if done.returncode != 0 and step != "coverage":
            raise ToolError(f"scripts.{step} failed:\n{done.stdout}{done.stderr}")
    return "made from `openapi/` for this report"


def state_of_generation(*, may_generate: bool) -> tuple[str, bool]:
    """Return what the report is about, in words, and whether it is what `openapi/` says.

    Args:
        may_generate: Whether the client is generated when it is out of date.
    """
    try:
        wanted = bundle()
    except ToolError as error:
        return f"**not compared with `openapi/`**: {str(error).splitlines()[0]}", False
    if BUNDLE.read_text(encoding="utf-8") == wanted:
        return "up to date with `openapi/`", True
    if may_generate:
        return generate(), True
    return "**out of date**: run `make generate`; this report is about the old client", False


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False)


def find(base: str, *, may_generate: bool) -> Findings:
    """Return what a report needs.

    Args:
        base: The revision to compare with.
        may_generate: Whether the client is generated when it is out of date.

    Raises:
        ToolError: The generator failed.
        UserValueError: The revision cannot be read.
    """
    old = load_document(base, ROOT)
    generation, is_current = state_of_generation(may_generate=may_generate)
    new = json.loads(BUNDLE.read_bytes())
    rows = yaml.safe_load(LEDGER.read_text(encoding="utf-8"))["operations"]
    before = yaml.safe_load(read_revision(base, ROOT, str(LEDGER.relative_to(ROOT))))["operations"]
    joined = join_ledgers(before, rows)
    operations = {name.partition(".")[2] for name in bundle_operations(new)}
    # Modules that come and go confuse the cache of mypy.
    checked = _run([sys.executable, "-m", "mypy", f"--cache-dir={os.devnull}"])
    stat = _run(["git", "diff", "--stat", base, "--", "generated"]).stdout
    listed = ["git", "ls-files", "--others", "--exclude-standard", "--", "generated"]
    return Findings(
        base=base,
        generation=generation,
        is_current=is_current,
        changes=find_changes(old, new, joined),
        rows=joined,
        ledger=[text.replace("\n", "\n  ") for text in unmatched(rows, operations)],
        version=check_version.check(ROOT),
        type_errors=[line for line in checked.stdout.splitlines() if ": error:" in line],
        stat=[*stat.splitlines(), *(f" new: {name}" for name in _run(listed).stdout.split())],
    )


def main() -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--base", default="HEAD", help="the revision to compare with (%(default)s)")
    parser.add_argument("--no-generate", action="store_true", help="leave generated/ as it is")
    parser.add_argument("--output", type=Path, help="write to a file (default: standard output)")
    options = parser.parse_args()
    try:
        found = find(options.base, may_generate=not options.no_generate)
    except (ToolError, UserValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    text = "\n".join(report(found)) + "\n"
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0 if found.is_done else 1


if __name__ == "__main__":
    sys.exit(main())
