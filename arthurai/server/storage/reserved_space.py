"""Space that a data directory keeps back, so that a full disk does not shut out what makes room."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

RESERVE_NAME: Final = "reserve"
RESERVE_BYTES: Final = 4 * 2**20
_MIN_FREE_BYTES: Final = 2**20


def release_if_full(directory: Path) -> None:
    """Give the space back where the disk is full, so that the databases can be opened.

    Args:
        directory: The data directory.
    """
    with suppress(OSError, AttributeError):  # no such call on Windows
        status = os.statvfs(directory)
        if status.f_bavail * status.f_frsize < _MIN_FREE_BYTES:
            (directory / RESERVE_NAME).unlink(missing_ok=True)


def keep_back(directory: Path) -> None:
    """Keep space back unless that is done already or there is no room.

    Args:
        directory: The data directory.
    """
    path = directory / RESERVE_NAME
    with suppress(OSError, AttributeError):
        status = os.statvfs(directory)
        free = status.f_bavail * status.f_frsize
        if path.exists() or free < 4 * RESERVE_BYTES:
            return
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        finally:
            os.close(descriptor)
