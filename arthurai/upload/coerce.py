"""Checks and conversions of single values, by the value type of their attribute.

Each reader takes one non-missing value and returns it in the shape the API takes, or raises
`BadCellError` with what was expected instead.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from arthurai.common.limits import (
    BOX_FIELDS,
    MAX_INTEGER,
    MAX_RANKED_ITEMS,
    MAX_SERIES_POINTS,
    MAX_TOKEN_LIKELIHOODS,
    MIN_INTEGER,
)
from arthurai.common.vocabulary import ValueType
from arthurai.upload.timestamps import NOT_TIME, BadTimeError, instant_text

if TYPE_CHECKING:
    from datetime import tzinfo

BOX_NUMBERS = len(BOX_FIELDS)


class BadCellError(ValueError):
    """A value that does not fit its attribute; `of_type` tells a wrong type from a wrong value."""

    def __init__(self, what: str, *, of_type: bool = True) -> None:
        super().__init__(what)
        self.of_type = of_type


def is_missing(value: Any) -> bool:
    """Whether a scalar stands for nothing: `None`, NaN, NaT, `pandas.NA`."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, numbers.Real) and bool(value != value)  # noqa: PLR0124 - NaN


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or type(value).__name__ in {"bool", "bool_"}


def _number(value: Any, expected: str) -> int | float:
    if _is_bool(value) or not isinstance(value, numbers.Real | Decimal):
        raise BadCellError(expected)
    return int(value) if isinstance(value, numbers.Integral) else float(value)


def integer(value: Any) -> int:
    """A whole number of 64 bits; whole floats count."""
    number = _number(value, "must be a whole number")
    if isinstance(number, float):
        if not number.is_integer():
            raise BadCellError("must be a whole number", of_type=False)
        number = int(number)
    if not MIN_INTEGER <= number <= MAX_INTEGER:
        raise BadCellError("must fit in 64 bits", of_type=False)
    return number


def floating(value: Any) -> float | None:
    """A number as float; ±inf is `None`."""
    number = _number(value, "must be a number")
    try:
        result = float(number)
    except OverflowError:
        raise BadCellError("is too large for a float", of_type=False) from None
    if isinstance(number, int) and int(result) != number:
        raise BadCellError("has more digits than a float holds", of_type=False)
    return result if math.isfinite(result) else None


def boolean(value: Any) -> bool:
    """True or false, numpy's too."""
    if not _is_bool(value):
        raise BadCellError("must be true or false")
    return bool(value)


def text(value: Any) -> str:
    """Text that can be written as UTF-8."""
    if not isinstance(value, str):
        raise BadCellError("must be text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadCellError("must be valid Unicode", of_type=False) from None
    return str(value)


def _items(value: Any, expected: str) -> Iterable[Any]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise BadCellError(expected)
    return value


def tokens(value: Any) -> list[str]:
    """A list of texts."""
    expected = "must be a list of texts"
    result = list(_items(value, expected))
    if not all(isinstance(item, str) for item in result):
        raise BadCellError(expected)
    return [text(item) for item in result]


def likelihoods(value: Any) -> list[dict[str, float | None]]:
    """A list of dicts token → probability, at most five tokens each."""
    expected = "must be a list of dicts of text to number"
    result = []
    for item in _items(value, expected):
        pairs = item.items() if isinstance(item, Mapping) else item
        try:
            found = {text(key): None if is_missing(p) else floating(p) for key, p in pairs}
        except (TypeError, ValueError):
            raise BadCellError(expected) from None
        if len(found) > MAX_TOKEN_LIKELIHOODS:
            raise BadCellError(
                f"may have at most {MAX_TOKEN_LIKELIHOODS} tokens a place", of_type=False
            )
        result.append(found)
    return result


def boxes(value: Any) -> list[list[float | None]]:
    """A list of boxes of six numbers; a single box counts."""
    expected = f"must be a list of boxes of {BOX_NUMBERS} numbers"
    items = list(_items(value, expected))
    if items and all(item is None or isinstance(item, numbers.Real) for item in items):
        items = [items]
    result = []
    for item in items:
        box = list(_items(item, expected))
        if len(box) != BOX_NUMBERS:
            raise BadCellError(expected, of_type=False)
        result.append([None if is_missing(number) else floating(number) for number in box])
    return result


def ranked(value: Any) -> list[dict[str, Any]]:
    """A list of dicts with `item_id` and perhaps `label` and `score`, best first."""
    expected = "must be a list of dicts with `item_id`, and `label` or `score` if known"
    result: list[dict[str, Any]] = []
    for item in _items(value, expected):
        if not isinstance(item, Mapping) or not {"item_id"} <= item.keys() <= _RANKED_KEYS:
            raise BadCellError(expected)
        entry: dict[str, Any] = {"item_id": text(item["item_id"])}
        if not is_missing(item.get("label")):
            entry["label"] = text(item["label"])
        if not is_missing(item.get("score")):
            entry["score"] = floating(item["score"])
        result.append(entry)
    if len(result) > MAX_RANKED_ITEMS:
        raise BadCellError(f"may have at most {MAX_RANKED_ITEMS} items", of_type=False)
    return result


_RANKED_KEYS = frozenset({"item_id", "label", "score"})


def series(value: Any, zone: tzinfo | None) -> list[dict[str, Any]]:
    """A list of dicts with `timestamp` and `value`."""
    expected = "must be a list of dicts with `timestamp` and `value`"
    result = []
    for item in _items(value, expected):
        if not isinstance(item, Mapping) or item.keys() != {"timestamp", "value"}:
            raise BadCellError(expected)
        point = item["value"]
        result.append(
            {
                "timestamp": instant(item["timestamp"], zone),
                "value": None if is_missing(point) else floating(point),
            }
        )
    if len(result) > MAX_SERIES_POINTS:
        raise BadCellError(f"may have at most {MAX_SERIES_POINTS} points", of_type=False)
    return result


def instant(value: Any, zone: tzinfo | None) -> str:
    """A timestamp as ISO-8601 text with an offset."""
    try:
        return instant_text(value, zone)
    except BadTimeError as error:
        raise BadCellError(str(error), of_type=str(error) == NOT_TIME) from None


_READERS: dict[str, Callable[[Any], Any]] = {
    ValueType.Integer: integer,
    ValueType.Float: floating,
    ValueType.Boolean: boolean,
    ValueType.String: text,
    ValueType.Unstructured_Text: text,
    ValueType.Image: text,
    ValueType.Tokens: tokens,
    ValueType.StringArray: tokens,
    ValueType.TokenLikelihoods: likelihoods,
    ValueType.BoundingBox: boxes,
    ValueType.RankedList: ranked,
}

_NONE = type(None)


def _all_integers(values: Sequence[Any]) -> bool:
    given = [value for value in values if value is not None]
    return not given or (min(given) >= MIN_INTEGER and max(given) <= MAX_INTEGER)


def _all_text(values: Sequence[Any]) -> bool:
    try:
        "".join([value for value in values if value is not None]).encode()
    except UnicodeEncodeError:
        return False
    return True


_FAST: dict[str, tuple[frozenset[type], Callable[[Sequence[Any]], bool]]] = {
    ValueType.Float: (frozenset({float, _NONE}), lambda _: True),
    ValueType.Boolean: (frozenset({bool, _NONE}), lambda _: True),
    ValueType.Integer: (frozenset({int, _NONE}), _all_integers),
    ValueType.String: (frozenset({str, _NONE}), _all_text),
    ValueType.Unstructured_Text: (frozenset({str, _NONE}), _all_text),
    ValueType.Image: (frozenset({str, _NONE}), _all_text),
}
"""Python types that need no reading one by one, and what the whole column must satisfy."""

Bad = dict[tuple[str, bool], list[tuple[int, object]]]


def reader(value_type: str, zone: tzinfo | None) -> Callable[[Any], Any]:
    """The reader of a value type; unknown types pass as they are."""
    if value_type == ValueType.Timestamp:
        return lambda value: instant(value, zone)
    if value_type == ValueType.TimeSeries:
        return lambda value: series(value, zone)
    return _READERS.get(value_type, lambda value: value)


def read_column(
    values: Sequence[Any], value_type: str, zone: tzinfo | None, start: int
) -> tuple[list[Any], Bad]:
    """Reads one column of Python values.

    Args:
        values: one value a row; `None`, NaN, NaT and `pandas.NA` are missing and become `None`
            (a float column of Python floats is passed on with its NaN, which JSON writes as null).
        value_type: wire value of `ValueType`.
        zone: zone of naive timestamps.
        start: number of the first row.

    Returns:
        The values in the shape the API takes, and the bad rows by what is wrong with them and
        whether that is a matter of type.
    """
    types, fits = _FAST.get(value_type, (frozenset(), _all_text))
    if set(map(type, values)) <= types and fits(values):
        return list(values), {}
    read = reader(value_type, zone)
    result: list[Any] = []
    bad: Bad = {}
    for row, value in enumerate(values, start):
        if is_missing(value):
            result.append(None)
            continue
        try:
            result.append(read(value))
        except BadCellError as error:
            bad.setdefault((str(error), error.of_type), []).append((row, value))
            result.append(None)
    return result, bad
