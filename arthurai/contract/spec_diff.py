"""`arthurai spec diff OLD NEW`: what a change of the OpenAPI document breaks."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import ArthurUserError, UserValueError
from arthurai.contract.diff import Bump, bump_of, compare_documents
from arthurai.contract.diff.change_report import (
    add_impact,
    find_handlers,
    format_json,
    format_text,
    join_ledgers,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from arthurai.contract.diff import Change

BUNDLE: Final = "generated/arthurai_api/openapi.json"
LEDGER: Final = "openapi/ledger.yaml"
_BUMPS: Final = (Bump.PATCH, Bump.MINOR, Bump.MAJOR)


def main(options: argparse.Namespace) -> int:
    """Compare two documents and print what changed.

    Args:
        options: The arguments of `add_arguments`.

    Returns:
        0; 1 when `--fail-on` applies; 2 when a document or ledger cannot be read.
    """
    try:
        old = load_document(options.old, options.repository)
        new = load_document(options.new, options.repository)
        changes = find_changes(old, new, _ledger_of(options))
    except (ArthurUserError, ValueError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except (AttributeError, KeyError, TypeError) as error:
        sys.stderr.write(f"error: a document is not valid OpenAPI; lint it first: {error!r}\n")
        return 2
    sys.stdout.write((format_json(changes) if options.json else format_text(changes)) + "\n")
    if options.fail_on is None or bump_of(changes) is Bump.NONE:
        return 0
    return int(_BUMPS.index(bump_of(changes)) >= _BUMPS.index(Bump(options.fail_on)))


def find_changes(
    old: dict[str, Any], new: dict[str, Any], ledger: Mapping[str, Any] | None
) -> list[Change]:
    """Return the changes between two documents with everything that they reach.

    Args:
        old: The old document.
        new: The new document.
        ledger: The rows of the ledger by `operationId`, if there is one.
    """
    handlers = find_handlers(resources.files("arthurai"))
    return add_impact(compare_documents(old, new), old, new, ledger, handlers)


def _ledger_of(options: argparse.Namespace) -> dict[str, Any] | None:
    """Return the rows of the ledger, and of the old revision's: rows go with their operations."""
    usual = options.repository / LEDGER
    path = options.ledger or (usual if usual.is_file() else None)
    if path is None:
        return None
    rows = load_ledger(path)
    if options.ledger or Path(options.old).is_file():
        return rows
    try:
        content = read_revision(options.old, options.repository, LEDGER)
    except UserValueError:  # the revision has no ledger
        return rows
    return join_ledgers(_rows_of(content, f"{options.old}:{LEDGER}"), rows)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser.

    Args:
        parser: The parser of `arthurai spec diff`.
    """
    add = parser.add_argument
    add("old", help=f"bundle that programs know: a file, or a revision with {BUNDLE}")
    add("new", help="bundle that replaces it: a file or a revision")
    add("--json", action="store_true", help="print JSON")
    add(
        "--ledger",
        type=Path,
        help=f"ledger that names the public calls (default: {LEDGER}, if it exists)",
    )
    add(
        "--repository",
        type=Path,
        default=Path(),
        help="where to look up revisions (default: the current directory)",
    )
    add(
        "--fail-on",
        choices=[bump.value for bump in _BUMPS],
        help="exit with 1 when the version has to grow by this or more",
    )


def load_document(source: str, repository: Path) -> dict[str, Any]:
    """Return a bundled OpenAPI document.

    Args:
        source: A JSON or YAML file, or a git revision whose committed bundle is meant.
        repository: A folder inside the git repository to look up revisions in.

    Raises:
        UserValueError: The source is neither, or not an OpenAPI document.
    """
    path = Path(source)
    if path.is_file():
        document = _parse(path.read_bytes(), path.name, source)
    else:
        document = _parse(read_revision(source, repository, BUNDLE), BUNDLE, source)
    if not isinstance(document, dict) or "openapi" not in document or "paths" not in document:
        raise UserValueError(
            f"{source} is not an OpenAPI document: it needs the members openapi and paths"
        )
    return document


def load_ledger(path: Path) -> dict[str, Any]:
    """Return the rows of a ledger by `operationId`.

    Raises:
        UserValueError: The file cannot be read or has no `operations`.
    """
    if not path.is_file():
        raise UserValueError(f"ledger {path} does not exist; give the path of a ledger.yaml")
    return _rows_of(path.read_bytes(), str(path))


def _rows_of(content: bytes, source: str) -> dict[str, Any]:
    ledger = _parse(content, "ledger.yaml", source)
    if not isinstance(ledger, dict) or not isinstance(ledger.get("operations"), dict):
        raise UserValueError(f"{source} is not a ledger: it needs the member operations")
    rows: dict[str, Any] = ledger["operations"]
    return rows


def read_revision(revision: str, repository: Path, file: str) -> bytes:
    """Return a file as it is committed.

    Args:
        revision: A git revision.
        repository: A folder inside the git repository.
        file: The path of the file from there.

    Raises:
        UserValueError: There is no such revision, file or git.
    """
    if revision.startswith("-") or ":" in revision:
        raise UserValueError(f"{revision!r} is neither a file nor a git revision")
    command = ["git", "-C", str(repository), "show", f"{revision}:./{file}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # no shell
    except FileNotFoundError:
        raise UserValueError(
            f"{revision!r} is not a file, and git is not installed to look it up as a revision"
        ) from None
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip()
        raise UserValueError(
            f"{revision!r} is neither a file nor a git revision with {file}: {reason}"
        )
    return done.stdout


def _parse(content: bytes, name: str, source: str) -> Any:
    try:
        if name.endswith((".yaml", ".yml")):
            import yaml

            try:
                return yaml.safe_load(content)
            except yaml.YAMLError as error:
                raise UserValueError(f"{source} is not YAML: {error}") from None
        import orjson

        return orjson.loads(content)
    except ImportError:
        raise UserValueError(
            f"{source} is YAML, which needs a package: pip install pyyaml"
        ) from None
    except ValueError as error:
        raise UserValueError(f"{source} is not JSON: {error}") from None
