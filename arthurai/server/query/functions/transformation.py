"""Transformations: one value per row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from arthurai.common.text import quote_value
from arthurai.server.query.column_types import NUMBERS, SQL_TYPES, ColumnType, common_type
from arthurai.server.query.errors import QueryError
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.parse import MAX_ITEMS
from arthurai.server.query.sql import check_size, has_window
from arthurai.server.query.sql_expression import Expr, Mode

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments

INTERVALS: Final = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
_PARTS_OF_DAYS: Final = frozenset({"second", "minute", "hour"})
_ZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_TIMES: Final = frozenset({ColumnType.TIME})
_MAX_OFFSET: Final = 2**31
_MANY_LABELS: Final = 12
_FEW_BORDERS: Final = 32


@function("roundTimestamp")
def round_timestamp(arguments: Arguments) -> Expr:
    """Start of the interval that a time falls in, by a time zone or UTC; weeks start on Monday."""
    found = arguments.column("property", types=_TIMES)
    interval = arguments.choice("time_interval", INTERVALS)
    zone = read_zone(arguments.call.parameters.get("time_zone"), arguments.path("time_zone"))
    return Expr(truncate_time(found.sql, interval, zone), ColumnType.TIME)


def read_zone(name: object, path: str) -> str | None:
    """Return the name of a time zone, `None` for none.

    Args:
        name: The name as sent.
        path: Its place in the query.

    Raises:
        QueryError: There is no such time zone.
    """
    if name is None:
        return None
    if isinstance(name, str) and _ZONE.fullmatch(name):
        try:
            return ZoneInfo(name).key
        except (OSError, ValueError, KeyError):  # no zone, or a folder of zones
            pass
    raise QueryError(
        path, f"must be the name of a time zone such as 'Europe/Vienna', got {quote_value(name)}"
    )


def truncate_time(sql: str, interval: str, zone: str | None = None) -> str:
    """Return SQL of the start of the interval a time falls in.

    Args:
        sql: Expression of a time.
        interval: One of `INTERVALS`.
        zone: Name of the time zone by whose clocks intervals start, as `read_zone` returns it; UTC
            when `None`.
    """
    if interval not in INTERVALS:
        raise ValueError(f"interval must be one of {INTERVALS}, got {interval!r}")
    time = f"CAST({sql} AS TIMESTAMP)"
    if zone is None:
        return f"CAST(date_trunc('{interval}', {time}) AS TIMESTAMP)"
    local = f"timezone('{zone}', timezone('UTC', {time}))"
    start = f"CAST(date_trunc('{interval}', {local}) AS TIMESTAMP)"
    if interval in _PARTS_OF_DAYS:  # a local hour may occur twice
        return f"({time} - ({local} - {start}))"
    return f"timezone('UTC', timezone('{zone}', {start}))"


@function("dateDiff")
def date_diff(arguments: Arguments) -> Expr:
    """Number of unit boundaries between two times, negative when the end is earlier."""
    unit = arguments.choice("unit", INTERVALS)
    start = arguments.column("start_date", types=_TIMES).sql
    end = arguments.column("end_date", types=_TIMES).sql
    if unit == "week":  # engines disagree about weeks: count Mondays
        start, end = truncate_time(start, "week"), truncate_time(end, "week")
        return Expr(f"CAST(date_diff('day', {start}, {end}) / 7 AS BIGINT)", ColumnType.INT)
    start, end = f"CAST({start} AS TIMESTAMP)", f"CAST({end} AS TIMESTAMP)"
    return Expr(f"date_diff('{unit}', {start}, {end})", ColumnType.INT)


@function("labelByMaxColumn")
def label_by_max_column(arguments: Arguments) -> Expr:
    """Name of the column with the largest value; the first of equal columns, nulls skipped."""
    path = arguments.path("properties")
    names = arguments.required("properties")
    if not isinstance(names, list) or not names or len(names) > MAX_ITEMS:
        raise QueryError(
            path, f"must be a non-empty list of property names, got {quote_value(names)}"
        )
    labels = []
    for index, name in enumerate(names):
        if not isinstance(name, str):
            raise QueryError(
                f"{path}[{index}]", f"must be a property name, got {quote_value(name)}"
            )
        found = arguments.compile_value(name, f"{path}[{index}]", types=NUMBERS)
        labels.append((found.double, arguments.binder.bind_scalar(name)))
    return Expr(label_of_largest(labels), ColumnType.TEXT)


def label_of_largest(labels: list[tuple[str, str]]) -> str:
    """Return SQL of the label whose expression is largest; null when all are null.

    Args:
        labels: Expressions of doubles, each with the expression of its label.
    """
    values = ", ".join(sql for sql, _ in labels)
    if len(labels) > _MANY_LABELS:  # the cases grow with the square of their number
        names = ", ".join(label for _, label in labels)
        return f"[{names}][list_position([{values}], list_max([{values}]))]"
    largest = f"greatest({values})"
    cases = " ".join(f"WHEN {sql} = {largest} THEN {label}" for sql, label in labels)
    return f"CASE {cases} END"


@function("if")
def choose(arguments: Arguments) -> Expr:
    """`then` where a condition holds, `else` elsewhere, also where the column is null."""
    condition = arguments.condition()
    then, otherwise = arguments.value("then"), arguments.value("else")
    column_type = common_type([then.type, otherwise.type], arguments.path("else"))
    if not column_type.is_scalar:
        raise QueryError(arguments.path("then"), f"a {column_type.value} cannot be chosen")
    sql_type = SQL_TYPES[column_type]
    return Expr(
        f"CASE WHEN {condition} THEN CAST({then.sql} AS {sql_type}) "
        f"ELSE CAST({otherwise.sql} AS {sql_type}) END",
        column_type,
    )


@function("binContinuous")
def bin_continuous(arguments: Arguments) -> Expr:
    """1 + number of thresholds that are not above the value."""
    value = arguments.double("property")
    thresholds = arguments.numbers("bin_thresholds")
    check_size(len(value) * len(thresholds), arguments.call.path)
    return Expr(
        bin_index(value, [arguments.binder.bind_scalar(t) for t in thresholds]), ColumnType.INT
    )


def bin_index(value: str, borders: list[str]) -> str:
    """Return SQL of 1 + number of borders that are not above a value; null for null.

    Many borders are searched by bisection; a few are faster one after the other.

    Args:
        value: Expression of a number.
        borders: Expressions of the borders, ascending.
    """
    if len(borders) <= _FEW_BORDERS:
        steps = " ".join(
            f"WHEN {value} < {border} THEN {place}" for place, border in enumerate(borders, start=1)
        )
        return f"CASE WHEN {value} IS NULL THEN NULL {steps} ELSE {len(borders) + 1} END"

    def search(low: int, high: int) -> str:
        if low == high:
            return str(low + 1)
        middle = (low + high) // 2
        below, above = search(low, middle), search(middle + 1, high)
        return f"CASE WHEN {value} < {borders[middle]} THEN {below} ELSE {above} END"

    return f"CASE WHEN {value} IS NOT NULL THEN {search(0, len(borders))} END"


@function("neighbor")
def neighbor(arguments: Arguments) -> Expr:
    """Value of a column some rows further in the order of the result."""
    if arguments.mode is Mode.ROW:
        raise QueryError(
            arguments.call.path,
            "neighbor looks at the rows of the result, so it cannot stand inside an aggregate, a "
            "filter or a grouping key; compute it in a subquery",
        )
    found = arguments.column("property")
    if has_window(found.sql):
        raise QueryError(arguments.path("property"), "neighbor of a neighbor needs a subquery")
    offset = arguments.integer("offset")
    if abs(offset) > _MAX_OFFSET:
        raise QueryError(arguments.path("offset"), f"must be within ±{_MAX_OFFSET}")
    default = arguments.value("default")
    column_type = common_type([found.type, default.type], arguments.path("default"))
    if not column_type.is_scalar:
        raise QueryError(arguments.path("default"), f"a {column_type.value} cannot be a default")
    value, fallback = (
        f"CAST({sql} AS {SQL_TYPES[column_type]})" for sql in (found.sql, default.sql)
    )
    order = ", ".join(arguments.scope.window_order(arguments.call.path))
    window = f"(ORDER BY {order})" if order else "()"
    step = "lead" if offset >= 0 else "lag"
    return Expr(f"{step}({value}, {abs(offset)}, {fallback}) OVER {window}", column_type)
