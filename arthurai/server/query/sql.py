"""Small pieces of SQL: bound values and joined clauses."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from arthurai.server.query.column_types import SQL_TYPES, ColumnType, common_type, type_of_value
from arthurai.server.query.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MAX_SQL_LENGTH: Final = 200_000
_PARAMETER: Final = re.compile(r"\$(p\d+)")


class Warehouse(Protocol):
    """What queries need of the warehouse."""

    def relation(self, model_id: str, source: str) -> str:
        """Return the SQL relation of a data source of a model.

        Raises:
            LookupError: The model has no such relation.
        """

    def fetch(
        self, sql: str, params: Mapping[str, object], /
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a statement that reads; return column names and rows."""

    def fetch_parts(
        self, sql: str, params: Mapping[str, object], /
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Run a statement that reads; yield its rows a few at a time."""


class Binder:
    """The bound values of one statement, by parameter name; equal values share a parameter."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}
        self._names: dict[tuple[type, object], str] = {}

    def bind(self, value: object, sql_type: str) -> str:
        """Return SQL of a bound value.

        Args:
            value: The value.
            sql_type: Type to read it as; from a fixed set, never from a user.
        """
        key = (type(value), repr(value) if isinstance(value, list) else value)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = f"p{len(self._names)}"
            self._values[name] = value
        return f"CAST(${name} AS {sql_type})"

    def bind_scalar(self, value: object) -> str:
        """Return SQL of a bound scalar, typed by its Python type.

        Args:
            value: `None`, a boolean, a number, text or a time without a zone.
        """
        if isinstance(value, datetime):
            return self.bind(value, "TIMESTAMP")
        column_type = type_of_value(value)
        if isinstance(value, int) and column_type is ColumnType.FLOAT:
            value = float(value)
        return self.bind(value, SQL_TYPES[column_type])

    def bind_list(self, values: Sequence[Any]) -> str:
        """Return SQL of a bound list of scalars of one type.

        Args:
            values: Texts, times, or numbers.
        """
        if any(isinstance(value, datetime) for value in values):
            return self.bind(list(values), "TIMESTAMP[]")
        column_type = common_type([type_of_value(value) for value in values], "")
        if column_type is ColumnType.FLOAT:
            values = [float(value) for value in values]
        return self.bind(list(values), f"{SQL_TYPES[column_type]}[]")

    def values_in(self, sql: str) -> dict[str, object]:
        """Return the values that a statement refers to, by parameter name.

        Parts of a query may be compiled and then left out; the engine refuses their values.

        Args:
            sql: The statement. Text of users is never part of one, so that every dollar sign
                starts a parameter.
        """
        return {name: self._values[name] for name in _PARAMETER.findall(sql)}


def number_literal(value: float) -> str:
    """Return a finite number that the server computed as SQL, which is faster than binding many.

    Args:
        value: The number; must not come from a user.
    """
    text = repr(float(value))
    return f"({text})" if "e" in text else f"({text}e0)"


def ratio(above: str, below: str) -> str:
    """Return SQL of a quotient that is null when the divisor is 0.

    Args:
        above: Dividend.
        below: Divisor.
    """
    return f"(CAST({above} AS DOUBLE) / nullif(CAST({below} AS DOUBLE), 0))"


def struct(**fields: str) -> str:
    """Return SQL of a struct; this spelling allows any name, keywords of the engine included.

    Args:
        fields: Expressions by name; names must not come from a user.
    """
    return "{" + ", ".join(f"'{name}': {sql}" for name, sql in fields.items()) + "}"


def select(
    columns: Iterable[str],
    source: str,
    where: Iterable[str] = (),
    group_by: Iterable[str] = (),
    order_by: Iterable[str] = (),
    limit: str = "",
) -> str:
    """Join the clauses of one SELECT.

    Args:
        columns: Output columns.
        source: The FROM clause.
        where: Conditions, all of which must hold.
        group_by: Grouping keys.
        order_by: Sort keys.
        limit: The LIMIT clause, e.g. `LIMIT 5 OFFSET 2`.
    """
    parts = ["SELECT", ", ".join(columns), "FROM", source]
    if conditions := list(where):
        parts += ["WHERE", " AND ".join(f"({condition})" for condition in conditions)]
    if keys := list(group_by):
        parts += ["GROUP BY", ", ".join(keys)]
    if orders := list(order_by):
        parts += ["ORDER BY", ", ".join(orders)]
    if limit:
        parts.append(limit)
    return " ".join(parts)


def with_ctes(ctes: Iterable[tuple[str, str]], body: str) -> str:
    """Put common table expressions before a statement.

    Args:
        ctes: Names, optionally with `AS NOT MATERIALIZED`, and SELECTs, in order of dependence.
        body: The statement.
    """
    steps = ", ".join(
        f"{name} ({sql})" if " AS " in name else f"{name} AS ({sql})" for name, sql in ctes
    )
    return f"WITH {steps} {body}" if steps else body


def check_size(length: int, path: str) -> None:
    """Raise when an expression has grown too large for a statement.

    Args:
        length: Number of characters.
        path: Place in the query.

    Raises:
        QueryError: The expression is too large.
    """
    if length > MAX_SQL_LENGTH:
        raise QueryError(path, "the expression is too large; use a subquery")


def has_window(sql: str) -> bool:
    """Return whether an expression contains a window function.

    Args:
        sql: A compiled expression; values are bound, so it holds no text of users.
    """
    return " OVER (" in sql
