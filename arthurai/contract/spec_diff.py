"""`arthurai spec diff OLD NEW`: what a change of the OpenAPI document breaks."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from arthurai.common.exceptions import ArthurUserError
from arthurai.contract.diff import Bump, bump_of, compare_documents
from arthurai.contract.diff.change_report import as_json, as_text
from arthurai.contract.diff.document_sources import BUNDLE, LEDGER, load_document, load_ledger
from arthurai.contract.diff.impact import with_impact

if TYPE_CHECKING:
    from collections.abc import Sequence

_BUMPS = (Bump.PATCH, Bump.MINOR, Bump.MAJOR)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="arthurai spec diff", description=__doc__)
    parser.add_argument(
        "old", help=f"bundle that programs know: a file, or a revision with {BUNDLE}"
    )
    parser.add_argument("new", help="bundle that shall replace it: a file or a revision")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--ledger", type=Path, help=f"ledger that names the public calls ({LEDGER} when it exists)"
    )
    parser.add_argument(
        "--repository", type=Path, default=Path(), help="where revisions are looked up (here)"
    )
    parser.add_argument(
        "--fail-on",
        choices=[bump.value for bump in _BUMPS],
        help="exit with 1 when the version has to grow by this or more",
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    try:
        old = load_document(options.old, options.repository)
        new = load_document(options.new, options.repository)
        usual = options.repository / LEDGER
        path = options.ledger or (usual if usual.is_file() else None)
        ledger = None if path is None else load_ledger(path)
        changes = with_impact(compare_documents(old, new), old, new, ledger)
    except (ArthurUserError, ValueError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except (AttributeError, KeyError, TypeError) as error:
        sys.stderr.write(f"error: a document is not valid OpenAPI, lint it first: {error!r}\n")
        return 2
    sys.stdout.write((as_json(changes) if options.json else as_text(changes)) + "\n")
    if options.fail_on is None or bump_of(changes) is Bump.NONE:
        return 0
    return int(_BUMPS.index(bump_of(changes)) >= _BUMPS.index(Bump(options.fail_on)))


def main(argv: Sequence[str] | None = None) -> int:
    """Compare two documents and print what changed.

    Args:
        argv: What stands behind ``arthurai spec diff``; by default the arguments of the process.

    Returns:
        0; 1 when ``--fail-on`` applies; 2 when a document or ledger cannot be read.
    """
    return _run(_parser().parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
