"""`Spool`: the rows of this process, in segments on the disk."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from arthurai.logger.segment_file import (
    MAGIC,
    Record,
    SegmentWriter,
    encode_record,
)
from arthurai.logger.spool_folder import READ_BYTES, Segment, SpoolFolder, sync_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from arthurai.logger.spool_folder import SpoolInfo

SEGMENT_BYTES: Final = 4 << 20
MIN_SPOOL_BYTES: Final = 128 << 10
_SEGMENTS_IN_SMALL_SPOOL: Final = 8


class Spool(SpoolFolder):
    """A folder of this process. Rows are appended by any thread and read by one.

    Args:
        path: The folder.
        lock: File descriptor of the lock.
        info: What the rows belong to.

    Attributes:
        rows: Rows that are not acknowledged.
        appended: Rows that were ever appended.
    """

    def __init__(self, path: Path, lock: int, info: SpoolInfo) -> None:
        super().__init__(path, lock, info)
        self.rows = 0
        self.appended = 0
        self._max_rows = 0
        self._max_bytes = 0
        self._segment_bytes = SEGMENT_BYTES
        self._segments_made = 0
        self._is_closed = False
        self._writer: SegmentWriter | None = None
        self._head: Segment | None = None
        self._unsynced: list[SegmentWriter] = []
        self._has_new_files = False
        self._sync_lock = threading.Lock()

    def limit(self, max_rows: int, max_bytes: int) -> None:
        """Set the maximum number of waiting rows, and of bytes on the disk."""
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._segment_bytes = min(SEGMENT_BYTES, max_bytes // _SEGMENTS_IN_SMALL_SPOOL)

    def append(self, logged_at: float, kind: bytes, contents: Sequence[bytes]) -> int:
        """Add rows and return how many there was room for.

        Raises:
            OSError: There is no room on the disk for the first row.
        """
        number = 0
        with self._lock:
            try:
                for content in contents:
                    if self._is_closed or self.rows + number >= self._max_rows:
                        break
                    record = encode_record(logged_at, kind, content)
                    writer = self._writer
                    if (writer is None or not writer.append(record)) and not self._append_to_new(
                        record
                    ):
                        break
                    number += 1
            except OSError:
                if not number:
                    raise
            if self._head is not None and self._writer is not None:
                self._head.end = self._writer.end
            self.rows += number
            self.appended += number
        return number

    def _append_to_new(self, record: bytes) -> bool:
        """Write a record to a new segment; return whether the limit allows one."""
        self._retire_writer()
        size = max(self._segment_bytes, len(MAGIC) + len(record))
        if self.bytes_on_disk + size > self._max_bytes and self.bytes_on_disk > 0:
            return False
        self._segments_made += 1
        path = self.path / f"{self._segments_made:08d}.seg"
        self._writer = SegmentWriter(path, size)
        self._writer.append(record)
        self._has_new_files = True
        self.bytes_on_disk += size
        self._head = Segment(self._segments_made, path, size, self._writer.end, is_open=True)
        self._segments.append(self._head)
        return True

    def _retire_writer(self) -> None:
        writer, segment = self._writer, self._head
        if writer is None or segment is None:
            return
        segment.end = writer.end
        segment.is_open = False
        self._writer = self._head = None
        self._unsynced.append(writer)  # closed by `sync`, which may be using it now

    def acknowledge(self, records: list[Record]) -> None:
        """Take rows off that `read` returned last, from the first on.

        Raises:
            OSError: The ledger cannot be written.
        """
        super().acknowledge(records)
        with self._lock:
            # A row whose `append` was interrupted (Ctrl-C) may be there without being counted.
            self.appended += max(0, len(records) - self.rows)
            self.rows = max(0, self.rows - len(records))

    def sync(self) -> None:
        """Bring every row to the disk.

        Raises:
            OSError: The disk failed.
        """
        with self._sync_lock:
            with self._lock:
                unsynced, self._unsynced = self._unsynced, []
                writer = self._writer
                has_new_files, self._has_new_files = self._has_new_files, False
            try:
                for older in unsynced:
                    older.sync()
                if writer is not None:
                    writer.sync()
                if has_new_files:
                    sync_folder(self.path)
            except OSError:
                with self._lock:
                    self._unsynced = unsynced + self._unsynced
                    self._has_new_files |= has_new_files
                raise
            for older in unsynced:
                older.close()

    def close(self) -> None:
        """Release everything; rows that are waiting stay on the disk for the next process."""
        with self._lock:
            self._is_closed = True
            self._retire_writer()
        self.sync()
        self.read(1, READ_BYTES)  # deletes a segment that is settled
        self.release()

    def abandon(self) -> None:
        """Close the files of the parent in a forked child."""
        for writer in (*self._unsynced, self._writer):
            if writer is not None:
                writer.close()
        super().abandon()
