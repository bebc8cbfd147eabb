"""Evaluation of multiclass classifiers: the predicted class is the one with the largest value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.text import quote_value
from arthurai.common.vocabulary import OutputType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.function_arguments import SampleKind
from arthurai.server.query.functions.binary_classification import Counts
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.target_resolution import column_expr, is_true, pair

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments
    from arthurai.server.query.sql_expression import Expr


def predicted_classes(arguments: Arguments) -> list[tuple[str, Expr]]:
    """Return name and column of each predicted class, by position.

    Args:
        arguments: The call.

    Raises:
        QueryError: The model is not a classifier with a probability for each class.
    """
    schema = arguments.schema
    if schema.output_type != OutputType.Multiclass:
        raise QueryError(
            arguments.call.path,
            f"{arguments.call.function} does not fit a {schema.output_type} model; it needs a "
            "multiclass classifier",
        )
    found = [(a.name, column_expr(arguments, a)) for a in schema.predicted]
    if not found or not all(expr.type.is_numeric for _, expr in found):
        raise QueryError(
            arguments.call.path, "the model does not predict a probability for each class"
        )
    return found


@function("accuracyRateMulticlass", aggregate=True, evaluates=True)
def accuracy_rate_multiclass(arguments: Arguments) -> Expr:
    """Share of rows whose predicted class is the true one."""
    classes = predicted_classes(arguments)
    schema = arguments.schema
    truths = []
    for attribute in schema.predicted:
        truth = schema.ground_truth_of(attribute)
        if truth is None:
            raise QueryError(
                arguments.call.path,
                f"no ground truth is linked with the prediction {quote_value(attribute.name)}",
            )
        truths.append(is_true(arguments, column_expr(arguments, truth), attribute))
    values = [expr.double for _, expr in classes]
    largest = f"greatest({', '.join(values)})"
    right = " ".join(
        f"WHEN {value} = {largest} THEN {truth}"
        for value, truth in zip(values, truths, strict=True)
    )
    return arguments.mean(f"CAST(CASE {right} END AS INTEGER)", SampleKind.INDICATOR)


def _counts(arguments: Arguments) -> Counts:
    classes = predicted_classes(arguments)
    if not arguments.has("predicted_property"):
        raise QueryError(
            arguments.path("predicted_property"), f"is required by {arguments.call.function}"
        )
    found = pair(arguments)
    truth = is_true(arguments, found.truth, found.attribute)
    columns = [expr.sql for _, expr in classes]
    if found.predicted.sql not in columns:
        names = ", ".join(quote_value(name) for name, _ in classes)
        raise QueryError(
            arguments.path("predicted_property"),
            f"must be one of the predicted attributes {names}",
        )
    wanted = columns.index(found.predicted.sql)
    values = [expr.double for _, expr in classes]
    own = values[wanted]
    first = [f"{own} > {value}" for value in values[:wanted]]
    then = [f"{own} >= {value}" for value in values[wanted + 1 :]]
    # A missing rival loses; a row without a value of the class is not counted.
    wins = [f"coalesce({test}, TRUE)" for test in [*first, *then]] or ["TRUE"]
    positive = f"(CASE WHEN {own} IS NOT NULL THEN {' AND '.join(wins)} END)"
    return Counts(arguments, positive, truth)


@function("confusionMatrixMulticlass", aggregate=True, nestable=False, evaluates=True)
def confusion_matrix_multiclass(arguments: Arguments) -> Expr:
    """Counts of the four cells, one class against the rest."""
    return _counts(arguments).matrix()


@function("confusionMatrixRateMulticlass", aggregate=True, nestable=False, evaluates=True)
def confusion_matrix_rate_multiclass(arguments: Arguments) -> Expr:
    """The eight rates, one class against the rest."""
    return _counts(arguments).rates()


def _register(name: str, rate: str) -> None:
    def build(arguments: Arguments) -> Expr:
        return _counts(arguments).single_rate(rate)

    build.__doc__ = f"The rate `{rate}`, one class against the rest."
    function(name, aggregate=True, evaluates=True)(build)


for _name, _rate in {
    "truePositiveRateMulticlass": "true_positive_rate",
    "falsePositiveRateMulticlass": "false_positive_rate",
    "trueNegativeRateMulticlass": "true_negative_rate",
    "falseNegativeRateMulticlass": "false_negative_rate",
}.items():
    _register(_name, _rate)
