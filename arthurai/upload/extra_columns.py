"""Predictions, ground truth, timestamps and ids given beside the rows.

Values go to rows by position; index labels are never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.constants import ValueType
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.text import list_names
from arthurai.upload.columnar import is_row_list
from arthurai.upload.frame_kinds import compute_dask
from arthurai.upload.upload_schema import PLAIN_TYPES

if TYPE_CHECKING:
    from arthurai.common.attribute_spec import AttributeSpec
    from arthurai.upload.columnar import Column
    from arthurai.upload.upload_schema import UploadSchema

_TABLE_DIMENSIONS: Final = 2
_BINARY_CLASSES: Final = 2
_MAX_NAMED: Final = 10
_TEXTS: Final = (ValueType.String, ValueType.Unstructured_Text)


def read_values(values: Any, *, name: str) -> Column:
    """Return one value per row, read by position.

    Args:
        values: List, tuple, array, Series of any library, or any other iterable except text.
        name: The argument's name, for messages.

    Returns:
        A list, or an Arrow array if the source is a Series, an array or Arrow itself.

    Raises:
        UserTypeError: The values are text, a dict, or not iterable.
    """
    if isinstance(values, list):
        return values
    values = compute_dask(values)
    if isinstance(values, str | bytes | Mapping) or not _is_iterable(values):
        raise UserTypeError(
            f"`{name}` must be a list, array or Series with one value per row, got "
            f"{type(values).__name__}"
        )
    if str(getattr(values, "dtype", "")) == "object":
        return list(values)
    if any(hasattr(values, name) for name in ("dtype", "__arrow_c_array__", "__arrow_c_stream__")):
        from arthurai.upload.arrow_types import plain_array
        from arthurai.upload.table import column_to_arrow

        return plain_array(column_to_arrow(values, name=name, column=name))
    return list(values)


def _is_iterable(values: Any) -> bool:
    try:  # columns of ibis have the method, and refuse
        iter(values)
    except TypeError:
        return False
    return True


def read_extra_columns(
    data: Any,
    attributes: Sequence[AttributeSpec],
    *,
    name: str,
    what: str,
    renamed: Mapping[str, str] | None = None,
) -> dict[str, Column]:
    """Return predictions or ground truth given beside the rows, by attribute name.

    Args:
        data: A table whose columns are named after attributes; a two-dimensional array or a frame
            with numbered columns (as `predict_proba` returns), whose columns are the attributes by
            position; or one value per row when there is exactly one attribute. Of two columns for
            one attribute the one of the attribute's own class is taken.
        attributes: The attributes of the stage, by position.
        name: The argument's name, for messages.
        what: What the attributes are called, for messages.
        renamed: Attribute names by other names of columns.

    Raises:
        UserTypeError: The data is neither a table nor values.
        UserValueError: The number of columns is not that of the attributes, or a column is named
            after no attribute of the stage.
    """
    if not attributes:
        raise UserValueError(f"`{name}` was given, but the model has no {what} attribute for it")
    data = compute_dask(data)
    if has_numbered_columns(data):
        data = data.to_numpy()
    if is_named_table(data):
        return _read_named(data, attributes, name, what, renamed or {})
    columns = _split_columns(data) if attributes[0].value_type in PLAIN_TYPES else None
    if columns is not None:
        return _assign_by_position(columns, attributes, name, what)
    values = read_values(data, name=name)
    if len(attributes) != 1:
        raise UserValueError(
            f"`{name}` has one value per row, but the model has {len(attributes)} {what} "
            f"attributes ({list_names(item.name for item in attributes)}); give a frame with these "
            "columns, or a two-dimensional array in this order"
        )
    return {attributes[0].name: values}


def is_named_table(data: Any) -> bool:
    """Return whether data is a table with named columns: a dict, rows as dicts, a frame."""
    if isinstance(data, list | tuple):
        return bool(data) and is_row_list(data)
    if isinstance(data, Mapping):
        return True
    from arthurai.upload.table import is_table

    return is_table(data)


def has_numbered_columns(data: Any) -> bool:
    """Return whether data is a pandas frame without names, as `DataFrame(predict_proba(x))` is."""
    names = getattr(data, "columns", None)
    return (
        names is not None
        and hasattr(data, "to_numpy")
        and len(names) > 0
        and not any(isinstance(name, str) for name in names)
    )


def name_inputs(data: Any, schema: UploadSchema, *, name: str) -> Any:
    """Return rows without names of columns as a dict of the inputs, by position; others unchanged.

    Args:
        data: A two-dimensional array, a list of lists, a frame with numbered columns, or the texts
            of a model whose only input is a text.
        schema: The model's attributes.
        name: What the caller calls the rows, for messages.

    Raises:
        UserTypeError: The number of columns is not that of the inputs.
    """
    if schema.image is not None:
        return data
    if len(schema.inputs) == 1 and schema.inputs[0].value_type in _TEXTS and _is_text_list(data):
        return {schema.inputs[0].name: list(data)}
    if has_numbered_columns(data):
        columns = [data.iloc[:, number] for number in range(data.shape[1])]
    else:
        columns = _split_columns(data) or []
    fits = len(columns) == len(schema.inputs)
    if not columns or (isinstance(data, list | tuple) and not fits):
        return data
    if not fits:
        raise UserTypeError(
            f"`{name}` has {len(columns)} columns without names for {len(schema.inputs)} inputs "
            f"({list_names((item.name for item in schema.inputs), _MAX_NAMED)}); give one column "
            "per input, in this order, or a frame whose columns are named after the attributes"
        )
    return {item.name: column for item, column in zip(schema.inputs, columns, strict=True)}


def _is_text_list(data: Any) -> bool:
    """Return whether data is a list, an array or a series without name that holds texts only."""
    if isinstance(data, str | bytes) or getattr(data, "name", None):
        return False
    if not isinstance(data, list | tuple) and getattr(data, "ndim", 0) != 1:
        return False
    return len(data) > 0 and all(isinstance(value, str) for value in data)


def _read_named(
    data: Any,
    attributes: Sequence[AttributeSpec],
    name: str,
    what: str,
    renamed: Mapping[str, str],
) -> dict[str, Column]:
    from arthurai.upload.table import to_arrow

    odd: dict[str, list[Any]] = {}
    table = to_arrow(data, name=name, odd=odd)
    table = table.rename_columns([renamed.get(column, column) for column in table.column_names])
    odd = {renamed.get(column, column): values for column, values in odd.items()}
    known = {item.name for item in attributes}
    unknown = [column for column in table.column_names if column not in known]
    if unknown:
        raise UserValueError(
            f"columns of `{name}` must be {what} attributes ({list_names(sorted(known))}), got "
            f"{list_names(unknown)}"
        )
    return dict(zip(table.column_names, table.columns, strict=True)) | odd


def _split_columns(data: Any) -> list[Any] | None:
    """Return the columns of a two-dimensional array or list of lists; `None` for other data."""
    if getattr(data, "ndim", None) == _TABLE_DIMENSIONS and hasattr(data, "dtype"):
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


def _assign_by_position(
    columns: list[Any], attributes: Sequence[AttributeSpec], name: str, what: str
) -> dict[str, Column]:
    if len(attributes) == 1 and len(columns) == _BINARY_CLASSES:
        # Both classes of a binary classifier of which only the positive one is an attribute.
        position = attributes[0].position
        columns = [columns[position if position in {0, 1} else 1]]
    if len(columns) != len(attributes):
        raise UserValueError(
            f"`{name}` has {len(columns)} columns for {len(attributes)} {what} attributes "
            f"({list_names(item.name for item in attributes)}); give one column per attribute, in "
            "this order, or a frame whose columns are named after the attributes"
        )
    return {
        item.name: read_values(column, name=name)
        for item, column in zip(attributes, columns, strict=True)
    }
