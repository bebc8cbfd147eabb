"""A number together with the rows it rests on and its sampling error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.sampling_error import (
    CONFIDENCE,
    auc_error,
    mean_interval,
    share_interval,
)
from arthurai.server.query.ast import Call
from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.function_arguments import Arguments, SampleKind
from arthurai.server.query.functions.function_registry import FUNCTIONS, function
from arthurai.server.query.results import to_json
from arthurai.server.query.sql import struct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arthurai.server.query.sql_expression import Expr

    _Found = Mapping[str, Any]
    _Interval = tuple[float | None, float, float]
    """Standard error (none for Wilson's interval), lower and upper end."""

_METHODS: Final = {
    SampleKind.SHARE: "Wilson",
    SampleKind.INDICATOR: "Wilson",
    SampleKind.MEAN: "normal",
    SampleKind.ROOT: "normal (delta method)",
    SampleKind.AUC: "Hanley-McNeil",
    SampleKind.BALANCED: "normal",
}


@function("estimate", aggregate=True, nestable=False)
def estimate(arguments: Arguments) -> Expr:
    """The value of another aggregate, the rows it rests on, and its interval of confidence."""
    node = arguments.required("of")
    known = FUNCTIONS.get(node.function) if isinstance(node, Call) else None
    if not isinstance(node, Call) or known is None or not known.is_aggregate or known is _own():
        raise QueryError(arguments.path("of"), "must be a nested_function that is an aggregate")
    confidence = arguments.number("confidence", CONFIDENCE)
    if not 0 < confidence < 1:
        raise QueryError(
            arguments.path("confidence"), f"must be above 0 and below 1, got {confidence}"
        )
    inner = Arguments(arguments.scope, node, arguments.mode, aggregate=True)
    value = known.build(inner)
    kind, parts = inner.sample
    members = {name: arguments.aggregate(sql, ColumnType.FLOAT).sql for name, sql in parts.items()}

    def decode(found: Any) -> dict[str, Any]:
        result = found["value"]
        shown = to_json(result if value.decode is None else value.decode(result))
        rows = _count_rows(found)
        answer = {"value": shown, "rows": rows, "standard_error": None, "low": None, "high": None}
        answer["method"] = None
        if isinstance(shown, int | float) and kind is not SampleKind.ROWS and rows:
            ends = _INTERVALS[kind](float(shown), found, confidence)
            if ends is not None:
                answer |= dict(zip(("standard_error", "low", "high"), ends, strict=True))
                answer |= {"method": _METHODS[kind], "confidence": confidence}
        return answer

    return arguments.object(struct(value=value.sql, **members), decode)


def _own() -> object:
    return FUNCTIONS["estimate"]


def _count_rows(found: _Found) -> int:
    names = ("rows", "trials", "positives", "negatives")
    return int(sum(found[name] or 0 for name in names if name in found))


def _share(value: float, found: _Found, confidence: float) -> _Interval:
    trials = found["trials"]
    low, high = share_interval(value * trials, trials, confidence)
    return math.sqrt(value * (1 - value) / trials), low, high


def _mean(value: float, found: _Found, confidence: float) -> _Interval | None:
    if found["deviation"] is None:
        return None
    error = found["deviation"] / math.sqrt(found["rows"])
    return error, *mean_interval(value, error, confidence)


def _root(value: float, found: _Found, confidence: float) -> _Interval | None:
    if found["deviation"] is None or not value:
        return None
    error = found["deviation"] / math.sqrt(found["rows"]) / (2 * value)
    low, high = mean_interval(value, error, confidence)
    return error, max(0.0, low), high


def _auc(value: float, found: _Found, confidence: float) -> _Interval:
    error = auc_error(value, int(found["positives"]), int(found["negatives"]))
    low, high = mean_interval(value, error, confidence)
    return error, max(0.0, low), min(1.0, high)


def _balanced(value: float, found: _Found, confidence: float) -> _Interval:
    variance = 0.0
    for hits, rows in (("hits", "positives"), ("rejections", "negatives")):
        share = found[hits] / found[rows]
        variance += share * (1 - share) / found[rows]
    error = math.sqrt(variance) / 2
    low, high = mean_interval(value, error, confidence)
    return error, max(0.0, low), min(1.0, high)


_INTERVALS: Final[dict[SampleKind, Callable[[float, _Found, float], _Interval | None]]] = {
    SampleKind.SHARE: _share,
    SampleKind.INDICATOR: _share,
    SampleKind.MEAN: _mean,
    SampleKind.ROOT: _root,
    SampleKind.AUC: _auc,
    SampleKind.BALANCED: _balanced,
}
