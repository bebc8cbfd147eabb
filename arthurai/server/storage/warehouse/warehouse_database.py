"""What the data store asks of its database, whichever engine keeps the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from arthurai.server.storage.warehouse.duckdb_database import Cursor

T = TypeVar("T")


class WarehouseDatabase(Protocol):
    """A database of rows; all threads may use it at the same time.

    Attributes:
        files: Directory for files beside the database.
        durable: Whether data outlive the process.
        max_row_bytes: The largest row that is safe to store; `None` without a bound of memory.
    """

    files: Path
    durable: bool
    max_row_bytes: int | None

    @property
    def store_id(self) -> str | None:
        """Id that it shares with its control database; `None` at first."""

    @store_id.setter
    def store_id(self, value: str) -> None: ...

    def cursor(self) -> AbstractContextManager[Cursor]:
        """Provide a new cursor for a block; cursors are never shared between threads."""

    def transaction(self) -> AbstractContextManager[Cursor]:
        """Provide a cursor in a transaction that is committed, or rolled back on an error."""

    def write(self, work: Callable[[Cursor], T]) -> T:
        """Run a function in a transaction; repeat it after a conflict with another transaction.

        Args:
            work: Takes a cursor; it may be called several times.
        """

    def fetch(
        self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a query; return column names and rows.

        Args:
            sql: One statement, values as `?` or `$name`.
            params: The values.

        Raises:
            OutOfRangeError: A value exceeds the range of numbers.
        """

    def fetch_parts(
        self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Run a query, and yield its rows a few at a time.

        Args:
            sql: One statement, values as `?` or `$name`.
            params: The values.

        Raises:
            OutOfRangeError: A value exceeds the range of numbers.
        """

    def checkpoint(self) -> None:
        """Merge what was written lately into the files."""

    def interrupt(self) -> None:
        """Interrupt the calls in progress: they raise an exception."""

    def check(self) -> None:
        """Raise an exception unless the database answers."""

    def is_in_place(self) -> bool:
        """Return whether the files are still where they were opened."""

    def close(self) -> None:
        """Write everything to the files; a second call has no effect."""
