"""`arthurai spec diff OLD NEW`: what a change of the OpenAPI document breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import ArthurUserError, UserValueError
from arthurai.contract.diff import Bump, bump_of, compare_documents
from arthurai.contract.diff.change_report import add_impact, format_json, format_text

if TYPE_CHECKING:
    import argparse

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
        usual = options.repository / LEDGER
        path = options.ledger or (usual if usual.is_file() else None)
        ledger = None if path is None else load_ledger(path)
        changes = add_impact(compare_documents(old, new), old, new, ledger)
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
        document = _parse(_read_revision(source, repository), BUNDLE, source)
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
    ledger = _parse(path.read_bytes(), path.name, str(path))
    if not isinstance(ledger, dict) or not isinstance(ledger.get("operations"), dict):
        raise UserValueError(f"{path} is not a ledger: it needs the member operations")
    rows: dict[str, Any] = ledger["operations"]
    return rows


def _read_revision(revision: str, repository: Path) -> bytes:
    if revision.startswith("-") or ":" in revision:
        raise UserValueError(f"{revision!r} is neither a file nor a git revision")
    command = ["git", "-C", str(repository), "show", f"{revision}:./{BUNDLE}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # no shell
    except FileNotFoundError:
        raise UserValueError(
            f"{revision!r} is not a file, and git is not installed to look it up as a revision"
        ) from None
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip()
        raise UserValueError(
            f"{revision!r} is neither a file nor a git revision with {BUNDLE}: {reason}"
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
