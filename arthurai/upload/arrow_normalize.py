"""Arrow columns in the few types the rest of the road has to know."""

from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UserTypeError

if TYPE_CHECKING:
    import pyarrow as pa


def _missing(array: Any, infinities: bool) -> Any:
    """A boolean array: which floats are NaN (and ±inf when asked)."""
    import pyarrow.compute as pc

    if infinities:
        return pc.invert(pc.is_finite(array))
    return pc.is_nan(array)


def _floats(array: Any, infinities: bool) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_float16(array.type):
        array = array.cast(pa.float32())
    missing = _missing(array, infinities)
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
        pc.any(_missing(leaf, infinities)).as_py()
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
        return _floats(array, infinities)
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


def normalise(table: "pa.Table", *, name: str, infinities_to_null: bool) -> "pa.Table":
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
