"""What commands share: failing, and reading arguments."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from arthurai.common.text import printable


def fail(message: str, status: int = 1) -> int:
    """Print why a command failed and return its exit status.

    Args:
        message: The reason.
        status: The exit status.
    """
    print(f"arthurai: {printable(message)}", file=sys.stderr)
    return status


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
