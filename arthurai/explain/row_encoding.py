"""Rows of inputs as numbers, and back."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UserValueError

if TYPE_CHECKING:
    import numpy as np

logger = logging.getLogger(__name__)


class LabelEncoding:
    """Numbers for the categories of inputs.

    Args:
        mapping: For each input ``None``, or the number of each category; it is copied.
    """

    def __init__(self, mapping: Sequence[Mapping[Any, int] | None]) -> None:
        self._numbers = [None if labels is None else dict(labels) for labels in mapping]
        self._labels = [
            None if labels is None else {number: label for label, number in labels.items()}
            for labels in self._numbers
        ]

    def encoded(self, rows: Sequence[Sequence[Any]]) -> np.ndarray[Any, Any]:
        """Turn rows into numbers; an unknown category gets the next free number.

        Args:
            rows: The rows.

        Returns:
            Array of float64, shape (rows, inputs); missing values are NaN.

        Raises:
            UserValueError: A value is no number, or a row has too many or too few.
        """
        import numpy as np

        width = len(self._numbers)
        encoded = np.empty((len(rows), width))
        for number, row in enumerate(rows):
            if len(row) != width:
                raise UserValueError(f"Row {number} has {len(row)} values instead of {width}.")
            encoded[number] = [self._number(column, value) for column, value in enumerate(row)]
        return encoded

    def _number(self, column: int, value: Any) -> float:
        numbers, labels = self._numbers[column], self._labels[column]
        if value is None:
            return float("nan")
        if numbers is None or labels is None:
            try:
                return float(value)
            except (TypeError, ValueError) as error:
                raise UserValueError(
                    f"Input {column} holds {value!r:.60}, which is no number. Declare the "
                    "attribute as categorical, or leave it out of the sample."
                ) from error
        if value not in numbers:
            numbers[value] = max(numbers.values(), default=-1) + 1
            labels[numbers[value]] = value
        return float(numbers[value])

    def decoded(self, matrix: np.ndarray[Any, Any]) -> list[list[Any]]:
        """Turn numbers back into rows.

        Args:
            matrix: Array, shape (rows, inputs).

        Returns:
            The rows; a number between two categories is the nearest one's.
        """
        columns = []
        for labels, values in zip(self._labels, matrix.T.tolist(), strict=True):
            columns.append(values if not labels else [_label(labels, value) for value in values])
        return [list(row) for row in zip(*columns, strict=True)]


def _label(labels: Mapping[int, Any], value: float) -> Any:
    if value != value:  # noqa: PLR0124 - NaN differs from itself
        return None
    nearest = round(value)
    if nearest not in labels:
        nearest = min(labels, key=lambda number: abs(number - value))
    return labels[nearest]


def as_matrix(values: Any) -> np.ndarray[Any, Any]:
    """Give numbers as an array of float64, shape (rows, inputs)."""
    import numpy as np

    matrix = np.asarray(values, dtype=float)
    return matrix.reshape(1, -1) if matrix.ndim == 1 else matrix


def rows_of(data: Any, name: str) -> list[list[Any]]:
    """Give any table, array or list of rows as a list of lists.

    Args:
        data: A table, a two-dimensional array, or a list of rows.
        name: What it is called, for messages.

    Returns:
        The rows; missing values are ``None`` in those of a table.
    """
    if hasattr(data, "tolist") and hasattr(data, "ndim"):
        listed = data.tolist()
        return listed if data.ndim > 1 else [listed]
    if isinstance(data, list | tuple) and not any(isinstance(row, Mapping) for row in data):
        return [list(row) for row in data]
    from arthurai.upload.table import to_arrow

    table = to_arrow(data, name=name)
    columns = [column.to_pylist() for column in table.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def without_missing(rows: list[list[Any]]) -> tuple[list[list[Any]], list[int]]:
    """Leave out rows with missing values, which no library can learn from.

    Args:
        rows: The rows.

    Returns:
        The others, and their numbers.

    Raises:
        UserValueError: No row is left.
    """
    kept = [
        number
        for number, row in enumerate(rows)
        if not any(value is None or (isinstance(value, float) and value != value) for value in row)  # noqa: PLR0124 - NaN differs from itself
    ]
    if len(kept) < len(rows):
        logger.warning(
            "%d of %d rows of the sample have missing values and are left out.",
            len(rows) - len(kept),
            len(rows),
        )
    if not kept:
        raise UserValueError("Every row of the sample has missing values, so none can be used.")
    return [rows[number] for number in kept], kept
