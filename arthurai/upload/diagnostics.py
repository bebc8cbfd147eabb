"""Everything wrong with a table, gathered into one message."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from arthurai.common.attribute_spec import AttributeSpec
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.vocabulary import ValueType
from arthurai.upload.coerce import is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.common.attribute_spec import AttributeSpec

EXAMPLES = 3
"""How many rows a message about one column names."""

MOST = 20
"""How many problems one message lists."""


def describe_rows(rows: Sequence[int], total: int) -> str:
    """`row 3` or `rows 3, 7, 9 and 12 more`; rows count from 0."""
    if total == 1:
        return f"row {rows[0]}"
    more = f" and {total - len(rows)} more" if total > len(rows) else ""
    return f"rows {', '.join(map(str, rows))}{more}"


class Problems:
    """Collects what is wrong with one table and raises it as one error.

    Args:
        name: what the caller calls the table.

    Attributes:
        name: the same.
        later_part: whether this is a part of a stream, of which earlier parts may have been sent.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.later_part = False
        self._found: list[tuple[str, bool]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, text: str, *, of_type: bool = False) -> None:
        """Notes one problem; `of_type` marks a wrong type (else a wrong value)."""
        self._found.append((text, of_type))

    def add_rows(
        self, column: str, what: str, bad: Sequence[tuple[int, object]], *, of_type: bool = False
    ) -> None:
        """Notes a problem of some rows of a column.

        Args:
            column: the column's name.
            what: what is wrong, to stand behind the row numbers.
            bad: row number and value of each row concerned, at least one.
            of_type: whether it is a wrong type.
        """
        where = describe_rows([row for row, _ in bad[:EXAMPLES]], len(bad))
        examples = ", ".join(f"{value!r:.60}" for _, value in bad[:EXAMPLES])
        self.add(f"column {column!r}, {where}: {what} (got {examples})", of_type=of_type)

    def raise_found(self) -> None:
        """Raises everything noted so far.

        Raises:
            UserTypeError: when every problem is a wrong type.
            UserValueError: otherwise, when there is any problem.
        """
        if not self._found:
            return
        texts = [text for text, _ in self._found]
        more = [f"… and {len(texts) - MOST} more"] if len(texts) > MOST else []
        count = "1 problem" if len(texts) == 1 else f"{len(texts)} problems"
        what = "these rows" if self.later_part else "it"
        message = (
            f"`{self.name}` has {count}; nothing of {what} was sent. Rows count from 0.\n"
            + "\n".join(f"  - {text}" for text in texts[:MOST] + more)
        )
        if all(of_type for _, of_type in self._found):
            raise UserTypeError(message)
        raise UserValueError(message)


logger = logging.getLogger(__name__)

_NUMBERS = frozenset({ValueType.Integer, ValueType.Float})
_CATEGORIES = frozenset({ValueType.Integer, ValueType.String})
_SHOWN = 5


class Surprises:
    """Gathers new categories and values out of range over all parts of one call."""

    def __init__(self) -> None:
        self._categories: dict[str, set[Any]] = {}
        self._ranges: dict[str, tuple[float, float]] = {}
        self._attributes: dict[str, AttributeSpec] = {}

    def look(self, attribute: AttributeSpec, column: Any) -> None:
        """Looks at one column that passed the checks."""
        if attribute.categorical:
            if attribute.categories and attribute.value_type in _CATEGORIES:
                self._look_categories(attribute, column)
        elif attribute.value_type in _NUMBERS and (
            attribute.min_range is not None or attribute.max_range is not None
        ):
            self._look_range(attribute, column)

    def _look_categories(self, attribute: AttributeSpec, column: Any) -> None:
        known = frozenset(attribute.categories)
        values = column.unique().to_pylist() if not isinstance(column, list) else set(column)
        new = {value for value in values if value is not None}
        new = {value for value in new if str(value) not in known}
        if new:
            self._attributes[attribute.name] = attribute
            self._categories.setdefault(attribute.name, set()).update(new)

    def _look_range(self, attribute: AttributeSpec, column: Any) -> None:
        if not isinstance(column, list):
            import pyarrow.compute as pc

            ends = pc.min_max(column).as_py()
            low, high = ends["min"], ends["max"]
        else:
            numbers = [value for value in column if not is_missing(value)]
            low, high = min(numbers, default=None), max(numbers, default=None)
        if low is None or high is None:
            return
        below = attribute.min_range is not None and low < attribute.min_range
        above = attribute.max_range is not None and high > attribute.max_range
        if below or above:
            before = self._ranges.get(attribute.name, (low, high))
            self._attributes[attribute.name] = attribute
            self._ranges[attribute.name] = (min(low, before[0]), max(high, before[1]))

    def log(self) -> None:
        """Writes a warning for each column with new categories, and one for all ranges."""
        for name, values in self._categories.items():
            shown = ", ".join(map(repr, sorted(values, key=str)[:_SHOWN]))
            more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
            logger.warning(
                "column %r holds values that are none of the attribute's %d categories: %s%s",
                name,
                len(self._attributes[name].categories),
                shown,
                more,
            )
        if self._ranges:
            logger.warning(
                "values outside of the ranges that the model was described with: %s",
                "; ".join(
                    f"{name!r} reaches from {_shown(low)} to {_shown(high)}, not "
                    f"{_shown(self._attributes[name].min_range)} to "
                    f"{_shown(self._attributes[name].max_range)}"
                    for name, (low, high) in self._ranges.items()
                ),
            )


def _shown(limit: float | None) -> str:
    if limit is None:
        return "anything"
    return str(limit) if isinstance(limit, int) else f"{limit:.6g}"
