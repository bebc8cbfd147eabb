"""Drift requests: what is compared with what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import quote_value
from arthurai.common.vocabulary import (
    DRIFT_BASE_SOURCES,
    DRIFT_METRICS,
    DRIFT_MISSING_VALUES,
    DRIFT_ROLLUPS,
    DRIFT_SOURCES,
)
from arthurai.server.query.ast import Property
from arthurai.server.query.column_types import to_whole
from arthurai.server.query.errors import QueryError, QueryProblems, read_each, unknown_name
from arthurai.server.query.functions.transformation import read_zone
from arthurai.server.query.parse import (
    check_nesting,
    parse_column,
    parse_filters,
    parse_object,
    parse_sample,
)

if TYPE_CHECKING:
    from arthurai.server.query.ast import Condition

DEFAULT_BINS: Final = 20
MAX_BINS: Final = 1000
MAX_PROPERTIES: Final = 100


@dataclass(frozen=True, slots=True)
class Side:
    """The rows of one side of the comparison."""

    source: str
    filters: tuple[Condition, ...]
    path: str


@dataclass(frozen=True, slots=True)
class DriftRequest:
    """A parsed drift request.

    Attributes:
        properties: Attributes to measure.
        predicted_classes: Classes for the drift of the predicted class; `("*",)` means all.
        truth_classes: The same for the true class.
        metric: One of `DRIFT_METRICS`.
        bins: Number of bins for continuous attributes.
        base: The distribution that others are compared with.
        target: The distribution that is compared.
        groups: Attributes that split both sides.
        rollup: One of `DRIFT_ROLLUPS`; splits the target.
        zone: Name of the time zone by which it is split; UTC when `None`.
        sample: Share of inferences to read.
        missing: One of `DRIFT_MISSING_VALUES`: a bin of their own, or left out.
        uncertainty: Whether each value is to say what it rests on.
    """

    properties: tuple[str, ...]
    predicted_classes: tuple[str, ...]
    truth_classes: tuple[str, ...]
    metric: str
    bins: int
    base: Side
    target: Side
    groups: tuple[Property, ...]
    rollup: str | None
    zone: str | None
    sample: float
    missing: str
    uncertainty: bool


def parse_drift(body: object) -> DriftRequest:
    """Parse the body of a drift query.

    Args:
        body: Decoded JSON: a `DataDriftRequest`.

    Raises:
        QueryError: It is malformed; the message names the place.
    """
    document = parse_object(body, "")
    check_nesting(document)
    problems = QueryProblems()
    metric = problems.attempt(lambda: _metric(document), "")
    lists = [
        problems.attempt(partial(_names, document, key), None) for key in ("properties", *_CLASSES)
    ]
    if not any(lists) and None not in lists:
        problems.add(
            QueryError(
                "properties",
                'one of "properties", "predicted_classes", "ground_truth_classes" is required',
            )
        )
    named = tuple(names or () for names in lists)
    if len(named[0]) > MAX_PROPERTIES:
        problems.add(
            QueryError(
                "properties", f"must have at most {MAX_PROPERTIES} entries, got {len(named[0])}"
            )
        )
    return _request(document, named, metric, problems)


def _metric(document: dict[str, Any]) -> str:
    metric = document.get("metric")
    if metric is None:
        raise QueryError("metric", f"is required; must be one of {', '.join(DRIFT_METRICS)}")
    if metric not in DRIFT_METRICS:
        raise unknown_name("metric", "metric", str(metric), DRIFT_METRICS)
    if metric != "Thresholds" and document.get("target") is None:
        raise QueryError("target", "is required unless the metric is Thresholds")
    return str(metric)


def parse_table(body: object) -> DriftRequest:
    """Parse the body of a bucket table query.

    Args:
        body: Decoded JSON: a `DataDriftTableRequest`.

    Raises:
        QueryError: It is malformed; the message names the place.
    """
    document = parse_object(body, "")
    check_nesting(document)
    problems = QueryProblems()
    name = document.get("property")
    if not isinstance(name, str) or not name:
        found = f"must be the name of an attribute, got {quote_value(name)}"
        problems.add(QueryError("property", found))
    return _request(document, ((str(name),), (), ()), "PSI", problems)


_CLASSES: Final = ("predicted_classes", "ground_truth_classes")


def _request(
    document: dict[str, Any],
    lists: tuple[tuple[str, ...], ...],
    metric: str,
    problems: QueryProblems,
) -> DriftRequest:
    """Return the request with the rest of its members, or raise what is wrong with all of them."""
    count = problems.attempt(lambda: _bins(document), 0)
    rollup = problems.attempt(lambda: _rollup(document), None)
    missing = problems.attempt(lambda: _missing(document), "")
    nothing = Side("", (), "")
    base = problems.attempt(
        lambda: _side(document, "base", DRIFT_BASE_SOURCES, "reference"), nothing
    )
    target = problems.attempt(
        lambda: _side(document, "target", DRIFT_SOURCES, "inference"), nothing
    )
    groups = problems.attempt(lambda: _groups(document), ())
    zone = problems.attempt(lambda: read_zone(document.get("time_zone"), "time_zone"), None)
    sample = problems.attempt(lambda: parse_sample(document, ""), 1.0)
    problems.raise_any()
    properties, predicted, truths = lists
    return DriftRequest(
        properties=tuple(dict.fromkeys(properties)),
        predicted_classes=predicted,
        truth_classes=truths,
        metric=metric,
        bins=count,
        base=base,
        target=target,
        groups=groups,
        rollup=None if metric == "Thresholds" else rollup,
        zone=zone,
        sample=sample,
        missing=missing,
        uncertainty=document.get("uncertainty") is True,
    )


def _bins(document: dict[str, Any]) -> int:
    bins = document.get("num_bins")
    count = DEFAULT_BINS if bins is None else to_whole(bins, "num_bins")
    if not 1 <= count <= MAX_BINS:
        raise QueryError("num_bins", f"must be from 1 to {MAX_BINS}, got {quote_value(bins)}")
    return count


def _rollup(document: dict[str, Any]) -> str | None:
    rollup = document.get("rollup")
    if rollup is not None and rollup not in DRIFT_ROLLUPS:
        raise unknown_name("rollup", "rollup", str(rollup), DRIFT_ROLLUPS)
    return None if rollup is None else str(rollup)


def _missing(document: dict[str, Any]) -> str:
    missing = document.get("missing_values")
    if missing is None:
        return DRIFT_MISSING_VALUES[0]
    if missing not in DRIFT_MISSING_VALUES:
        raise unknown_name(
            "missing_values", "treatment of missing values", str(missing), DRIFT_MISSING_VALUES
        )
    return str(missing)


def _side(document: dict[str, Any], key: str, sources: tuple[str, ...], default: str) -> Side:
    side = document.get(key)
    side = {} if side is None else parse_object(side, key)
    source = side.get("source")
    if source is None:
        source = default
    if source not in sources:
        raise unknown_name(f"{key}.source", "source", str(source), sources)
    return Side(str(source), parse_filters(side, "filter", f"{key}."), key)


def _groups(document: dict[str, Any]) -> tuple[Property, ...]:
    items = document.get("group_by")
    if items is None:
        return ()
    if not isinstance(items, list):
        raise QueryError("group_by", f"must be a list, got {quote_value(items)}")
    found: dict[str, Property] = {}
    for reference in read_each(items, _group):
        found.setdefault(reference.name, reference)
    return tuple(found.values())


def _group(item: Any, index: int) -> Property:
    reference = parse_column(item, f"group_by[{index}]")
    if not isinstance(reference, Property):
        raise QueryError(f"group_by[{index}].alias", 'drift groups by a "property"')
    return reference


def _names(document: dict[str, Any], key: str) -> tuple[str, ...]:
    names = document.get(key)
    if names is None:
        return ()
    if not isinstance(names, list):
        raise QueryError(key, f"must be a list of names, got {quote_value(names)}")
    for index, name in enumerate(names):
        if not isinstance(name, str):
            raise QueryError(f"{key}[{index}]", f"must be a name, got {quote_value(name)}")
    return tuple(names)
