"""Execution of base queries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import duckdb

from arthurai.server.query.compiler import compile_query
from arthurai.server.query.errors import QueryError
from arthurai.server.query.parse import MAX_ROWS, parse_query
from arthurai.server.query.results import to_json_rows
from arthurai.server.query.sql import Binder

if TYPE_CHECKING:
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.ast import Query
    from arthurai.server.query.sql import Warehouse

DEFAULT_PAGE_SIZE: Final = 20


def run_query(
    body: object,
    schema: ModelSchema,
    warehouse: Warehouse,
    *,
    page: int | None = None,
    page_size: int | None = None,
) -> dict[str, Any]:
    """Run a base query.

    Args:
        body: Decoded JSON body: a `QueryRequest`.
        schema: Schema of the model.
        warehouse: Holds the data.
        page: Page of the result, from 1; pages divide the rows that `offset` and `limit` leave.
        page_size: Rows per page, 20 when only `page` is given.

    Returns:
        A `QueryResult`: `query_result` with JSON-ready rows whose keys are in the order of the
        selection, and `sampling_threshold`, the share of rows that was read.

    Raises:
        QueryError: The query is malformed, does not fit the model, or overflows.
    """
    query = parse_query(body)
    if page is not None or page_size is not None:
        query = _cut_page(query, page or 1, page_size or DEFAULT_PAGE_SIZE)
    binder = Binder()
    compiled = compile_query(query, schema, warehouse, binder)
    rows = fetch(warehouse, compiled.sql, binder)
    share = compiled.sampled
    return {
        "query_result": to_json_rows(compiled.columns, rows),
        "sampling_threshold": 1 if share == 1 else share,
    }


def _cut_page(query: Query, page: int, size: int) -> Query:
    start = min((page - 1) * size, MAX_ROWS)
    left = size if query.limit is None else max(0, min(size, query.limit - start))
    return replace(query, limit=min(left, MAX_ROWS), offset=min(query.offset + start, MAX_ROWS))


def fetch(warehouse: Warehouse, sql: str, binder: Binder) -> list[tuple[Any, ...]]:
    """Run a compiled statement.

    Args:
        warehouse: Holds the data.
        sql: The statement.
        binder: Holds its values.

    Raises:
        QueryError: A number in it exceeds the range of the engine.
    """
    try:
        return warehouse.fetch(sql, binder.values_in(sql))[1]
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        reason = str(error).partition("\n")[0].partition(":")[2].strip() or "overflow"
        raise QueryError("", f"a value exceeds the range of numbers: {reason}") from error
