"""Arrow columns built from Python values."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.upload.arrow_types import CONVERSION_ERRORS
from arthurai.upload.coerce import is_missing
from arthurai.upload.diagnostics import describe_rows

_FAMILIES: Final[tuple[tuple[type, str], ...]] = (
    (bool, "booleans"),
    (str, "text"),
    (numbers.Integral, "whole numbers"),
    (Decimal, "decimals"),
    (numbers.Real, "floats"),
    (datetime, "timestamps"),
    (date, "dates"),
    (timedelta, "durations"),
    (time, "times of day"),
    (UUID, "UUIDs"),
    (bytes, "bytes"),
    (Mapping, "dicts"),
)
_NUMBERS: Final = frozenset({"whole numbers", "floats"})
_NOTHING: Final = "nothing"
_STRUCT_KEYS: Final = (frozenset({"item_id", "label", "score"}), frozenset({"timestamp", "value"}))


def _family(kind: type) -> str:
    """Return the name of the group of types that `kind` belongs to; a column has one group."""
    if kind is type(None) or kind.__name__ in {"NAType", "NaTType"}:
        return _NOTHING
    if kind.__name__ in {"bool_", "bool"}:
        return "booleans"
    if kind.__name__ == "datetime64":
        return "timestamps"
    for base, family in _FAMILIES:
        if issubclass(kind, base):
            return family
    if issubclass(kind, Sequence) or kind.__name__ == "ndarray" or hasattr(kind, "__array__"):
        return "lists"
    return f"{kind.__module__}.{kind.__qualname__} objects"


def _families(values: Sequence[Any]) -> tuple[dict[str, set[type]], set[type]]:
    """Return the types of a column by family, and the float types that only stand for missing."""
    found: dict[str, set[type]] = {}
    for kind in set(map(type, values)):
        found.setdefault(_family(kind), set()).add(kind)
    found.pop(_NOTHING, None)
    floats = found.get("floats")
    if (
        floats
        and not found.keys() <= _NUMBERS
        and all(is_missing(value) for value in values if type(value) in floats)
    ):
        return found, found.pop("floats")
    return found, set()


def _refuse_mixture(
    values: Sequence[Any], families: Mapping[str, set[type]], name: str, column: str
) -> None:
    if len(families) < 2 or families.keys() <= _NUMBERS:  # noqa: PLR2004 - two kinds make a mixture
        return
    rows: dict[str, list[int]] = {family: [] for family in families}
    for row, value in enumerate(values):
        family = _family(type(value))
        if family in rows and not (family == "floats" and is_missing(value)):
            rows[family].append(row)
    usual, *others = sorted(rows, key=lambda family: -len(rows[family]))
    odd = "; ".join(
        f"{family} in {describe_rows(rows[family])} (for example {values[rows[family][0]]!r:.60})"
        for family in others
    )
    raise UserTypeError(
        f"column {column!r} of `{name}` mixes types: mostly {usual}, but {odd}; give every row the "
        "same type"
    )


def _refuse_mixed_zones(values: Sequence[Any], name: str, column: str) -> None:
    """Raise if only some times have a zone: Arrow would read the others as UTC."""
    zoned = [
        getattr(value, "tzinfo", None) is not None
        for value in values
        if _family(type(value)) == "timestamps"
    ]
    if any(zoned) and not all(zoned):
        raise UserTypeError(
            f"column {column!r} of `{name}` mixes times with and without a zone; give every time a "
            "zone"
        )


def _dicts_in(values: Iterable[Any]) -> Iterable[Any]:
    """Yield the innermost items of nested lists; those of a column of dicts are its dicts."""
    for value in values:
        family = _family(type(value))
        if family == "lists":
            yield from _dicts_in(value)
        elif family != _NOTHING:
            yield value


def _map_type(values: Sequence[Any]) -> pa.DataType | None:
    """Return the map type of a column of dicts, or lists of dicts, from text to number.

    Other columns have none: their dicts become structs. Token likelihoods as structs would get a
    field per token.
    """
    keys: set[Any] = set()
    for item in _dicts_in(values):
        if not isinstance(item, Mapping):
            return None
        keys.update(item)
        for number in item.values():
            if isinstance(number, bool) or not isinstance(number, numbers.Real):
                return None
    if not keys or any(keys <= fields for fields in _STRUCT_KEYS):
        return None
    likelihoods = pa.map_(pa.string(), pa.float64())
    first = next(value for value in values if _family(type(value)) != _NOTHING)
    return likelihoods if isinstance(first, Mapping) else pa.list_(likelihoods)


def _map_items(value: Any) -> Any:
    """Return dicts as lists of pairs, the shape in which Arrow takes maps."""
    if isinstance(value, Mapping):
        return list(value.items())
    if _family(type(value)) == _NOTHING:
        return None
    return [_map_items(item) for item in value]


def array_from_values(values: Sequence[Any], *, name: str, column: str) -> Any:
    """Return the Python values of one column as an Arrow array.

    `None`, NaN, NaT and `pandas.NA` become null, NaN inside lists too. Dicts of text to number
    become Arrow maps (token likelihoods), other dicts structs. UUIDs become text.

    Args:
        values: One value per row: Python or numpy scalars, datetimes, lists, arrays, dicts.
        name: What the caller calls the table, for messages.
        column: The column's name, for messages.

    Raises:
        UserTypeError: The column mixes types, or holds values of a type no table can hold.
        UserValueError: An integer does not fit in 64 bits, or text is not valid Unicode.
    """
    families, only_nan = _families(values)
    if only_nan:
        values = [None if type(value) in only_nan else value for value in values]
    _refuse_mixture(values, families, name, column)
    if "timestamps" in families:
        _refuse_mixed_zones(values, name, column)
    if "UUIDs" in families:
        values = [None if _family(type(value)) == _NOTHING else str(value) for value in values]
    kind = pa.float64() if families.keys() == _NUMBERS else None
    if families.keys() & {"lists", "dicts"}:
        kind = _map_type(values)
        values = values if kind is None else [_map_items(value) for value in values]
    try:
        return pa.array(values, type=kind, from_pandas=True)
    except OverflowError:
        rows = [
            row
            for row, value in enumerate(values)
            if isinstance(value, numbers.Integral) and not -(2**63) <= int(value) < 2**63
        ]
        where = f" in {describe_rows(rows)}" if rows else ""
        raise UserValueError(
            f"column {column!r} of `{name}` has integers that do not fit in 64 bits{where}; send "
            "them as text or as floats"
        ) from None
    except UnicodeEncodeError as error:
        raise UserValueError(
            f"column {column!r} of `{name}` has text that is not valid Unicode: {error}"
        ) from None
    except CONVERSION_ERRORS as error:
        raise UserTypeError(
            f"column {column!r} of `{name}` cannot be read as one type of value: {error}"
        ) from error
