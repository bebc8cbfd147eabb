"""Around a user's predict function: categories as numbers and back, outputs as a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import UserValueError
from arthurai.common.limits import BINARY_CLASSES
from arthurai.common.text import quote_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray


_MATRIX: Final = 2  # dimensions


class LabelEncoding:
    """Numbers the categories of inputs, for libraries that explain numbers only.

    Args:
        mapping: For each input `None`, or the number of each category; it is copied.
    """

    def __init__(self, mapping: Sequence[Mapping[Any, int] | None]) -> None:
        self._numbers = [None if labels is None else dict(labels) for labels in mapping]
        self._labels = [
            None if labels is None else {number: label for label, number in labels.items()}
            for labels in self._numbers
        ]

    def encode(self, rows: Sequence[Sequence[Any]]) -> NDArray[np.float64]:
        """Return rows as numbers; an unknown category gets the next free number.

        Args:
            rows: The rows.

        Returns:
            Array, shape (rows, inputs); missing values are NaN.

        Raises:
            UserValueError: A value is not a number, or a row has too many or too few.
        """
        import numpy as np

        width = len(self._numbers)
        encoded = np.empty((len(rows), width))
        for number, row in enumerate(rows):
            if len(row) != width:
                raise UserValueError(f"row {number} must have {width} values, got {len(row)}")
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
                    f"input {column} must be a number, got {quote_value(value)}; declare the "
                    "attribute as categorical, or leave it out of the sample"
                ) from error
        if value not in numbers:
            numbers[value] = max(numbers.values(), default=-1) + 1
            labels[numbers[value]] = value
        return float(numbers[value])

    def decode(self, matrix: NDArray[np.float64]) -> list[list[Any]]:
        """Return numbers as rows.

        Args:
            matrix: Array, shape (rows, inputs).

        Returns:
            The rows; a number between two categories becomes the nearest one.

        Raises:
            UserValueError: The matrix has another number of inputs.
        """
        width = len(self._labels)
        if matrix.ndim != _MATRIX or matrix.shape[1] != width:
            raise UserValueError(f"rows must have {width} values each, got shape {matrix.shape}")
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


def output_matrix(
    outputs: Any, rows: int, columns: int, positive: int | None
) -> NDArray[np.float64]:
    """Return what a predict function returned as a matrix.

    Args:
        outputs: Numbers, shape (rows,) or (rows, outputs).
        rows: Number of inputs that were predicted.
        columns: Number of predicted attributes.
        positive: Index of the positive one of a binary classifier. It may be predicted alone; the
            complement is added.

    Returns:
        Array, shape (rows, columns).

    Raises:
        UserValueError: The shape is another one.
    """
    import numpy as np

    matrix = np.asarray(outputs, dtype=np.float64)
    if matrix.ndim == 1:
        matrix = matrix[:, np.newaxis]
    if matrix.shape == (rows, 1) and columns == BINARY_CLASSES and positive is not None:
        pair = (1 - matrix, matrix) if positive == 1 else (matrix, 1 - matrix)
        matrix = np.hstack(pair)
    if matrix.shape != (rows, columns):
        raise UserValueError(
            f"predict must return an array of shape {(rows, columns)}, with a column for each "
            f"predicted attribute, got shape {matrix.shape}"
        )
    return matrix
