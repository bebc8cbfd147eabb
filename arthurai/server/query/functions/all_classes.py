"""Evaluation of a classifier over all its classes together, in one pass over the rows.

Precision, recall and F1 of a class, their macro, weighted and micro averages, balanced accuracy
and Matthews correlation are those of scikit-learn (`precision_recall_fscore_support`,
`balanced_accuracy_score`, `matthews_corrcoef`; Gorodkin 2004, "Comparing two K-category
assignments by a K-category correlation coefficient"), and so are the logarithmic loss and the Brier
score (Brier 1950), which for more than two classes is summed over the classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import quote_value
from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.function_arguments import Sample, SampleKind
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.functions.multiclass_classification import predicted_classes
from arthurai.server.query.sql import ratio, select, struct
from arthurai.server.query.sql_expression import Expr
from arthurai.server.query.target_resolution import column_expr, is_true

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments

AVERAGES: Final = ("macro", "weighted", "micro")
OTHER_CLASS: Final = "(other)"
"""True class of rows whose ground truth is none of the predicted classes."""

_OTHER: Final = -1
_MEANS: Final = frozenset({"log_loss", "brier_score"})
"""Members that are means over rows, so that theory gives their sampling error."""
_EPSILON: Final = "2.220446049250313e-16"


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is known of a row, as SQL: the number of its true and of its predicted class, its loss.

    Attributes:
        names: Names of the predicted classes.
        predicted: Number of the predicted class; null without predictions.
        truth: Number of the true class, `_OTHER` for a class that is not predicted; null without
            ground truth.
        log_loss: Negative logarithm of the probability of the true class.
        brier: Squared distance of the probabilities from the truth.
    """

    names: tuple[str, ...]
    predicted: str
    truth: str
    log_loss: str
    brier: str


def _binary_rows(arguments: Arguments) -> _Rows:
    schema = arguments.schema
    positive = schema.positive_predicted
    if positive is None:
        raise QueryError(arguments.call.path, "the model has no positive predicted attribute")
    truth = schema.ground_truth_of(positive)
    if truth is None:
        raise _unlinked(arguments, positive.name)
    names = [a.name for a in schema.predicted]
    if len(names) == 1:
        names.append(f"not {names[0]}")
    yes = names.index(positive.name)
    score = column_expr(arguments, positive).double
    threshold = arguments.number("threshold", schema.threshold)
    limit = arguments.binder.bind_scalar(float(threshold))
    known = is_true(arguments, column_expr(arguments, truth), positive)
    right = f"(CASE WHEN {known} THEN {score} WHEN NOT {known} THEN 1 - {score} END)"
    return _Rows(
        tuple(names),
        f"CASE WHEN {score} >= {limit} THEN {yes} WHEN {score} < {limit} THEN {1 - yes} END",
        f"CASE WHEN {known} THEN {yes} WHEN NOT {known} THEN {1 - yes} END",
        _logarithmic(right),
        f"((1 - {right}) * (1 - {right}))",
    )


def _multiclass_rows(arguments: Arguments) -> _Rows:
    classes = predicted_classes(arguments)
    schema = arguments.schema
    truths = []
    for attribute in schema.predicted:
        truth = schema.ground_truth_of(attribute)
        if truth is None:
            raise _unlinked(arguments, attribute.name)
        truths.append(is_true(arguments, column_expr(arguments, truth), attribute))
    values = [expr.double for _, expr in classes]
    largest = f"greatest({', '.join(values)})"
    winner = " ".join(f"WHEN {v} = {largest} THEN {place}" for place, v in enumerate(values))
    cases = " ".join(f"WHEN {truth} THEN {place}" for place, truth in enumerate(truths))
    others = " OR ".join(f"({truth}) IS NOT NULL" for truth in truths)
    right_cases = " ".join(f"WHEN {t} THEN {v}" for t, v in zip(truths, values, strict=True))
    right = f"(CASE {right_cases} END)"
    squares = " + ".join(f"{value} * {value}" for value in values)
    return _Rows(
        tuple(name for name, _ in classes),
        f"CASE {winner} END",
        f"CASE {cases} WHEN {others} THEN {_OTHER} END",
        _logarithmic(right),
        f"({squares} - 2 * {right} + 1)",
    )


def _unlinked(arguments: Arguments, name: str) -> QueryError:
    return QueryError(
        arguments.call.path, f"no ground truth is linked with the prediction {quote_value(name)}"
    )


def _logarithmic(probability: str) -> str:
    clipped = f"least(greatest({probability}, {_EPSILON}), 1 - {_EPSILON})"  # they ignore null
    return f"(CASE WHEN {probability} IS NOT NULL THEN -ln({clipped}) END)"


def _report(arguments: Arguments, mean: str | None = None) -> tuple[tuple[str, ...], str]:
    """Return the names of the classes, and SQL of a struct with everything about them.

    Args:
        arguments: Of the call.
        mean: The member that is the value of the call, if that is a mean over rows.
    """
    is_binary = arguments.schema.is_binary_classifier
    rows = _binary_rows(arguments) if is_binary else _multiclass_rows(arguments)
    columns = (rows.truth, rows.predicted, rows.log_loss, rows.brier)
    t, p, loss, brier = (arguments.scope.row_input(sql) for sql in columns)
    known = f"({rows.truth}) IS NOT NULL AND ({rows.predicted}) IS NOT NULL"
    arguments.sample = Sample(SampleKind.ROWS, {"rows": f"count(*) FILTER (WHERE {known})"})
    if mean is not None:
        value = rows.log_loss if mean == "log_loss" else rows.brier
        parts = {
            "rows": f"count({value}) FILTER (WHERE {known})",
            "deviation": f"stddev_samp({value}) FILTER (WHERE {known})",
        }
        arguments.sample = Sample(SampleKind.MEAN, parts)
    size = len(rows.names)

    def build(name: str, keys: list[str]) -> tuple[tuple[str, str], ...]:
        cells = select(
            [
                *keys,
                f"{t} AS t",
                f"{p} AS p",
                "CAST(count(*) AS BIGINT) AS n",
                f"sum({loss}) AS loss",
                f"count({loss}) AS losses",
                f"sum({brier}) AS brier",
                f"count({brier}) AS briers",
            ],
            "r",
            [f"{t} IS NOT NULL", f"{p} IS NOT NULL"],
            [*keys, t, p],
        )
        counts = select(
            [*keys, "c"]
            + [
                f"CAST(sum(CASE WHEN {test} THEN n ELSE 0 END) AS DOUBLE) AS {column}"
                for test, column in (
                    ("t = c AND p = c", "hits"),
                    ("t = c", "truths"),
                    ("p = c", "predictions"),
                )
            ],
            f"{name}_cells, (SELECT unnest(range({size})) AS c) AS numbers",
            group_by=[*keys, "c"],
        )
        rates = select(
            [
                "*",
                "hits / nullif(predictions, 0) AS precision",
                "hits / nullif(truths, 0) AS recall",
                "2 * hits / nullif(predictions + truths, 0) AS f1",
            ],
            f"{name}_counts",
        )
        averages = []
        for rate in ("precision", "recall", "f1"):
            filled = f"coalesce({rate}, 0)"
            occurs = "FILTER (WHERE predictions + truths > 0)"
            averages += [
                f"avg({filled}) {occurs} AS {rate}_macro",
                f"{ratio(f'sum({filled} * truths)', 'sum(truths)')} AS {rate}_weighted",
            ]
        entry = struct(
            precision="precision",
            recall="recall",
            f1="f1",
            true_count="CAST(truths AS BIGINT)",
            predicted_count="CAST(predictions AS BIGINT)",
        )
        classes = select(
            [
                *keys,
                *averages,
                "avg(recall) AS balanced",
                "sum(truths) AS known",
                "sum(truths * truths) AS truth_squares",
                "sum(predictions * predictions) AS prediction_squares",
                "sum(truths * predictions) AS products",
                f"list({entry} ORDER BY c) AS classes",
            ],
            f"{name}_rates",
            group_by=keys,
        )
        cell = struct(t="t", p="p", n="n")
        totals = select(
            [
                *keys,
                "CAST(sum(n) AS BIGINT) AS n",
                "sum(n) FILTER (WHERE t = p) AS correct",
                f"{ratio('sum(loss)', 'sum(losses)')} AS log_loss",
                f"{ratio('sum(brier)', 'sum(briers)')} AS brier",
                f"list({cell}) AS cells",
            ],
            f"{name}_cells",
            group_by=keys,
        )
        accuracy = ratio("coalesce(correct, 0)", "n")
        others = "(n - known) * (n - known)"
        spread = (
            f"sqrt((CAST(n AS DOUBLE) * n - prediction_squares) * "
            f"(CAST(n AS DOUBLE) * n - truth_squares - {others}))"
        )
        members = {
            "rows": "n",
            "accuracy_rate": accuracy,
            "balanced_accuracy_rate": "balanced",
            "matthews_correlation": ratio(
                "(CAST(coalesce(correct, 0) AS DOUBLE) * n - products)", spread
            ),
            "log_loss": "log_loss",
            "brier_score": "brier",
            "classes": "classes",
            "cells": "cells",
        }
        for rate in ("precision", "recall", "f1"):
            members |= {f"{rate}_{average}": f"{rate}_{average}" for average in AVERAGES[:2]}
            members[f"{rate}_micro"] = accuracy
        own = [f"{name}_totals.{key}" for key in keys]
        same = [f"{name}_totals.{k} IS NOT DISTINCT FROM {name}_classes.{k}" for k in keys]
        joined = f"{name}_totals JOIN {name}_classes ON {' AND '.join(same) or 'TRUE'}"
        if not keys:
            joined = f"(SELECT * FROM {name}_totals WHERE n > 0) AS {name}_t, {name}_classes"
        return (
            (f"{name}_cells", cells),
            (f"{name}_counts", counts),
            (f"{name}_rates", rates),
            (f"{name}_classes", classes),
            (f"{name}_totals", totals),
            (name, select([*own, f"{struct(**members)} AS v"], joined)),
        )

    return rows.names, arguments.scope.derive(build)


@function("classificationReport", aggregate=True, nestable=False, evaluates=True)
def classification_report(arguments: Arguments) -> Expr:
    """Everything about all classes: averages, rates of each class, K x K confusion matrix."""
    names, sql = _report(arguments)

    def decode(found: Any) -> dict[str, Any] | None:
        if found is None:
            return None
        truths = [*names, OTHER_CLASS]  # the number of the other classes is -1, the last place
        matrix = {name: dict.fromkeys(names, 0) for name in names}
        for cell in found["cells"]:
            matrix.setdefault(truths[cell["t"]], dict.fromkeys(names, 0))
            matrix[truths[cell["t"]]][names[cell["p"]]] = cell["n"]
        rates = ("precision", "recall", "f1")
        single = ("rows", "accuracy_rate", "balanced_accuracy_rate", "matthews_correlation")
        return {
            **{key: found[key] for key in (*single, "log_loss", "brier_score")},
            **{average: {r: found[f"{r}_{average}"] for r in rates} for average in AVERAGES},
            "classes": dict(zip(names, found["classes"], strict=True)),
            "confusion_matrix": matrix,
        }

    return arguments.object(sql, decode)


def _register_average(name: str, rate: str) -> None:
    def build(arguments: Arguments) -> Expr:
        average = arguments.choice("average", AVERAGES, "macro")
        _, sql = _report(arguments)
        return Expr(f"struct_extract({sql}, '{rate}_{average}')", ColumnType.FLOAT)

    build.__doc__ = f"The average of `{rate}` over the classes: macro, weighted or micro."
    function(name, aggregate=True, evaluates=True)(build)


def _register(name: str, member: str) -> None:
    def build(arguments: Arguments) -> Expr:
        _, sql = _report(arguments, member if member in _MEANS else None)
        return Expr(f"struct_extract({sql}, '{member}')", ColumnType.FLOAT)

    build.__doc__ = f"`{member}` over all classes."
    function(name, aggregate=True, evaluates=True)(build)


for _name, _rate in {
    "precisionMulticlass": "precision",
    "recallMulticlass": "recall",
    "f1Multiclass": "f1",
}.items():
    _register_average(_name, _rate)
for _name, _member in {
    "balancedAccuracyRateMulticlass": "balanced_accuracy_rate",
    "matthewsCorrelation": "matthews_correlation",
    "logLoss": "log_loss",
    "brierScore": "brier_score",
}.items():
    _register(_name, _member)
