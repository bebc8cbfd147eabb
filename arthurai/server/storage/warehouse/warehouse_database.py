"""What the data store asks of its database, whichever engine keeps the rows.

Statements are written in the SQL of DuckDB, the engine of the server wherever its rows are kept.
What depends on where they are is in this interface: nothing but the modules of an engine and
`warehouse_engines` knows which one it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from arthurai.server.storage.stored_files import StoredFiles

T = TypeVar("T")


class Cursor(Protocol):
    """Runs statements, one after the other; it belongs to one thread."""

    @property
    def description(self) -> Any:
        """Names and types of the columns of the result."""

    def execute(self, query: Any, parameters: Any = ..., /) -> Any:
        """Run one statement, values as `?` or `$name`."""

    def fetchall(self) -> Any:
        """Return the rows of the result."""

    def fetchmany(self, size: int = ..., /) -> Any:
        """Return the next rows of the result."""

    def fetchnumpy(self) -> Any:
        """Return the result as arrays by column."""

    def register(self, name: str, table: object, /) -> Any:
        """Let statements of this cursor read a table of Arrow by a name."""

    def interrupt(self) -> None:
        """End the statement that is running: it raises an exception."""


class Compaction(NamedTuple):
    """Size of the files in bytes, before and after a compaction."""

    before: int
    after: int


class Snapshot(Protocol):
    """What a database holds at one moment."""

    def begin(self) -> None:
        """Choose the moment: now."""

    def copy_to(self, directory: Path) -> dict[str, int]:
        """Write a copy to a directory that a server can open; return the rows by table.

        Args:
            directory: The directory.
        """


class WarehouseDatabase(Protocol):
    """A database of rows; all threads may use it at the same time.

    Attributes:
        files: The files beside the database.
        durable: Whether data outlive the process.
        max_row_bytes: The largest row that is safe to store; `None` without a bound of memory.
    """

    files: StoredFiles
    durable: bool
    max_row_bytes: int | None

    @property
    def name(self) -> str:
        """What messages call it; without credentials."""

    @property
    def is_shared(self) -> bool:
        """Whether other servers change it, too: nothing that was read stays true.

        Rows of a model may only be changed by who holds its lock, see `lock`.
        """

    @property
    def upkeep_seconds(self) -> float | None:
        """How often `maintain` is to be called; `None` for never."""

    def read_schema_version(self) -> int:
        """Return a number that is another one when another server has changed tables or views."""

    def note_deletion(self, slot: int) -> None:
        """Let other servers know that rows of a model are about to be deleted.

        Args:
            slot: Slot number of the model, whose lock this thread holds.
        """

    def read_deletions(self, slot: int) -> int:
        """Return how often servers were about to delete rows of a model.

        Args:
            slot: Slot number of the model, whose lock this thread holds.
        """

    @property
    def store_id(self) -> str | None:
        """Id that it shares with its control database; `None` at first."""

    @store_id.setter
    def store_id(self, value: str) -> None: ...

    def lock(
        self, name: str, refresh: Callable[[], object] = ...
    ) -> AbstractContextManager[object]:
        """Return a lock that one thread of one server holds at a time; that one may enter again.

        Args:
            name: What it protects.
            refresh: Called when the lock was taken, if another server may have held it before.
        """

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

    def find_tables(self, cursor: Cursor, names: Collection[str]) -> list[str]:
        """Return those of some tables that exist.

        Args:
            cursor: A cursor.
            names: Names of tables.
        """

    def can_cast(self, cursor: Cursor, old: str, new: str) -> bool:
        """Return whether there is a cast from a type to another one, and back.

        Args:
            cursor: A cursor.
            old: The one type.
            new: The other one.
        """

    def change_type(self, cursor: Cursor, table: str, column: str, kind: str, value: str) -> None:
        """Change the type of a column.

        Args:
            cursor: A cursor inside a transaction.
            table: Quoted name of the table.
            column: Quoted name of the column.
            kind: The new type.
            value: SQL of the new value.
        """

    def checkpoint(self) -> None:
        """Merge what was written lately into the files."""

    def compact(self, *, dry_run: bool = False) -> Compaction:
        """Return the space of deleted rows to where it came from; readers and writers continue.

        Args:
            dry_run: Only estimate the size afterwards.

        Raises:
            DataStoreBusyError: There was no moment to do it.
            DataStoreError: There is no room for it.
        """

    def maintain(self) -> None:
        """Do what keeps the warehouse fast and small; readers and writers continue."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Provide a snapshot for a block."""

    def interrupt(self) -> None:
        """Interrupt the calls in progress: they raise an exception."""

    def check(self) -> None:
        """Raise an exception unless the database answers."""

    def is_in_place(self) -> bool:
        """Return whether the files are still where they were opened."""

    def close(self) -> None:
        """Write everything to the files; a second call has no effect."""
