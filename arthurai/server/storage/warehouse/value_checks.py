"""One value at a time: what each value type accepts and how the store keeps it.

These functions decide; the column-wise ways in `arrow_columns` are short cuts that must come to the
same result.
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


class ValueProblem(ValueError):  # noqa: N818 - a refused value is a finding, not a fault
    """A value that does not fit its value type; the text says why."""


shown = quote_value


def _refuse(expected: str, value: object) -> ValueProblem:
    return ValueProblem(f"expected {expected}, found {shown(value)}")


def to_integer(value: object) -> int:
    """Take an integer of 64 bits, or another number without a fraction."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise _refuse("INTEGER", value)
    try:
        whole = int(value)
    except (ValueError, OverflowError):
        raise _refuse("INTEGER", value) from None
    if whole != value:
        raise _refuse("INTEGER", value)
    if not MIN_INTEGER <= whole <= MAX_INTEGER:
        raise _refuse("INTEGER of 64 bits", value)
    return whole


def to_float(value: object) -> float | None:
    """Take a number; what is not finite becomes null."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise _refuse("FLOAT", value)
    try:
        number = float(value)
    except OverflowError:
        raise _refuse("FLOAT of 64 bits", value) from None
    return number if math.isfinite(number) else None


def to_boolean(value: object) -> bool:
    """Take true or false, or 1 or 0."""
    if isinstance(value, (bool, int, float)) and value in _BOOLEANS:
        return _BOOLEANS[int(value)]
    raise _refuse("BOOLEAN", value)


def to_text(value: object) -> str:
    """Take a text."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise _refuse("text in UTF-8", value) from None
    if not isinstance(value, str):
        raise _refuse("a text", value)
    return value


def to_timestamp(value: object) -> dt.datetime:
    """Take a time as ISO 8601 text with a zone, or a time object (without zone: UTC).

    Returns:
        The time in UTC, without zone, in microseconds.
    """
    if isinstance(value, str):
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            raise _refuse("a TIMESTAMP in ISO 8601", value) from None
        if moment.tzinfo is None:
            raise _refuse("a TIMESTAMP with a zone, such as 'Z'", value)
    elif isinstance(value, dt.datetime):
        moment = value
    elif isinstance(value, dt.date):
        moment = dt.datetime.combine(value, dt.time())
    else:
        raise _refuse("a TIMESTAMP in ISO 8601", value)
    if moment.tzinfo is not None:
        try:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
        except OverflowError:
            raise _refuse("a TIMESTAMP between the years 1 and 9999", value) from None
    # Subclasses with nanoseconds, such as the one of pandas, are cut to microseconds.
    return dt.datetime.combine(moment.date(), moment.time())


def to_texts(value: object) -> list[str]:
    """Take a list of texts."""
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise _refuse("a list of texts", value)
    return value


def to_likelihoods(value: object) -> list[list[tuple[str, float | None]]]:
    """Take a list of maps from token to likelihood, at most five tokens each."""
    if not isinstance(value, list):
        raise _refuse("TOKEN_LIKELIHOODS, a list of maps", value)
    return [_likelihood_map(v) for v in value]


def _likelihood_map(value: object) -> list[tuple[str, float | None]]:
    pairs: Iterable[tuple[Any, Any]]
    if isinstance(value, Mapping):
        pairs = value.items()
    elif isinstance(value, list) and all(isinstance(p, tuple) for p in value):
        pairs = value
    else:
        raise _refuse("a map from token to likelihood", value)
    # A list of structs has a field for each token of any map; those of other maps are null here.
    found = {to_text(token): to_float(number) for token, number in pairs if number is not None}
    if len(found) > MAX_TOKEN_LIKELIHOODS:
        raise _refuse(f"at most {MAX_TOKEN_LIKELIHOODS} tokens in a likelihood map", value)
    return list(found.items())


def to_boxes(value: object) -> list[list[float | None]]:
    """Take a list of boxes of six numbers each, or one box."""
    if not isinstance(value, list):
        raise _refuse("BOUNDING_BOX, a list of boxes", value)
    boxes = value
    if value and not isinstance(value[0], list):
        boxes = [value]
    for box in boxes:
        if not isinstance(box, list) or len(box) != len(BOX_FIELDS):
            raise _refuse(f"a box [{', '.join(BOX_FIELDS)}]", box)
    return [[None if n is None else to_float(n) for n in box] for box in boxes]


def to_ranked_list(value: object) -> list[dict[str, Any]]:
    """Take a list of items, best first, each with `item_id` and maybe `label` and `score`."""
    if not isinstance(value, list):
        raise _refuse("RANKED_LIST, a list of items", value)
    if len(value) > MAX_RANKED_ITEMS:
        raise ValueProblem(
            f"expected a RANKED_LIST of at most {MAX_RANKED_ITEMS} items, found {len(value)}"
        )
    items = [_ranked_item(v) for v in value]
    for key in ("label", "score"):
        if len({item[key] is None for item in items}) > 1:
            raise ValueProblem(f"expected {key!r} in all items of the RANKED_LIST or in none")
    return items


def _ranked_item(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not isinstance(value.get("item_id"), str):
        raise _refuse("an item with the text 'item_id'", value)
    unknown = set(value) - {"item_id", "label", "score"}
    if unknown:
        raise _refuse("an item of 'item_id', 'label' and 'score'", value)
    label, score = value.get("label"), value.get("score")
    return {
        "item_id": value["item_id"],
        "label": None if label is None else to_text(label),
        "score": None if score is None else to_float(score),
    }


def to_series(value: object) -> list[dict[str, Any]]:
    """Take a list of points, each with `timestamp` and `value`."""
    if not isinstance(value, list):
        raise _refuse("TIME_SERIES, a list of points", value)
    if len(value) > MAX_SERIES_POINTS:
        raise ValueProblem(
            f"expected a TIME_SERIES of at most {MAX_SERIES_POINTS} points, found {len(value)}"
        )
    return [_point(v) for v in value]


def _point(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping) or set(value) - {"timestamp", "value"}:
        raise _refuse("a point of 'timestamp' and 'value'", value)
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
