"""The lock of a data directory: a file that names the process that has it open."""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

from arthurai.server.storage.warehouse.errors import DataStoreLockedError

if TYPE_CHECKING:
    from pathlib import Path

LOCK_FILE: Final = "arthur.lock"
_HELD: Final = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK})


def _lock(descriptor: int) -> bool:
    """Try to take an exclusive lock on an open file; return whether that succeeded.

    Raises:
        OSError: The file system has no locks.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            # The locked byte is behind the text, so that others can still read who holds the lock.
            os.lseek(descriptor, 1 << 30, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _HELD:
            raise
        return False
    return True


class DirectoryLock:
    """An exclusive lock on a directory, held until released or until the process ends.

    The operating system releases the lock when the process ends, so a lock file that is left behind
    blocks no one.

    Args:
        directory: The directory; it must exist.

    Raises:
        DataStoreLockedError: If another process has it; the message names the process.
        OSError: If the file system has no locks.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / LOCK_FILE
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            is_locked = _lock(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            raise OSError(
                error.errno,
                f"the file system of {str(directory)!r} cannot lock files ({error.strerror}), so "
                "two servers could write there at the same time; use a directory on a local disk",
            ) from error
        if not is_locked:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            holder = os.read(self._descriptor, 300).decode("utf-8", "replace").strip()
            os.close(self._descriptor)
            raise DataStoreLockedError(
                f"the data directory {str(directory)!r} is already open:"
                f" {holder or 'process unknown'}. Close that server or client first,"
                " or use another directory"
            )
        with suppress(OSError):  # a full disk; the lock holds without the name of its holder
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.ftruncate(self._descriptor, 0)
            holder = f"process {os.getpid()} on {socket.gethostname()}\n"
            os.write(self._descriptor, holder.encode())

    def is_in_place(self) -> bool:
        """Return whether the directory is still there, and still the one that is locked."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except OSError:
            return False

    def release(self) -> None:
        """Unlock the directory; a second call has no effect."""
        if self._descriptor >= 0:
            # Emptied first: the next reader must not find a holder that no longer exists.
            with suppress(OSError):
                os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.release()
