"""Encoding of attribute values as columns of numbers for learners."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from arthurai.common.vocabulary import ValueType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.model_schema import Attribute

MAX_CATEGORIES: Final = 50
"""An attribute with more declared categories is not used by enrichments."""

Columns: TypeAlias = "Mapping[str, Sequence[Any]]"
"""Values of each attribute by the name of its column in the data store."""

Matrix: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float64]]"

_NUMBERS: Final = frozenset(
    {ValueType.Integer, ValueType.Float, ValueType.Boolean, ValueType.Timestamp}
)
_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - the data store keeps UTC without zone


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the matrix.

    Attributes:
        attribute: The attribute it comes from.
        category: The category that is 1 here, `None` for a column of numbers.
    """

    attribute: Attribute
    category: str | None = None


@dataclass(frozen=True, slots=True)
class _Numbers:
    attribute: Attribute
    median: float

    @property
    def features(self) -> list[Feature]:
        return [Feature(self.attribute)]

    def transform(self, values: Sequence[Any]) -> Matrix:
        column = np.array([_number(v) for v in values], dtype=np.float64)
        return np.where(np.isnan(column), self.median, column).reshape(-1, 1)


@dataclass(frozen=True, slots=True)
class _Categories:
    attribute: Attribute
    categories: tuple[str, ...]
    usual: str
    other: bool

    @property
    def features(self) -> list[Feature]:
        named = [Feature(self.attribute, category) for category in self.categories]
        return [*named, Feature(self.attribute, "")] if self.other else named

    def transform(self, values: Sequence[Any]) -> Matrix:
        places = {category: place for place, category in enumerate(self.categories)}
        elsewhere = len(places) if self.other else -1
        matrix = np.zeros((len(values), len(places) + self.other))
        for row, value in enumerate(values):
            place = places.get(self.usual if value is None else category_of(value), elsewhere)
            if place >= 0:
                matrix[row, place] = 1.0
        return matrix


class Encoder:
    """Encodes values as a matrix, as learned from a sample.

    Numbers stay as they are, times are seconds since 1970, categories become one column each.
    Missing numbers are the median of the sample, missing categories its most frequent one.

    Attributes:
        features: The columns of the matrix.
    """

    def __init__(
        self, attributes: Sequence[Attribute], sample: Columns, *, other: bool = False
    ) -> None:
        """Learn from a sample.

        Args:
            attributes: Attributes to use; those that cannot be used are left out.
            sample: Their values.
            other: Whether categories beyond the 50 most frequent ones share a column; without it
                such an attribute is left out.
        """
        self._parts: list[_Numbers | _Categories] = []
        for attribute in attributes:
            part = _learn(attribute, sample[attribute.column], other=other)
            if part is not None:
                self._parts.append(part)
        self.features = [feature for part in self._parts for feature in part.features]

    def transform(self, columns: Columns) -> Matrix:
        """Return values as a matrix of rows by features.

        Args:
            columns: Values of all attributes.
        """
        rows = len(next(iter(columns.values())))
        parts = [part.transform(columns[part.attribute.column]) for part in self._parts]
        return np.hstack([np.zeros((rows, 0)), *parts])


def category_of(value: Any) -> str:
    """Return a value as the text that names its category."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _learn(
    attribute: Attribute, values: Sequence[Any], *, other: bool
) -> _Numbers | _Categories | None:
    present = [value for value in values if value is not None]
    if not present or len(attribute.categories) > MAX_CATEGORIES:
        return None
    if attribute.value_type in _NUMBERS and not attribute.categorical:
        return _Numbers(attribute, float(np.median([_number(v) for v in present])))
    if attribute.value_type not in _NUMBERS | {ValueType.String}:
        return None
    counts = Counter(category_of(value) for value in present)
    if len(counts) > MAX_CATEGORIES:
        is_name = attribute.is_unique or len(counts) == len(present)
        if is_name or not other:
            return None
    ranked = sorted(counts, key=lambda category: (-counts[category], category))
    kept = tuple(sorted(ranked[:MAX_CATEGORIES]))
    return _Categories(attribute, kept, ranked[0], len(counts) > MAX_CATEGORIES)


def _number(value: Any) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, dt.datetime):
        return (value - _EPOCH).total_seconds()
    return float(value)
