"""Evaluation of regression models, over the rows that have prediction and ground truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.vocabulary import OutputType
from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.function_arguments import Sample, SampleKind
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.sql import ratio, select
from arthurai.server.query.sql_expression import Expr
from arthurai.server.query.target_resolution import numbers

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments


def _sides(arguments: Arguments) -> tuple[str, str]:
    if arguments.schema.output_type != OutputType.Regression:
        raise QueryError(
            arguments.call.path,
            f"{arguments.call.function} does not fit a {arguments.schema.output_type} model; it "
            "needs a regression model",
        )
    return numbers(arguments)


@function("rmse", aggregate=True, evaluates=True)
def rmse(arguments: Arguments) -> Expr:
    """Square root of the mean squared error."""
    predicted, truth = _sides(arguments)
    error = f"({predicted} - {truth})"
    mean = arguments.mean(f"{error} * {error}", SampleKind.ROOT)
    return Expr(f"sqrt({mean.sql})", ColumnType.FLOAT)


@function("mae", aggregate=True, evaluates=True)
def mae(arguments: Arguments) -> Expr:
    """Mean (or smallest, or largest) absolute error, normalized when both bounds are given."""
    predicted, truth = _sides(arguments)
    error = f"abs({predicted} - {truth})"
    if arguments.has("normalizationMin") and arguments.has("normalizationMax"):
        low, high = arguments.number("normalizationMin"), arguments.number("normalizationMax")
        bounds = arguments.binder.bind_scalar(low), arguments.binder.bind_scalar(high)
        error = ratio(f"({error} - {bounds[0]})", f"({bounds[1]} - {bounds[0]})")
    fold = arguments.choice("aggregation", ("avg", "min", "max"), "avg")
    if fold == "avg":
        return arguments.mean(error)
    return arguments.aggregate(f"{fold}({error})", ColumnType.FLOAT)


@function("rSquared", aggregate=True, evaluates=True)
def r_squared(arguments: Arguments) -> Expr:
    """1 - residual sum of squares / total sum of squares; null when all truths are equal.

    The total is summed around the mean of each group in a second pass: the one-pass formula loses
    all digits when the values are large and close together.
    """
    predicted, truth = _sides(arguments)
    p, y = arguments.scope.row_input(predicted), arguments.scope.row_input(truth)
    arguments.sample = Sample(SampleKind.ROWS, {"rows": f"count({predicted} + {truth})"})

    def build(name: str, keys: list[str]) -> tuple[tuple[str, str], ...]:
        present = [f"{p} IS NOT NULL", f"{y} IS NOT NULL"]
        means = select([*keys, f"avg({y}) AS mean"], "r", present, keys)
        same = [f"r.{key} IS NOT DISTINCT FROM {name}_m.{key}" for key in keys]
        joined = f"r JOIN {name}_m ON {' AND '.join(same) or 'TRUE'}"
        residual = f"sum(({y} - {p}) * ({y} - {p}))"
        total = f"sum(({y} - mean) * ({y} - mean))"
        value = f"1 - {ratio(residual, total)} AS v"
        own = [f"r.{key}" for key in keys]
        return (
            (f"{name}_m", means),
            (name, select([*own, value], joined, present, own)),
        )

    return Expr(arguments.scope.derive(build), ColumnType.FLOAT)
