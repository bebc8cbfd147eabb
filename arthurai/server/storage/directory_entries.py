"""What a server keeps in its data directory, by patterns of names; other files are not its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import PurePath

COPY_FILE: Final = "copy.json"
"""Marks a directory to which a copy is not complete yet."""

LAKE_FILE: Final = "lake.id"
"""Marks a directory that servers share for the files of their lake."""

MOVED_FILE: Final = "moved.at"
"""Its time is that of the end of a copy to a bucket, where files get the time of their copy."""

CHECK_FILE: Final = "writable.check"
"""What a start stores and deletes to see that it may."""

ROWS_FOLDER: Final = "rows"
"""Where a lake has its files, in that directory."""


class Entry(NamedTuple):
    """Files or folders of a data directory.

    Attributes:
        pattern: Pattern of their names.
        is_copied: Whether a backup copies them as they are: not what it writes itself, what another
            directory has no use for, and what ends with the process.
    """

    pattern: str
    is_copied: bool


ENTRIES: Final = (
    Entry("control.sqlite*", is_copied=False),
    Entry("control.in-postgresql", is_copied=False),
    Entry("data.duckdb*", is_copied=False),
    Entry("compacted.duckdb*", is_copied=False),
    Entry(ROWS_FOLDER, is_copied=False),
    Entry(LAKE_FILE, is_copied=False),
    Entry(MOVED_FILE, is_copied=False),
    Entry(CHECK_FILE, is_copied=False),
    Entry("compaction*", is_copied=False),
    Entry("arthur.lock", is_copied=False),
    Entry("reserve", is_copied=False),
    Entry(COPY_FILE, is_copied=False),
    Entry("*.copy-part", is_copied=False),
    Entry("spill*", is_copied=False),
    Entry(".backup-*", is_copied=False),
    Entry("secret.key", is_copied=True),
    Entry("images", is_copied=True),
    Entry("explainers", is_copied=True),
)


def is_copied(path: PurePath) -> bool:
    """Return whether a backup copies something in a data directory, as it does what it cannot name.

    Args:
        path: The file or folder.
    """
    return not any(path.match(entry.pattern) for entry in ENTRIES if not entry.is_copied)
