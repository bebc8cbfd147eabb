"""Predictions and ground truths given apart from the rows, and other columns given by themselves.

Values go to rows by position. Index labels are never looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.upload.table import column_to_arrow, is_table, to_arrow
from arthurai.upload.upload_schema import IngestAttribute

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


_LISTS = frozenset(
    {"TOKENS", "ARRAY(STRING)", "TOKEN_LIKELIHOODS", "BOUNDING_BOX", "RANKED_LIST", "TIME_SERIES"}
)


def _by_position(
    columns: list[Any], attributes: Sequence[IngestAttribute], name: str, what: str
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
    data: Any, attributes: Sequence[IngestAttribute], *, name: str, what: str
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
