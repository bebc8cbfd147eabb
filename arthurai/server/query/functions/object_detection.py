"""Evaluation of object detection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import OutputType, ValueType
from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.sql import struct
from arthurai.server.query.target_resolution import column_expr, pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arthurai.server.query.function_arguments import Arguments
    from arthurai.server.query.sql_expression import Expr

_BOXES: Final = frozenset({ColumnType.BOXES})
_DEFAULT_IOU: Final = 0.5
_FIELDS: Final = 6

Box = tuple[float, float, float, float]


@function("meanAveragePrecision", aggregate=True, nestable=False, evaluates=True)
def mean_average_precision(arguments: Arguments) -> Expr:
    """Mean over classes of the average precision; boxes match with an IoU of at least `threshold`.

    The database collects the boxes; matching is a sequence of dependent choices, done here.
    """
    if arguments.schema.output_type != OutputType.ObjectDetection:
        raise QueryError(
            arguments.call.path,
            f"meanAveragePrecision does not fit a {arguments.schema.output_type} model; it needs "
            "an object detection model",
        )
    threshold = arguments.number("threshold", _DEFAULT_IOU)
    found = _boxes(arguments)
    gathered = arguments.aggregate(
        f"list({struct(p=found[0].sql, y=found[1].sql)}) "
        f"FILTER (WHERE {found[0].sql} IS NOT NULL AND {found[1].sql} IS NOT NULL)",
        ColumnType.OBJECT,
    )
    return arguments.object(
        gathered.sql,
        lambda rows: average_precision([(r["p"], r["y"]) for r in rows or ()], threshold),
    )


def _boxes(arguments: Arguments) -> tuple[Expr, Expr]:
    if arguments.has("ground_truth_property"):
        found = pair(arguments, _BOXES)
        truth = found.truth
    else:
        schema = arguments.schema
        own = [a for a in schema.ground_truths if a.value_type == ValueType.BoundingBox]
        linked = pair(arguments, _BOXES) if len(own) != 1 else None
        truth = linked.truth if linked is not None else column_expr(arguments, own[0])
        if linked is None:
            predictions = [a for a in schema.predicted if a.value_type == ValueType.BoundingBox]
            if arguments.has("predicted_property") or len(predictions) != 1:
                return arguments.column("predicted_property", types=_BOXES), truth
            return column_expr(arguments, predictions[0]), truth
        found = linked
    if truth.type is not ColumnType.BOXES:
        raise QueryError(
            arguments.path("ground_truth_property"),
            f"must be bounding boxes, got a {truth.type.value} column",
        )
    return found.predicted, truth


def average_precision(
    images: Iterable[tuple[Sequence[Sequence[Any]], Sequence[Sequence[Any]]]], threshold: float
) -> float | None:
    """Return the mean average precision of predicted boxes.

    Per class, predictions of all images are taken by falling confidence; each takes the still
    free true box of its image with the largest IoU and is right when that reaches the threshold.
    The average precision is the sum over the steps of recall times the best precision from there
    on (the area under the interpolated curve, as in the PASCAL VOC 2010 rules).

    Args:
        images: Predicted and true boxes of each image, each box as (class id, confidence, left,
            top, width, height) in pixels.
        threshold: Least intersection over union of a match.

    Returns:
        A number from 0 to 1, or `None` without true boxes.
    """
    predictions: dict[Any, list[tuple[float, int, Box]]] = {}
    truths: dict[Any, dict[int, list[Box]]] = {}
    for image, (predicted, true) in enumerate(images):
        for box in predicted:
            if len(box) == _FIELDS and None not in box:
                entry = (float(box[1]), image, (box[2], box[3], box[4], box[5]))
                predictions.setdefault(box[0], []).append(entry)
        for box in true:
            if len(box) == _FIELDS and None not in (box[0], *box[2:]):
                corners = (box[2], box[3], box[4], box[5])
                truths.setdefault(box[0], {}).setdefault(image, []).append(corners)
    if not truths:
        return None
    values = [
        _of_class(predictions.get(label, []), boxes, threshold) for label, boxes in truths.items()
    ]
    return sum(values) / len(values)


def _of_class(
    predictions: list[tuple[float, int, Box]], truths: dict[int, list[Box]], threshold: float
) -> float:
    free = {image: list(boxes) for image, boxes in truths.items()}
    total = sum(len(boxes) for boxes in truths.values())
    right = 0
    curve: list[tuple[float, float]] = []
    ordered = sorted(predictions, key=lambda entry: -entry[0])
    for place, (_, image, box) in enumerate(ordered, start=1):
        rivals = free.get(image, [])
        best = max(range(len(rivals)), key=lambda i: overlap(box, rivals[i]), default=None)
        if best is not None and overlap(box, rivals[best]) >= threshold:
            right += 1
            del rivals[best]
        curve.append((right / total, right / place))
    area, reached, best_precision = 0.0, None, 0.0
    for recall, precision in reversed(curve):
        if reached is not None:
            area += (reached - recall) * best_precision
        best_precision = max(best_precision, precision)
        reached = recall
    return area + (reached or 0.0) * best_precision


def overlap(one: Box, other: Box) -> float:
    """Return intersection over union of two boxes; 0 when both are empty.

    Args:
        one: Left, top, width, height.
        other: Left, top, width, height.
    """
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(width, 0.0) * max(height, 0.0)
    union = one[2] * one[3] + other[2] * other[3] - shared
    return shared / union if union > 0 else 0.0
