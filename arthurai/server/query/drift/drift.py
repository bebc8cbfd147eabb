"""Drift queries: how far the distribution of a target is from that of a base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.query.drift.drift_bins import find_bins
from arthurai.server.query.drift.drift_noise import describe_noise
from arthurai.server.query.drift.drift_request import DriftRequest, parse_drift
from arthurai.server.query.drift.histogram import Histogram, count_side, pair_counts
from arthurai.server.query.drift.kolmogorov_smirnov import ks_values
from arthurai.server.query.drift.measures import MEASURES, chi_square_test, thresholds
from arthurai.server.query.drift.side_query import (
    SideQuery,
    find_measured_columns,
    make_side_query,
    require_reference_rows,
)
from arthurai.server.query.errors import QueryError, QueryProblems, read_each
from arthurai.server.query.results import finite_or_none, to_json
from arthurai.server.query.sql import Binder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.drift.histogram import Group
    from arthurai.server.query.drift.side_query import MeasuredColumn
    from arthurai.server.query.sql import Warehouse

    Place = tuple[Group, object]
    """A group and a bucket of the rollup."""
    Measure = Callable[[Group, object], float | None]

_UNCERTAINTY: Final = "uncertainty"


def run_drift(body: object, schema: ModelSchema, warehouse: Warehouse) -> dict[str, Any]:
    """Run a drift query.

    Args:
        body: Decoded JSON body: a `DataDriftRequest`.
        schema: Schema of the model.
        warehouse: Holds the data.

    Returns:
        A `QueryResult`: one row for each group and bucket, with the group keys, `rollup`, and a
        number for each measured column in the order of the request (with the metric `Thresholds`:
        an object), or null where one side has no values; on request `uncertainty` last.

    Raises:
        QueryError: The request is malformed or does not fit the model.
    """
    request = parse_drift(body)
    binder = Binder()
    wanted, base, target = _compile(request, schema, warehouse, binder)
    require_reference_rows(request, schema, warehouse)
    edges = find_bins(base, wanted, request.bins, warehouse, binder)
    base_counts = count_side(base, base, wanted, edges, warehouse, binder)
    _check_classes(wanted, base_counts, request)
    if request.metric == "Thresholds":
        rows = _threshold_rows(wanted, base, base_counts)
        return _result(request, base, rows)
    target_counts = count_side(target, base, wanted, edges, warehouse, binder)
    measures: dict[str, Measure] = {}
    for index, item in enumerate(wanted):
        if request.metric == "HypothesisTest" and not item.categorical:
            values = ks_values(base, target, index, item, warehouse, binder)
        else:
            values = None
        formula = MEASURES.get(request.metric, chi_square_test)
        measures[item.key] = _compare(formula, index, item, base_counts, target_counts, values)
    compared: dict[Place, dict[str, object]] = {}
    for place in _places(request, base_counts, target_counts):
        found = {key: measure(*place) for key, measure in measures.items()}
        compared[place] = {**found}
        if request.uncertainty:
            compared[place][_UNCERTAINTY] = {
                item.key: _describe(
                    request, found[item.key], index, base_counts, target_counts, place
                )
                for index, item in enumerate(wanted)
            }
    return _result(request, target, compared)


def _compile(
    request: DriftRequest, schema: ModelSchema, warehouse: Warehouse, binder: Binder
) -> tuple[list[MeasuredColumn], SideQuery, SideQuery]:
    """Return what is measured, and the rows of both sides; the base twice where one is enough."""
    problems = QueryProblems()
    wanted = problems.attempt(lambda: find_measured_columns(request, schema), [])
    sides = [request.base] if request.metric == "Thresholds" else [request.base, request.target]
    queries = problems.attempt(
        lambda: read_each(
            sides,
            lambda side, _: make_side_query(request, side, wanted, schema, warehouse, binder),
        ),
        (),
    )
    problems.raise_any()
    return wanted, queries[0], queries[-1]


def _describe(
    request: DriftRequest,
    value: float | None,
    index: int,
    base: Histogram,
    target: Histogram,
    place: Place,
) -> dict[str, object]:
    """Return what a value of drift rests on."""
    group, bucket = place
    here = base.counts.get((index, group, None), {})
    there = target.counts.get((index, group, bucket), {})
    bins = len({**here, **there})
    return describe_noise(request.metric, value, bins, sum(here.values()), sum(there.values()))


def _places(request: DriftRequest, base: Histogram, target: Histogram) -> set[Place]:
    if request.rollup is not None:
        return target.present
    if not request.groups:
        return {((), None)}
    return base.present | target.present


def _compare(
    formula: Callable[[list[tuple[int, int]]], float],
    index: int,
    item: MeasuredColumn,
    base: Histogram,
    target: Histogram,
    values: Mapping[Place, float] | None,
) -> Measure:
    """Return the measure of a column: a formula of the counts in bins, or `values` if given."""

    def measure(group: Group, bucket: object) -> float | None:
        here = base.counts.get((index, group, None), {})
        there = target.counts.get((index, group, bucket), {})
        pairs = pair_counts(here, there, item)
        if pairs is None:
            return None
        if values is not None:
            return values.get((group, bucket))
        return finite_or_none(formula(list(pairs.values())))

    return measure


def _check_classes(wanted: list[MeasuredColumn], base: Histogram, request: DriftRequest) -> None:
    for index, item in enumerate(wanted):
        if item.labels and base.present and not any(key[0] == index for key in base.counts):
            missing = "predictions" if item.key == "predictedClass" else "ground truth"
            raise QueryError(
                item.path, f"the base ({request.base.source} data) has no {missing} of classes"
            )


def _threshold_rows(
    wanted: list[MeasuredColumn], base: SideQuery, counts: Histogram
) -> dict[Place, dict[str, object]]:
    places = counts.present if len(base.keys) > 1 else {((), None)}
    rows = {}
    for group, bucket in places:
        row: dict[str, object] = {}
        for index, item in enumerate(wanted):
            found = counts.counts.get((index, group, bucket), {})
            row[item.key] = thresholds(list(found.values())) if found else None
        rows[group, bucket] = row
    return rows


def _result(
    request: DriftRequest, side: SideQuery, rows: Mapping[Place, Mapping[str, object]]
) -> dict[str, Any]:
    found = []
    for place in sorted(rows, key=place_sort_key):
        keys = place_keys(request, side, *place)
        found.append({**keys, **rows[place], **keys})
    return {"query_result": found, "sampling_threshold": min(1, request.sample)}


def place_keys(
    request: DriftRequest, side: SideQuery, group: Group, bucket: object
) -> dict[str, object]:
    """Return the first keys of a row: those of its group, then `rollup`.

    Args:
        request: The request.
        side: Rows that were counted.
        group: Values of the group keys.
        bucket: Bucket of the rollup.
    """
    row = {column.name: to_json(key) for column, key in zip(side.groups, group, strict=True)}
    if request.rollup is not None:
        row["rollup"] = to_json(bucket)
    return row


def place_sort_key(place: Place) -> tuple[bool, str, list[tuple[bool, tuple[float, str]]]]:
    """Return the sort key of a group and bucket: bucket first, nulls last.

    Args:
        place: Values of the group keys, and the bucket.
    """
    group, bucket = place
    return (bucket is None, str(bucket), [(key is None, _comparable(key)) for key in group])


def _comparable(key: object) -> tuple[float, str]:
    return (float(key), "") if isinstance(key, int | float) else (0.0, str(key))
