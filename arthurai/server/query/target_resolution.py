"""The prediction and the ground truth that a function compares when the query names none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from arthurai.common.attribute_spec import GROUND_TRUTH_STAGES
from arthurai.common.text import quote_value
from arthurai.common.vocabulary import Stage
from arthurai.server.query.column_types import ANY_TYPE, COLUMN_TYPES, NUMBERS, ColumnType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.sql_expression import Expr

if TYPE_CHECKING:
    from collections.abc import Collection

    from arthurai.server.model_schema import Attribute
    from arthurai.server.query.function_arguments import Arguments

_PREDICTED: Final = frozenset({Stage.PredictedValue})


@dataclass(frozen=True, slots=True)
class Pair:
    """A prediction and its ground truth, as expressions over single rows.

    Attributes:
        predicted: The prediction.
        truth: The ground truth column.
        attribute: Attribute of the prediction, when it is one.
    """

    predicted: Expr
    truth: Expr
    attribute: Attribute | None


_OF_ALL_CLASSES_TOO: Final = frozenset(
    {"accuracyRate", "balancedAccuracyRate", "f1", "precision", "recall"}
)
"""Functions of one class that a function of all classes stands beside, `<name>Multiclass`."""


def column_expr(arguments: Arguments, attribute: Attribute) -> Expr:
    """Return the column of an attribute of the model.

    Args:
        arguments: The call that needs it.
        attribute: The attribute.
    """
    column = arguments.scope.source.of_attribute(attribute, arguments.call.path)
    return Expr(column.sql, column.type, attribute)


def only_prediction(arguments: Arguments, types: Collection[ColumnType]) -> Attribute:
    """Return the prediction that a function reads when the query names none.

    Args:
        arguments: The call.
        types: Types of column that the function can read.

    Raises:
        QueryError: The model has none or several of them.
    """
    schema = arguments.schema
    if schema.positive_predicted is not None and len(schema.predicted) <= 2:  # noqa: PLR2004 - both classes
        return schema.positive_predicted
    found = [a for a in schema.predicted if COLUMN_TYPES[a.value_type] in types]
    if len(found) == 1:
        return found[0]
    names = ", ".join(quote_value(a.name) for a in found) or "none"
    name = arguments.call.function
    remedy = f"; {name}Multiclass takes all classes" if name in _OF_ALL_CLASSES_TOO else ""
    raise QueryError(
        arguments.path("predicted_property"),
        f"is required by {name}: the model has {len(found)} fitting predictions ({names}){remedy}",
    )


def pair(arguments: Arguments, types: Collection[ColumnType] = NUMBERS) -> Pair:
    """Return prediction and ground truth of an evaluation function.

    Args:
        arguments: The call.
        types: Types the prediction may have.

    Raises:
        QueryError: One of them is missing, unknown or of another type.
    """
    if arguments.has("predicted_property"):
        predicted = arguments.column("predicted_property", types=types, stages=_PREDICTED)
        attribute = predicted.attribute
    else:
        attribute = only_prediction(arguments, types)
        predicted = column_expr(arguments, attribute)
        if predicted.type not in types:
            raise QueryError(
                arguments.call.path,
                f"{arguments.call.function} does not fit the prediction "
                f"{quote_value(attribute.name)} ({predicted.type.value})",
            )
    if arguments.has("ground_truth_property"):
        truth = arguments.column(
            "ground_truth_property", types=ANY_TYPE, stages=GROUND_TRUTH_STAGES
        )
        return Pair(predicted, truth, attribute)
    schema = arguments.schema
    linked = attribute or schema.positive_predicted
    found = None if linked is None else schema.ground_truth_of(linked)
    if found is None and len(schema.ground_truths) == 1 and len(schema.predicted) == 1:
        found = schema.ground_truths[0]
    if found is None:
        raise QueryError(
            arguments.path("ground_truth_property"),
            f"is required by {arguments.call.function}: no ground truth is linked with the "
            "prediction",
        )
    return Pair(predicted, column_expr(arguments, found), attribute)


def is_true(arguments: Arguments, truth: Expr, predicted: Attribute | None) -> str:
    """Return SQL that is true where a row belongs to the class of a prediction.

    Args:
        arguments: The call.
        truth: Ground truth column: one-hot, or the one with the class.
        predicted: The prediction that stands for the class.

    Raises:
        QueryError: The column contains classes, and the prediction is not linked with one.
    """
    attribute = truth.attribute
    if attribute is not None and attribute.stage == Stage.GroundTruthClass:
        linked = predicted or arguments.schema.positive_predicted
        if linked is None or linked.gt_class_link is None:
            raise QueryError(
                arguments.path("ground_truth_property"),
                f"{quote_value(attribute.name)} contains classes, and the prediction has no "
                "gt_class_link",
            )
        return (
            f"(CAST({truth.sql} AS VARCHAR) = {arguments.binder.bind_scalar(linked.gt_class_link)})"
        )
    if truth.type is ColumnType.BOOL:
        return truth.sql
    if truth.type in {ColumnType.INT, ColumnType.FLOAT}:
        return f"({truth.sql} = 1)"
    if truth.type is ColumnType.TEXT:
        return f"({truth.sql} IN ('1', 'true', 'True'))"
    raise QueryError(
        arguments.path("ground_truth_property"),
        f"a {truth.type.value} column cannot be the ground truth of a class",
    )


def numbers(arguments: Arguments) -> tuple[str, str]:
    """Return prediction and ground truth of a regression function as doubles.

    Args:
        arguments: The call.

    Raises:
        QueryError: One of them is missing or not numeric.
    """
    found = pair(arguments)
    if found.truth.type not in NUMBERS:
        raise QueryError(
            arguments.path("ground_truth_property"),
            f"{arguments.call.function} needs numbers, got a {found.truth.type.value} column",
        )
    return (
        found.predicted.double,
        found.truth.double,
    )
