"""Files that a server keeps beside its rows, such as images, in a directory or in a bucket."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from arthurai.server.storage.directory_entries import is_copied

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class StoredFiles(Protocol):
    """Files by name; slashes in a name are folders.

    Attributes:
        name: What messages call the place; without credentials.
        is_remote: Whether they are not on a disk of this machine.
    """

    name: str
    is_remote: bool

    def put(self, name: str, content: bytes) -> None:
        """Store a file, whole or not at all; one of the same name is replaced.

        Args:
            name: Its name.
            content: What it holds.
        """

    def renew(self, name: str) -> bool:
        """Give a file the current time, where that is cheaper than to store it again.

        Args:
            name: Its name.

        Returns:
            Whether that was done; if not, the file is to be stored.
        """

    def get(self, name: str) -> bytes:
        """Return what a file holds.

        Args:
            name: Its name.

        Raises:
            FileNotFoundError: There is none.
        """

    def read_time(self, name: str) -> float | None:
        """Return when a file was stored, in seconds since 1970; `None` for no file.

        Args:
            name: Its name.
        """

    def find(self, folder: str) -> Iterator[tuple[str, float]]:
        """Yield the names of all files in a folder and those below, and when each was stored.

        Args:
            folder: Its name, empty for all.
        """

    def delete(self, names: Iterable[str]) -> None:
        """Delete files; those that are missing are ignored.

        Args:
            names: Their names.
        """

    def delete_folder(self, folder: str) -> None:
        """Delete a folder with all files in it, if there is one.

        Args:
            folder: Its name.
        """

    def find_copied(self) -> dict[str, float]:
        """Return when each file was stored that a backup copies as it is, by name."""

    def copy_to(self, target: Path) -> None:
        """Copy to a directory what a backup copies as it is.

        Args:
            target: The directory.
        """


class DirectoryFiles:
    """Files in a directory.

    Args:
        directory: The directory; folders in it are created when needed.
        durable: Whether to sync files to the disk.
    """

    is_remote = False

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.name = str(directory)
        self._directory = directory
        self._durable = durable

    def put(self, name: str, content: bytes) -> None:
        """Store a file, whole or not at all; one of the same name is replaced."""
        path = self._directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
        try:
            with partial.open("wb") as file:
                file.write(content)
                if self._durable:
                    file.flush()
                    os.fsync(file.fileno())
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise

    def renew(self, name: str) -> bool:
        """Give a file the current time, and return whether there is one."""
        path = self._directory / name
        if path.exists():
            path.touch()
            return True
        return False

    def get(self, name: str) -> bytes:
        """Return what a file holds."""
        return (self._directory / name).read_bytes()

    def read_time(self, name: str) -> float | None:
        """Return when a file was stored; `None` for no file."""
        try:
            return (self._directory / name).stat().st_mtime
        except FileNotFoundError:
            return None

    def find(self, folder: str) -> Iterator[tuple[str, float]]:
        """Yield the names of all files in a folder and those below, and when each was stored."""
        for path in (self._directory / folder).rglob("*"):
            with suppress(FileNotFoundError):  # deleted meanwhile
                if path.is_file():
                    yield path.relative_to(self._directory).as_posix(), path.stat().st_mtime

    def delete(self, names: Iterable[str]) -> None:
        """Delete files; those that are missing are ignored."""
        for name in names:
            (self._directory / name).unlink(missing_ok=True)

    def delete_folder(self, folder: str) -> None:
        """Delete a folder with all files in it, if there is one."""
        shutil.rmtree(self._directory / folder, ignore_errors=True)

    def find_copied(self) -> dict[str, float]:
        """Return when each file was stored that a backup copies as it is, by name."""
        entries = [entry for entry in self._directory.iterdir() if is_copied(entry)]
        found = {entry.name: entry.stat().st_mtime for entry in entries if entry.is_file()}
        for entry in entries:
            if entry.is_dir():
                found |= dict(self.find(entry.name))
        return dict(sorted(found.items()))

    def copy_to(self, target: Path) -> None:
        """Copy to a directory what a backup copies as it is."""
        for entry in sorted(self._directory.iterdir()):
            if not is_copied(entry):
                continue
            if entry.is_dir():
                shutil.copytree(entry, target / entry.name)
            else:
                shutil.copy2(entry, target / entry.name)
