"""Rows of a sample, from any table or array."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.text import quote_value

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)


def list_rows(data: Any, name: str) -> list[list[Any]]:
    """Return any table, array or list of rows as a list of lists.

    Args:
        data: A table, a two-dimensional array, or a list of rows.
        name: What it is called, for messages.

    Returns:
        The rows; missing values of a table are `None`.

    Raises:
        UserTypeError: It is none of these.
    """
    if hasattr(data, "tolist") and hasattr(data, "ndim") and data.ndim:
        listed = data.tolist()
        return listed if data.ndim > 1 else [listed]
    if isinstance(data, list | tuple) and not any(isinstance(row, Mapping) for row in data):
        wrong = [row for row in data if not _is_row(row)]
        if wrong:
            raise UserTypeError(f"an entry of {name} must be a row, got {quote_value(wrong[0])}")
        return [list(row) for row in data]
    from arthurai.upload.table import to_arrow

    table = to_arrow(data, name=name)
    columns = [column.to_pylist() for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def drop_missing(
    rows: list[list[Any]], names: Sequence[str] = ()
) -> tuple[list[list[Any]], list[int]]:
    """Return the rows without missing values; libraries cannot learn from the others.

    Args:
        rows: The rows.
        names: Names of their columns, if known.

    Returns:
        The rows, and their numbers.

    Raises:
        UserValueError: No row is left.
    """
    kept = [number for number, row in enumerate(rows) if not any(map(_is_missing, row))]
    if len(kept) < len(rows):
        logger.warning(
            "%d of %d rows of the sample have missing values and are not used",
            len(rows) - len(kept),
            len(rows),
        )
    if not kept:
        columns = zip(names, zip(*rows, strict=True), strict=False)
        empty = [name for name, values in columns if all(map(_is_missing, values))]
        why = f"; there is no value in {', '.join(map(repr, empty))}" if empty else ""
        raise UserValueError(f"the sample must have a row without missing values{why}")
    return [rows[number] for number in kept], kept


def _is_row(entry: Any) -> bool:
    return isinstance(entry, Iterable) and not isinstance(entry, str | bytes)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)  # noqa: PLR0124 - NaN differs from itself
