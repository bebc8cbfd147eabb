"""Query what the plots show, as plain series; nothing here draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from arthurai.common.checks import check_text, read_list, spell_choice
from arthurai.common.constants import OutputType, Stage, ValueType
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.limits import DEFAULT_THRESHOLD
from arthurai.common.vocabulary import DRIFT_METRICS
from arthurai.model import querying
from arthurai.model.base_model import name_of
from arthurai.model.bias.sensitive_groups import query_by_group
from arthurai.model.viz.periods import BATCH, suggest_periods
from arthurai.query import (
    Expression,
    col,
    count,
    distribution,
    estimate,
    maximum,
    rate,
    select,
)
from arthurai.query.expressions import call

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import numpy as np

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.viz.periods import Periods
    from arthurai.query import Query
    from arthurai.query.builder import SourceName
    from arthurai.typing import Strings

Metric: TypeAlias = str | Expression
"""A function of the query language: its name, or a call such as `arthurai.query.map_at_k(10)`."""

MAX_SERIES: Final = 10
TIMELINE_BINS: Final = 50
DRIFT_BINS: Final = 20
REFERENCE: Final = "reference"
"""The period of a timeline that is the reference data."""
POSITIVITY: Final = "positivityRate"
"""Not a function of the language: the share of predictions at or above the threshold."""
WHOLE_MULTICLASS: Final = "accuracyRateMulticlass"
"""The one function that measures all classes together and takes no parameters."""
_DRAWN: Final = frozenset({ValueType.Integer, ValueType.Float, ValueType.Boolean})
_TIMESTAMP: Final = "timestamp"
_ROWS: Final = "rows_of_group"
_MAX_LABEL_LENGTH: Final = 30


@dataclass(frozen=True, slots=True)
class Series:
    """Values over time, or over batches in the order of time.

    Attributes:
        label: How the legend calls it.
        periods: Starts of the periods, or batch ids.
        values: One per period; `None` where there is none.
        limits: What the value exceeds in 5 % of periods without a change, one per period; empty
            where it is not known.
        intervals: Where the value lies with 95 % confidence, one per period; empty where it is not
            known.
        rows: How many rows each value rests on; empty where it is not known.
    """

    label: str
    periods: list[datetime] | list[str]
    values: list[float | None]
    limits: list[float | None] = field(default_factory=list)
    intervals: list[tuple[float, float] | None] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Timeline:
    """How the values of an attribute were distributed in each period.

    Attributes:
        attribute: Its name.
        periods: Starts of the periods, or batch ids, in the order of time.
        categories: Values of a categorical attribute; empty for a continuous one.
        counts: One list per period: rows by category, or by bin.
        edges: One list per period: lower ends of the bins of a continuous attribute.
        has_reference: Whether the first period is the reference data.
    """

    attribute: str
    periods: list[Any]
    categories: list[str]
    counts: list[list[float]]
    edges: list[list[float]]
    has_reference: bool = False


@dataclass(frozen=True, slots=True)
class Groups:
    """Metrics of a model by the values of an attribute.

    Attributes:
        attribute: The attribute that groups.
        names: Its values, as texts.
        sizes: Inferences of each group.
        metrics: One value per group, by metric.
        intervals: Where each value lies with 95 % confidence; empty where it is not known.
    """

    attribute: str
    names: list[str]
    sizes: list[int]
    metrics: dict[str, list[float | None]]
    intervals: dict[str, list[tuple[float, float] | None]] = field(default_factory=dict)


def check_names(argument: str, names: str | Strings) -> list[str]:
    """Return one or several names as a list.

    Raises:
        UserTypeError: It is neither a name nor a list.
        UserValueError: There is none, or there are more than a plot can show.
    """
    found = read_list(argument, names, single=True)
    for name in found:
        check_text(f"{argument}: a name", name)
    if not 0 < len(found) <= MAX_SERIES:
        raise UserValueError(f"{argument} must hold 1 to {MAX_SERIES} names, got {len(found)}")
    return found


def check_metrics(argument: str, metrics: Metric | Iterable[Metric]) -> list[Metric]:
    """Return one or several metrics as a list.

    Raises:
        UserTypeError: One is neither a name nor a call.
        UserValueError: There is none, there are more than a plot can show, or two share a name.
    """
    given: list[Any]
    if isinstance(metrics, str | Expression | Mapping) or not isinstance(metrics, Iterable):
        given = [metrics]
    else:
        given = list(metrics)
    for metric in given:
        if not isinstance(metric, str | Expression):
            raise UserTypeError(
                f"{argument} must hold functions, by name or as calls of arthurai.query, "
                f"got {metric!r:.60}. Metrics are evaluated by evaluate_metric(), as tables too"
            )
    names = check_names(argument, [metric_name(metric) for metric in given])
    if duplicates := sorted({name for name in names if names.count(name) > 1}):
        raise UserValueError(
            f"{argument} has {', '.join(duplicates)} more than once; name calls with as_(...)"
        )
    return given


def metric_name(metric: Metric) -> str:
    """Return how a metric is called in results and legends."""
    return metric if isinstance(metric, str) else metric.name or metric.target


def _to_expression(model: ArthurModelBase, metric: Metric) -> Expression:
    """Return the call that computes a metric, under the metric's own name."""
    if isinstance(metric, Expression):
        return metric.as_(metric_name(metric))
    if metric == WHOLE_MULTICLASS:
        return call(metric).as_(metric)
    predicted, truth = get_pred_and_gt_attrs(model)
    if metric == POSITIVITY:
        threshold = model.classifier_threshold
        if threshold is None:
            threshold = DEFAULT_THRESHOLD
        return rate(col(predicted) >= threshold).as_(metric)
    return call(
        metric,
        ground_truth_property=truth,
        predicted_property=predicted,
        threshold=model.classifier_threshold,
    ).as_(metric)


def fetch_metric_series(
    model: ArthurModelBase,
    metrics: Sequence[Metric],
    periods: Periods,
    *,
    source: SourceName = "inference",
    with_estimates: bool = False,
) -> list[Series]:
    """Compute functions of the query language by period.

    Args:
        model: A saved regression model or binary classifier; any classifier for
            `accuracyRateMulticlass`; any model for calls.
        metrics: Names of evaluation functions, e.g. `accuracyRate`, or calls of `arthurai.query`.
        periods: How rows are cut.
        source: Rows to read, such as `enriched`.
        with_estimates: Whether to ask for rows and intervals too, which not every server knows.

    Returns:
        One series per metric.
    """
    items = [_to_expression(model, metric) for metric in metrics]
    if with_estimates:
        estimates = [
            estimate(item).as_(metric_name(metric))
            for item, metric in zip(items, metrics, strict=True)
        ]
        try:
            rows = querying.query(model, periods.select(estimates))
        except ResponseClientError:
            pass  # a server without the function, or a mistake that the query below tells
        else:
            rows = [row for row in rows if periods.read(row) is not None]
            starts = [periods.read(row) for row in rows]
            return [
                _estimated_series(name, starts, [row[name] for row in rows])
                for name in map(metric_name, metrics)
            ]
    query = periods.select(items)
    rows = querying.query(model, query if source == "inference" else query.from_(source))
    rows = [row for row in rows if periods.read(row) is not None]
    starts = [periods.read(row) for row in rows]
    return [Series(name, starts, [row[name] for row in rows]) for name in map(metric_name, metrics)]


def _estimated_series(
    name: str, starts: list[Any], estimates: Sequence[Mapping[str, Any]]
) -> Series:
    """Return the series of the results of `estimate`."""
    return Series(
        name,
        starts,
        [found["value"] for found in estimates],
        intervals=[_read_interval(found) for found in estimates],
        rows=[found["rows"] for found in estimates],
    )


def fetch_drift_series(
    model: ArthurModelBase, attributes: Sequence[str], drift_metric: str, periods: Periods
) -> list[Series]:
    """Compute the drift of attributes against the reference data by period.

    Args:
        model: A saved model with reference data.
        attributes: Their names.
        drift_metric: `PSI`, `KLDivergence`, `JSDivergence`, `HellingerDistance` or
            `HypothesisTest`.
        periods: As for `fetch_metric_series`.

    Returns:
        One series per attribute.
    """
    body = {
        **_drift_query(attributes, drift_metric),
        "rollup": periods.resolution,
        "uncertainty": True,
    }
    if periods.time_zone is not None and not periods.is_batch:
        body["time_zone"] = periods.time_zone
    rows = querying.query(model, body, query_type="drift")
    ranks = _batch_ranks(model) if periods.is_batch else {}
    rows = [row for row in rows if row.get("rollup") is not None]
    rows.sort(key=lambda row: ranks.get(row["rollup"], -1) if ranks else row["rollup"])
    starts = [periods.read(row, "rollup") for row in rows]
    noise = [row.get("uncertainty") or {} for row in rows]
    return [
        Series(
            name,
            starts,
            [row.get(name) for row in rows],
            [(known.get(name) or {}).get("upper_without_change") for known in noise],
        )
        for name in attributes
    ]


def fetch_metric_totals(
    model: ArthurModelBase, metrics: Sequence[Metric]
) -> dict[str, float | None]:
    """Compute functions of the query language over all inferences.

    Args:
        model: As for `fetch_metric_series`.
        metrics: As for `fetch_metric_series`.

    Returns:
        Metric to value; `None` without any ground truth.
    """
    (row,) = querying.query(model, select(*(_to_expression(model, metric) for metric in metrics)))
    return {name: row[name] for name in map(metric_name, metrics)}


def fetch_drift_totals(
    model: ArthurModelBase, attributes: Sequence[str], drift_metric: str
) -> dict[str, float | None]:
    """Compute the drift of attributes over all inferences.

    Args:
        model: A saved model with reference data.
        attributes: Their names, at most 100.
        drift_metric: As for `fetch_drift_series`.

    Returns:
        Attribute to drift.
    """
    rows = querying.query(model, _drift_query(attributes, drift_metric), query_type="drift")
    return {name: rows[0].get(name) if rows else None for name in attributes}


def fetch_drift_noise(
    model: ArthurModelBase, attributes: Sequence[str], drift_metric: str
) -> dict[str, dict[str, Any]]:
    """Compute what the drift of attributes over all inferences rests on; empty where not known.

    Args:
        model: A saved model with reference data.
        attributes: Their names, at most 100.
        drift_metric: As for `fetch_drift_series`.
    """
    body = {**_drift_query(attributes, drift_metric), "uncertainty": True}
    rows = querying.query(model, body, query_type="drift")
    return (rows[0].get("uncertainty") or {}) if rows else {}


def fetch_metric_estimates(
    model: ArthurModelBase, metrics: Sequence[Metric]
) -> dict[str, dict[str, Any]]:
    """Compute the rows and the sampling errors of functions over all inferences.

    Args:
        model: As for `fetch_metric_series`.
        metrics: As for `fetch_metric_series`.
    """
    if not metrics:
        return {}
    items = [estimate(_to_expression(model, metric)).as_(metric_name(metric)) for metric in metrics]
    (row,) = querying.query(model, select(*items))
    return {name: row[name] for name in map(metric_name, metrics)}


def _drift_query(attributes: Sequence[str], drift_metric: str) -> dict[str, Any]:
    return {
        "properties": list(attributes),
        "num_bins": DRIFT_BINS,
        "base": {"source": "reference"},
        "target": {"source": "inference"},
        "metric": spell_choice(drift_metric, DRIFT_METRICS),
    }


def _batch_ranks(model: ArthurModelBase) -> dict[str, int]:
    newest = maximum("inference_timestamp").as_(_TIMESTAMP)
    rows = querying.query(model, select(BATCH, newest).group_by(BATCH).order_by(newest))
    return {row[BATCH]: rank for rank, row in enumerate(rows)}


def fetch_timeline(
    model: ArthurModelBase, attribute_name: str, time_zone: str | None = None
) -> Timeline:
    """Fetch how an attribute was distributed by period, or by batch.

    The period is an hour, a day, a week or a month, by the time that the inferences span.

    Args:
        model: A saved model.
        attribute_name: Name of a categorical or numeric attribute.
        time_zone: Zone by whose clocks periods start; UTC if `None`.

    Raises:
        UserTypeError: The attribute holds texts, images or lists.
    """
    attribute = model.get_attribute(attribute_name)
    if not attribute.categorical and attribute.value_type not in _DRAWN:
        raise UserTypeError(
            f"attribute_name must be an attribute of numbers or categories, but {attribute_name!r} "
            f"holds {attribute.value_type}, whose distribution cannot be drawn"
        )
    periods = suggest_periods(model, time_zone)
    if attribute.categorical:
        return _category_timeline(model, attribute_name, periods)
    bins = distribution(attribute_name, num_bins=TIMELINE_BINS).as_("distribution")
    reference = [
        {**row, periods.resolution: None}
        for row in _query_reference(model, select(bins))
        if row["distribution"]
    ]
    rows = querying.query(model, periods.select([bins]))
    rows = [*reference, *(row for row in rows if row["distribution"])]
    return Timeline(
        attribute_name,
        [REFERENCE if row in reference else periods.read(row) for row in rows],
        [],
        [[part["count"] for part in row["distribution"]] for row in rows],
        [[part["lower"] for part in row["distribution"]] for row in rows],
        has_reference=bool(reference),
    )


def _query_reference(model: ArthurModelBase, query: Query) -> list[dict[str, Any]]:
    """Query the reference data; nothing where a server cannot."""
    try:
        rows: list[dict[str, Any]] = querying.query(model, query.from_("reference"))
    except ResponseClientError:
        return []
    return rows


def _category_timeline(model: ArthurModelBase, name: str, periods: Periods) -> Timeline:
    items = [col(name), count()]
    query = periods.select(items).group_by(name)
    cells: dict[Any, dict[str, float]] = {}
    reference = _query_reference(model, select(*items).group_by(name))
    if any(row[name] is not None for row in reference):
        cells[None] = {_format_value(row[name]): row["count"] for row in reference}
    for row in querying.query(model, query):
        cells.setdefault(periods.read(row), {})[_format_value(row[name])] = row["count"]
    names = sorted({category for cell in cells.values() for category in cell})
    counts = [[cell.get(category, 0) for category in names] for cell in cells.values()]
    starts = [REFERENCE if period is None else period for period in cells]
    return Timeline(name, starts, names, counts, [], has_reference=None in cells)


def fetch_groups(model: ArthurModelBase, attribute_name: str, metrics: Sequence[Metric]) -> Groups:
    """Compute functions of the query language by the values of an attribute.

    Args:
        model: A saved binary classifier or regression model.
        attribute_name: The attribute that groups: its bins, or else its values.
        metrics: Names of evaluation functions, `positivityRate` (the share of predictions at or
            above the threshold), or calls of `arthurai.query`.
    """
    items = [_to_expression(model, metric) for metric in metrics]
    estimates = [
        estimate(item).as_(metric_name(metric)) for item, metric in zip(items, metrics, strict=True)
    ]
    names = list(map(metric_name, metrics))
    try:
        groups, rows = _query_groups(model, attribute_name, estimates)
    except ResponseClientError:  # a server without the function, or a mistake that this tells
        groups, rows = _query_groups(model, attribute_name, items)
        return Groups(
            attribute_name,
            groups,
            [row[_ROWS] for row in rows],
            {name: [row[name] for row in rows] for name in names},
        )
    return Groups(
        attribute_name,
        groups,
        [row[_ROWS] for row in rows],
        {name: [row[name]["value"] for row in rows] for name in names},
        {name: [_read_interval(row[name]) for row in rows] for name in names},
    )


def _query_groups(
    model: ArthurModelBase, attribute_name: str, items: Sequence[Expression]
) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the groups of an attribute as texts, and the row of each."""
    attribute = model.get_attribute(attribute_name)
    if attribute.bins and not attribute.categorical:
        found = query_by_group(model, attribute, [count().as_(_ROWS), *items], [])
        return [str(name) for name in found], [own[0] for own in found.values()]
    query = select(attribute_name, count().as_(_ROWS), *items).group_by(attribute_name)
    rows = querying.query(model, query.order_by(attribute_name))
    return [_format_value(row[attribute_name]) for row in rows], rows


def _read_interval(found: Mapping[str, Any]) -> tuple[float, float] | None:
    return None if found["low"] is None else (found["low"], found["high"])


def _format_value(value: Any) -> str:
    return "(missing)" if value is None else str(value)


def savgol_filter(signal: Sequence[float]) -> np.ndarray[Any, Any]:
    """Smooth a series by a five-point quadratic fit around each value.

    The ends repeat the first and last values. Source: Savitzky and Golay, Analytical Chemistry 36
    (1964), table I, 5 points.

    Args:
        signal: Values at equal distances, of any length.

    Returns:
        As many smoothed values.
    """
    import numpy as np

    values = np.asarray(signal, dtype=float)
    if values.size == 0:
        return values
    padded = np.pad(values, 2, mode="edge")
    smoothed: np.ndarray[Any, Any] = np.convolve(
        padded, np.array([-3, 12, 17, 12, -3]) / 35, mode="valid"
    )
    return smoothed


def get_pred_and_gt_attrs(arthur_model: ArthurModelBase) -> tuple[str, str | None]:
    """Name the prediction and the ground truth that metrics of a model are computed from.

    Args:
        arthur_model: A regression model or a binary classifier.

    Returns:
        The names; the second is `None` where the server has to find it, as for a classifier with
        one column of classes.

    Raises:
        MethodNotApplicableError: The model has no such pair.
    """
    predicted = arthur_model.get_attributes(stage=Stage.PredictedValue)
    if arthur_model.output_type == OutputType.Regression and predicted:
        truths = arthur_model.get_attributes(stage=Stage.GroundTruth)
        return predicted[0].name, truths[0].name if truths else None
    if arthur_model.output_type == OutputType.Multiclass:
        positive = [a for a in predicted if a.is_positive_predicted_attribute]
        if positive:
            return positive[0].name, positive[0].attribute_link
        raise MethodNotApplicableError(
            f"model {name_of(arthur_model)!r} has no positive predicted attribute, so it "
            "is not a binary classifier. Functions for several classes have Multiclass in their "
            "names, such as accuracyRateMulticlass"
        )
    raise MethodNotApplicableError(
        f"model {name_of(arthur_model)!r} is neither a regression model nor a binary "
        f"classifier but {arthur_model.output_type}, so it has no single prediction to measure"
    )


def model_label(model: ArthurModelBase) -> str:
    """Return how a model is called in plots: name, cut to thirty letters, and version."""
    name = model.display_name or model.partner_model_id
    if len(name) > _MAX_LABEL_LENGTH:
        name = name[: _MAX_LABEL_LENGTH - 1] + "…"
    version = f" v{model.version_sequence_num}" if model.version_sequence_num else ""
    label = f" ({model.version_label})" if model.version_label else ""
    return f"{name}{version}{label}"
