"""What servers that share a lake ask of its catalog in PostgreSQL: locks, versions and sizes."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from arthurai.common.settings import LAKE_PREFIX
from arthurai.server.storage.postgresql_access import (
    describe_address,
    first_line,
    is_outage,
    lock_key,
)
from arthurai.server.storage.warehouse.ddl import quote_name
from arthurai.server.storage.warehouse.errors import CatalogUnavailableError, DataStoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from typing import LiteralString

_CONNECT_SECONDS: Final = 10
_MAX_IDLE: Final = 8
# What DuckDB repeats of libpq and of PostgreSQL when it goes away.
_OUTAGES: Final = (
    "Unable to connect to Postgres",
    "server closed the connection",
    "terminating connection due to",
    "the database system is ",
)
# A server that lost its network holds its locks no longer than this.
_KEEPALIVE: Final = (
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"
)


class LakeCatalog:
    """Connections to the catalog, each of them lent to one thread at a time.

    Attributes:
        name: What messages call it: host and database, no credentials.
        schema: The schema of its tables.
        dsn: Parameters of libpq for it, no password among them.

    Args:
        address: `postgresql://host/database` without a password, which is taken from `PGPASSWORD`
            or a password file; parameters of libpq may follow a `?`.

    Raises:
        DataStoreError: The database cannot be used.
        ValueError: The address is not one, or holds a password.
    """

    def __init__(self, address: str) -> None:
        self.name = describe_address(address, "warehouse", "DuckLake", LAKE_PREFIX)
        self._address = address
        self.dsn = make_conninfo(address)
        self._access = threading.Lock()
        self._idle: list[psycopg.Connection[Any]] = []
        self._is_closed = False
        self._local = threading.local()
        with self._lend() as connection:
            found = connection.execute("SELECT current_schema()").fetchone()
        if found is None or found[0] is None:
            raise DataStoreError(f"{self.name}: the schema of the search path is missing")
        self.schema = str(found[0])
        self._prefix = quote_name(self.schema)
        self._version_query = (
            f"SELECT schema_version FROM {self._prefix}.ducklake_snapshot"
            " ORDER BY snapshot_id DESC LIMIT 1"
        )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            kind = CatalogUnavailableError if is_outage(error) else DataStoreError
            raise kind(f"{self.name}: {first_line(error)}") from error

    def find_outage(self, text: str) -> CatalogUnavailableError | None:
        """Return an error to raise if one of DuckDB means that the catalog does not answer.

        Args:
            text: What DuckDB says.
        """
        if any(said in text for said in _OUTAGES):
            return CatalogUnavailableError(f"{self.name}: {text.strip().splitlines()[0]}")
        return None

    @contextmanager
    def _lend(self) -> Iterator[psycopg.Connection[Any]]:
        with self._errors():
            connection = self._take()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._give_back(connection)

    def _take(self) -> psycopg.Connection[Any]:
        """Return a connection that is alive."""
        while True:
            with self._access:
                if self._is_closed:
                    raise RuntimeError("the data store is closed")
                idle = self._idle.pop() if self._idle else None
            if idle is None:
                return self._connect()
            try:
                idle.execute("SELECT 1")
            except psycopg.Error:
                idle.close()
            else:
                return idle

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(
            self._address,
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
            application_name="arthurai",
        )
        connection.execute(_KEEPALIVE)
        return connection

    def _give_back(self, connection: psycopg.Connection[Any]) -> None:
        with self._access:
            if not self._is_closed and not connection.closed and len(self._idle) < _MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _fetch_number(self, query: LiteralString, *values: object) -> int:
        """Ask for a number on the connection of this thread, if it holds locks; 0 for no row."""
        held: _Held | None = getattr(self._local, "held", None)
        with self._errors():
            if held is not None:
                found = held.connection.execute(query, values).fetchone()
            else:
                with self._lend() as connection:
                    found = connection.execute(query, values).fetchone()
        return 0 if found is None else int(found[0])

    def read_schema_version(self) -> int:
        """Return a number that grows whenever a table, a column or a view changes."""
        return self._fetch_number(self._version_query)

    def note_deletion(self, slot: int) -> None:
        """Count a deletion of rows of a model that is about to happen.

        Args:
            slot: Slot number of the model.
        """
        self._fetch_number(
            f"INSERT INTO {self._prefix}.arthur_deletions VALUES (%s, 1) ON CONFLICT (slot)"
            " DO UPDATE SET number = arthur_deletions.number + 1 RETURNING number",
            slot,
        )

    def read_deletions(self, slot: int) -> int:
        """Return how many deletions of rows of a model were counted.

        Args:
            slot: Slot number of the model.
        """
        query = f"SELECT number FROM {self._prefix}.arthur_deletions WHERE slot = %s"
        return self._fetch_number(query, slot)

    def size(self) -> tuple[int, int]:
        """Return the bytes of all files of rows, and of those that the newest snapshot needs."""
        parts = [
            f"SELECT file_size_bytes, end_snapshot FROM {self._prefix}.ducklake_{kind}_file"
            for kind in ("data", "delete")
        ]
        with self._lend() as connection:
            found = connection.execute(
                "SELECT coalesce(sum(file_size_bytes), 0), coalesce(sum(file_size_bytes)"
                f" FILTER (WHERE end_snapshot IS NULL), 0) FROM ({' UNION ALL '.join(parts)}) f"
            ).fetchone()
        return (0, 0) if found is None else (int(found[0]), int(found[1]))

    def read_storage_id(self) -> str | None:
        """Return the id of the directory of the files; `None` before the first start."""
        with self._lend() as connection:
            connection.execute(f"CREATE TABLE IF NOT EXISTS {self._prefix}.arthur_lake (id TEXT)")
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {self._prefix}.arthur_deletions"
                " (slot INTEGER PRIMARY KEY, number BIGINT NOT NULL)"
            )
            found = connection.execute(f"SELECT id FROM {self._prefix}.arthur_lake").fetchone()
        return None if found is None else str(found[0])

    def store_storage_id(self, made: str) -> None:
        """Store the id of the directory of the files.

        Args:
            made: The id.
        """
        with self._lend() as connection:
            connection.execute(f"INSERT INTO {self._prefix}.arthur_lake VALUES (%s)", (made,))

    # --- locks ----------------------------------------------------------------------------------

    def lock(self, name: str, refresh: Callable[[], object] | None = None) -> SharedLock:
        """Return a lock that one thread of one server holds at a time.

        Args:
            name: What it protects.
            refresh: Called each time it was taken.
        """
        return SharedLock(self, name, refresh)

    def acquire(self, key: int) -> None:
        """Take an advisory lock on the connection of this thread, which it holds meanwhile."""
        held: _Held | None = getattr(self._local, "held", None)
        with self._errors():
            if held is None:
                held = _Held(self._take())
            try:
                held.connection.execute("SELECT pg_advisory_lock(%s)", (key,))
            except BaseException:
                if not held.locks:
                    held.connection.close()
                raise
        held.locks += 1
        self._local.held = held

    def release(self, key: int) -> None:
        """Give an advisory lock back."""
        held: _Held = self._local.held
        held.locks -= 1
        with suppress(psycopg.Error):  # a connection that broke has lost it
            held.connection.execute("SELECT pg_advisory_unlock(%s)", (key,))
        if not held.locks:
            self._local.held = None
            self._give_back(held.connection)

    def check_locks(self) -> None:
        """Raise an exception if this thread has lost the locks that it took.

        Raises:
            DataStoreError: The connection broke; another server may hold them.
        """
        held: _Held | None = getattr(self._local, "held", None)
        if held is not None:
            with self._errors():
                held.connection.execute("SELECT 1")

    def close(self) -> None:
        """Close the connections."""
        with self._access:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


class _Held:
    """The connection of a thread that holds locks, and how many."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.locks = 0


class SharedLock:
    """A lock that one thread of one server holds at a time; that one may enter again."""

    def __init__(
        self, catalog: LakeCatalog, name: str, refresh: Callable[[], object] | None
    ) -> None:
        self._catalog = catalog
        self._refresh = refresh
        self._here = threading.RLock()
        self._depth = 0
        self._key = lock_key(f"arthurai {catalog.schema} {name}")

    def __enter__(self) -> None:
        self._here.acquire()
        try:
            if not self._depth:
                self._catalog.acquire(self._key)
                try:
                    if self._refresh is not None:
                        self._refresh()
                except BaseException:
                    self._catalog.release(self._key)
                    raise
            self._depth += 1
        except BaseException:
            self._here.release()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._depth -= 1
        try:
            if not self._depth:
                self._catalog.release(self._key)
        finally:
            self._here.release()
