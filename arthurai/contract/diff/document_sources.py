"""Reads documents and ledgers from files and from revisions of a git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, Final

from arthurai.common.exceptions import UserValueError

BUNDLE: Final = "generated/arthurai_api/openapi.json"
LEDGER: Final = "openapi/ledger.yaml"


def load_document(source: str, repository: Path) -> dict[str, Any]:
    """Read a bundled OpenAPI document.

    Args:
        source: A JSON or YAML file, or a git revision whose committed bundle is meant.
        repository: A folder inside the git repository that revisions are looked up in.

    Raises:
        UserValueError: If the source is neither, or not an OpenAPI document.
    """
    path = Path(source)
    if path.is_file():
        content = path.read_bytes()
        name = path.name
    else:
        content = _committed(source, repository)
        name = BUNDLE
    document = _parse(content, name, source)
    if not isinstance(document, dict) or "openapi" not in document or "paths" not in document:
        raise UserValueError(
            f"{source} is not an OpenAPI document: it needs the members openapi and paths"
        )
    return document


def load_ledger(path: Path) -> dict[str, Any]:
    """Read the rows of a ledger by ``operationId``.

    Raises:
        UserValueError: If the file cannot be read or has no ``operations``.
    """
    if not path.is_file():
        raise UserValueError(f"ledger {path} does not exist; give the path of a ledger.yaml")
    ledger = _parse(path.read_bytes(), path.name, str(path))
    if not isinstance(ledger, dict) or not isinstance(ledger.get("operations"), dict):
        raise UserValueError(f"{path} is not a ledger: it needs the member operations")
    rows: dict[str, Any] = ledger["operations"]
    return rows


def _committed(revision: str, repository: Path) -> bytes:
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
