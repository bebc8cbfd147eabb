"""Python values coerced to the value types of attributes, one value or one column at a time.

Each `to_...` function takes a value that is not missing and returns it in the shape the API takes,
or raises `CoercionError` with what was expected instead.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.limits import (
    BOX_FIELDS,
    MAX_INTEGER,
    MAX_RANKED_ITEMS,
    MAX_SERIES_POINTS,
    MAX_TOKEN_LIKELIHOODS,
    MIN_INTEGER,
)
from arthurai.common.vocabulary import ValueType
from arthurai.upload.log_probabilities import find_positions, read_position
from arthurai.upload.time_zones import MISSING, NOT_TIMESTAMP, TimestampError, format_timestamp

if TYPE_CHECKING:
    from arthurai.upload.local_times import LocalTimes

_RANKED_KEYS: Final = frozenset({"item_id", "label", "score"})
_NONE: Final = type(None)

INFINITE: Final = "must be finite; infinity is stored as null"
"""What is wrong with a value that was coerced to null because it is ±inf."""

InvalidRows = dict[tuple[str, bool], list[tuple[int, object]]]
"""Number and value of each invalid row, by what is wrong and whether its type is what is wrong."""


class CoercionError(ValueError):
    """A value that does not fit its attribute; `of_type` says whether its type is wrong."""

    def __init__(self, expected: str, *, of_type: bool = True) -> None:
        super().__init__(expected)
        self.of_type = of_type


def is_missing(value: Any) -> bool:
    """Return whether a scalar stands for no value: `None`, NaN, NaT or `pandas.NA`."""
    kind = type(value).__name__
    if value is None or kind in {"NAType", "NaTType"}:
        return True
    if isinstance(value, str | date):  # decided without the abstract class below, which is slow
        return False
    if isinstance(value, Decimal):  # a signaling one cannot be compared
        return value.is_nan()
    is_number_or_time = isinstance(value, numbers.Real) or kind == "datetime64"
    return is_number_or_time and bool(value != value)  # noqa: PLR0124 - only NaN and NaT differ


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in {"bool", "bool_"}


def _number(value: Any, expected: str) -> int | float:
    if _is_bool(value) or not isinstance(value, numbers.Real | Decimal):
        raise CoercionError(expected)
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def to_integer(value: Any) -> int:
    """Return a whole number of 64 bits; floats without a fraction count."""
    number = _number(value, "must be a whole number")
    if isinstance(number, float):
        if math.isinf(number):
            raise CoercionError(INFINITE, of_type=False)
        if not number.is_integer():
            raise CoercionError("must be a whole number", of_type=False)
        number = int(number)
    if not MIN_INTEGER <= number <= MAX_INTEGER:
        raise CoercionError("must fit in 64 bits", of_type=False)
    return number


def to_float(value: Any) -> float | None:
    """Return a number as a float, ±inf as `None`."""
    number = _number(value, "must be a number")
    try:
        result = float(number)
    except OverflowError:
        raise CoercionError("is too large for a float", of_type=False) from None
    if isinstance(number, int) and int(result) != number:
        raise CoercionError("has more digits than a float holds", of_type=False)
    return result if math.isfinite(result) else None


def _to_float_or_none(value: Any) -> float | None:
    return None if is_missing(value) else to_float(value)


def _to_likelihood(value: Any) -> float | None:
    """Return a number as a float; ±inf stays, as the logarithm of 0 is -inf."""
    number = _to_float_or_none(value)
    return float(value) if number is None and not is_missing(value) else number


def holds_infinity(value: Any) -> bool:
    """Return whether ±inf is among the numbers of a list or dictionary, at any depth."""
    if isinstance(value, str | bytes):
        return False
    if isinstance(value, numbers.Real | Decimal):
        return math.isinf(value)
    if isinstance(value, Mapping):
        return any(map(holds_infinity, value.values()))
    return isinstance(value, Iterable) and any(map(holds_infinity, value))


def to_boolean(value: Any) -> bool:
    """Return a boolean; those of numpy count."""
    if not _is_bool(value):
        raise CoercionError("must be true or false")
    return bool(value)


def to_text(value: Any) -> str:
    """Return text that can be encoded as UTF-8."""
    if not isinstance(value, str):
        raise CoercionError("must be text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise CoercionError("must be valid Unicode", of_type=False) from None
    return str(value)


def _items(value: Any, expected: str) -> list[Any]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise CoercionError(expected)
    return list(value)


def _limit(items: list[Any], most: int, unit: str) -> list[Any]:
    if len(items) > most:
        raise CoercionError(f"may have at most {most} {unit}", of_type=False)
    return items


def to_tokens(value: Any) -> list[str]:
    """Return a list of texts."""
    expected = "must be a list of texts"
    items = _items(value, expected)
    if not all(isinstance(item, str) for item in items):
        raise CoercionError(expected)
    return [to_text(item) for item in items]


def to_likelihoods(value: Any) -> list[dict[str, float | None]]:
    """Return a list of dicts from token to probability, one per position.

    Positions of an API of language models, with `token` and `logprob`, count as well. Values may be
    ±inf until it is known whether they are log-probabilities.
    """
    expected = "must be a list of dicts of text to number"
    result = []
    for item in _items(find_positions(value), expected):
        known = read_position(item)
        if known is not None:
            result.append(known)
            continue
        pairs = item.items() if isinstance(item, Mapping) else item
        try:
            found = {to_text(token): _to_likelihood(number) for token, number in pairs}
        except (TypeError, ValueError):
            raise CoercionError(expected) from None
        _limit(list(found), MAX_TOKEN_LIKELIHOODS, "tokens per position")
        result.append(found)
    return result


def to_boxes(value: Any) -> list[list[float | None]]:
    """Return a list of bounding boxes, each a number per `BOX_FIELDS`; a single box counts."""
    expected = f"must be a list of boxes of {len(BOX_FIELDS)} numbers"
    boxes = _items(value, expected)
    if boxes and all(item is None or isinstance(item, numbers.Real) for item in boxes):
        boxes = [boxes]
    boxes = [_items(box, expected) for box in boxes]
    if any(len(box) != len(BOX_FIELDS) for box in boxes):
        raise CoercionError(expected, of_type=False)
    return [[_to_float_or_none(number) for number in box] for box in boxes]


def to_ranked_list(value: Any) -> list[dict[str, Any]]:
    """Return a list of dicts with `item_id` and perhaps `label` and `score`, best first."""
    expected = "must be a list of dicts with `item_id`, and `label` or `score` if known"
    result: list[dict[str, Any]] = []
    for item in _items(value, expected):
        if not isinstance(item, Mapping) or not {"item_id"} <= item.keys() <= _RANKED_KEYS:
            raise CoercionError(expected)
        entry: dict[str, Any] = {"item_id": to_text(item["item_id"])}
        if not is_missing(item.get("label")):
            entry["label"] = to_text(item["label"])
        if not is_missing(item.get("score")):
            entry["score"] = to_float(item["score"])
        result.append(entry)
    return _limit(result, MAX_RANKED_ITEMS, "items")


def to_series(value: Any, zone: LocalTimes | None) -> list[dict[str, Any]]:
    """Return a list of dicts with `timestamp` and `value`."""
    expected = "must be a list of dicts with `timestamp` and `value`"
    result = []
    for item in _items(value, expected):
        if not isinstance(item, Mapping) or item.keys() != {"timestamp", "value"}:
            raise CoercionError(expected)
        if is_missing(item["timestamp"]):
            raise CoercionError(MISSING, of_type=False)
        timestamp = to_timestamp(item["timestamp"], zone)
        if timestamp is None:
            raise CoercionError(MISSING, of_type=False)
        result.append({"timestamp": timestamp, "value": _to_float_or_none(item["value"])})
    return _limit(result, MAX_SERIES_POINTS, "points")


def to_timestamp(value: Any, zone: LocalTimes | None) -> str | None:
    """Return a timestamp as ISO-8601 text with an offset, `None` if `zone` says it is missing."""
    try:
        return format_timestamp(value, zone)
    except TimestampError as error:
        raise CoercionError(str(error), of_type=str(error) == NOT_TIMESTAMP) from None


_COERCIONS: Final[dict[str, Callable[[Any], Any]]] = {
    ValueType.Integer: to_integer,
    ValueType.Float: to_float,
    ValueType.Boolean: to_boolean,
    ValueType.String: to_text,
    ValueType.Unstructured_Text: to_text,
    ValueType.Image: to_text,
    ValueType.Tokens: to_tokens,
    ValueType.StringArray: to_tokens,
    ValueType.TokenLikelihoods: to_likelihoods,
    ValueType.BoundingBox: to_boxes,
    ValueType.RankedList: to_ranked_list,
}


def coercion(value_type: str, zone: LocalTimes | None) -> Callable[[Any], Any]:
    """Return the function that coerces values to a value type; unknown types are not changed."""
    if value_type == ValueType.Timestamp:
        return partial(to_timestamp, zone=zone)
    if value_type == ValueType.TimeSeries:
        return partial(to_series, zone=zone)
    return _COERCIONS.get(value_type, lambda value: value)


def _fit_in_64_bits(values: Sequence[Any]) -> bool:
    given = [value for value in values if value is not None]
    return not given or (min(given) >= MIN_INTEGER and max(given) <= MAX_INTEGER)


def _are_unicode(values: Sequence[Any]) -> bool:
    try:
        "".join([value for value in values if value is not None]).encode()
    except UnicodeEncodeError:
        return False
    return True


_HOLD_NUMBERS: Final = frozenset(
    {ValueType.BoundingBox, ValueType.RankedList, ValueType.TimeSeries}
)
"""Types of lists whose numbers must be finite one by one."""

_PLAIN: Final[dict[Callable[[Any], Any], tuple[type, Callable[[Sequence[Any]], bool]]]] = {
    to_float: (float, lambda values: math.inf not in values and -math.inf not in values),
    to_boolean: (bool, lambda _: True),
    to_integer: (int, _fit_in_64_bits),
    to_text: (str, _are_unicode),
}
"""Types whose values need not be coerced one by one, and what the whole column must satisfy."""


def coerce_column(
    values: Sequence[Any], value_type: str, zone: LocalTimes | None, start: int
) -> tuple[list[Any], InvalidRows]:
    """Return a column of Python values coerced to a value type, and its invalid rows.

    Args:
        values: One value per row; `None`, NaN, NaT and `pandas.NA` are missing and become `None`
            (a column of Python floats is returned with its NaN, which JSON writes as null). ±inf
            becomes `None`, too, also within boxes, ranked lists and series, and its row is invalid
            as `INFINITE`.
        value_type: Wire value of `ValueType`.
        zone: How timestamps without zone are read.
        start: Number of the first row.
    """
    coerce = coercion(value_type, zone)
    plain, fits = _PLAIN.get(coerce, (_NONE, _are_unicode))
    if set(map(type, values)) <= {plain, _NONE} and fits(values):
        return list(values), {}
    result: list[Any] = []
    invalid: InvalidRows = {}
    for row, value in enumerate(values, start):
        coerced = None
        if not is_missing(value):
            try:
                coerced = coerce(value)
                if (coerced is None and value_type != ValueType.Timestamp) or (
                    value_type in _HOLD_NUMBERS and holds_infinity(value)
                ):
                    invalid.setdefault((INFINITE, False), []).append((row, value))
            except CoercionError as error:
                invalid.setdefault((str(error), error.of_type), []).append((row, value))
        result.append(coerced)
    return result, invalid
