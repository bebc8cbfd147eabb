"""Execution of base queries."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.server.query.compiler import compile_query
from arthurai.server.query.errors import QueryError, QueryProblems, UnknownNameError
from arthurai.server.query.parse import MAX_ROWS, parse_query
from arthurai.server.query.results import to_json_rows
from arthurai.server.query.sql import Binder
from arthurai.server.storage.warehouse.errors import OutOfRangeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.ast import Query
    from arthurai.server.query.compiler import CompiledQuery
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
    compiled, binder = _compile(body, schema, warehouse, page, page_size)
    rows = fetch(warehouse, compiled.sql, binder)
    return {
        "query_result": to_json_rows(compiled.columns, rows),
        "sampling_threshold": _share(compiled),
    }


def run_encoded_query(
    body: object,
    schema: ModelSchema,
    warehouse: Warehouse,
    *,
    page: int | None = None,
    page_size: int | None = None,
    max_bytes: int,
) -> dict[str, Any]:
    """Run a base query as `run_query` does, and encode its rows as they come.

    Large results take the memory of their text only, not of its values.

    Args:
        body: Decoded JSON body: a `QueryRequest`.
        schema: Schema of the model.
        warehouse: Holds the data.
        page: Page of the result, from 1; pages divide the rows that `offset` and `limit` leave.
        page_size: Rows per page, 20 when only `page` is given.
        max_bytes: Size that the encoded rows may have.

    Returns:
        A `QueryResult` whose rows are encoded.

    Raises:
        QueryError: The query is malformed, does not fit the model, overflows, or has too large a
            result.
    """
    compiled, binder = _compile(body, schema, warehouse, page, page_size)
    parts: list[bytes] = []
    size = 0
    with _range_errors():
        for rows in warehouse.fetch_parts(compiled.sql, binder.values_in(compiled.sql)):
            parts.append(orjson.dumps(to_json_rows(compiled.columns, rows))[1:-1])
            size += len(parts[-1])
            if size > max_bytes:
                raise QueryError(
                    "",
                    f"the result has more than {max_bytes:,} bytes; select less, or ask for pages "
                    "(the operator of the server sets the limit query_bytes)",
                )
    encoded = orjson.Fragment(b"[" + b",".join(parts) + b"]")
    return {"query_result": encoded, "sampling_threshold": _share(compiled)}


def _compile(
    body: object,
    schema: ModelSchema,
    warehouse: Warehouse,
    page: int | None,
    page_size: int | None,
) -> tuple[CompiledQuery, Binder]:
    try:
        query = parse_query(body)
    except QueryError as error:
        _raise_with_names(error, body, schema, warehouse)
        raise
    if page is not None or page_size is not None:
        query = _cut_page(query, page or 1, page_size or DEFAULT_PAGE_SIZE)
    binder = Binder()
    return compile_query(query, schema, warehouse, binder), binder


def _raise_with_names(
    error: QueryError, body: object, schema: ModelSchema, warehouse: Warehouse
) -> None:
    """Raise what is wrong with a query together with unknown names in its other parts."""
    select = body.get("select") if isinstance(body, dict) else None
    if error.rest is None or not isinstance(select, list):
        return
    items = [item for item in select if isinstance(item, dict)]
    made = {str(item.get(key)) for item in items for key in ("alias", "function")}
    try:
        compile_query(error.rest, schema, warehouse, Binder())
    except QueryError as further:
        problems = QueryProblems()
        problems.add(error)
        for problem in further.problems:
            if (
                isinstance(problem, UnknownNameError)
                and problem.what in {"property", "function"}
                and (problem.what == "function" or problem.found not in made)
            ):
                problems.add(problem)
        problems.raise_any()


def _share(compiled: CompiledQuery) -> float:
    return 1 if compiled.sampled == 1 else compiled.sampled


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
    with _range_errors():
        return warehouse.fetch(sql, binder.values_in(sql))[1]


@contextmanager
def _range_errors() -> Iterator[None]:
    try:
        yield
    except OutOfRangeError as error:
        raise QueryError("", f"a value exceeds the range of numbers: {error}") from error
