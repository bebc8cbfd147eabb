"""Query what the plots show, as plain series; nothing here draws.

Made by `python -m scripts.async_layer` from `arthurai/model/viz/plot_data.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.aio.model import querying
from arthurai.aio.model.bias.sensitive_groups import query_by_group
from arthurai.aio.model.viz.periods import suggest_periods
from arthurai.common.exceptions import ResponseClientError, UserTypeError
from arthurai.model.viz.periods import BATCH
from arthurai.model.viz.plot_data import (
    _DRAWN,
    Groups,
    Series,
    Timeline,
    _drift_query,
    _estimated_series,
    _format_value,
    _read_interval,
    _to_expression,
    metric_name,
)
from arthurai.query import col, count, distribution, estimate, maximum, select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.viz.periods import Periods
    from arthurai.model.viz.plot_data import Metric
    from arthurai.query import Expression, Query
    from arthurai.query.builder import SourceName

TIMELINE_BINS: Final = 50
REFERENCE: Final = "reference"
_TIMESTAMP: Final = "timestamp"
_ROWS: Final = "rows_of_group"


async def fetch_metric_series(
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
            rows = await querying.query(model, periods.select(estimates))
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
    rows = await querying.query(model, query if source == "inference" else query.from_(source))
    rows = [row for row in rows if periods.read(row) is not None]
    starts = [periods.read(row) for row in rows]
    return [Series(name, starts, [row[name] for row in rows]) for name in map(metric_name, metrics)]


async def fetch_drift_series(
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
    rows = await querying.query(model, body, query_type="drift")
    ranks = await _batch_ranks(model) if periods.is_batch else {}
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


async def fetch_metric_totals(
    model: ArthurModelBase, metrics: Sequence[Metric]
) -> dict[str, float | None]:
    """Compute functions of the query language over all inferences.

    Args:
        model: As for `fetch_metric_series`.
        metrics: As for `fetch_metric_series`.

    Returns:
        Metric to value; `None` without any ground truth.
    """
    (row,) = await querying.query(
        model, select(*(_to_expression(model, metric) for metric in metrics))
    )
    return {name: row[name] for name in map(metric_name, metrics)}


async def fetch_drift_totals(
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
    rows = await querying.query(model, _drift_query(attributes, drift_metric), query_type="drift")
    return {name: rows[0].get(name) if rows else None for name in attributes}


async def fetch_drift_noise(
    model: ArthurModelBase, attributes: Sequence[str], drift_metric: str
) -> dict[str, dict[str, Any]]:
    """Compute what the drift of attributes over all inferences rests on; empty where not known.

    Args:
        model: A saved model with reference data.
        attributes: Their names, at most 100.
        drift_metric: As for `fetch_drift_series`.
    """
    body = {**_drift_query(attributes, drift_metric), "uncertainty": True}
    rows = await querying.query(model, body, query_type="drift")
    return (rows[0].get("uncertainty") or {}) if rows else {}


async def fetch_metric_estimates(
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
    (row,) = await querying.query(model, select(*items))
    return {name: row[name] for name in map(metric_name, metrics)}


async def _batch_ranks(model: ArthurModelBase) -> dict[str, int]:
    newest = maximum("inference_timestamp").as_(_TIMESTAMP)
    rows = await querying.query(model, select(BATCH, newest).group_by(BATCH).order_by(newest))
    return {row[BATCH]: rank for rank, row in enumerate(rows)}


async def fetch_timeline(
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
    periods = await suggest_periods(model, time_zone)
    if attribute.categorical:
        return await _category_timeline(model, attribute_name, periods)
    bins = distribution(attribute_name, num_bins=TIMELINE_BINS).as_("distribution")
    reference = [
        {**row, periods.resolution: None}
        for row in await _query_reference(model, select(bins))
        if row["distribution"]
    ]
    rows = await querying.query(model, periods.select([bins]))
    rows = [*reference, *(row for row in rows if row["distribution"])]
    return Timeline(
        attribute_name,
        [REFERENCE if row in reference else periods.read(row) for row in rows],
        [],
        [[part["count"] for part in row["distribution"]] for row in rows],
        [[part["lower"] for part in row["distribution"]] for row in rows],
        has_reference=bool(reference),
    )


async def _query_reference(model: ArthurModelBase, query: Query) -> list[dict[str, Any]]:
    """Query the reference data; nothing where a server cannot."""
    try:
        rows: list[dict[str, Any]] = await querying.query(model, query.from_("reference"))
    except ResponseClientError:
        return []
    return rows


async def _category_timeline(model: ArthurModelBase, name: str, periods: Periods) -> Timeline:
    items = [col(name), count()]
    query = periods.select(items).group_by(name)
    cells: dict[Any, dict[str, float]] = {}
    reference = await _query_reference(model, select(*items).group_by(name))
    if any(row[name] is not None for row in reference):
        cells[None] = {_format_value(row[name]): row["count"] for row in reference}
    for row in await querying.query(model, query):
        cells.setdefault(periods.read(row), {})[_format_value(row[name])] = row["count"]
    names = sorted({category for cell in cells.values() for category in cell})
    counts = [[cell.get(category, 0) for category in names] for cell in cells.values()]
    starts = [REFERENCE if period is None else period for period in cells]
    return Timeline(name, starts, names, counts, [], has_reference=None in cells)


async def fetch_groups(
    model: ArthurModelBase, attribute_name: str, metrics: Sequence[Metric]
) -> Groups:
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
        groups, rows = await _query_groups(model, attribute_name, estimates)
    except ResponseClientError:  # a server without the function, or a mistake that this tells
        groups, rows = await _query_groups(model, attribute_name, items)
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


async def _query_groups(
    model: ArthurModelBase, attribute_name: str, items: Sequence[Expression]
) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the groups of an attribute as texts, and the row of each."""
    attribute = model.get_attribute(attribute_name)
    if attribute.bins and not attribute.categorical:
        found = await query_by_group(model, attribute, [count().as_(_ROWS), *items], [])
        return [str(name) for name in found], [own[0] for own in found.values()]
    query = select(attribute_name, count().as_(_ROWS), *items).group_by(attribute_name)
    rows = await querying.query(model, query.order_by(attribute_name))
    return [_format_value(row[attribute_name]) for row in rows], rows
