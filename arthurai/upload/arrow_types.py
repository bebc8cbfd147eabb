"""Arrow columns in the one type their attribute has on the way to the server."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.parquet_types import arrow_types
from arthurai.common.vocabulary import ValueType
from arthurai.upload import coerce as cells
from arthurai.upload import timestamps as times
from arthurai.upload.diagnostics import EXAMPLES, describe_rows

if TYPE_CHECKING:
    import pyarrow as pa


SCALARS = frozenset(
    {
        ValueType.Integer,
        ValueType.Float,
        ValueType.Boolean,
        ValueType.String,
        ValueType.Unstructured_Text,
        ValueType.Image,
    }
)
"""Value types of one plain value a row (timestamps are apart)."""

EXPECTED = {
    ValueType.Integer: "must hold whole numbers",
    ValueType.Float: "must hold numbers",
    ValueType.Boolean: "must hold true and false",
    ValueType.String: "must hold text",
    ValueType.Unstructured_Text: "must hold text",
    ValueType.Image: "must hold paths as text",
}

Bad = dict[tuple[str, bool], list[tuple[int, object]]]


def arrow_type(value_type: str) -> pa.DataType:
    """Return the Arrow type of a value type in Parquet files sent; text for unknown ones."""
    types = arrow_types("UTC")
    return types.get(value_type, types[ValueType.String])


def _bad_rows(array: Any, where: Any, start: int) -> list[tuple[int, object]]:
    """Row number and value of the rows where a boolean array is true."""
    import pyarrow.compute as pc

    rows = pc.indices_nonzero(where)
    shown = rows.slice(0, 8)
    values = array.take(shown).to_pylist()
    found: list[tuple[int, object]] = [
        (start + row, value) for row, value in zip(shown.to_pylist(), values, strict=True)
    ]
    return found + [(start, None)] * (len(rows) - len(found))


def _all_rows(array: Any, start: int) -> list[tuple[int, object]]:
    import pyarrow.compute as pc

    return _bad_rows(array, pc.is_valid(array), start)


def _integers(array: Any, start: int) -> tuple[Any, Bad]:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return array.cast(pa.int64()), {}
    except pa.ArrowInvalid:
        pass
    if pa.types.is_floating(array.type):
        finite = pc.if_else(pc.is_finite(array), array, pa.scalar(None, array.type))
        fraction = pc.not_equal(pc.floor(finite), finite)
        bad = _bad_rows(array, fraction, start)
        if bad:
            return None, {("must be a whole number", False): bad}
        large = pc.or_(pc.less(finite, -(2.0**63)), pc.greater_equal(finite, 2.0**63))
        bad = _bad_rows(array, large, start)
        if bad:
            return None, {("must fit in 64 bits", False): bad}
        return pc.cast(finite, pa.int64(), safe=False), {}
    return _by_cells(array, ValueType.Integer, None, start, to_arrow=True)


def _floats(array: Any, start: int) -> tuple[Any, Bad]:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        floats = array.cast(pa.float64())
    except pa.ArrowInvalid:
        return _by_cells(array, ValueType.Float, None, start, to_arrow=True)
    if floats.null_count < len(floats) and not pc.all(pc.is_finite(floats)).as_py():
        floats = pc.if_else(pc.is_finite(floats), floats, pa.scalar(None, pa.float64()))
    return floats, {}


def _by_cells(
    array: Any, value_type: str, zone: tzinfo | None, start: int, *, to_arrow: bool = False
) -> tuple[Any, Bad]:
    """Reads a column value by value; nested types stay Python lists."""
    import pyarrow as pa

    values, bad = cells.read_column(array.to_pylist(), value_type, zone, start)
    if bad:
        return None, bad
    if to_arrow:
        return pa.chunked_array([pa.array(values, arrow_type(value_type))]), {}
    return values, {}


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_number(kind: Any) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _scalars(array: Any, value_type: str, start: int) -> tuple[Any, Bad]:
    import pyarrow as pa

    kind = array.type
    if pa.types.is_null(kind):
        return array.cast(arrow_type(value_type)), {}
    if value_type == ValueType.Integer and _is_number(kind):
        return _integers(array, start)
    if value_type == ValueType.Float and _is_number(kind):
        return _floats(array, start)
    if value_type == ValueType.Boolean and pa.types.is_boolean(kind):
        return array, {}
    if value_type not in {ValueType.Integer, ValueType.Float, ValueType.Boolean} and _is_text(kind):
        return array, {}
    what = f"{EXPECTED[value_type]} ({value_type}), but its type is {kind}"
    return None, {(what, True): _all_rows(array, start)}


def _without_absent(value: Any) -> Any:
    """Drops struct fields that are null only because another row has them."""
    if isinstance(value, list):
        return [_without_absent(item) for item in value]
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item is not None}
    return value


def read_arrow(array: Any, value_type: str, zone: tzinfo | None, start: int) -> tuple[Any, Bad]:
    """Reads one Arrow column for an attribute.

    Args:
        array: chunked array, as `to_arrow` makes it.
        value_type: wire value of `ValueType`.
        zone: zone of naive timestamps.
        start: number of the first row.

    Returns:
        A chunked array of `arrow_type(value_type)` (text may be `large_string`), for nested value
        types a list of Python values; and the bad rows by what is wrong with them and whether that
        is a matter of type (then the column is `None`).
    """
    if value_type in SCALARS:
        return _scalars(array, value_type, start)
    if value_type == ValueType.Timestamp:
        column, wrong = times.arrow_instants(array, zone, start)
        wrong.pop(times.MISSING, None)  # an attribute may be empty; the times of a row may not
        return column, {(reason, reason == times.NOT_TIME): rows for reason, rows in wrong.items()}
    values = array.to_pylist()
    if value_type == ValueType.TokenLikelihoods:
        values = [_without_absent(value) for value in values]
    read, bad = cells.read_column(values, value_type, zone, start)
    return (None if bad else read), bad


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


def _is_nan_array(array: Any, infinities: bool) -> Any:
    """A boolean array: which floats are NaN (and ±inf when asked)."""
    import pyarrow.compute as pc

    if infinities:
        return pc.invert(pc.is_finite(array))
    return pc.is_nan(array)


def _normal_floats(array: Any, infinities: bool) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_float16(array.type):
        array = array.cast(pa.float32())
    missing = _is_nan_array(array, infinities)
    if not pc.any(missing).as_py():
        return array
    return pc.if_else(missing, pa.scalar(None, array.type), array)


def _clean(value: Any, infinities: bool) -> Any:
    """A nested Python value without NaN; maps come as lists of pairs and stay so."""
    if isinstance(value, float):
        bad = value != value or (infinities and value in {float("inf"), float("-inf")})  # noqa: PLR0124 - NaN
        return None if bad else value
    if isinstance(value, list):
        return [_clean(item, infinities) for item in value]
    if isinstance(value, tuple):
        return tuple(_clean(item, infinities) for item in value)
    if isinstance(value, dict):
        return {key: _clean(item, infinities) for key, item in value.items()}
    return value


def _leaves(array: Any) -> list[Any]:
    """The innermost arrays of a nested array."""
    import pyarrow as pa

    kind = array.type
    if pa.types.is_struct(kind):
        return [leaf for part in array.flatten() for leaf in _leaves(part)]
    if pa.types.is_map(kind):
        return _leaves(array.keys) + _leaves(array.items)
    if pa.types.is_nested(kind):
        return _leaves(array.flatten())
    return [array]


def _nested(array: Any, infinities: bool) -> Any:
    """A list, struct or map array without NaN inside; rebuilt only when there is one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    dirty = any(
        pc.any(_is_nan_array(leaf, infinities)).as_py()
        for leaf in _leaves(array)
        if pa.types.is_floating(leaf.type)
    )
    if not dirty:
        return array
    return pa.array([_clean(value, infinities) for value in array.to_pylist()], type=array.type)


def _plain_nested(kind: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_map(kind):
        return pa.map_(_plain_type(kind.key_type), _plain_type(kind.item_type))
    if pa.types.is_struct(kind):
        fields = [kind.field(number) for number in range(kind.num_fields)]
        return pa.struct([field.with_type(_plain_type(field.type)) for field in fields])
    make = pa.large_list if pa.types.is_large_list(kind) else pa.list_
    return make(_plain_type(kind.value_type))


def _plain_type(kind: Any) -> Any:
    """The type to use instead of `kind`: no views, no dictionaries, no run lengths."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
        return _plain_type(kind.value_type)
    if pa.types.is_nested(kind):
        return _plain_nested(kind)
    views = {"string_view": pa.large_string(), "binary_view": pa.large_binary()}
    return views.get(str(kind), kind)


def _normal_chunk(array: Any, infinities: bool) -> Any:
    import pyarrow as pa

    if pa.types.is_floating(array.type):
        return _normal_floats(array, infinities)
    if pa.types.is_nested(array.type):
        return _nested(array, infinities)
    return array


def _plain_chunk(chunk: Any, plain: Any) -> Any:
    """One chunk in its plain type (casting a dictionary of string views is not built in Arrow)."""
    import pyarrow as pa

    if isinstance(chunk, pa.ExtensionArray):
        chunk = chunk.storage
    if isinstance(chunk, pa.DictionaryArray):
        return chunk.dictionary.cast(plain).take(chunk.indices)
    return chunk if chunk.type == plain else chunk.cast(plain)


def normalise(table: pa.Table, *, name: str, infinities_to_null: bool) -> pa.Table:
    """Returns the table with NaN as null and without views, dictionaries and extension types.

    Args:
        table: any Arrow table with text column names.
        name: what the caller calls the table, for messages.
        infinities_to_null: make null of ±inf too.

    Raises:
        UserTypeError: a column of a type that cannot be decoded.
    """
    import pyarrow as pa

    columns = []
    for column, field in zip(table.columns, table.schema, strict=True):
        kind = field.type
        plain = _plain_type(kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind)
        try:
            chunks = [
                _normal_chunk(_plain_chunk(chunk, plain), infinities_to_null)
                for chunk in column.chunks
            ]
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise UserTypeError(
                f"Column {field.name!r} of `{name}` has type {kind}, which cannot be read: {error}"
            ) from error
        columns.append(pa.chunked_array(chunks, type=chunks[0].type if chunks else plain))
    return pa.table(columns, names=table.column_names)
