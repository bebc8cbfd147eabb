"""Errors and warnings about the data of one call, each collected into one message."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.vocabulary import ValueType
from arthurai.upload.coerce import is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.common.attribute_spec import AttributeSpec
    from arthurai.upload.coerce import InvalidRows

logger = logging.getLogger(__name__)

_CATEGORY_TYPES: Final = frozenset({ValueType.Integer, ValueType.String})
_NUMBER_TYPES: Final = frozenset({ValueType.Integer, ValueType.Float})
_MAX_EXAMPLES: Final = 3
_MAX_LISTED_ERRORS: Final = 20
_MAX_CATEGORIES: Final = 5


def describe_rows(rows: Sequence[int]) -> str:
    """Return `row 3` or `rows 3, 7, 9 and 12 more`."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    more = f" and {len(rows) - _MAX_EXAMPLES} more" if len(rows) > _MAX_EXAMPLES else ""
    return f"rows {', '.join(map(str, rows[:_MAX_EXAMPLES]))}{more}"


class ValidationErrors:
    """What is wrong with one table, to be raised as one error.

    Args:
        name: What the caller calls the table.

    Attributes:
        later_part: Whether this is a part of a stream, of which earlier parts may have been sent.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.later_part = False
        self._found: list[tuple[str, bool]] = []

    def add(self, text: str, *, of_type: bool = False) -> None:
        """Add one error; `of_type` marks a wrong type (else it is a wrong value)."""
        self._found.append((text, of_type))

    def add_rows(
        self, column: str, what: str, rows: Sequence[tuple[int, object]], *, of_type: bool = False
    ) -> None:
        """Add an error of some rows of a column.

        Args:
            column: The column's name.
            what: What is wrong with these rows.
            rows: Number and value of each row; none when the column as a whole is wrong.
            of_type: Whether its type is wrong.
        """
        where = f", {describe_rows([row for row, _ in rows])}" if rows else ""
        examples = ", ".join(f"{value!r:.60}" for _, value in rows[:_MAX_EXAMPLES])
        got = f" (got {examples})" if rows else ""
        self.add(f"column {column!r}{where}: {what}{got}", of_type=of_type)

    def add_invalid(self, column: str, invalid: InvalidRows) -> None:
        """Add an error for each kind of invalid rows of a column."""
        for (what, of_type), rows in invalid.items():
            self.add_rows(column, what, rows, of_type=of_type)

    def raise_any(self) -> None:
        """Raise everything added so far as one error.

        Raises:
            UserTypeError: Every error is a wrong type.
            UserValueError: Some error is a wrong value.
        """
        if not self._found:
            return
        texts = [text for text, _ in self._found]
        more = len(texts) - _MAX_LISTED_ERRORS
        lines = texts[:_MAX_LISTED_ERRORS] + ([f"… and {more} more"] if more > 0 else [])
        count = "1 problem" if len(texts) == 1 else f"{len(texts)} problems"
        what = "these rows" if self.later_part else "it"
        message = (
            f"`{self.name}` has {count}; nothing of {what} was sent. Rows count from 0.\n"
            + "\n".join(f"  - {line}" for line in lines)
        )
        if all(of_type for _, of_type in self._found):
            raise UserTypeError(message)
        raise UserValueError(message)


class DataWarnings:
    """New categories and values out of range, over all tables of one call.

    The server accepts such values; each column is warned about once.
    """

    def __init__(self) -> None:
        self._categories: dict[str, set[Any]] = {}
        self._ranges: dict[str, tuple[float, float]] = {}
        self._attributes: dict[str, AttributeSpec] = {}

    def check(self, attribute: AttributeSpec, column: Any) -> None:
        """Look for unexpected values in a valid column: a list, or an Arrow array."""
        if attribute.categorical:
            if attribute.categories and attribute.value_type in _CATEGORY_TYPES:
                self._check_categories(attribute, column)
        elif attribute.value_type in _NUMBER_TYPES and (
            attribute.min_range is not None or attribute.max_range is not None
        ):
            self._check_range(attribute, column)

    def _check_categories(self, attribute: AttributeSpec, column: Any) -> None:
        known = frozenset(attribute.categories)
        values = set(column) if isinstance(column, list) else column.unique().to_pylist()
        new = {value for value in values if value is not None and str(value) not in known}
        if new:
            self._attributes[attribute.name] = attribute
            self._categories.setdefault(attribute.name, set()).update(new)

    def _check_range(self, attribute: AttributeSpec, column: Any) -> None:
        if isinstance(column, list):
            numbers = [value for value in column if not is_missing(value)]
            low, high = min(numbers, default=None), max(numbers, default=None)
        else:
            import pyarrow.compute as pc

            low, high = (end.as_py() for end in pc.min_max(column).values())
        if low is None or high is None:
            return
        below = attribute.min_range is not None and low < attribute.min_range
        above = attribute.max_range is not None and high > attribute.max_range
        if below or above:
            before = self._ranges.get(attribute.name, (low, high))
            self._attributes[attribute.name] = attribute
            self._ranges[attribute.name] = (min(low, before[0]), max(high, before[1]))

    def log(self) -> None:
        """Log a warning for each column with new categories, and one for all ranges."""
        for name, values in self._categories.items():
            listed = ", ".join(map(repr, sorted(values, key=str)[:_MAX_CATEGORIES]))
            more = len(values) - _MAX_CATEGORIES
            logger.warning(
                "column %r has values that are not among the attribute's %d categories: %s%s",
                name,
                len(self._attributes[name].categories),
                listed,
                f" and {more} more" if more > 0 else "",
            )
        if self._ranges:
            logger.warning(
                "values outside of the ranges that the model was described with: %s",
                "; ".join(
                    f"{name!r} ranges from {_format(low)} to {_format(high)}, not "
                    f"{_format(self._attributes[name].min_range)} to "
                    f"{_format(self._attributes[name].max_range)}"
                    for name, (low, high) in self._ranges.items()
                ),
            )


def _format(limit: float | None) -> str:
    if limit is None:
        return "anything"
    return str(limit) if isinstance(limit, int) else f"{limit:.6g}"
