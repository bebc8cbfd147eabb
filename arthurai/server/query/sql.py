"""Small pieces of SQL: bound values and joined clauses."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

from arthurai.server.query.column_types import SQL_TYPE, Kind, common_kind, kind_of
from arthurai.server.query.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_SQL: Final = 200_000


class Store(Protocol):
    """What the query package needs of the data store."""

    def relation(self, model_id: str, source: str) -> str:
        """Return the SQL relation of a data source of a model.

        Raises:
            LookupError: The model has no such relation.
        """

    def fetch(self, sql: str, params: Sequence[Any], /) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a statement that reads; return column names and rows."""


class Binder:
    """Collects the values of one statement; equal values share one parameter."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._known: dict[tuple[type, Any], str] = {}

    def bind(self, value: Any, sql_type: str) -> str:
        """Return SQL for a bound value.

        Args:
            value: Value to bind.
            sql_type: Type to read it as; from a fixed set, never from a user.
        """
        known = repr(value) if isinstance(value, list) else value
        key = (type(value), known)
        name = self._known.get(key)
        if name is None:
            self.values.append(value)
            name = self._known[key] = f"${len(self.values)}"
        return f"CAST({name} AS {sql_type})"

    def scalar(self, value: Any) -> str:
        """Return SQL for a bound scalar, typed by its Python type.

        Args:
            value: ``None``, boolean, number, text or time without zone.
        """
        if isinstance(value, datetime):
            return self.bind(value, "TIMESTAMP")
        kind = kind_of(value)
        if kind is Kind.FLOAT:
            value = float(value)
        return self.bind(value, SQL_TYPE[kind])

    def several(self, values: Sequence[Any]) -> str:
        """Return SQL for a bound list of scalars of one kind.

        Args:
            values: Texts, times, or numbers.
        """
        if any(isinstance(value, datetime) for value in values):
            return self.bind(list(values), "TIMESTAMP[]")
        kind = common_kind([kind_of(value) for value in values] or [Kind.NULL], "")
        if kind is Kind.FLOAT:
            values = [float(value) for value in values]
        return self.bind(list(values), f"{SQL_TYPE[kind]}[]")


def double(sql: str, kind: Kind) -> str:
    """Return an expression as a double-precision number.

    Args:
        sql: Expression of a numeric kind.
        kind: Its kind.
    """
    return sql if kind is Kind.FLOAT else f"CAST({sql} AS DOUBLE)"


def number_literal(value: float) -> str:
    """Return a finite number that the server computed as SQL; many are prepared faster than bound.

    Args:
        value: The number; never one that a user sent.
    """
    text = repr(float(value))
    return f"({text})" if "e" in text else f"({text}e0)"


def ratio(above: str, below: str) -> str:
    """Return a quotient that is null when the divisor is 0.

    Args:
        above: Dividend.
        below: Divisor.
    """
    return f"(CAST({above} AS DOUBLE) / nullif(CAST({below} AS DOUBLE), 0))"


def struct(**fields: str) -> str:
    """Return a struct; in this spelling any name will do, keywords of the engine too.

    Args:
        fields: Expressions by name; names come from the code, never from a user.
    """
    return "{" + commas(f"'{name}': {sql}" for name, sql in fields.items()) + "}"


def commas(parts: Iterable[str]) -> str:
    """Join parts with commas."""
    return ", ".join(parts)


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
        source: What stands after FROM.
        where: Conditions, all of which must hold.
        group_by: Grouping keys.
        order_by: Sort keys.
        limit: What stands after ORDER BY, e.g. ``LIMIT 5 OFFSET 2``.
    """
    parts = ["SELECT", commas(columns), "FROM", source]
    if conditions := list(where):
        parts += ["WHERE", " AND ".join(f"({condition})" for condition in conditions)]
    if keys := list(group_by):
        parts += ["GROUP BY", commas(keys)]
    if orders := list(order_by):
        parts += ["ORDER BY", commas(orders)]
    if limit:
        parts.append(limit)
    return " ".join(parts)


def with_ctes(ctes: Iterable[tuple[str, str]], body: str) -> str:
    """Put common table expressions before a statement.

    Args:
        ctes: Names, perhaps with a clause ``AS NOT MATERIALIZED``, and their SELECTs, in order of
            dependence.
        body: The statement.
    """
    steps = commas(
        f"{name} ({sql})" if " AS " in name else f"{name} AS ({sql})" for name, sql in ctes
    )
    return f"WITH {steps} {body}" if steps else body


def check_size(length: int, path: str) -> None:
    """Refuse expressions that grew beyond what a statement should hold.

    Args:
        length: Number of characters.
        path: Place in the query.

    Raises:
        QueryError: The expression is too large.
    """
    if length > MAX_SQL:
        raise QueryError(path, "the expression is too large; use a subquery")


def has_window(sql: str) -> bool:
    """Whether an expression looks at neighbouring rows; values are bound, so text tells.

    Args:
        sql: A compiled expression.
    """
    return " OVER (" in sql
