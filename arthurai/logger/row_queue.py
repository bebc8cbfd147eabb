"""What a logger needs of the place where rows wait, and the one in memory."""

from __future__ import annotations

import threading
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from arthurai.logger.segment_file import RECORD_OVERHEAD_BYTES, Record

if TYPE_CHECKING:
    from collections.abc import Sequence


class RowSource(Protocol):
    """Rows that wait to be sent, the oldest first."""

    def read(self, max_rows: int, max_bytes: int) -> list[Record]:
        """Return the oldest rows; they stay until `acknowledge`."""
        ...

    def acknowledge(self, records: list[Record]) -> None:
        """Take rows off that `read` returned last, from the first on."""
        ...


class RowQueue(RowSource, Protocol):
    """Rows of this process. Rows may be appended by any thread."""

    rows: int
    """Rows that are not acknowledged."""

    appended: int
    """Rows that were ever appended."""

    def append(self, logged_at: float, kind: bytes, contents: Sequence[bytes]) -> int:
        """Add rows and return how many there was room for."""
        ...

    def sync(self) -> None:
        """Bring every row to the disk."""
        ...

    def close(self) -> None:
        """Release everything; rows that are still waiting stay if they are on the disk."""
        ...

    def abandon(self) -> None:
        """Leave everything to the parent, in a forked child."""
        ...


class MemoryQueue:
    """Rows in memory: gone when the process ends.

    Args:
        max_rows: Maximum number of rows.
        max_bytes: Maximum size of all rows in bytes.

    Attributes:
        rows: Rows that are not acknowledged.
        appended: Rows that were ever appended.
    """

    def __init__(self, max_rows: int, max_bytes: int) -> None:
        self.rows = 0
        self.appended = 0
        self._bytes = 0
        self._is_closed = False
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._records: deque[Record] = deque()
        self._lock = threading.Lock()

    def append(self, logged_at: float, kind: bytes, contents: Sequence[bytes]) -> int:
        """Add rows and return how many there was room for."""
        with self._lock:
            for number, content in enumerate(contents):
                size = len(content) + RECORD_OVERHEAD_BYTES
                is_over = self._bytes + size > self._max_bytes and self.rows > 0
                if self._is_closed or self.rows >= self._max_rows or is_over:
                    return number
                self._records.append(Record(logged_at, kind, content))
                self.rows += 1
                self.appended += 1
                self._bytes += size
        return len(contents)

    def read(self, max_rows: int, max_bytes: int) -> list[Record]:
        """Return the oldest rows; they stay until `acknowledge`."""
        with self._lock:
            found = list(islice(self._records, max_rows))
        size = 0
        for number, record in enumerate(found):
            size += len(record.content)
            if size > max_bytes and number > 0:
                return found[:number]
        return found

    def acknowledge(self, records: list[Record]) -> None:
        """Take rows off that `read` returned last, from the first on."""
        with self._lock:
            for _ in records:
                self._bytes -= len(self._records.popleft().content) + RECORD_OVERHEAD_BYTES
                self.rows -= 1

    def sync(self) -> None:
        """Do nothing: there is no disk."""

    def close(self) -> None:
        """Forget the rows."""
        with self._lock:
            self._is_closed = True
            self._records.clear()

    def abandon(self) -> None:
        """Do nothing: the child makes a queue of its own."""
