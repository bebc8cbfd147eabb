"""Evaluation of binary classifiers, and of other classifiers one class against the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.common.vocabulary import OutputType
from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.function_arguments import Sample, SampleKind
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.sql import ratio, select, struct
from arthurai.server.query.sql_expression import Expr
from arthurai.server.query.target_resolution import is_true, pair

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments

_CLASSIFIERS: Final = frozenset({OutputType.Multiclass, OutputType.Multilabel})


class Counts:
    """The four cells of a confusion matrix as aggregates, each registered when it is read.

    Rows without a prediction or ground truth are not counted.
    """

    def __init__(self, arguments: Arguments, positive: str, truth: str) -> None:
        self._arguments = arguments
        self._positive = positive
        self._truth = truth

    def _count(self, condition: str) -> str:
        counted = f"count(*) FILTER (WHERE {condition})"
        return self._arguments.aggregate(counted, ColumnType.INT).sql

    def _cells(self) -> dict[str, str]:
        """Conditions of the four cells."""
        positive, truth = self._positive, self._truth
        return {
            "tp": f"{positive} AND {truth}",
            "fp": f"{positive} AND NOT {truth}",
            "tn": f"NOT {positive} AND NOT {truth}",
            "fn": f"NOT {positive} AND {truth}",
        }

    @property
    def tp(self) -> str:
        """True positives."""
        return self._count(self._cells()["tp"])

    @property
    def fp(self) -> str:
        """False positives."""
        return self._count(self._cells()["fp"])

    @property
    def tn(self) -> str:
        """True negatives."""
        return self._count(self._cells()["tn"])

    @property
    def fn(self) -> str:
        """False negatives."""
        return self._count(self._cells()["fn"])

    def single_rate(self, name: str) -> Expr:
        """Return one of the rates as a value, and note what it rests on.

        Args:
            name: Key of `confusionMatrixRate`.
        """
        counted = {
            cell: f"count(*) FILTER (WHERE {condition})"
            for cell, condition in self._cells().items()
        }
        positives = f"({counted['tp']} + {counted['fn']})"
        negatives = f"({counted['tn']} + {counted['fp']})"
        if name == "balanced_accuracy_rate":
            parts = {"positives": positives, "negatives": negatives}
            parts |= {"hits": counted["tp"], "rejections": counted["tn"]}
            self._arguments.sample = Sample(SampleKind.BALANCED, parts)
        elif name == "f1":
            self._arguments.sample = Sample(SampleKind.ROWS, {"rows": f"{positives} + {negatives}"})
        else:
            trials = _RATES[name][1].format_map(counted)
            self._arguments.sample = Sample(SampleKind.SHARE, {"trials": trials})
        return Expr(self.rate(name), ColumnType.FLOAT)

    def matrix(self) -> Expr:
        """The four counts as an object."""
        return self._arguments.object(
            struct(
                true_positive=self.tp,
                false_positive=self.fp,
                true_negative=self.tn,
                false_negative=self.fn,
            )
        )

    def rate(self, name: str) -> str:
        """Return one of the rates over the groups; null when its denominator is 0.

        Args:
            name: Key of `confusionMatrixRate`.
        """
        if name == "balanced_accuracy_rate":
            tpr, tnr = self.rate("true_positive_rate"), self.rate("true_negative_rate")
            return f"(({tpr} + {tnr}) / 2)"
        above, below = _RATES[name]
        cells = {cell: getattr(self, cell) for cell in ("tp", "fp", "tn", "fn")}
        return ratio(above.format_map(cells), below.format_map(cells))

    def rates(self) -> Expr:
        """The eight rates as an object."""
        return self._arguments.object(struct(**{name: self.rate(name) for name in RATES}))


_RATES: Final = {
    "true_positive_rate": ("{tp}", "{tp} + {fn}"),
    "false_positive_rate": ("{fp}", "{fp} + {tn}"),
    "true_negative_rate": ("{tn}", "{fp} + {tn}"),
    "false_negative_rate": ("{fn}", "{tp} + {fn}"),
    "accuracy_rate": ("{tp} + {tn}", "{tp} + {fp} + {tn} + {fn}"),
    "precision": ("{tp}", "{tp} + {fp}"),
    "f1": ("2 * {tp}", "2 * {tp} + {fp} + {fn}"),
}
RATES: Final = (
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "accuracy_rate",
    "balanced_accuracy_rate",
    "precision",
    "f1",
)


def _sides(arguments: Arguments) -> tuple[str, str]:
    """The prediction as a double and the truth as a boolean."""
    if arguments.schema.output_type not in _CLASSIFIERS:
        raise QueryError(
            arguments.call.path,
            f"{arguments.call.function} does not fit a {arguments.schema.output_type} model; it "
            "needs a classifier",
        )
    found = pair(arguments)
    truth = is_true(arguments, found.truth, found.attribute)
    return found.predicted.double, truth


def _counts(arguments: Arguments) -> Counts:
    predicted, truth = _sides(arguments)
    threshold = arguments.number("threshold", arguments.schema.threshold)
    positive = f"({predicted} >= {arguments.binder.bind_scalar(float(threshold))})"
    return Counts(arguments, positive, truth)


@function("confusionMatrix", aggregate=True, nestable=False, evaluates=True)
def confusion_matrix(arguments: Arguments) -> Expr:
    """Counts of the four cells."""
    return _counts(arguments).matrix()


@function("confusionMatrixRate", aggregate=True, nestable=False, evaluates=True)
def confusion_matrix_rate(arguments: Arguments) -> Expr:
    """The eight rates that follow from the four cells."""
    return _counts(arguments).rates()


def _register(name: str, rate: str) -> None:
    def build(arguments: Arguments) -> Expr:
        return _counts(arguments).single_rate(rate)

    build.__doc__ = f"The rate `{rate}` of the confusion matrix."
    function(name, aggregate=True, evaluates=True)(build)


for _name, _rate in {
    "truePositiveRate": "true_positive_rate",
    "sensitivity": "true_positive_rate",
    "recall": "true_positive_rate",
    "falsePositiveRate": "false_positive_rate",
    "trueNegativeRate": "true_negative_rate",
    "specificity": "true_negative_rate",
    "falseNegativeRate": "false_negative_rate",
    "balancedAccuracyRate": "balanced_accuracy_rate",
    "precision": "precision",
    "f1": "f1",
}.items():
    _register(_name, _rate)


@function("accuracyRate", aggregate=True, evaluates=True)
def accuracy_rate(arguments: Arguments) -> Expr:
    """Share of rows on the right side of the threshold, in one pass over the rows."""
    predicted, truth = _sides(arguments)
    threshold = arguments.number("threshold", arguments.schema.threshold)
    positive = f"({predicted} >= {arguments.binder.bind_scalar(float(threshold))})"
    return arguments.mean(f"CAST({positive} = {truth} AS INTEGER)", SampleKind.INDICATOR)


@function("auc", aggregate=True, evaluates=True)
def auc(arguments: Arguments) -> Expr:
    """Area under the ROC curve: share of (positive, negative) pairs in the right order, ties half.

    Rows are counted per distinct score, so that the pairs follow from one cumulative sum.
    """
    predicted, truth = _sides(arguments)
    score, label = arguments.scope.row_input(predicted), arguments.scope.row_input(truth)
    known = f"{predicted} IS NOT NULL"
    parts = {
        "positives": f"count(*) FILTER (WHERE {known} AND {truth})",
        "negatives": f"count(*) FILTER (WHERE {known} AND NOT {truth})",
    }
    arguments.sample = Sample(SampleKind.AUC, parts)

    def build(name: str, keys: list[str]) -> tuple[tuple[str, str], ...]:
        scores = select(
            [
                *keys,
                f"{score} AS s",
                f"CAST(count(*) FILTER (WHERE {label}) AS DOUBLE) AS p",
                f"CAST(count(*) FILTER (WHERE NOT {label}) AS DOUBLE) AS n",
            ],
            "r",
            [f"{score} IS NOT NULL", f"{label} IS NOT NULL"],
            [*keys, score],
        )
        partition = f"PARTITION BY {', '.join(keys)} " if keys else ""
        below = f"sum(n) OVER ({partition}ORDER BY s ROWS UNBOUNDED PRECEDING) - n AS below"
        ranked = select([*keys, "p", "n", below], f"{name}_s")
        value = ratio("sum(p * (below + n / 2))", "sum(p) * sum(n)")
        return (
            (f"{name}_s", scores),
            (f"{name}_b", ranked),
            (name, select([*keys, f"{value} AS v"], f"{name}_b", group_by=keys)),
        )

    return Expr(arguments.scope.derive(build), ColumnType.FLOAT)
