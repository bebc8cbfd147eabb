"""What callers give, as tables to check: whole in memory, or piece by piece."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from arthurai.upload.arrow_types import SCALARS
from arthurai.upload.columnar import Gathered, gather_rows, gather_table, has_nested
from arthurai.upload.data_files import FileSource
from arthurai.upload.images import image_values
from arthurai.upload.table import is_streamed, iter_tables, to_arrow
from arthurai.upload.upload_schema import IngestSchema
from arthurai.upload.validation_errors import Problems

if TYPE_CHECKING:
    import pyarrow as pa


SINGLES = SCALARS | {"TIMESTAMP"}
"""Value types with one plain value a row."""


def _from_table(table: "pa.Table", schema: IngestSchema, problems: Problems) -> Gathered:
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


def known_schemas(data: Any) -> Iterator["pa.Schema"]:
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
) -> Iterator["pa.Table | list[Any]"]:
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
