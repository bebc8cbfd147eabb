"""Bias mitigation curves: the effect of thresholds by group.

The method is the threshold optimizer of Hardt, Price and Srebro, "Equality of Opportunity in
Supervised Learning" (2016): for each group all thresholds are tried, and the points of the groups'
curves with the same index have (nearly) the same rate, so that together they are fair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from arthurai.common.vocabulary import ValueType
from arthurai.server.enrichment.feature_encoding import MAX_CATEGORIES, category_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from arthurai.server.model_schema import Attribute

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

STEPS: Final = 1000
SELECT_NONE: Final = 2.0
"""A threshold above all probabilities, which selects nobody."""

CONSTRAINTS: Final = ("demographic_parity", "equal_opportunity", "equalized_odds")
LABELS: Final = {
    "demographic_parity": ("selection_rate", "accuracy"),
    "equal_opportunity": ("true_positive_rate", "accuracy"),
    "equalized_odds": ("false_positive_rate", "true_positive_rate"),
}


@dataclass(frozen=True, slots=True)
class Curve:
    """The curve of one group.

    Attributes:
        y: Value at x = i / 1000 for i from 0 to 1000, shape (1001,).
        thresholds: Threshold of each value, same shape; scores from it on are selected.
    """

    y: Floats
    thresholds: Floats


def group_members(
    attribute: Attribute, values: Sequence[Any]
) -> list[tuple[dict[str, Any], Flags]]:
    """Return the groups of an attribute and the rows that belong to each.

    Args:
        attribute: An attribute with categories or with bins, which exclude their start and include
            their end. A categorical one without declared categories has those that occur.
        values: Its values, one per row.

    Returns:
        For each group the members of the API that name it, and a flag for each row.
    """
    if attribute.bins and not attribute.categorical:
        numbers = np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)
        groups = []
        for start, end in attribute.bins:
            inside = ~np.isnan(numbers)
            if start is not None:
                inside &= numbers > start
            if end is not None:
                inside &= numbers <= end
            ends = {"continuous_start": start, "continuous_end": end}
            groups.append(({k: v for k, v in ends.items() if v is not None}, inside))
        return groups
    texts = [None if v is None else category_of(v) for v in values]
    categories = list(attribute.categories) or sorted({t for t in texts if t is not None})
    if len(categories) > MAX_CATEGORIES or not (attribute.categorical or attribute.categories):
        return []
    boolean = attribute.value_type == ValueType.Boolean
    return [
        (
            {"categorical_value": category},
            np.array([t == (category.lower() if boolean else category) for t in texts], dtype=bool),
        )
        for category in categories
    ]


def compute_curve(scores: Floats, truth: Flags, constraint: str) -> Curve | None:
    """Return the curve of one group, or `None` where a rate is not defined.

    Args:
        scores: Score of each row of the group, shape (rows,).
        truth: Whether each row is positive in truth.
        constraint: One of `CONSTRAINTS`.
    """
    rows, positives = len(scores), int(truth.sum())
    negatives = rows - positives
    if not rows or (constraint != CONSTRAINTS[0] and not positives):
        return None
    if constraint == "equalized_odds" and not negatives:
        return None
    descending = np.argsort(-scores, kind="stable")
    ordered, hits = scores[descending], np.cumsum(truth[descending])
    last = np.append(np.nonzero(np.diff(ordered))[0], rows - 1)
    nobody = max(SELECT_NONE, np.nextafter(ordered[0], np.inf))
    thresholds = np.concatenate(([nobody], ordered[last]))
    selected = np.concatenate(([0], last + 1))
    true_positives = np.concatenate(([0], hits[last]))
    false_positives = selected - true_positives
    accuracy = (true_positives + negatives - false_positives) / rows
    counts, total, y = {
        "demographic_parity": (selected, rows, accuracy),
        "equal_opportunity": (true_positives, positives, accuracy),
        "equalized_odds": (false_positives, negatives, true_positives / max(positives, 1)),
    }[constraint]
    # Of candidates with the same rate the best y counts, then the largest threshold.
    ranked = np.lexsort((-thresholds, -y, counts))
    _, first = np.unique(counts[ranked], return_index=True)
    best = ranked[first]
    # Whole numbers: a rate of exactly i / 1000 must not be missed by rounding.
    limits = np.arange(STEPS + 1, dtype=np.int64) * total
    chosen = best[np.searchsorted(counts[best] * STEPS, limits, side="right") - 1]
    return Curve(y[chosen], thresholds[chosen])


def find_optimization_index(curves: Sequence[Curve], sizes: Sequence[int], constraint: str) -> int:
    """Return the index of the operating point that is best for all groups together.

    It is the one of the greatest accuracy over all rows; for equalized odds the one nearest to the
    top left corner, by the worst group. The smallest of equal ones counts.

    Args:
        curves: The groups' curves.
        sizes: Number of rows of each group.
        constraint: One of `CONSTRAINTS`.
    """
    values = np.stack([c.y for c in curves])
    if constraint == "equalized_odds":
        x = np.arange(STEPS + 1) / STEPS
        return int(np.argmin(x**2 + (1 - values.min(axis=0)) ** 2))
    weights = np.array(sizes, dtype=np.float64) / sum(sizes)
    # Differences that are only rounding must not decide which of equal points is the first.
    return int(np.argmax(np.round(weights @ values, 12)))
