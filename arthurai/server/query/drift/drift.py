"""Answers drift queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.server.query.drift.drift_request import DriftRequest, parse_drift
from arthurai.server.query.drift.histogram import Histogram, count_side, quantile_bins
from arthurai.server.query.drift.kolmogorov_smirnov import ks_values
from arthurai.server.query.drift.measures import MEASURES, chi_square_test, thresholds
from arthurai.server.query.drift.side_query import Frame, check_reference, frame, measured
from arthurai.server.query.errors import QueryError
from arthurai.server.query.results import finite, plain
from arthurai.server.query.sql import Binder

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.drift.side_query import Measured
    from arthurai.server.query.sql import Store

Group = tuple[Any, ...]


def run_drift(body: Any, schema: ModelSchema, store: Store) -> dict[str, Any]:
    """Answer a drift query.

    Args:
        body: Decoded JSON body: a ``DataDriftRequest``.
        schema: Schema of the model.
        store: Holds its data.

    Returns:
        A ``QueryResult``: one row for each group and bucket with a number for each property (with
        the metric ``Thresholds``: an object), or null where one side has no values.

    Raises:
        QueryError: The request is malformed or does not fit the model.
    """
    request = parse_drift(body)
    wanted = measured(request, schema)
    check_reference(request, schema, store)
    binder = Binder()
    base = frame(request, request.base, wanted, schema, store, binder)
    edges = quantile_bins(base, wanted, request.bins, store, binder)
    base_counts = count_side(base, base, wanted, edges, request.bins, store, binder)
    _check_classes(wanted, base_counts, request)
    if request.metric == "Thresholds":
        rows = _threshold_rows(wanted, base, base_counts)
        return _answer(request, base, rows)
    target = frame(request, request.target, wanted, schema, store, binder)
    target_counts = count_side(target, base, wanted, edges, request.bins, store, binder)
    measures = [
        _measure(request, item, index, base_counts, target_counts, base, target, store, binder)
        for index, item in enumerate(wanted)
    ]
    rows = {}
    for group, bucket in _places(request, base_counts, target_counts):
        rows[group, bucket] = {
            item.key: measure(group, bucket) for item, measure in zip(wanted, measures, strict=True)
        }
    return _answer(request, target, rows)


def _places(request: DriftRequest, base: Histogram, target: Histogram) -> set[tuple[Group, Any]]:
    if request.rollup is not None:
        return target.present
    if not request.groups:
        return {((), None)}
    return base.present | target.present


def _measure(
    request: DriftRequest,
    item: Measured,
    index: int,
    base: Histogram,
    target: Histogram,
    base_frame: Frame,
    target_frame: Frame,
    store: Store,
    binder: Binder,
) -> Callable[[Group, Any], float | None]:
    if request.metric == "HypothesisTest" and not item.categorical:
        found = ks_values(base_frame, target_frame, index, store, binder)
        return lambda group, bucket: found.get((group, bucket))
    formula = MEASURES.get(request.metric, chi_square_test)

    def measure(group: Group, bucket: Any) -> float | None:
        here = base.counts.get((index, group, None), {})
        there = target.counts.get((index, group, bucket), {})
        if not here or not there:
            return None
        return finite(formula([(here.get(b, 0), there.get(b, 0)) for b in {**here, **there}]))

    return measure


def _check_classes(wanted: list[Measured], base: Histogram, request: DriftRequest) -> None:
    for index, item in enumerate(wanted):
        if item.labels and base.present and not any(key[0] == index for key in base.counts):
            missing = "predictions" if item.key == "predictedClass" else "ground truth"
            raise QueryError(
                item.path, f"the base ({request.base.source} data) holds no {missing} of classes"
            )


def _threshold_rows(
    wanted: list[Measured], base: Frame, counts: Histogram
) -> dict[tuple[Group, Any], dict[str, Any]]:
    places = counts.present if len(base.keys) > 1 else {((), None)}
    rows = {}
    for group, bucket in places:
        row: dict[str, Any] = {}
        for index, item in enumerate(wanted):
            found = counts.counts.get((index, group, bucket), {})
            row[item.key] = thresholds(list(found.values())) if found else None
        rows[group, bucket] = row
    return rows


def _answer(
    request: DriftRequest, side: Frame, rows: dict[tuple[Group, Any], dict[str, Any]]
) -> dict[str, Any]:
    found = []
    for (group, bucket), values in sorted(rows.items(), key=lambda item: place_order(item[0])):
        found.append(labelled(request, side, group, bucket, values))
    return {"query_result": found, "sampling_threshold": min(1, request.sample)}


def labelled(
    request: DriftRequest, side: Frame, group: Group, bucket: Any, values: dict[str, Any]
) -> dict[str, Any]:
    """Return a row with its group keys and bucket, keys sorted.

    Args:
        request: The request.
        side: Rows that were counted.
        group: Values of the group keys.
        bucket: Bucket of the rollup.
        values: The other keys.
    """
    row = dict(values)
    for column, key in zip(side.groups, group, strict=True):
        row[column.name] = plain(key)
    if request.rollup is not None:
        row["rollup"] = plain(bucket)
    return dict(sorted(row.items()))


def place_order(place: tuple[Group, Any]) -> tuple[Any, ...]:
    """Return the sort key of a group and bucket: bucket first, nulls last.

    Args:
        place: Values of the group keys, and the bucket.
    """
    group, bucket = place
    return (bucket is None, str(bucket), [(key is None, _comparable(key)) for key in group])


def _comparable(key: Any) -> tuple[float, str]:
    return (float(key), "") if isinstance(key, int | float) else (0.0, str(key))
