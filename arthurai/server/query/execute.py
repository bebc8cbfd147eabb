"""Answers base queries."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from arthurai.server.query.compiler import compile_query
from arthurai.server.query.errors import QueryError
from arthurai.server.query.parse import parse_query
from arthurai.server.query.results import json_rows
from arthurai.server.query.sql import Binder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.ast import Query
    from arthurai.server.query.sql import Store

DEFAULT_PAGE_SIZE = 20
_MAX_ROWS = 2**62
_PARAMETER = re.compile(r"\$(\d+)")


def run_query(
    body: Any,
    schema: ModelSchema,
    store: Store,
    *,
    page: int | None = None,
    page_size: int | None = None,
) -> dict[str, Any]:
    """Answer a base query.

    Args:
        body: Decoded JSON body: a ``QueryRequest``.
        schema: Schema of the model.
        store: Holds its data.
        page: Page of the result, from 1; the window is cut out of the rows that ``offset`` and
            ``limit`` leave.
        page_size: Rows of a page, 20 when only ``page`` is given.

    Returns:
        A ``QueryResult``: ``query_result`` with JSON-ready rows whose keys are sorted, and
        ``sampling_threshold``, the share of rows that was read.

    Raises:
        QueryError: The query is malformed, does not fit the model, or overflows.
    """
    query = parse_query(body)
    if page is not None or page_size is not None:
        query = _paged(query, page or 1, page_size or DEFAULT_PAGE_SIZE)
    binder = Binder()
    compiled = compile_query(query, schema, store, binder)
    rows = fetch(store, compiled.sql, binder.values)
    share = compiled.sampled
    return {
        "query_result": json_rows(compiled.columns, rows),
        "sampling_threshold": 1 if share == 1 else share,
    }


def _paged(query: Query, page: int, size: int) -> Query:
    start = min((page - 1) * size, _MAX_ROWS)
    left = size if query.limit is None else max(0, min(size, query.limit - start))
    return replace(query, limit=min(left, _MAX_ROWS), offset=min(query.offset + start, _MAX_ROWS))


def fetch(store: Store, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a compiled statement.

    Args:
        store: Holds the data.
        sql: The statement.
        values: Its bound values.

    Raises:
        QueryError: A number in it leaves the range of the engine.
    """
    sql, used = _only_used(sql, values)
    try:
        return store.fetch(sql, used)[1]
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        raise QueryError(
            "", f"a value leaves the range of numbers: {_first_line(error)}"
        ) from error


def _only_used(sql: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """Leave out values that were bound for parts of a statement that fell away.

    The engine refuses values without a place. Statements hold no text of a user, so every dollar
    sign begins a parameter.
    """
    numbers: dict[str, int] = {}

    def renumber(match: re.Match[str]) -> str:
        return f"${numbers.setdefault(match[1], len(numbers) + 1)}"

    renumbered = _PARAMETER.sub(renumber, sql)
    return renumbered, [values[int(number) - 1] for number in numbers]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].partition(":")[2].strip() or "overflow"
