"""Values the model was not onboarded with: told once, never refused (the server takes them)."""

import logging
from typing import Any

from arthurai.upload.coerce import is_missing
from arthurai.upload.upload_schema import IngestAttribute
from arthurai.upload.validated_table import Column, is_arrow

logger = logging.getLogger(__name__)

_NUMBERS = frozenset({"INTEGER", "FLOAT"})
_CATEGORIES = frozenset({"INTEGER", "STRING"})
_SHOWN = 5


class Surprises:
    """Gathers new categories and values out of range over all parts of one call."""

    def __init__(self) -> None:
        self._categories: dict[str, set[Any]] = {}
        self._ranges: dict[str, tuple[float, float]] = {}
        self._attributes: dict[str, IngestAttribute] = {}

    def look(self, attribute: IngestAttribute, column: Column) -> None:
        """Looks at one column that passed the checks."""
        if attribute.categorical:
            if attribute.categories and attribute.value_type in _CATEGORIES:
                self._look_categories(attribute, column)
        elif attribute.value_type in _NUMBERS and (
            attribute.min_range is not None or attribute.max_range is not None
        ):
            self._look_range(attribute, column)

    def _look_categories(self, attribute: IngestAttribute, column: Column) -> None:
        known = frozenset(attribute.categories)
        values = column.unique().to_pylist() if is_arrow(column) else set(column)
        new = {value for value in values if value is not None}
        new = {value for value in new if str(value) not in known}
        if new:
            self._attributes[attribute.name] = attribute
            self._categories.setdefault(attribute.name, set()).update(new)

    def _look_range(self, attribute: IngestAttribute, column: Column) -> None:
        if is_arrow(column):
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
