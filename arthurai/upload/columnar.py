"""Rows as the caller has them, by column.

Two ways in: an Arrow table, or rows as dicts (flat, or nested in `inference_data` and
`ground_truth_data`). Rows as dicts never touch Arrow.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from arthurai.upload.upload_schema import NESTED_COLUMNS, IngestSchema
from arthurai.upload.validated_table import Column
from arthurai.upload.validation_errors import Problems

if TYPE_CHECKING:
    import pyarrow as pa


_PANDAS_INDEX: Final = re.compile(r"__index_level_\d+__")


class Absent:
    """Stands for a key that a row does not have (a value of `None` is a value)."""


ABSENT: Final = Absent()


class SparseColumn(list[Any]):
    """A column in which some rows are `ABSENT`."""

    def filled(self) -> list[Any]:
        """The column with `None` for rows without a value."""
        return [None if value is ABSENT else value for value in self]


@dataclass(slots=True)
class Gathered:
    """One table by column.

    Attributes:
        rows: how many rows.
        columns: values by column name: Arrow arrays, lists, or `SparseColumn`s.
    """

    rows: int
    columns: dict[str, Column] = field(default_factory=dict)


def gather_table(table: "pa.Table", schema: IngestSchema) -> Gathered:
    """The columns of an Arrow table, without the row labels that pandas writes into files."""
    columns = {
        name: values
        for name, values in zip(table.column_names, table.columns, strict=True)
        if name in schema.sendable or _PANDAS_INDEX.fullmatch(name) is None
    }
    return Gathered(table.num_rows, columns)


def has_nested(names: Sequence[str]) -> bool:
    """Whether a table holds its attributes in dicts, one a row."""
    return any(name in NESTED_COLUMNS for name in names)


def _check_nested(
    rows: Sequence[Mapping[str, Any]], key: str, flat: Mapping[str, Any], problems: Problems
) -> None:
    """Nested values must be dicts, and must not stand beside flat ones of the same kind."""
    strange: list[tuple[int, object]] = []
    doubled: list[tuple[int, object]] = []
    for number, row in enumerate(rows):
        if key not in row:
            continue
        value = row[key]
        if value is not None and not isinstance(value, Mapping):
            strange.append((number, value))
        elif value and not flat.keys().isdisjoint(row):
            doubled.append((number, min(flat.keys() & row.keys())))
    if strange:
        problems.add_rows(key, "must be a dict of attributes", strange, of_type=True)
    if doubled:
        problems.add_rows(key, "stands beside attributes of the same kind", doubled)


def _flattened(row: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """One row flat: what its dicts hold, beside what it holds itself."""
    flat = {name: value for name, value in row.items() if name not in keys}
    for key in keys:
        inner = row.get(key)
        if isinstance(inner, Mapping):
            flat.update(inner)
    return flat


def gather_rows(
    rows: Sequence[Mapping[str, Any]], schema: IngestSchema, problems: Problems
) -> Gathered:
    """The columns of rows given as dicts.

    Args:
        rows: flat or nested rows; they are not changed.
        schema: the model's attributes.
        problems: where nested values that are no dicts, attributes given twice and keys that are
            not text are noted.
    """
    names = dict.fromkeys(chain.from_iterable(rows))
    odd = [name for name in names if not isinstance(name, str)]
    if odd:
        problems.add(f"keys of rows must be text, got {odd[0]!r}", of_type=True)
        return Gathered(len(rows))
    nested = [name for name in NESTED_COLUMNS if name in names]
    if nested:
        kinds = {"inference_data": schema.inference, "ground_truth_data": schema.truth}
        for key in nested:
            _check_nested(rows, key, kinds.get(key, schema.sendable), problems)
        rows = [_flattened(row, nested) for row in rows]
        names = dict.fromkeys(chain.from_iterable(rows))
    # Mappings of other types may make up what they are asked for.
    plain = set(map(type, rows)) == {dict}
    return Gathered(len(rows), {name: _column(rows, name, plain=plain) for name in names})


def _column(rows: Sequence[Mapping[str, Any]], name: str, *, plain: bool) -> list[Any]:
    """The values of one key."""
    if plain:
        with suppress(KeyError):
            return list(map(itemgetter(name), rows))
    return SparseColumn(row.get(name, ABSENT) for row in rows)
