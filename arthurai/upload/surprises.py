"""What was sent although it looks wrong: collected over one call, and reported in warnings.

A program that sends one row a request would repeat each warning for every row. So each is reported
once, and again when its count has grown tenfold, with the count of the whole process.
"""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import ValueType
from arthurai.upload.coerce import is_missing
from arthurai.upload.diagnostics import describe_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.common.attribute_spec import AttributeSpec

logger = logging.getLogger(__name__)

_CATEGORY_TYPES: Final = frozenset({ValueType.Integer, ValueType.String})
_NUMBER_TYPES: Final = frozenset({ValueType.Integer, ValueType.Float})
_MAX_EXAMPLES: Final = 3
_MAX_CATEGORIES: Final = 5
_MAX_RANGES: Final = 3
_GROWTH: Final = 10
_MAX_REMEMBERED: Final = 10_000


class _Counts:
    """How often each surprise occurred in this process, and at which count it was last reported."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[tuple[str, ...], tuple[int, int]] = {}

    def add(self, key: tuple[str, ...], count: int) -> int | None:
        """Count a surprise; return the total if it is to be reported now."""
        with self._lock:
            total, reported = self._found.get(key, (0, 0))
            total += count
            is_news = total >= _GROWTH * reported
            if len(self._found) >= _MAX_REMEMBERED:
                self._found.clear()
            self._found[key] = (total, total if is_news else reported)
        return total if is_news else None


counts: Final = _Counts()


@dataclass(slots=True)
class _Surprise:
    """One surprise of a call.

    Attributes:
        text: The message, in which `{count}` stands for the count.
        count: How many values, rows or calls it concerns.
        level: Level of the log record.
        rows: Numbers of the first rows.
        values: Their values.
    """

    text: str
    count: int = 0
    level: int = logging.WARNING
    rows: list[int] = field(default_factory=list)
    values: list[object] = field(default_factory=list)


class Surprises:
    """What is surprising about the tables of one call.

    Args:
        scope: What the surprises are about, such as the id of the model.
    """

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._found: dict[tuple[str, ...], _Surprise] = {}
        self._categories: dict[str, set[Any]] = {}
        self._ranges: dict[str, tuple[float, float]] = {}
        self._numbers: dict[str, int] = {}
        self._attributes: dict[str, AttributeSpec] = {}

    def add(self, *key: str, text: str, count: int = 1, level: int = logging.WARNING) -> None:
        """Count a surprise.

        Args:
            *key: What it is: its kind and the column.
            text: The message; `{count}` in it stands for the count.
            count: How many values, rows or calls it concerns.
            level: Level of the log record.
        """
        found = self._found.setdefault(key, _Surprise(text, level=level))
        found.count += count

    def add_misfits(self, column: str, what: str, rows: Sequence[tuple[int, object]]) -> None:
        """Count values of a column that are sent as given although they do not fit.

        Args:
            column: The column's name.
            what: What is expected instead.
            rows: Number and value of each row.
        """
        text = (
            f"column {column!r}: {{count}} values do not fit the attribute and were sent as given, "
            f"in {{rows}}: {what} (got {{values}}). The server decides about these rows; convert "
            "the values, or pass strict=True to check everything before anything is sent"
        )
        found = self._found.setdefault(("misfit", column, what), _Surprise(text))
        found.count += len(rows)
        kept = rows[: max(0, _MAX_EXAMPLES + 1 - len(found.rows))]
        found.rows += [row for row, _ in kept]
        found.values += [value for _, value in kept]

    def check(self, attribute: AttributeSpec, column: Any) -> None:
        """Look for new categories and values out of range in a valid column: list or Arrow."""
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
            self._numbers[attribute.name] = self._numbers.get(attribute.name, 0) + 1

    def log(self, *kinds: str) -> None:
        """Log what was found and is news in this process.

        Args:
            *kinds: Only surprises of these kinds; all when omitted.
        """
        for key, surprise in self._found.items():
            if kinds and key[0] not in kinds:
                continue
            total = counts.add((self._scope, *key), surprise.count)
            if total is None:
                continue
            text = surprise.text.replace("{count}", str(surprise.count))
            if surprise.rows:
                more = surprise.count - len(surprise.rows)
                where = describe_rows(surprise.rows, more=more)
                shown = ", ".join(f"{value!r:.60}" for value in surprise.values[:_MAX_EXAMPLES])
                text = text.replace("{rows}", where).replace("{values}", shown)
            if total > surprise.count:
                text += f" ({total} so far in this process)"
            logger.log(surprise.level, "%s", text)
        if not kinds:
            self._log_categories()
            self._log_ranges()

    def _log_categories(self) -> None:
        for name, values in self._categories.items():
            fresh = [
                value
                for value in sorted(values, key=str)
                if counts.add((self._scope, "category", name, str(value)), 1) == 1
            ]
            if not fresh:
                continue
            more = len(fresh) - _MAX_CATEGORIES
            logger.warning(
                "column %r has values that are not among the attribute's %d categories: %s%s",
                name,
                len(self._attributes[name].categories),
                ", ".join(map(repr, fresh[:_MAX_CATEGORIES])),
                f" and {more} more" if more > 0 else "",
            )

    def _log_ranges(self) -> None:
        fresh = {}
        for name, ends in self._ranges.items():
            total = counts.add((self._scope, "range", name), self._numbers[name])
            if total is not None:
                fresh[name] = ends
        if not fresh:
            return
        farthest = sorted(fresh, key=lambda name: -self._excess(name))
        texts = [
            f"{name!r} ranges from {_format(fresh[name][0])} to {_format(fresh[name][1])}, not "
            f"{_format(self._attributes[name].min_range)} to "
            f"{_format(self._attributes[name].max_range)}"
            for name in farthest[:_MAX_RANGES]
        ]
        if len(farthest) > _MAX_RANGES:
            texts.append(f"and {len(farthest) - _MAX_RANGES} more attributes, by less")
        logger.warning(
            "values outside of the ranges that the model was described with: %s", "; ".join(texts)
        )

    def _excess(self, name: str) -> float:
        """Return how far the values of an attribute leave its range, in widths of that range."""
        low, high = self._ranges[name]
        least, most = self._attributes[name].min_range, self._attributes[name].max_range
        below = 0.0 if least is None else max(0.0, float(least) - float(low))
        above = 0.0 if most is None else max(0.0, float(high) - float(most))
        width = 0.0 if least is None or most is None else float(most) - float(least)
        return max(below, above) / width if width > 0 else math.inf


def _format(limit: float | None) -> str:
    if limit is None:
        return "anything"
    return str(limit) if isinstance(limit, int) else f"{limit:.6g}"
