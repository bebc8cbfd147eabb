"""Connections within DuckDB that are kept, and their use by one thread after the other.

A new one has to be told its database, and each table that is registered in it costs DuckDB a view,
which together take as long as storing a row. So connections are used again. What one user leaves
behind the next one does not meet: results are dropped, registered tables have no rows any more, and
a connection in which something failed is closed.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb

if TYPE_CHECKING:
    import pyarrow as pa

Connection: TypeAlias = duckdb.DuckDBPyConnection


class _RegisteredTable:
    """Stands in a connection for one table after another of the same schema.

    Attributes:
        schema: The schema.
        table: The table; `None` while nobody has registered one.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema
        self.table: pa.Table | None = None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Let DuckDB read the rows."""
        if self.table is None:
            raise LookupError("no table is registered by this name")
        return self.table.__arrow_c_stream__(requested_schema)


class KeptConnection:
    """A connection within DuckDB, with the tables that are registered in it.

    Args:
        connection: The connection.
        alias: Name of the attached database that its statements mean.
    """

    def __init__(self, connection: Connection, alias: str) -> None:
        self.connection = connection
        self._registered: dict[str, _RegisteredTable] = {}
        connection.execute(f"USE {alias}")
        # DuckDB 1.5 reads each result to its end by itself.
        self._drop_result = getattr(connection, "abort", None)

    def register(self, name: str, table: pa.Table) -> None:
        """Let statements read a table by a name.

        Args:
            name: The name.
            table: The table.
        """
        registered = self._registered.get(name)
        if registered is None or registered.schema != table.schema:
            registered = _RegisteredTable(table.schema)
            self.connection.register(name, registered)
            self._registered[name] = registered
        registered.table = table

    def clear(self) -> None:
        """Drop the last result and the rows of registered tables."""
        if self._drop_result is not None:
            self._drop_result()
        for registered in self._registered.values():
            registered.table = None


class Session:
    """The use of a kept connection by one thread; it takes the place of a cursor of DuckDB.

    Args:
        kept: The connection.
    """

    def __init__(self, kept: KeptConnection) -> None:
        connection = kept.connection
        self.kept = kept
        self.execute = connection.execute
        self.sql = connection.sql
        self.fetchall = connection.fetchall
        self.fetchone = connection.fetchone
        self.fetchmany = connection.fetchmany
        self.fetchnumpy = connection.fetchnumpy
        self.register = kept.register
        self._interrupting = threading.Lock()
        self._is_interrupted = False
        self._has_ended = False

    @property
    def description(self) -> Any:
        """Names and types of the columns of the result."""
        return self.kept.connection.description

    def interrupt(self) -> None:
        """End the statement that is running; without effect on later users of the connection."""
        with self._interrupting:
            if not self._has_ended:
                self._is_interrupted = True
                self.kept.connection.interrupt()

    def end(self) -> bool:
        """End the use; return whether it was never interrupted."""
        with self._interrupting:
            self._has_ended = True
            return not self._is_interrupted
