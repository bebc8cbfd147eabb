"""Files of a data directory that only their owner can read."""

from __future__ import annotations

import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from arthurai.server.storage.directory_entries import ENTRIES

if TYPE_CHECKING:
    from pathlib import Path

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def make_private(directory: Path) -> None:
    """Take the rights of others from what a server keeps in a directory, whoever made it.

    Args:
        directory: The data directory; its own rights stay, since it may hold other files as well.
    """
    for entry in ENTRIES:
        for path in directory.glob(entry.pattern):
            with suppress(OSError):  # of another owner, or a file system without rights
                mode = path.stat(follow_symlinks=False).st_mode
                if mode & _OTHERS and not stat.S_ISLNK(mode):
                    path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
