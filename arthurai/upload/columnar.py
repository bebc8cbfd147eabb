"""Rows as the caller has them, by column.

Two ways in: an Arrow table, or rows as dicts (flat, or nested in `inference_data` and
`ground_truth_data`). Rows as dicts never touch Arrow.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.vocabulary import NESTED_COLUMNS, ValueType
from arthurai.upload.arrow_types import SCALARS
from arthurai.upload.data_files import FileSource
from arthurai.upload.diagnostics import Problems
from arthurai.upload.images import image_values
from arthurai.upload.table import column_to_arrow, is_streamed, is_table, iter_tables, to_arrow

if TYPE_CHECKING:
    import pyarrow as pa

    from arthurai.common.attribute_spec import AttributeSpec
    from arthurai.upload.upload_schema import IngestSchema


Column = Any
"""One value a row: an Arrow array, or a list of values in the shape the API takes."""

_PANDAS_INDEX: Final = re.compile(r"__index_level_\d+__")


def is_arrow(column: Column) -> bool:
    """Whether a column is an Arrow array (else it is a list)."""
    return not isinstance(column, list)


def cut_column(column: Column, start: int, rows: int) -> Column:
    """`rows` rows of a column from `start`, without a copy of the values."""
    return column[start : start + rows] if isinstance(column, list) else column.slice(start, rows)


def column_list(column: Column) -> list[Any]:
    """The values of a column as Python objects."""
    values: list[Any] = column if isinstance(column, list) else column.to_pylist()
    return values


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


def gather_table(table: pa.Table, schema: IngestSchema) -> Gathered:
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


SINGLES = SCALARS | {ValueType.Timestamp}
"""Value types with one plain value a row."""


def _from_table(table: pa.Table, schema: IngestSchema, problems: Problems) -> Gathered:
    if has_nested(table.column_names):
        return gather_rows(table.to_pylist(maps_as_pydicts="strict"), schema, problems)
    return gather_table(table, schema)


def _is_row_list(data: object) -> bool:
    return isinstance(data, list | tuple) and all(isinstance(row, Mapping) for row in data)


def _nested_columns(data: object) -> list[dict[str, Any]] | None:
    """Rows of a dict of lists or pandas frame that holds nested dicts; `None` for others."""
    names = data.keys() if isinstance(data, Mapping) else getattr(data, "columns", ())
    if not has_nested([name for name in names if isinstance(name, str)]):
        return None
    if isinstance(data, Mapping):
        rows = zip(*data.values(), strict=False)
        return [dict(zip(data, row, strict=True)) for row in rows]
    to_dict = getattr(data, "to_dict", None)
    if hasattr(data, "iloc") and to_dict is not None:
        records: list[dict[str, Any]] = to_dict("records")
        return records
    return None


def gather(data: Any, schema: IngestSchema, problems: Problems) -> Gathered:
    """One whole table by column.

    Args:
        data: list of dicts (flat or nested), or any table `to_arrow` reads.
        schema: the model's attributes.
        problems: where what is wrong with rows is noted; its `name` stands for the table.

    Raises:
        UserTypeError: not a table, or mixed types in a column.
        UserValueError: duplicate columns, columns of different lengths.
    """
    if schema.image is not None:
        return _gather_images(data, schema.image.name, schema, problems)
    return _gather(data, schema, problems)


def _gather_images(data: Any, column: str, schema: IngestSchema, problems: Problems) -> Gathered:
    """A table with images, which stay the Python objects they are."""
    images = image_values(data)
    if images is not None:
        return Gathered(len(images), {column: images})
    if hasattr(data, "iloc") and column in getattr(data, "columns", ()):
        rest = _gather(data.drop(columns=column), schema, problems)
        return Gathered(len(data), {column: list(data[column]), **rest.columns})
    if isinstance(data, Mapping) and column in data and len(data) > 1:
        rest = _gather({k: v for k, v in data.items() if k != column}, schema, problems)
        images = list(data[column])
        if len(images) == rest.rows:
            return Gathered(rest.rows, {column: images, **rest.columns})
    if isinstance(data, Mapping) and list(data) == [column]:
        return Gathered(len(data[column]), {column: list(data[column])})
    return _gather(data, schema, problems)


def _gather(data: Any, schema: IngestSchema, problems: Problems) -> Gathered:
    if _is_row_list(data):
        return gather_rows(data, schema, problems)
    rows = _nested_columns(data)
    if rows is not None:
        return gather_rows(rows, schema, problems)
    return _from_table(to_arrow(data, name=problems.name), schema, problems)


def is_stream(data: object) -> bool:
    """Whether `data` is read piece by piece: files, a generator, reader, dataset, lazy frame."""
    return is_streamed(data) or isinstance(data, FileSource)


def known_schemas(data: Any) -> Iterator[pa.Schema]:
    """The columns of a stream as far as they are known before its rows are read."""
    if isinstance(data, FileSource):
        yield from data.schemas()
    elif type(data).__module__.partition(".")[0] == "pyarrow":
        yield data.schema


def stream(
    data: Any, schema: IngestSchema, *, name: str, rows: int
) -> Iterator[tuple[Gathered, Problems]]:
    """Tables of at most `rows` rows, in order.

    Args:
        data: files, a generator of rows (dicts), of lists of rows or of tables, a reader, dataset
            or lazy frame.
        schema: the model's attributes.
        name: what the caller calls the table, for messages.
        rows: most rows of a piece.

    Yields:
        Each piece by column, and what is known to be wrong with it.
    """
    source = data.tables(rows) if isinstance(data, FileSource) else data
    for table in _tables(source, schema, name, rows):
        problems = Problems(name)
        if isinstance(table, list):
            yield gather_rows(table, schema, problems), problems
        else:
            yield _from_table(table, schema, problems), problems


def _tables(
    source: Any, schema: IngestSchema, name: str, rows: int
) -> Iterator[pa.Table | list[Any]]:
    """Arrow tables and lists of rows, none longer than `rows`."""
    if not isinstance(source, Iterator) or hasattr(source, "__arrow_c_stream__"):
        yield from iter_tables(source, name=name, rows=rows)
        return
    for kind, items in itertools.groupby(source, lambda item: _kind(item, schema)):
        if kind is dict:
            while piece := list(itertools.islice(items, rows)):
                yield piece
        elif kind is list:
            for item in items:
                for start in range(0, len(item), rows):
                    yield item[start : start + rows]
        else:
            yield from iter_tables(items, name=name, rows=rows)


def _kind(item: object, schema: IngestSchema) -> type | None:
    """`dict` for one row, `list` for a list of rows, `None` for any other table."""
    if _is_row_list(item):
        return list
    return dict if isinstance(item, Mapping) and _is_row(item, schema) else None


def _is_row(item: Mapping[Any, Any], schema: IngestSchema) -> bool:
    """Whether a dict is one row rather than a dict of columns."""
    if has_nested([name for name in item if isinstance(name, str)]):
        return True
    return not all(
        hasattr(value, "__array__") or (isinstance(value, Sequence) and not isinstance(value, str))
        for name, value in item.items()
        if name not in schema.sendable or schema.sendable[name].value_type in SINGLES
    )


Columns = dict[str, Any]
"""Column name to values: a list, or an Arrow array."""

_ARROW_COLUMNS = ("__arrow_c_array__", "__arrow_c_stream__")
_WIDE = 2
"""Dimensions of an array with one column an attribute."""


def value_list(values: Any, *, name: str) -> Any:
    """One value a row, read by position.

    Args:
        values: list, tuple, array, Series of any library, or any other iterable but text.
        name: the argument's name, for messages.

    Returns:
        A list, or an Arrow array where the source is a Series, an array or Arrow itself.

    Raises:
        UserTypeError: text, a dict, or something that cannot be iterated.
    """
    if isinstance(values, list):
        return values
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise UserTypeError(
            f"`{name}` must be a list, array or Series with one value a row, "
            f"got {type(values).__name__}."
        )
    if any(hasattr(values, name) for name in ("dtype", *_ARROW_COLUMNS)):
        return column_to_arrow(values, name=name, column=name)
    return list(values)


def _is_rows(data: object) -> bool:
    return (
        isinstance(data, Sequence)
        and not isinstance(data, str | bytes)
        and bool(data)
        and all(isinstance(row, Mapping) for row in data)
    )


def _is_positional_frame(data: Any) -> bool:
    """A pandas frame without names of its own, as `DataFrame(model.predict_proba(x))` is."""
    names = getattr(data, "columns", None)
    return (
        names is not None
        and hasattr(data, "to_numpy")
        and not any(isinstance(name, str) for name in names)
    )


def _wide(data: Any) -> list[Any] | None:
    """The columns of a two-dimensional array or list of lists; `None` when `data` is neither."""
    if getattr(data, "ndim", None) == _WIDE and hasattr(data, "dtype"):
        return [data[:, number] for number in range(data.shape[1])]
    if (
        isinstance(data, Sequence)
        and not isinstance(data, str | bytes)
        and bool(data)
        and all(isinstance(row, list | tuple) or getattr(row, "ndim", 0) == 1 for row in data)
        and len({len(row) for row in data}) == 1
    ):
        return [list(column) for column in zip(*data, strict=True)]
    return None


_LISTS = ValueType.values() - SINGLES


def _by_position(
    columns: list[Any], attributes: Sequence[AttributeSpec], name: str, what: str
) -> Columns:
    if len(attributes) == 1 and len(columns) == _WIDE:
        # Both classes of a binary classifier of which only the positive one is an attribute.
        position = attributes[0].position
        columns = [columns[position if position in {0, 1} else 1]]
    if len(columns) != len(attributes):
        raise UserValueError(
            f"`{name}` has {len(columns)} columns for {len(attributes)} {what} attributes "
            f"({', '.join(item.name for item in attributes)}). Give one column an attribute, in "
            "this order, or a frame whose columns are named after the attributes."
        )
    return {
        item.name: value_list(column, name=name)
        for item, column in zip(attributes, columns, strict=True)
    }


def columns_apart(
    data: Any, attributes: Sequence[AttributeSpec], *, name: str, what: str
) -> Columns:
    """Reads predictions or ground truths given apart.

    Args:
        data: a table whose columns are named after attributes; a two-dimensional array or a frame
            with numbered columns (as `predict_proba` gives), whose columns are the attributes by
            position; or one value a row when there is exactly one attribute. Of two columns for
            one attribute the attribute's own class is taken.
        attributes: the attributes of the stage, by position.
        name: the argument's name, for messages.
        what: what the attributes are called, for messages.

    Returns:
        Column by attribute name.

    Raises:
        UserTypeError: neither a table nor values.
        UserValueError: another number of columns than attributes, or names of no such attribute.
    """
    if not attributes:
        raise UserValueError(
            f"`{name}` was given, but the model has no {what} attribute to hold it."
        )
    if _is_positional_frame(data):
        data = data.to_numpy()
    if isinstance(data, Mapping) or is_table(data) or _is_rows(data):
        table = to_arrow(data, name=name)
        known = {item.name for item in attributes}
        unknown = [column for column in table.column_names if column not in known]
        if unknown:
            raise UserValueError(
                f"`{name}` has columns that are no {what} attributes: "
                f"{', '.join(map(repr, unknown))}. Known: {', '.join(map(repr, sorted(known)))}."
            )
        return dict(zip(table.column_names, table.columns, strict=True))
    wide = None if attributes[0].value_type in _LISTS else _wide(data)
    if wide is not None:
        return _by_position(wide, attributes, name, what)
    values = value_list(data, name=name)
    if len(attributes) != 1:
        raise UserValueError(
            f"`{name}` has one value a row, but the model has {len(attributes)} {what} attributes "
            f"({', '.join(item.name for item in attributes)}). Give a frame with these columns, or "
            "a two-dimensional array in this order."
        )
    return {attributes[0].name: values}
