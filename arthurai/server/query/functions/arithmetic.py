"""Arithmetic and logic, row by row or over the results of aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.sql import ratio
from arthurai.server.query.sql_expression import Expr

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments


def _numbers(arguments: Arguments) -> tuple[str, str]:
    found = []
    for name in ("left", "right"):
        operand = arguments.operand(name)
        if not operand.type.is_numeric:
            raise QueryError(
                arguments.path(name),
                f"{arguments.call.function} needs numbers, got a {operand.type.value} column",
            )
        found.append(operand.double)
    return found[0], found[1]


@function("add")
def add(arguments: Arguments) -> Expr:
    """Sum of two numbers."""
    left, right = _numbers(arguments)
    return Expr(f"({left} + {right})", ColumnType.FLOAT)


@function("subtract")
def subtract(arguments: Arguments) -> Expr:
    """Difference of two numbers, or of two times in seconds."""
    times = [arguments.operand(name) for name in ("left", "right")]
    if ColumnType.TIME in {time.type for time in times} and all(
        time.type in {ColumnType.TIME, ColumnType.NULL} for time in times
    ):
        later, earlier = (f"epoch_us(CAST({time.sql} AS TIMESTAMP))" for time in times)
        return Expr(f"(({later} - {earlier}) / 1e6)", ColumnType.FLOAT)
    left, right = _numbers(arguments)
    return Expr(f"({left} - {right})", ColumnType.FLOAT)


@function("multiply")
def multiply(arguments: Arguments) -> Expr:
    """Product of two numbers."""
    left, right = _numbers(arguments)
    return Expr(f"({left} * {right})", ColumnType.FLOAT)


@function("divide")
def divide(arguments: Arguments) -> Expr:
    """Quotient of two numbers; null when the divisor is 0."""
    left, right = _numbers(arguments)
    return Expr(ratio(left, right), ColumnType.FLOAT)


@function("abs")
def absolute(arguments: Arguments) -> Expr:
    """Absolute value."""
    return Expr(f"abs({arguments.double('property')})", ColumnType.FLOAT)


@function("equals")
def equals(arguments: Arguments) -> Expr:
    """1 when two values are equal, else 0; null when one is missing."""
    left, right = arguments.operand("left"), arguments.operand("right")
    if left.type.is_numeric and right.type.is_numeric:
        same = f"{left.double} = {right.double}"
    elif ColumnType.NULL in {left.type, right.type}:
        same = "NULL"
    elif left.type is right.type:
        same = f"{left.sql} = {right.sql}"
    else:
        raise QueryError(
            arguments.call.path,
            f"equals compares values of one type, got {left.type.value} and {right.type.value}; "
            "text is compared with a constant through comparator and value",
        )
    return Expr(f"CAST(({same}) AS INTEGER)", ColumnType.INT)


def _truths(arguments: Arguments) -> tuple[str, str]:
    left, right = _numbers(arguments)
    return f"({left} <> 0)", f"({right} <> 0)"


@function("and")
def both(arguments: Arguments) -> Expr:
    """1 when both numbers differ from 0, else 0; null when that depends on a missing number."""
    left, right = _truths(arguments)
    return Expr(f"CAST(({left} AND {right}) AS INTEGER)", ColumnType.INT)


@function("or")
def either(arguments: Arguments) -> Expr:
    """1 when one number differs from 0, else 0; null when that depends on a missing number."""
    left, right = _truths(arguments)
    return Expr(f"CAST(({left} OR {right}) AS INTEGER)", ColumnType.INT)
