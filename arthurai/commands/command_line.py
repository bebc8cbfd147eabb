"""What commands share: failing, and reading arguments."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from arthurai.common.checks import spell_choice
from arthurai.common.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def fail(message: str, status: int = 1) -> int:
    """Print why a command failed and return its exit status.

    Args:
        message: The reason.
        status: The exit status.
    """
    print(f"arthurai: {printable(message)}", file=sys.stderr)
    return status


def describe_error(error: Exception) -> str:
    """Return what went wrong, in the words of a shell where a file is concerned.

    Args:
        error: What was raised.
    """
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def make_choice(choices: Iterable[str]) -> Callable[[str], str]:
    """Return what reads an argument that is one of some words, in any case.

    Args:
        choices: The words.
    """
    known = list(choices)
    return lambda text: str(spell_choice(text, known))


def parse_directory(text: str) -> Path:
    """Return the path of a directory that exists.

    Raises:
        argparse.ArgumentTypeError: There is none.
    """
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"directory not found: {text!r}")
    return path


def parse_time(text: str) -> datetime:
    """Return a time in ISO 8601, in UTC unless it has a zone.

    Raises:
        argparse.ArgumentTypeError: It is no such time.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a time in ISO 8601, e.g. 2026-01-31, got {text!r}"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def store_errors() -> tuple[type[Exception], ...]:
    """Return what opening and using a data directory may raise."""
    from arthurai.server.storage.documents.control_database import ControlDatabaseError
    from arthurai.server.storage.warehouse.errors import DataStoreError
    from arthurai.server.storage.warehouse.warehouse_engines import EngineError

    return OSError, ValueError, DataStoreError, ControlDatabaseError, EngineError
