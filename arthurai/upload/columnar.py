"""Columns before they are validated: rows given as dicts by column, without Arrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import NESTED_COLUMNS

if TYPE_CHECKING:
    from arthurai.upload.diagnostics import ValidationErrors
    from arthurai.upload.upload_schema import UploadSchema

Column = Any
"""One value per row: an Arrow array or a list."""


class Absent:
    """The value of a key that a row does not have (`None` is a value)."""


ABSENT: Final = Absent()


class SparseColumn(list[Any]):
    """A column in which some rows are `ABSENT`."""


@dataclass(slots=True)
class ColumnarTable:
    """What the caller gave, by column.

    Attributes:
        rows: Number of rows.
        columns: Values by column name: Arrow arrays, lists, or `SparseColumn`s.
    """

    rows: int
    columns: dict[str, Column] = field(default_factory=dict)


def is_arrow(column: Column) -> bool:
    """Return whether a column is an Arrow array (else it is a list)."""
    return not isinstance(column, list)


def slice_column(column: Column, start: int, rows: int) -> Column:
    """Return `rows` rows of a column from `start`, without copying the values."""
    return column[start : start + rows] if isinstance(column, list) else column.slice(start, rows)


def take_rows(column: Column, rows: Sequence[int]) -> Column:
    """Return some rows of a column, by their numbers."""
    if isinstance(column, list):
        return [column[row] for row in rows]
    import pyarrow as pa

    return column.take(pa.array(rows, pa.int64()))


def to_list(column: Column) -> list[Any]:
    """Return the values of a column as Python objects."""
    values: list[Any] = column if isinstance(column, list) else column.to_pylist()
    return values


def is_row_list(data: object) -> bool:
    """Return whether data is a list of rows given as dicts."""
    return isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data)


def has_nested(names: Sequence[object]) -> bool:
    """Return whether a table has its attributes in columns of dicts."""
    return any(name in NESTED_COLUMNS for name in names)


def columns_of_rows(
    rows: Sequence[Mapping[str, Any]], schema: UploadSchema, errors: ValidationErrors
) -> ColumnarTable:
    """Return rows given as dicts by column.

    Args:
        rows: Flat rows, or rows with attributes in `inference_data` and the like.
        schema: The model's attributes.
        errors: Receives keys that are not text, nested values that are not dicts, and attributes
            given twice.
    """
    names = dict.fromkeys(chain.from_iterable(rows))
    odd = [name for name in names if not isinstance(name, str)]
    if odd:
        errors.add(f"keys of rows must be text, got {odd[0]!r}", of_type=True)
        return ColumnarTable(len(rows))
    nested = [name for name in NESTED_COLUMNS if name in names]
    if nested:
        kinds = {"inference_data": schema.inference, "ground_truth_data": schema.truth}
        for key in nested:
            _check_nested(rows, key, kinds.get(key, schema.sendable), errors)
        rows = [_flatten(row, nested) for row in rows]
        names = dict.fromkeys(chain.from_iterable(rows))
    # Mappings of other types may invent a value for a key they do not have.
    plain = set(map(type, rows)) == {dict}
    return ColumnarTable(len(rows), {name: _column(rows, name, plain=plain) for name in names})


def _column(rows: Sequence[Mapping[str, Any]], name: str, *, plain: bool) -> list[Any]:
    if plain:
        with suppress(KeyError):
            return list(map(itemgetter(name), rows))
    return SparseColumn(row.get(name, ABSENT) for row in rows)


def _check_nested(
    rows: Sequence[Mapping[str, Any]], key: str, flat: Mapping[str, Any], errors: ValidationErrors
) -> None:
    """Add errors for nested values that are not dicts or stand beside flat ones of their kind."""
    not_dicts: list[tuple[int, object]] = []
    doubled: list[tuple[int, object]] = []
    for number, row in enumerate(rows, errors.start):
        value = row.get(key)
        if value is not None and not isinstance(value, Mapping):
            not_dicts.append((number, value))
        elif value and not flat.keys().isdisjoint(row):
            doubled.append((number, min(flat.keys() & row.keys())))
    if not_dicts:
        errors.add_rows(key, "must be a dict of attributes", not_dicts, of_type=True)
    if doubled:
        errors.add_rows(key, "stands beside attributes of the same kind", doubled)


def _flatten(row: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Return what a row has beside its nested dicts, and what these have."""
    flat = {name: value for name, value in row.items() if name not in keys}
    for key in keys:
        inner = row.get(key)
        if isinstance(inner, Mapping):
            flat.update(inner)
    return flat
