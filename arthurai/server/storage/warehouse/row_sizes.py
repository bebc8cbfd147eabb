"""How large a row may be.

DuckDB works on vectors of 2048 rows, which must fit into its memory together: a few thousand rows
of some hundred kilobytes each would end every later checkpoint of a database with little memory.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from arthurai.server.storage.warehouse.row_results import RowResults

_VECTOR_ROWS: Final = 2048
_SHARE_OF_MEMORY: Final = 4


def max_row_bytes(database_memory: int) -> int:
    """Return how many bytes a row may take, so that a vector of rows takes a quarter of memory.

    Args:
        database_memory: Bytes of memory that the database may take.
    """
    return database_memory // (_VECTOR_ROWS * _SHARE_OF_MEMORY)


def reject_large_rows(table: pa.Table, max_bytes: int | None, results: RowResults) -> pa.Table:
    """Reject the rows that take more than a number of bytes.

    Args:
        table: Rows with their place in the request in the column `row`.
        max_bytes: The largest row; `None` for no bound.
        results: Takes the rejected rows.

    Returns:
        The other rows.
    """
    if max_bytes is None or table.nbytes <= max_bytes:
        return table
    sizes = np.broadcast_to(sum(map(_column_bytes, table.columns)), table.num_rows)
    large = np.flatnonzero(sizes > max_bytes)
    rows = table.column("row").take(pa.array(large)).to_pylist()
    for row, size in zip(rows, sizes[large].tolist(), strict=True):
        results.reject(
            row,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the row has {size} bytes, the server takes rows of at most {max_bytes}; shorten its "
            "texts and lists, or give the server's database more memory (`database_memory`)",
        )
    return results.drop_rejected(table) if rows else table


def _column_bytes(column: pa.ChunkedArray) -> Any:
    """Return the size of each value of a column, or that of all."""
    if pa.types.is_primitive(column.type):
        return column.type.bit_width // 8
    sizes = np.concatenate([np.zeros(0, np.int64), *map(_value_bytes, column.chunks)])
    return sizes.astype(np.int64, copy=False)


def _value_bytes(array: pa.Array) -> Any:
    """Return the size of each value of an array, shape `(len(array),)`."""
    kind = array.type
    if pa.types.is_struct(kind):
        return sum(map(_value_bytes, array.flatten()), np.zeros(len(array)))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        items = array.values if not pa.types.is_map(kind) else _map_items(array)
        ends = np.concatenate([[0], np.cumsum(_value_bytes(items))])
        return np.diff(ends[array.offsets.to_numpy()])
    if pa.types.is_primitive(kind) or pa.types.is_null(kind):
        width = 0 if pa.types.is_null(kind) else kind.bit_width / 8
        return np.full(len(array), width)
    return pc.binary_length(array).fill_null(0).to_numpy(zero_copy_only=False)


def _map_items(array: pa.MapArray) -> pa.StructArray:
    return pa.StructArray.from_arrays([array.keys, array.items], ["key", "value"])
