"""Comparators as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import quote_value
from arthurai.server.query.column_types import COLUMN_TYPES, ColumnType, coerce, to_text
from arthurai.server.query.errors import QueryError, unknown_name
from arthurai.server.query.sql_expression import Expr

if TYPE_CHECKING:
    from arthurai.server.query.ast import Condition
    from arthurai.server.query.sql import Binder

_OPERATORS: Final = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_MAX_LISTED: Final = 64  # values that are compared one by one


def condition_sql(
    compared: Expr, condition: Condition, binder: Binder, *, in_where: bool = False
) -> str:
    """Return SQL that is true where the condition holds, and false or null elsewhere.

    Args:
        compared: The expression that is compared.
        condition: Comparator and value.
        binder: Takes the values.
        in_where: Whether the result is part of WHERE, where a long list may become a join.

    Raises:
        QueryError: The value does not fit the expression.
    """
    comparator, value = condition.comparator, condition.value
    path = f"{condition.path}.value"
    if comparator == "IsNull" or (comparator == "eq" and value is None):
        return f"{compared.sql} IS NULL"
    if comparator == "NotNull" or (comparator == "ne" and value is None):
        return f"{compared.sql} IS NOT NULL"
    if not compared.type.is_scalar:
        raise QueryError(
            condition.path,
            f"a {compared.type.value} column supports only the comparators IsNull and NotNull",
        )
    if condition.value_type is not None:
        compared = _apply_value_type(compared, condition)
    if compared.type is ColumnType.NULL:
        return "CAST(NULL AS BOOLEAN)"
    if comparator == "in":
        return _in_list(compared, value, path, binder, in_where=in_where)
    if isinstance(value, list | dict) or value is None:
        raise QueryError(path, f"must be one value for {comparator}, got {quote_value(value)}")
    if comparator == "like":
        return _like(compared, to_text(value, path), condition.path, binder)
    wanted = coerce(value, compared.type, path)
    compared_sql = _to_comparable(compared, [wanted])
    return f"{compared_sql} {_OPERATORS[comparator]} {binder.bind_scalar(wanted)}"


def _to_comparable(compared: Expr, wanted: list[Any]) -> str:
    """Return SQL of an expression to compare with values.

    DuckLake looks up in its catalog which files can have a value, but PostgreSQL takes no NUL
    character. Of an expression that is no column it looks up nothing.
    """
    if any(isinstance(value, str) and "\0" in value for value in wanted):
        return f"({compared.sql} || '')"
    return compared.sql


def _apply_value_type(compared: Expr, condition: Condition) -> Expr:
    """Compare text with numbers as `value_type` asks, where that is safe."""
    name = (condition.value_type or "").upper()
    wanted = COLUMN_TYPES.get(name)
    if wanted is None:
        raise unknown_name(f"{condition.path}.value_type", "value type", name, COLUMN_TYPES)
    if wanted is ColumnType.TEXT and compared.type.is_numeric:
        return Expr(f"CAST({compared.sql} AS VARCHAR)", ColumnType.TEXT)
    return compared


def _in_list(compared: Expr, value: object, path: str, binder: Binder, *, in_where: bool) -> str:
    values = value if isinstance(value, list) else [value]
    wanted = [
        coerce(item, compared.type, f"{path}[{index}]")
        for index, item in enumerate(values)
        if item is not None
    ]
    compared_sql = _to_comparable(compared, wanted)
    if not wanted:
        found = "FALSE"
    elif len(wanted) <= _MAX_LISTED:
        found = f"{compared_sql} IN ({', '.join(binder.bind_scalar(item) for item in wanted)})"
    elif in_where:
        found = f"{compared_sql} IN (SELECT unnest({binder.bind_list(wanted)}))"
    else:
        found = f"list_contains({binder.bind_list(wanted)}, {compared_sql})"
    return f"({found} OR {compared.sql} IS NULL)" if len(wanted) < len(values) else found


def _like(compared: Expr, pattern: str, path: str, binder: Binder) -> str:
    if compared.type is not ColumnType.TEXT:
        raise QueryError(path, f"like needs a text column, got a {compared.type.value} column")
    bound = binder.bind_scalar(pattern)
    if "%" in pattern or "_" in pattern:
        return f"{compared.sql} LIKE {bound}"
    return f"contains({compared.sql}, {bound})"
