"""What the queries of a request may take: time, as long as somebody waits for them, and values."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import duckdb

from arthurai.server.storage.warehouse.errors import QueryStoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
_TICK_SECONDS: Final = 0.1
_FETCHED_ROWS: Final = 2048


@dataclass(eq=False)
class _Allowance:
    """What the queries of one request may take.

    Attributes:
        seconds: Time for all of them.
        values: Values that one result may hold.
        is_unwanted: Returns whether nobody waits for the result any more.
    """

    seconds: float
    values: int
    is_unwanted: Callable[[], bool]
    deadline: float = 0.0
    stopped: str | None = None
    cursors: set[duckdb.DuckDBPyConnection] = field(default_factory=set)

    def find_reason(self, now: float) -> str | None:
        """Return why the queries are to be stopped, or `None`."""
        if now > self.deadline:
            return (
                f"the query took more than {self.seconds:g} s and was stopped; ask for less data "
                "(the operator of the server sets the limit query_seconds)"
            )
        if self.is_unwanted():
            return "the query was stopped because the client is gone"
        return None


_allowances = threading.local()


class QueryWatch:
    """Stops queries that take too long or that nobody waits for; one thread watches all of them."""

    def __init__(self) -> None:
        self._active: set[_Allowance] = set()
        self._changed = threading.Condition()
        self._is_running = False

    @contextmanager
    def allow(
        self, seconds: float, values: int, is_unwanted: Callable[[], bool] | None = None
    ) -> Iterator[None]:
        """Bound the queries that this thread makes in the block.

        Args:
            seconds: Time for all of them.
            values: Values that one result may hold.
            is_unwanted: Returns whether nobody waits for the result any more.
        """
        allowance = _Allowance(seconds, values, is_unwanted or _never)
        allowance.deadline = time.monotonic() + seconds
        _allowances.current = allowance
        with self._changed:
            self._active.add(allowance)
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._watch, name="arthurai-queries", daemon=True).start()
        try:
            yield
        finally:
            _allowances.current = None
            with self._changed:
                self._active.discard(allowance)

    def _watch(self) -> None:
        while True:
            with self._changed:
                if not self._active:
                    self._is_running = False
                    return
                active = list(self._active)
            now = time.monotonic()
            for allowance in active:
                allowance.stopped = allowance.stopped or allowance.find_reason(now)
                if allowance.stopped:
                    for cursor in allowance.cursors.copy():
                        _interrupt(cursor)
            time.sleep(_TICK_SECONDS)


def fetch_allowed(
    cursor: duckdb.DuckDBPyConnection, sql: str, params: Any
) -> list[tuple[Any, ...]]:
    """Run a query and return its rows, within what the request of this thread may take.

    Args:
        cursor: A cursor of this thread.
        sql: One statement.
        params: Its values.

    Raises:
        QueryStoppedError: It took too long, is not wanted any more, or has too many values.
    """
    allowance: _Allowance | None = getattr(_allowances, "current", None)
    if allowance is None:
        cursor.execute(sql, params)
        return cursor.fetchall()
    return [row for rows in fetch_parts(cursor, sql, params) for row in rows]


def fetch_parts(
    cursor: duckdb.DuckDBPyConnection, sql: str, params: Any
) -> Iterator[list[tuple[Any, ...]]]:
    """Run a query and yield its rows a few at a time, within what the request may take.

    Args:
        cursor: A cursor of this thread.
        sql: One statement.
        params: Its values.

    Raises:
        QueryStoppedError: It took too long, is not wanted any more, or has too many values.
    """
    allowance: _Allowance | None = getattr(_allowances, "current", None)
    left = None if allowance is None else allowance.values
    if allowance is not None:
        allowance.cursors.add(cursor)
    try:
        if allowance is not None and allowance.stopped:
            raise QueryStoppedError(allowance.stopped)
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(_FETCHED_ROWS):
            if allowance is not None and left is not None:
                left -= sum(map(_count_values, rows))
                if left < 0:
                    raise QueryStoppedError(
                        f"the result has more than {allowance.values:,} values; select less, or "
                        "ask for pages (the operator of the server sets the limit query_values)"
                    )
                if allowance.stopped:
                    raise QueryStoppedError(allowance.stopped)
            yield rows
    except duckdb.InterruptException:
        if allowance is None or allowance.stopped is None:
            raise
        raise QueryStoppedError(allowance.stopped) from None
    finally:
        if allowance is not None:
            allowance.cursors.discard(cursor)


def _count_values(row: tuple[Any, ...]) -> int:
    return len(row) + sum(len(value) for value in row if type(value) is list or type(value) is dict)


def _interrupt(cursor: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.Error):  # closed in the meantime
        cursor.interrupt()


def _never() -> bool:
    return False
