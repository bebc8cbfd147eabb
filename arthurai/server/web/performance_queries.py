"""Which measures of performance a model has, their queries, and how certain their values are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import OutputType, ValueType
from arthurai.server.web.charts import Chart, Column
from arthurai.server.web.model_view import over_time
from arthurai.server.web.page_figures import Figure
from arthurai.server.web.pictures import line_picture
from arthurai.server.web.svg_shapes import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arthurai.server.web.model_view import ModelView

    Item = Mapping[str, Any]
    Row = Mapping[str, Any]
    Interval = tuple[float, float]

Z: Final = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: bands cover 95 %."""
_MATRIX: Final = "confusion"
_LABELED: Final = "labeled"
_MIN_ROWS: Final = 2
_MAX_LABELS: Final = 8


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of performance.

    Attributes:
        key: Its name in rows.
        title: Its name on pages.
        select: The items of a selection that compute it.
        kind: How values are written.
        trials: Cells of the confusion matrix that a rate is a share of.
        is_heavy: Whether it takes long for many rows.
    """

    key: str
    title: str
    select: tuple[Mapping[str, Any], ...]
    kind: str = "number"
    trials: tuple[str, ...] = ()
    is_heavy: bool = False


def find_measures(model: ModelView) -> list[Measure]:
    """Return the measures of a model, the most telling first.

    Args:
        model: The model.
    """
    schema = model.schema
    if not schema.ground_truths and schema.output_type != OutputType.TokenSequence:
        return []
    if schema.is_binary_classifier:
        return _binary()
    build = _MEASURES.get(schema.output_type)
    return [] if build is None else build(model, _count_labeled(model))


def _multiclass(model: ModelView, labeled: Item) -> list[Measure]:
    del model
    return [_plain("accuracyRateMulticlass", "Accuracy", "percent", labeled)]


def _multilabel(model: ModelView, labeled: Item) -> list[Measure]:
    return [
        _plain(
            "accuracyRate",
            f"Accuracy of {attribute.name}",
            "percent",
            labeled,
            alias=f"accuracy_{number}",
            predicted_property=attribute.name,
        )
        for number, attribute in enumerate(model.schema.predicted[:_MAX_LABELS])
    ]


def _regression(model: ModelView, labeled: Item) -> list[Measure]:
    del model
    both = ({"function": "rmse", "alias": "rmse"},)
    return [
        _plain("mae", "Mean absolute error", "number", labeled, *both),
        _plain("rmse", "Root mean squared error", "number", labeled),
        _plain("rSquared", "R squared", "number", labeled),
    ]


def _ranked_list(model: ModelView, labeled: Item) -> list[Measure]:
    del model
    return [
        _plain("nDCGAtK", "nDCG at 10", "number", labeled, k=10),
        _plain("precisionAtK", "Precision at 10", "percent", labeled, k=10),
        _plain("recallAtK", "Recall at 10", "percent", labeled, k=10),
        _plain("meanReciprocalRank", "Mean reciprocal rank", "number", labeled),
    ]


def _object_detection(model: ModelView, labeled: Item) -> list[Measure]:
    del model
    title = "Mean average precision"
    return [_plain("meanAveragePrecision", title, "number", labeled, threshold=0.5)]


def _token_sequence(model: ModelView, labeled: Item) -> list[Measure]:
    del labeled
    count = {"function": "count", "alias": _LABELED}
    found = []
    for attribute in model.schema.predicted:
        if attribute.value_type == ValueType.TokenLikelihoods:
            name = f"{attribute.name}_likelihoods"
            title = "Mean token likelihood"
            found.append(_plain("avgTokenLikelihood", title, "number", count, property=name))
            break
    if model.schema.predicted:
        name = model.schema.predicted[0].name
        title = "Mean sequence length"
        found.append(_plain("avgSequenceLength", title, "number", count, property=name))
    return found


_MEASURES: Final[Mapping[str, Callable[[ModelView, Item], list[Measure]]]] = {
    OutputType.Multiclass: _multiclass,
    OutputType.Multilabel: _multilabel,
    OutputType.Regression: _regression,
    OutputType.RankedList: _ranked_list,
    OutputType.ObjectDetection: _object_detection,
    OutputType.TokenSequence: _token_sequence,
}


def _binary() -> list[Measure]:
    matrix = {"function": "confusionMatrix", "alias": _MATRIX}
    rows = (
        (
            "accuracyRate",
            "Accuracy",
            ("true_positive", "true_negative", "false_positive", "false_negative"),
        ),
        ("precision", "Precision", ("true_positive", "false_positive")),
        ("recall", "Recall", ("true_positive", "false_negative")),
        ("falsePositiveRate", "False positive rate", ("false_positive", "true_negative")),
    )
    found = [
        Measure(key, title, ({"function": key, "alias": key}, matrix), "percent", trials)
        for key, title, trials in rows
    ]
    found.append(Measure("f1", "F1", ({"function": "f1", "alias": "f1"}, matrix), "number"))
    auc = ({"function": "auc", "alias": "auc"}, matrix)
    found.append(Measure("auc", "AUC", auc, "number", is_heavy=True))
    return found


def _plain(
    function: str,
    title: str,
    kind: str,
    labeled: Mapping[str, Any],
    *more: Mapping[str, Any],
    alias: str = "",
    **parameters: Any,
) -> Measure:
    item: dict[str, Any] = {"function": function, "alias": alias or function}
    if parameters:
        item["parameters"] = parameters
    return Measure(item["alias"], title, (item, labeled, *more), kind)


def _count_labeled(model: ModelView) -> dict[str, Any]:
    truth = model.truth
    if truth is None:
        return {"function": "count", "alias": _LABELED}
    return {
        "function": "countIf",
        "alias": _LABELED,
        "parameters": {"property": truth.name, "comparator": "NotNull"},
    }


def select_all(measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """Return the items that compute some measures, each once.

    Args:
        measures: The measures.
    """
    found: dict[str, dict[str, Any]] = {}
    for measure in measures:
        for item in measure.select:
            found.setdefault(item["alias"], dict(item))
    return list(found.values())


def count_labeled(row: Row) -> int:
    """Return how many rows of a group have ground truth.

    Args:
        row: A row of a query of measures.
    """
    matrix = row.get(_MATRIX)
    if isinstance(matrix, dict):
        return sum(int(cell or 0) for cell in matrix.values())
    return int(row.get(_LABELED) or 0)


def interval(measure: Measure, row: Row) -> Interval | None:
    """Return the 95 % interval of a measure of one group, or `None` when it has none.

    Shares have Wilson's interval (Wilson, 1927), the area under the curve that of Hanley and McNeil
    (1982), the mean absolute error that of a mean: the variance of the absolute errors is the mean
    squared error minus the squared mean absolute error.

    Args:
        measure: The measure.
        row: A row of its query.
    """
    value = row.get(measure.key)
    if not isinstance(value, int | float):
        return None
    matrix = row.get(_MATRIX)
    if measure.trials and isinstance(matrix, dict):
        return wilson(value, sum(int(matrix[cell] or 0) for cell in measure.trials))
    if measure.key == "accuracyRateMulticlass":
        return wilson(value, count_labeled(row))
    if measure.key == "auc" and isinstance(matrix, dict):
        positives = int(matrix["true_positive"]) + int(matrix["false_negative"])
        negatives = int(matrix["true_negative"]) + int(matrix["false_positive"])
        return hanley_mcneil(value, positives, negatives)
    rmse, count = row.get("rmse"), count_labeled(row)
    if measure.key == "mae" and isinstance(rmse, int | float) and count >= _MIN_ROWS:
        spread = math.sqrt(max(rmse**2 - value**2, 0.0) / (count - 1))
        return max(value - Z * spread, 0.0), value + Z * spread
    return None


def wilson(share: float, trials: int) -> Interval | None:
    """Return Wilson's 95 % interval of a share.

    Args:
        share: The share.
        trials: How many rows it is a share of.
    """
    if trials <= 0:
        return None
    center = share + Z**2 / (2 * trials)
    spread = Z * math.sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    whole = 1 + Z**2 / trials
    return max((center - spread) / whole, 0.0), min((center + spread) / whole, 1.0)


def hanley_mcneil(area: float, positives: int, negatives: int) -> Interval | None:
    """Return the 95 % interval of an area under a ROC curve.

    Args:
        area: The area.
        positives: Number of positives.
        negatives: Number of negatives.
    """
    if positives <= 0 or negatives <= 0:
        return None
    first, second = area / (2 - area), 2 * area**2 / (1 + area)
    variance = (
        area * (1 - area)
        + (positives - 1) * (first - area**2)
        + (negatives - 1) * (second - area**2)
    ) / (positives * negatives)
    spread = Z * math.sqrt(max(variance, 0.0))
    return max(area - spread, 0.0), min(area + spread, 1.0)


def performance_figure(
    model: ModelView,
    measures: Sequence[Measure],
    figure_id: str,
    title: str,
    selected: Sequence[Measure] = (),
) -> Figure:
    """Return the figure of some measures over time; they share one axis.

    Args:
        model: The model.
        measures: The measures.
        figure_id: Name within the page.
        title: Title of the figure.
        selected: What its query selects, so that several figures share one; by default `measures`.
    """
    return Figure(
        figure_id,
        title,
        lambda: _over_time(model, measures, figure_id, title, selected or measures),
        is_heavy=any(measure.is_heavy for measure in measures),
        empty="No ground truth in this range yet.",
    )


def _over_time(
    model: ModelView,
    measures: Sequence[Measure],
    figure_id: str,
    title: str,
    selected: Sequence[Measure],
) -> Chart | None:
    body = over_time(select_all(selected), model)
    rows = model.run("query", body)
    if not any(row.get(measure.key) is not None for row in rows for measure in measures):
        return None
    series = [_series(measure, rows) for measure in measures]
    moments = [str(row["period"]) for row in rows]
    counts = [count_labeled(row) for row in rows]
    columns = [model.time_column("period"), *_columns(measures, rows)]
    has_band = any(one.low for one in series)
    note = (
        "Bars: inferences with ground truth."
        if not has_band
        else ("Bands: 95 % intervals. Bars: inferences with ground truth.")
    )
    picture = line_picture(moments, series, counts, measures[0].kind)
    parameters = {"model_id": model.id}
    return Chart(figure_id, title, columns, rows, "query", parameters, body, note, picture)


def _columns(measures: Sequence[Measure], rows: Sequence[Row]) -> list[Column]:
    columns = [Column(measure.key, measure.title, measure.kind) for measure in measures]
    if rows and _MATRIX in rows[0]:
        return [*columns, Column(_MATRIX, "Confusion matrix", "text")]
    return [*columns, Column(_LABELED, "With ground truth", "count")]


def _series(measure: Measure, rows: Sequence[Row]) -> Series:
    ends = [interval(measure, row) for row in rows]
    values = [row.get(measure.key) for row in rows]
    if not any(ends):
        return Series(measure.title, values)
    low = [end[0] if end else None for end in ends]
    high = [end[1] if end else None for end in ends]
    return Series(measure.title, values, low, high)
