"""Arrow columns in the one type their attribute has on the way to the server."""

from datetime import tzinfo
from functools import cache
from typing import Any

from arthurai.upload import coerce as cells
from arthurai.upload import timestamps as times

SCALARS = frozenset({"INTEGER", "FLOAT", "BOOLEAN", "STRING", "UNSTRUCTURED_TEXT", "IMAGE"})
"""Value types of one plain value a row (timestamps are apart)."""

EXPECTED = {
    "INTEGER": "must hold whole numbers",
    "FLOAT": "must hold numbers",
    "BOOLEAN": "must hold true and false",
    "STRING": "must hold text",
    "UNSTRUCTURED_TEXT": "must hold text",
    "IMAGE": "must hold paths as text",
}

Bad = dict[tuple[str, bool], list[tuple[int, object]]]


@cache
def arrow_type(value_type: str) -> Any:
    """The Arrow type of a value type in Parquet files sent."""
    import pyarrow as pa

    instants = pa.timestamp("us", "UTC")
    types = {
        "INTEGER": pa.int64(),
        "FLOAT": pa.float64(),
        "BOOLEAN": pa.bool_(),
        "TIMESTAMP": instants,
        "TOKENS": pa.list_(pa.string()),
        "ARRAY(STRING)": pa.list_(pa.string()),
        "TOKEN_LIKELIHOODS": pa.list_(pa.map_(pa.string(), pa.float64())),
        "BOUNDING_BOX": pa.list_(pa.list_(pa.float64())),
        "RANKED_LIST": pa.list_(
            pa.struct([("item_id", pa.string()), ("label", pa.string()), ("score", pa.float64())])
        ),
        "TIME_SERIES": pa.list_(pa.struct([("timestamp", instants), ("value", pa.float64())])),
    }
    return types.get(value_type, pa.string())


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
    return _by_cells(array, "INTEGER", None, start, to_arrow=True)


def _floats(array: Any, start: int) -> tuple[Any, Bad]:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        floats = array.cast(pa.float64())
    except pa.ArrowInvalid:
        return _by_cells(array, "FLOAT", None, start, to_arrow=True)
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
    if value_type == "INTEGER" and _is_number(kind):
        return _integers(array, start)
    if value_type == "FLOAT" and _is_number(kind):
        return _floats(array, start)
    if value_type == "BOOLEAN" and pa.types.is_boolean(kind):
        return array, {}
    if value_type not in {"INTEGER", "FLOAT", "BOOLEAN"} and _is_text(kind):
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
    if value_type == "TIMESTAMP":
        column, wrong = times.arrow_instants(array, zone, start)
        wrong.pop(times.MISSING, None)  # an attribute may be empty; the times of a row may not
        return column, {(reason, reason == times.NOT_TIME): rows for reason, rows in wrong.items()}
    values = array.to_pylist()
    if value_type == "TOKEN_LIKELIHOODS":
        values = [_without_absent(value) for value in values]
    read, bad = cells.read_column(values, value_type, zone, start)
    return (None if bad else read), bad
