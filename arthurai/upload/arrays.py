"""Python values of one column to one Arrow array, with errors that name column and rows."""

import numbers
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from arthurai.common.exceptions import UserTypeError, UserValueError

EXAMPLES = 3
"""How many rows a message about one column names."""

_FAMILIES: tuple[tuple[type | tuple[type, ...], str], ...] = (
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
_NUMBERS = frozenset({"whole numbers", "floats"})
_NOTHING = "nothing"
_STRUCT_KEYS = (frozenset({"item_id", "label", "score"}), frozenset({"timestamp", "value"}))


def _family(kind: type) -> str:
    """Names the group of Python types `kind` belongs to (cells of one group may share a column)."""
    if kind is type(None) or kind.__name__ in {"NAType", "NaTType"}:
        return _NOTHING
    if kind.__name__ in {"bool_", "bool"}:
        return "booleans"
    if kind.__name__ == "datetime64":
        return "timestamps"
    for types, family in _FAMILIES:
        if issubclass(kind, types):
            return family
    if issubclass(kind, Sequence) or kind.__name__ == "ndarray" or hasattr(kind, "__array__"):
        return "lists"
    return f"{kind.__module__}.{kind.__qualname__} objects"


def _is_nan(value: Any) -> bool:
    return bool(value != value)  # noqa: PLR0124 - only NaN differs from itself


def describe_rows(rows: Sequence[int], total: int) -> str:
    """`row 3` or `rows 3, 7, 9 and 12 more`; rows count from 0."""
    if total == 1:
        return f"row {rows[0]}"
    more = f" and {total - len(rows)} more" if total > len(rows) else ""
    return f"rows {', '.join(map(str, rows))}{more}"


def _families(values: Sequence[Any]) -> tuple[dict[str, set[type]], set[type]]:
    """The types of a column by family, and those float types that only stand for missing values."""
    found: dict[str, set[type]] = {}
    for kind in set(map(type, values)):
        found.setdefault(_family(kind), set()).add(kind)
    found.pop(_NOTHING, None)
    floats = found.get("floats")
    if (
        floats
        and not found.keys() <= _NUMBERS
        and all(_is_nan(value) for value in values if type(value) in floats)
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
        if family in rows and not (family == "floats" and _is_nan(value)):
            rows[family].append(row)
    usual, *others = sorted(rows, key=lambda family: -len(rows[family]))
    odd = "; ".join(
        f"{family} in {describe_rows(rows[family][:EXAMPLES], len(rows[family]))}"
        f" (for example {values[rows[family][0]]!r:.60})"
        for family in others
    )
    raise UserTypeError(
        f"Column {column!r} of `{name}` mixes types: mostly {usual}, but {odd}. "
        "Give every row of a column the same type."
    )


def _first_item(values: Iterable[Any]) -> Any:
    """The first thing that is neither missing nor an empty list, looking into lists."""
    for value in values:
        if value is None or _family(type(value)) == _NOTHING:
            continue
        if _family(type(value)) == "lists":
            item = _first_item(value)
            if item is None:
                continue
            return item
        return value
    return None


def _all_dicts(values: Iterable[Any]) -> Iterable[Mapping[Any, Any]]:
    for value in values:
        if isinstance(value, Mapping):
            yield value
        elif value is not None and _family(type(value)) == "lists":
            yield from _all_dicts(value)


def _is_vocabulary(values: Iterable[Any]) -> bool:
    """Whether the dicts of a column are maps text → number (a struct would get a field a token)."""
    keys: set[Any] = set()
    for item in _all_dicts(values):
        keys.update(item)
        for value in item.values():
            if isinstance(value, bool) or not isinstance(value, numbers.Real):
                return False
    return bool(keys) and not any(keys <= fields for fields in _STRUCT_KEYS)


def _nested_type(values: Sequence[Any]) -> Any:
    """The Arrow type of a column of dicts or lists of dicts that are maps; `None`: infer it."""
    import pyarrow as pa

    first = next((value for value in values if _family(type(value)) != _NOTHING), None)
    if not isinstance(_first_item(values), Mapping) or not _is_vocabulary(values):
        return None
    likelihoods = pa.map_(pa.string(), pa.float64())
    return likelihoods if isinstance(first, Mapping) else pa.list_(likelihoods)


def _map_items(value: Any) -> Any:
    """Dicts as lists of pairs, the shape in which Arrow takes maps."""
    if isinstance(value, Mapping):
        return list(value.items())
    if value is None or _family(type(value)) == _NOTHING:
        return None
    return [_map_items(item) for item in value]


def values_to_array(values: Sequence[Any], *, name: str, column: str) -> Any:
    """Turns the Python values of one column into an Arrow array.

    `None`, NaN, NaT and `pandas.NA` become null, NaN inside lists too. Dicts of text to number
    become Arrow maps (token likelihoods), other dicts structs. UUIDs become text.

    Args:
        values: one value a row: Python or numpy scalars, datetimes, lists, arrays, dicts.
        name: what the caller calls the table, for messages.
        column: the column's name, for messages.

    Returns:
        A `pyarrow.Array` of the same length.

    Raises:
        UserTypeError: values of different kinds in one column, or of a kind no table can hold.
        UserValueError: an integer outside 64 bits.
    """
    import pyarrow as pa

    families, only_nan = _families(values)
    if only_nan:
        values = [None if type(value) in only_nan else value for value in values]
    _refuse_mixture(values, families, name, column)
    if "UUIDs" in families:
        values = [None if _family(type(value)) == _NOTHING else str(value) for value in values]
    nested = _nested_type(values) if families.keys() & {"lists", "dicts"} else None
    if nested is not None:
        values = [_map_items(value) for value in values]
    elif families.keys() == _NUMBERS:
        nested = pa.float64()
    try:
        return pa.array(values, type=nested, from_pandas=True)
    except OverflowError:
        rows = [
            row
            for row, value in enumerate(values)
            if isinstance(value, numbers.Integral) and not -(2**63) <= int(value) < 2**63
        ]
        where = f" in {describe_rows(rows[:EXAMPLES], len(rows))}" if rows else ""
        raise UserValueError(
            f"Column {column!r} of `{name}` holds integers that do not fit in 64 bits{where}. "
            "Send them as text or as floats."
        ) from None
    except UnicodeEncodeError as error:
        raise UserValueError(
            f"Column {column!r} of `{name}` holds text that is not valid Unicode: {error}"
        ) from None
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError) as error:
        raise UserTypeError(
            f"Column {column!r} of `{name}` cannot be read as one type of value: {error}"
        ) from error
