"""The server's secret, which signs sessions and from which API keys are derived."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from arthurai.server.storage.stored_files import StoredFiles

SECRET_NAME: Final = "secret.key"  # noqa: S105 - the name of a file
SECRET_BYTES: Final = 32


def load_secret(data_dir: Path | None) -> bytes:
    """Return the secret of a data directory; create it at the first call.

    Args:
        data_dir: The directory; `None` creates a secret that is not stored.

    Raises:
        ValueError: The file was damaged.
    """
    if data_dir is None:
        return secrets.token_bytes(SECRET_BYTES)
    path = data_dir / SECRET_NAME
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _check(path.read_bytes(), str(path))
    with os.fdopen(descriptor, "wb") as file:
        secret = secrets.token_bytes(SECRET_BYTES)
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    return secret


def load_stored_secret(files: StoredFiles) -> bytes:
    """Return the secret that servers share; create it at the first call.

    Args:
        files: The files that they share; no other server does this at the same time.

    Raises:
        ValueError: The file was damaged.
    """
    try:
        return read_stored_secret(files)
    except FileNotFoundError:
        secret = secrets.token_bytes(SECRET_BYTES)
        files.put(SECRET_NAME, secret)
        return secret


def read_stored_secret(files: StoredFiles) -> bytes:
    """Return the secret that servers share.

    Args:
        files: The files that they share.

    Raises:
        FileNotFoundError: There is none.
        ValueError: The file was damaged.
    """
    return _check(files.get(SECRET_NAME), f"{files.name}/{SECRET_NAME}")


def _check(secret: bytes, name: str) -> bytes:
    if len(secret) != SECRET_BYTES:
        raise ValueError(
            f"{name} is damaged: {len(secret)} bytes instead of {SECRET_BYTES}; restore it from a "
            "backup, or delete it and create new API keys"
        )
    return secret
