"""Predicted values and ground truth: the linked attributes of each kind of output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.checks import read_list
from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.limits import BINARY_CLASSES, MAX_RANKED_ITEMS
from arthurai.model.attributes import ArthurAttribute
from arthurai.model.base_model import name_of
from arthurai.model.modeling.attribute_list import append_attributes, find_positions
from arthurai.model.modeling.detect_types import ColumnFacts, describe_column, find_range
from arthurai.model.modeling.infer_attributes import make_attribute

if TYPE_CHECKING:
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import Strings, Table, ValueTypeName
    from arthurai.upload.table_view import TableColumn, TableView

MAX_ITEMS: Final = 1_000
"""Different items of a recommendation model."""


def add_regression_output_attributes(
    self: ArthurModelBase,
    pred_to_ground_truth_map: Mapping[str, str],
    value_type: ValueTypeName,
    data: Table | None = None,
) -> dict[str, ArthurAttribute]:
    """Add predicted numbers and their ground truth.

    Args:
        pred_to_ground_truth_map: Ground-truth column by predicted column.
        value_type: Value type of all of them.
        data: A table to read the ranges from.

    Returns:
        The new attributes by name.

    Raises:
        UserValueError: A column is missing in `data`, or a name is taken or not allowed.
    """
    return add_numbers(self, pred_to_ground_truth_map, value_type, data, truth_types={})


def add_numbers(
    model: ArthurModelBase,
    pred_to_ground_truth_map: Mapping[str, str],
    value_type: str,
    data: Any,
    truth_types: Mapping[str, str],
) -> dict[str, ArthurAttribute]:
    """Add predicted numbers and their ground truth, which may have other value types.

    Args:
        model: The model.
        pred_to_ground_truth_map: Ground-truth column by predicted column.
        value_type: Value type of the predictions.
        data: A table to read the ranges from, or `None`.
        truth_types: Value type by ground-truth column; that of the predictions when omitted.

    Returns:
        The new attributes by name.
    """
    pairs = _check_map(pred_to_ground_truth_map)
    _check_different(*(name for pair in pairs for name in pair))
    frame = None if data is None else _frame_with(data, [n for pair in pairs for n in pair])
    ranks = range(len(pairs))
    truth_positions = find_positions(model, Stage.GroundTruth, ranks)
    predicted_positions = find_positions(model, Stage.PredictedValue, ranks)
    added: dict[str, ArthurAttribute] = {}
    for (prediction, truth), truth_position, predicted_position in zip(
        pairs, truth_positions, predicted_positions, strict=True
    ):
        for name, stage, position, link, kind in (
            (truth, Stage.GroundTruth, truth_position, prediction, truth_types.get(truth)),
            (prediction, Stage.PredictedValue, predicted_position, truth, None),
        ):
            attribute = ArthurAttribute(
                name, kind or value_type, stage, position=position, attribute_link=link
            )
            if frame is not None:
                attribute.set(range=find_range(frame.column(name).present()))
            added[name] = attribute
    append_attributes(model, list(added.values()))
    return _predictions_before_truths(added)


def add_classifier_output_attributes_gtclass(
    self: ArthurModelBase,
    pred_to_ground_truth_class_map: Mapping[str, Any],
    ground_truth_column: str,
    data: Table | TableView,
    positive_predicted_attr: str | None = None,
) -> dict[str, ArthurAttribute]:
    """Add class probabilities whose ground truth is one column of classes.

    Args:
        pred_to_ground_truth_class_map: Class by predicted column.
        ground_truth_column: The column that holds the true class.
        data: A table with that column, to read the classes from.
        positive_predicted_attr: The predicted column of the positive class, for two classes.

    Returns:
        The new attributes by name.

    Raises:
        MissingParameterError: There is no `data`.
        UserValueError: The column has missing values, or a name is taken or not allowed.
        ArthurUserError: The column holds neither strings nor integers.
    """
    pairs = _check_map(pred_to_ground_truth_class_map)
    predictions = [prediction for prediction, _ in pairs]
    if data is None:
        raise MissingParameterError(
            f"data is missing: the classes are read from its column {ground_truth_column!r}"
        )
    if positive_predicted_attr is not None and positive_predicted_attr not in predictions:
        raise UserValueError(
            f"positive_predicted_attr {positive_predicted_attr!r} is not one of the predicted "
            f"columns {predictions}"
        )
    _check_different(ground_truth_column, *predictions)
    truth = _make_class_attribute(self, data, ground_truth_column)
    # The server adds the negative class of a single prediction, at position 0.
    first = 1 if len(pairs) == 1 else 0
    positions = find_positions(self, Stage.PredictedValue, range(first, first + len(pairs)))
    present = _frame_with(data, [ground_truth_column]).column(ground_truth_column).present()
    classes = present.unique().to_pylist()
    added = {ground_truth_column: truth}
    for (prediction, class_value), position in zip(pairs, positions, strict=True):
        added[prediction] = _make_probability(
            prediction,
            position,
            gt_class_link=str(as_class(class_value, classes)),
            is_positive_predicted_attribute=prediction == positive_predicted_attr,
        )
    append_attributes(self, list(added.values()))
    return added


def as_class(value: Any, classes: Iterable[Any]) -> Any:
    """Return the class that a value stands for: 1.0 and `True` stand for the integer 1.

    Args:
        value: The class, as a caller writes it; also a number of numpy.
        classes: The classes in the data.
    """
    native = value.item() if hasattr(value, "item") else value
    if isinstance(native, bool | float):
        return next((known for known in classes if type(known) is int and known == native), native)
    return native


def _make_class_attribute(model: ArthurModelBase, data: Any, name: str) -> ArthurAttribute:
    facts = describe_classes(_frame_with(data, [name]).column(name))
    [position] = find_positions(model, Stage.GroundTruthClass, [0])
    return make_attribute(facts, name=name, stage=Stage.GroundTruthClass, position=position)


def describe_classes(column: TableColumn) -> ColumnFacts:
    """Describe a column of true classes.

    Args:
        column: The column.

    Returns:
        What it holds.

    Raises:
        UserValueError: Values are missing.
        ArthurUserError: It holds neither strings nor integers.
    """
    name = column.name
    if column.null_count:
        raise UserValueError(
            f"ground-truth column {name!r} has {column.null_count} missing values; every row must "
            f"have its class. Drop the others: data = data.dropna(subset=[{name!r}])"
        )
    # Class names are never free text or images, whatever goes into the model.
    facts = describe_column(column, InputType.Tabular, Stage.GroundTruthClass)
    if facts is None or facts.value_type not in {ValueType.String, ValueType.Integer}:
        found = column.holds or "unknown values" if facts is None else facts.value_type
        raise ArthurUserError(
            f"ground-truth column {name!r} holds {found}; classes must be strings or integers. "
            f"With pandas: data[{name!r}] = data[{name!r}].astype(int), or astype(str)"
        )
    return facts


def add_multiclass_classifier_output_attributes(
    self: ArthurModelBase, pred_to_ground_truth_map: Mapping[str, str]
) -> dict[str, ArthurAttribute]:
    """Add more than two class probabilities with a 0/1 ground-truth column each.

    Args:
        pred_to_ground_truth_map: Ground-truth column by predicted column, in class order.

    Returns:
        The new attributes by name.

    Raises:
        UserValueError: There are fewer than three pairs, or a name is taken or not allowed.
    """
    if len(_check_map(pred_to_ground_truth_map)) <= BINARY_CLASSES:
        raise UserValueError(
            "pred_to_ground_truth_map must have more than two classes, got "
            f"{list(pred_to_ground_truth_map)}. For two, use "
            "add_binary_classifier_output_attributes()"
        )
    return add_one_column_per_class(self, pred_to_ground_truth_map)


def add_one_column_per_class(
    model: ArthurModelBase, pred_to_ground_truth_map: Mapping[str, str]
) -> dict[str, ArthurAttribute]:
    """Add probabilities with a 0/1 ground-truth column each, in the order of the map.

    Args:
        model: The model.
        pred_to_ground_truth_map: Ground-truth column by predicted column.

    Returns:
        The new attributes by name.
    """
    pairs = _check_map(pred_to_ground_truth_map)
    _check_different(*(name for pair in pairs for name in pair))
    truth_positions = find_positions(model, Stage.GroundTruth, range(len(pairs)))
    predicted_positions = find_positions(model, Stage.PredictedValue, range(len(pairs)))
    added: dict[str, ArthurAttribute] = {}
    for (prediction, truth), truth_position, predicted_position in zip(
        pairs, truth_positions, predicted_positions, strict=True
    ):
        added[truth] = _make_indicator(truth, truth_position, prediction)
        added[prediction] = _make_probability(prediction, predicted_position, attribute_link=truth)
    append_attributes(model, list(added.values()))
    return _predictions_before_truths(added)


def add_binary_classifier_output_attributes(
    self: ArthurModelBase,
    positive_predicted_attr: str,
    pred_to_ground_truth_map: Mapping[str | None, str | None],
    threshold: float = 0.5,
) -> dict[str, ArthurAttribute]:
    """Add the probabilities of a binary classifier and its two 0/1 ground-truth columns.

    Args:
        positive_predicted_attr: The predicted column of the positive class, or its
            ground-truth column.
        pred_to_ground_truth_map: Ground-truth column by predicted column, two pairs; `None`
            for a column that does not exist.
        threshold: Probability from which on the prediction is positive.

    Returns:
        The new attributes by name.

    Raises:
        UserValueError: There are not two pairs, or the positive column is not among them.
    """
    if (
        not isinstance(pred_to_ground_truth_map, Mapping)
        or len(pred_to_ground_truth_map) != BINARY_CLASSES
    ):
        raise UserValueError(
            "pred_to_ground_truth_map of a binary classifier must have two pairs, got "
            f"{pred_to_ground_truth_map!r}. Write None for a column that does not exist, as in "
            '{"prediction": "label_1", None: "label_0"}'
        )
    _check_different(*pred_to_ground_truth_map, *pred_to_ground_truth_map.values())
    positive = _positive_prediction(positive_predicted_attr, pred_to_ground_truth_map)
    truth_positions = find_positions(self, Stage.GroundTruth, range(BINARY_CLASSES))
    predicted_positions = find_positions(self, Stage.PredictedValue, range(BINARY_CLASSES))
    added: dict[str, ArthurAttribute] = {}
    for (prediction, truth), truth_position, predicted_position in zip(
        pred_to_ground_truth_map.items(), truth_positions, predicted_positions, strict=True
    ):
        if prediction is not None:
            added[prediction] = _make_probability(
                prediction,
                predicted_position,
                attribute_link=truth,
                is_positive_predicted_attribute=prediction == positive,
            )
        if truth is not None:
            added[truth] = _make_indicator(truth, truth_position, prediction)
    append_attributes(self, list(added.values()))
    self.classifier_threshold = threshold
    return added


def _positive_prediction(wanted: str, pairs: Mapping[str | None, str | None]) -> str:
    if wanted in pairs:
        return wanted
    # The documentation also names the positive class by its ground-truth column.
    for prediction, truth in pairs.items():
        if truth == wanted and truth is not None and prediction is not None:
            return prediction
    raise UserValueError(
        f"positive_predicted_attr {wanted!r} is neither a predicted nor a ground-truth column of "
        f"{dict(pairs)!r}"
    )


def add_object_detection_output_attributes(
    self: ArthurModelBase,
    predicted_attr_name: str,
    gt_attr_name: str,
    image_class_labels: Strings,
) -> dict[str, ArthurAttribute]:
    """Add detected boxes and their ground truth.

    A cell is a list of boxes `[class id, confidence, top left x, top left y, width,
    height]`, lengths in pixels.

    Args:
        predicted_attr_name: Column of predicted boxes.
        gt_attr_name: Column of true boxes.
        image_class_labels: Class names, in the order of the class ids.

    Returns:
        The new attributes by name.

    Raises:
        MethodNotApplicableError: The model is not an object detection model.
        UserValueError: The names are equal, or there are no labels.
    """
    _check_different(predicted_attr_name, gt_attr_name)
    labels = read_list("image_class_labels", image_class_labels, "class names", ordered=True)
    if not labels:
        raise UserValueError(
            "image_class_labels must be a list of class names in the order of the class ids, got "
            "none"
        )
    if self.input_type != InputType.Image or self.output_type != OutputType.ObjectDetection:
        raise MethodNotApplicableError(
            "object detection requires input type IMAGE and output type OBJECT_DETECTION; "
            f"model {name_of(self)!r} is {self.input_type} and {self.output_type}"
        )
    added = _linked_pair(
        self,
        (gt_attr_name, ValueType.BoundingBox),
        (predicted_attr_name, ValueType.BoundingBox),
    )
    self.image_class_labels = [str(label) for label in labels]
    return added


def add_ranked_list_output_attributes(
    self: ArthurModelBase, predicted_attr_name: str, gt_attr_name: str
) -> dict[str, ArthurAttribute]:
    """Add recommendations and their ground truth.

    A predicted cell is a list of `{"item_id": ..., "label": ..., "score": ...}`, the best
    first; a true one is a list of item ids.

    Args:
        predicted_attr_name: Column of recommendations.
        gt_attr_name: Column of relevant items.

    Returns:
        The new attributes by name.

    Raises:
        MethodNotApplicableError: The output type of the model is not ranked list.
        UserValueError: The names are equal, taken or not allowed.
    """
    _check_different(predicted_attr_name, gt_attr_name)
    if self.output_type != OutputType.RankedList:
        raise MethodNotApplicableError(
            "recommendations require output type RANKED_LIST; model "
            f"{name_of(self)!r} is {self.output_type}"
        )
    return _linked_pair(
        self,
        (gt_attr_name, ValueType.StringArray),
        (predicted_attr_name, ValueType.RankedList),
    )


def _linked_pair(
    model: ArthurModelBase, truth: tuple[str, str], predicted: tuple[str, str]
) -> dict[str, ArthurAttribute]:
    added = {}
    for (name, value_type), (link, _), stage in (
        (truth, predicted, Stage.GroundTruth),
        (predicted, truth, Stage.PredictedValue),
    ):
        [position] = find_positions(model, stage, [0])
        added[name] = ArthurAttribute(
            name, value_type, stage, position=position, attribute_link=link
        )
    append_attributes(model, list(added.values()))
    return _predictions_before_truths(added)


def _predictions_before_truths(added: dict[str, ArthurAttribute]) -> dict[str, ArthurAttribute]:
    """Order pairs as the official SDK returns them; the model has them the other way round."""
    pairs = zip(*[iter(added)] * 2, strict=True)
    return {name: added[name] for truth, prediction in pairs for name in (prediction, truth)}


def _make_probability(name: str, position: int, **fields: Any) -> ArthurAttribute:
    return ArthurAttribute(
        name,
        ValueType.Float,
        Stage.PredictedValue,
        position=position,
        min_range=0,
        max_range=1,
        **fields,
    )


def _make_indicator(name: str, position: int, prediction: str | None) -> ArthurAttribute:
    return ArthurAttribute(
        name,
        ValueType.Integer,
        Stage.GroundTruth,
        position=position,
        categorical=True,
        categories=["0", "1"],  # type: ignore[list-item] # assignment takes raw values
        attribute_link=prediction,
    )


def _check_map(pairs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    if not isinstance(pairs, Mapping):
        raise UserTypeError(
            "the map from predictions to ground truth must be a dictionary, got "
            f"{type(pairs).__name__}"
        )
    if not pairs:
        raise UserValueError("the map from predictions to ground truth is empty")
    return list(pairs.items())


def _check_different(*names: str | None) -> None:
    duplicates = [name for name, count in Counter(names).items() if name is not None and count > 1]
    if duplicates:
        raise UserValueError(
            f"{', '.join(map(repr, duplicates))} is named more than once; each predicted and each "
            "ground-truth attribute must have a column of its own"
        )


def _frame_with(data: Any, names: Sequence[str]) -> TableView:
    from arthurai.upload.table_view import TableView

    frame = data if isinstance(data, TableView) else TableView(data)
    if absent := frame.missing(names):
        raise UserValueError(f"data has no columns {absent}; its columns are {frame.names}")
    return frame


def valid_rec_obj(obj: Any) -> bool:
    """Return whether an object is a recommended item: a dictionary whose `item_id` is a string."""
    return isinstance(obj, Mapping) and isinstance(obj.get("item_id"), str)


def check_ranked_lists(frame: TableView, predicted: str, truth: str) -> None:
    """Raise unless recommendation data is within the limits of the API.

    Args:
        frame: The data.
        predicted: Column of recommendations: lists of `{"item_id": ..., ...}`.
        truth: Column of the items that turned out relevant: lists of item ids.

    Raises:
        UserValueError: A list is longer than 100, or there are more than 1,000 items in all.
    """
    items: set[str] = set()
    for name in (predicted, truth):
        for row, cell in enumerate(frame.cells(name)):
            if not _is_list(cell):
                continue
            if len(cell) > MAX_RANKED_ITEMS:
                raise UserValueError(
                    f"row {row} of column {name!r} lists {len(cell)} items; at most "
                    f"{MAX_RANKED_ITEMS} are allowed. Keep the best ones"
                )
            items.update(_item_ids(cell, in_dicts=name == predicted))
    if len(items) > MAX_ITEMS:
        raise UserValueError(
            f"columns {predicted!r} and {truth!r} hold {len(items)} different items; at most "
            f"{MAX_ITEMS} are allowed in a model"
        )


def _is_list(cell: Any) -> bool:
    return isinstance(cell, list | tuple) or (
        type(cell).__name__ == "ndarray" and getattr(cell, "ndim", 0) == 1
    )


def _item_ids(cell: Iterable[Any], *, in_dicts: bool) -> Iterable[str]:
    if in_dicts:
        return (item["item_id"] for item in cell if valid_rec_obj(item))
    return (item for item in cell if isinstance(item, str))
