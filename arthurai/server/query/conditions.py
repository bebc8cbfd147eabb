"""Comparators as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.query.column_types import KIND_OF_VALUE_TYPE, Kind, coerce, text
from arthurai.server.query.errors import QueryError, shown, unknown

if TYPE_CHECKING:
    from arthurai.server.query.ast import Condition
    from arthurai.server.query.sql import Binder

_OPERATORS: Final = {"eq": "=", "ne": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_LONG_LIST: Final = 64


def condition_sql(
    sql: str, kind: Kind, condition: Condition, binder: Binder, *, in_where: bool = False
) -> str:
    """Return SQL that is true when the condition holds, false or null otherwise.

    Args:
        sql: Expression that is compared.
        kind: Its kind.
        condition: Comparator and value.
        binder: Takes the values.
        in_where: Whether the result stands in WHERE, where long lists may become a join.

    Raises:
        QueryError: The value does not fit the expression.
    """
    comparator, value = condition.comparator, condition.value
    path = f"{condition.path}.value"
    if comparator == "IsNull" or (comparator == "eq" and value is None):
        return f"{sql} IS NULL"
    if comparator == "NotNull" or (comparator == "ne" and value is None):
        return f"{sql} IS NOT NULL"
    if not kind.scalar:
        raise QueryError(
            condition.path, f"a {kind.value} column knows only the comparators IsNull and NotNull"
        )
    if condition.value_type is not None:
        kind, sql = _hinted(sql, kind, condition)
    if kind is Kind.NULL:
        return "CAST(NULL AS BOOLEAN)"
    if comparator == "in":
        return _in_list(sql, kind, value, path, binder, in_where=in_where)
    if isinstance(value, list | dict) or value is None:
        raise QueryError(path, f"expected one value for {comparator}, found {shown(value)}")
    if comparator == "like":
        return _like(sql, kind, text(value, path), condition.path, binder)
    bound = binder.scalar(coerce(value, kind, path))
    return f"{sql} {_OPERATORS[comparator]} {bound}"


def _hinted(sql: str, kind: Kind, condition: Condition) -> tuple[Kind, str]:
    """Compare text and numbers the way ``value_type`` says, where that is safe."""
    name = (condition.value_type or "").upper()
    hinted = KIND_OF_VALUE_TYPE.get(name)
    if hinted is None:
        raise unknown(f"{condition.path}.value_type", "value type", name, KIND_OF_VALUE_TYPE)
    if hinted is Kind.TEXT and kind.numeric:
        return Kind.TEXT, f"CAST({sql} AS VARCHAR)"
    return kind, sql


def _in_list(sql: str, kind: Kind, value: Any, path: str, binder: Binder, *, in_where: bool) -> str:
    values = value if isinstance(value, list) else [value]
    wanted = [
        coerce(item, kind, f"{path}[{index}]")
        for index, item in enumerate(values)
        if item is not None
    ]
    if not wanted:
        found = "FALSE"
    elif len(wanted) <= _LONG_LIST:
        found = f"{sql} IN ({', '.join(binder.scalar(item) for item in wanted)})"
    elif in_where:
        found = f"{sql} IN (SELECT unnest({binder.several(wanted)}))"
    else:
        found = f"list_contains({binder.several(wanted)}, {sql})"
    return f"({found} OR {sql} IS NULL)" if len(wanted) < len(values) else found


def _like(sql: str, kind: Kind, pattern: str, path: str, binder: Binder) -> str:
    if kind is not Kind.TEXT:
        raise QueryError(path, f"like needs a text column, found a {kind.value} column")
    bound = binder.scalar(pattern)
    if "%" in pattern or "_" in pattern:
        return f"{sql} LIKE {bound}"
    return f"contains({sql}, {bound})"
