"""True and predicted classes of rows, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.vocabulary import Stage
from arthurai.server.enrichment.feature_encoding import Columns, category_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.server.model_schema import Attribute, ModelSchema


def class_attributes(schema: ModelSchema) -> tuple[Attribute, ...]:
    """Return the attributes that hold the true and the predicted class.

    Args:
        schema: Schema of a classifier.
    """
    truths = [schema.ground_truth_class, *map(schema.ground_truth_of, schema.predicted)]
    unique = {a.column: a for a in (*schema.predicted, *truths) if a is not None}
    return tuple(unique.values())


def find_classes(
    schema: ModelSchema, columns: Columns
) -> tuple[list[str | None], list[str | None]]:
    """Return the true and the predicted class of each row, `None` if unknown.

    Classes have the name of the value of the class column; those of one-hot ground truth have the
    name of its attribute, in a binary model `1` and `0`.

    Args:
        schema: Schema of a classifier.
        columns: Values of `class_attributes(schema)` by column.
    """
    if schema.is_binary_classifier:
        return _binary(schema, columns)
    names = _names(schema)
    scores = [columns[a.column] for a in schema.predicted]
    predicted = [_largest(row, names) for row in zip(*scores, strict=True)]
    truth = schema.ground_truth_class
    if truth is not None:
        values = columns[truth.column]
        return [None if v is None else category_of(v) for v in values], predicted
    linked = [(schema.ground_truth_of(a), n) for a, n in zip(schema.predicted, names, strict=True)]
    known = [(columns[a.column], n) for a, n in linked if a is not None]
    true_names = [n for _, n in known]
    rows = zip(*(values for values, _ in known), strict=True)
    return [_largest(row, true_names) for row in rows], predicted


def _binary(schema: ModelSchema, columns: Columns) -> tuple[list[str | None], list[str | None]]:
    positive = schema.positive_predicted
    truth = None if positive is None else schema.ground_truth_of(positive)
    if positive is None or truth is None:
        return [], []
    yes, no = _binary_names(schema, positive)
    scores = columns[positive.column]
    predicted = [None if p is None else yes if p >= schema.threshold else no for p in scores]
    values = columns[truth.column]
    if truth.stage == Stage.GroundTruthClass:
        hits = [None if v is None else category_of(v) == positive.gt_class_link for v in values]
    else:
        hits = [None if v is None else float(v) == 1 for v in values]
    return [None if hit is None else yes if hit else no for hit in hits], predicted


def _binary_names(schema: ModelSchema, positive: Attribute) -> tuple[str, str]:
    yes = positive.gt_class_link
    if yes is None:
        return "1", "0"
    others = [a.gt_class_link for a in schema.predicted if a is not positive]
    truth = schema.ground_truth_class
    others += [c for c in (truth.categories if truth else ()) if c != yes]
    return yes, next((name for name in others if name), f"not {yes}")


def _names(schema: ModelSchema) -> list[str]:
    return [a.gt_class_link or a.attribute_link or a.name for a in schema.predicted]


def _largest(row: Sequence[Any], names: Sequence[str]) -> str | None:
    """Return the name of the largest value, the first of equal ones; `None` with missing values."""
    if any(value is None for value in row):
        return None
    return names[max(range(len(row)), key=lambda place: row[place])]
