"""Rows of CSV files: text, which becomes what the attributes of a model hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from arthurai.common.constants import ValueType
from arthurai.common.exceptions import UserValueError
from arthurai.common.text import list_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from arthurai.model.attributes import ArthurAttribute

_SUFFIXES: Final = (".csv", ".tsv", ".txt")
_COMPRESSIONS: Final = (".gz", ".bz2", ".zst")
_DELIMITERS: Final = (",", ";", "\t")
_BYTE_ORDER_MARKS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_HEAD_BYTES: Final = 1 << 16
_IDS: Final = ("partner_inference_id", "batch_id")
_TEXTS: Final = (ValueType.String, ValueType.Unstructured_Text, ValueType.Image)
_ARROW_TYPES: Final[dict[str, tuple[pa.DataType, ...]]] = {
    ValueType.Integer: (pa.int64(), pa.float64()),
    ValueType.Float: (pa.float64(),),
    ValueType.Boolean: (pa.bool_(),),
}
"""What the cells of an attribute may be, by its value type; the first that fits is taken."""
_GAPS: Final = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none"})
"""Cells of columns of numbers and booleans that hold no value, in lower case."""


def is_csv(path: Path) -> bool:
    """Return whether a file is CSV by its name, which may end in a compression, too."""
    endings = path.suffixes[-2:] if path.suffix.lower() in _COMPRESSIONS else [path.suffix]
    return any(ending.lower() in _SUFFIXES for ending in endings)


def read_csv(path: Path, attributes: Iterable[ArthurAttribute]) -> Iterator[Any]:
    """Yield the rows of a CSV file as tables.

    A column of the model is read by the type of its attribute, so that `007` stays the text that
    it is and a cell that is no number is one bad value, not a bad column. An empty cell without
    quotes is missing. Other columns get the type that all their values have.

    Args:
        path: The file, plain or compressed by gzip and the like; its columns are separated by
            commas, semicolons or tabs.
        attributes: Those of the model.

    Raises:
        UserValueError: It is no such file.
    """
    from pyarrow import csv

    known = [*attributes]
    types = {name: kind for one in known for name, kind in _names_of(one)}
    with pa.input_stream(str(path)) as file:
        head = file.read(_HEAD_BYTES)
    encoding = _find_encoding(head)
    try:
        reader = csv.open_csv(
            str(path),
            csv.ReadOptions(encoding=encoding),
            csv.ParseOptions(delimiter=_find_delimiter(head, encoding)),
            csv.ConvertOptions(
                column_types={name: pa.string() for name in (*types, *_IDS)},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
        columns = reader.schema.names
        if not any(name in {one.name, one.label} for one in known for name in columns):
            raise UserValueError(
                f"has no column of the model, which has {list_names([one.name for one in known])}; "
                f"its columns are {list_names(columns)}"
            )
        for batch in reader:
            yield _convert(pa.Table.from_batches([batch]), types)
    except pa.ArrowInvalid as error:
        raise UserValueError(f"is not a CSV file that can be read: {error}") from error


def _names_of(attribute: ArthurAttribute) -> Iterator[tuple[str, str]]:
    if attribute.value_type in _TEXTS or attribute.value_type in _ARROW_TYPES:
        for name in (attribute.name, attribute.label):
            if name is not None:
                yield name, attribute.value_type


def _find_encoding(head: bytes) -> str:
    return _BYTE_ORDER_MARKS.get(head[:2], "utf-8")


def _find_delimiter(head: bytes, encoding: str) -> str:
    """Return the first delimiter in the first line; a comma where it has none."""
    line = head.decode(encoding, errors="replace").partition("\n")[0]
    return next((one for one in _DELIMITERS if one in line), _DELIMITERS[0])


def _convert(table: pa.Table, types: dict[str, str]) -> Any:
    if len({*table.column_names}) < table.num_columns:
        return table  # which sending refuses
    columns = {
        name: _read_column(column, types.get(name, ValueType.String))
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    if any(isinstance(column, list) for column in columns.values()):
        return {
            name: column if isinstance(column, list) else column.to_pylist()
            for name, column in columns.items()
        }
    return pa.table(columns)


def _read_column(column: pa.ChunkedArray, kind: str) -> pa.ChunkedArray | list[Any]:
    """Return the values of a column; a list where some are none of the type, or need a look."""
    for arrow_type in _ARROW_TYPES.get(kind, ()):
        try:
            return column.cast(arrow_type)
        except pa.ArrowInvalid:
            continue
    if kind not in _ARROW_TYPES:
        return column
    return [_read_cell(cell, kind) for cell in column.to_pylist()]


def _read_cell(text: str | None, kind: str) -> Any:
    """Return the value of a cell, and the text itself where it is none of the type."""
    word = (text or "").strip().lower()
    if word in _GAPS:
        return None
    if kind == ValueType.Boolean:
        return {"true": True, "false": False, "1": True, "0": False}.get(word, text)
    for number in (int, float) if "_" not in word else ():
        try:
            return number(word)
        except ValueError:
            continue
    return text
