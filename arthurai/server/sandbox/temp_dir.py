"""The directory for temporary files of user code: its limits, and its removal."""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES: Final = 2**30
MAX_FILES: Final = 100_000
_BLOCK_BYTES: Final = 512


def find_excess(folder: Path, open_files: Path | None = None) -> str | None:
    """Return which limit a directory exceeds, or `None`.

    Args:
        folder: The directory; its content may change meanwhile.
        open_files: Directory with links to the open files of the process that writes there;
            deleted ones among them count as well.
    """
    size = count = 0
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    size += _used_bytes(entry)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    if count > MAX_FILES:
                        return f"wrote more than {MAX_FILES} temporary files"
        except FileNotFoundError:
            continue
        except OSError as error:  # too deep, or not readable by its owner
            return f"wrote temporary files that cannot be counted ({error.strerror})"
    if size + _deleted_bytes(open_files) > MAX_BYTES:
        return f"wrote more than {MAX_BYTES} bytes of temporary files"
    return None


def remove(folder: Path) -> None:
    """Delete a directory, however deep it is; what cannot be deleted is left.

    Args:
        folder: The directory; it may be gone already.
    """
    waiting = [folder]
    new_names = (folder.with_name(f"{folder.name}-{number}") for number in itertools.count())
    while waiting:
        emptied = waiting.pop()
        with contextlib.suppress(OSError):
            for path in list(emptied.iterdir()):
                if path.is_dir() and not path.is_symlink():
                    path.chmod(stat.S_IRWXU)
                    # Beside the directory, because the length of paths is limited.
                    waiting.append(path.rename(next(new_names)))
                else:
                    path.unlink()
            emptied.rmdir()


def _used_bytes(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_blocks * _BLOCK_BYTES
    except FileNotFoundError:
        return 0


def _deleted_bytes(open_files: Path | None) -> int:
    """Return the bytes of deleted files that are still open."""
    size = 0
    with contextlib.suppress(OSError):  # other systems, or the process is gone
        for link in open_files.iterdir() if open_files else ():
            found = link.stat()
            if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                size += found.st_blocks * _BLOCK_BYTES
    return size
