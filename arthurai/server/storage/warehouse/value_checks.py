"""Checks of single values: what each value type accepts, and the form in which it is stored.

These functions decide; the conversions of whole columns in `arrow_columns` are shortcuts with the
same results.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from arthurai.common.limits import (
    BOX_FIELDS,
    MAX_INTEGER,
    MAX_RANKED_ITEMS,
    MAX_SERIES_POINTS,
    MAX_TOKEN_LIKELIHOODS,
    MIN_INTEGER,
)
from arthurai.common.text import quote_value
from arthurai.common.vocabulary import ValueType

_BOOLEANS: Final = {0: False, 1: True}


class ValueProblem(ValueError):  # noqa: N818 - a rejected value is a finding, not an error
    """A value that does not fit its value type; the message says why."""


def _mismatch(expected: str, value: object) -> ValueProblem:
    return ValueProblem(f"must be {expected}, got {quote_value(value)}")


def _not_finite(value: object) -> ValueProblem:
    return ValueProblem(f"must be finite, got {quote_value(value)}; send null for no value")


def to_integer(value: object) -> int:
    """Accept an integer of 64 bits, or another number without a fraction."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise _mismatch("INTEGER", value)
    if isinstance(value, float) and math.isinf(value):
        raise _not_finite(value)
    try:
        whole = int(value)
    except (ValueError, OverflowError):
        raise _mismatch("INTEGER", value) from None
    if whole != value:
        raise _mismatch("INTEGER", value)
    if not MIN_INTEGER <= whole <= MAX_INTEGER:
        raise _mismatch("INTEGER of 64 bits", value)
    return whole


def to_float(value: object) -> float | None:
    """Accept a finite number; NaN, which stands for a missing value, becomes null."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise _mismatch("FLOAT", value)
    try:
        number = float(value)
    except OverflowError:
        raise _mismatch("FLOAT of 64 bits", value) from None
    if math.isinf(number):
        raise _not_finite(value)
    return None if math.isnan(number) else number


def to_boolean(value: object) -> bool:
    """Accept true or false, or 1 or 0."""
    if isinstance(value, (bool, int, float)) and value in _BOOLEANS:
        return _BOOLEANS[int(value)]
    raise _mismatch("BOOLEAN", value)


def to_text(value: object) -> str:
    """Accept a string."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise _mismatch("a string in UTF-8", value) from None
    if not isinstance(value, str):
        raise _mismatch("a string", value)
    return value


def to_timestamp(value: object) -> dt.datetime:
    """Accept a time as ISO 8601 text with a zone, or a time object (UTC without a zone).

    Returns:
        The time in UTC without a zone, in microseconds.
    """
    if isinstance(value, str):
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            raise _mismatch("a TIMESTAMP in ISO 8601", value) from None
        if moment.tzinfo is None:
            raise _mismatch("a TIMESTAMP with a time zone, such as 'Z'", value)
    elif isinstance(value, dt.datetime):
        moment = value
    elif isinstance(value, dt.date):
        moment = dt.datetime.combine(value, dt.time())
    else:
        raise _mismatch("a TIMESTAMP in ISO 8601", value)
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
        except OverflowError:
            raise _mismatch("a TIMESTAMP between the years 1 and 9999", value) from None
    # Subclasses with nanoseconds, such as that of pandas, are truncated to microseconds.
    return dt.datetime.combine(moment.date(), moment.time())


def to_texts(value: object) -> list[str]:
    """Accept a list of strings."""
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise _mismatch("a list of strings", value)
    return value


def to_likelihoods(value: object) -> list[list[tuple[str, float | None]]]:
    """Accept a list of maps from token to likelihood, with at most five tokens each."""
    if not isinstance(value, list):
        raise _mismatch("TOKEN_LIKELIHOODS, a list of maps", value)
    return [_likelihood_map(v) for v in value]


def _likelihood_map(value: object) -> list[tuple[str, float | None]]:
    pairs: Iterable[tuple[Any, Any]]
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, list) and all(isinstance(p, tuple) for p in value):
        pairs = value
    else:
        raise _mismatch("a map from token to likelihood", value)
    # A list of structs has a field for each token of any map; fields of other maps are null.
    found = {to_text(token): to_float(number) for token, number in pairs if number is not None}
    if len(found) > MAX_TOKEN_LIKELIHOODS:
        raise _mismatch(f"a likelihood map of at most {MAX_TOKEN_LIKELIHOODS} tokens", value)
    return list(found.items())


def to_boxes(value: object) -> list[list[float | None]]:
    """Accept a list of boxes of six numbers each, or one box."""
    if not isinstance(value, list):
        raise _mismatch("BOUNDING_BOX, a list of boxes", value)
    boxes = value
    if value and not isinstance(value[0], list):
        boxes = [value]
    for box in boxes:
        if not isinstance(box, list) or len(box) != len(BOX_FIELDS):
            raise _mismatch(f"a box [{', '.join(BOX_FIELDS)}]", box)
    return [[None if n is None else to_float(n) for n in box] for box in boxes]


def to_ranked_list(value: object) -> list[dict[str, Any]]:
    """Accept a list of items, best first, with `item_id` and optionally `label` and `score`."""
    if not isinstance(value, list):
        raise _mismatch("RANKED_LIST, a list of items", value)
    if len(value) > MAX_RANKED_ITEMS:
        raise ValueProblem(
            f"must be a RANKED_LIST of at most {MAX_RANKED_ITEMS} items, got {len(value)}"
        )
    items = [_ranked_item(v) for v in value]
    for key in ("label", "score"):
        if len({item[key] is None for item in items}) > 1:
            raise ValueProblem(f"must have {key!r} in all items of the RANKED_LIST or in none")
    return items


def _ranked_item(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not isinstance(value.get("item_id"), str):
        raise _mismatch("an item with the string 'item_id'", value)
    unknown = set(value) - {"item_id", "label", "score"}
    if unknown:
        raise _mismatch("an item of 'item_id', 'label' and 'score'", value)
    label, score = value.get("label"), value.get("score")
    return {
        "item_id": value["item_id"],
        "label": None if label is None else to_text(label),
        "score": None if score is None else to_float(score),
    }


def to_series(value: object) -> list[dict[str, Any]]:
    """Accept a list of points with `timestamp` and `value`."""
    if not isinstance(value, list):
        raise _mismatch("TIME_SERIES, a list of points", value)
    if len(value) > MAX_SERIES_POINTS:
        raise ValueProblem(
            f"must be a TIME_SERIES of at most {MAX_SERIES_POINTS} points, got {len(value)}"
        )
    return [_point(v) for v in value]


def _point(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) - {"timestamp", "value"}:
        raise _mismatch("a point of 'timestamp' and 'value'", value)
    number = value.get("value")
    return {
        "timestamp": to_timestamp(value.get("timestamp")),
        "value": None if number is None else to_float(number),
    }


CONVERTERS: Final[dict[str, Callable[[object], Any]]] = {
    ValueType.Integer: to_integer,
    ValueType.Float: to_float,
    ValueType.Boolean: to_boolean,
    ValueType.String: to_text,
    ValueType.Unstructured_Text: to_text,
    ValueType.Image: to_text,
    ValueType.Timestamp: to_timestamp,
    ValueType.Tokens: to_texts,
    ValueType.StringArray: to_texts,
    ValueType.TokenLikelihoods: to_likelihoods,
    ValueType.BoundingBox: to_boxes,
    ValueType.RankedList: to_ranked_list,
    ValueType.TimeSeries: to_series,
}
