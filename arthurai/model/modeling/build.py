"""Build the whole attribute list of a model from one table."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from arthurai.common.checks import read_list
from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.limits import BINARY_CLASSES, DEFAULT_THRESHOLD
from arthurai.common.text import list_names, suggest
from arthurai.model.base_model import name_of
from arthurai.model.modeling import outputs
from arthurai.model.modeling.attribute_list import append_attributes, check_names, suggest_renames
from arthurai.model.modeling.detect_types import describe_column
from arthurai.model.modeling.infer_attributes import infer_attributes, warn_about_categories
from arthurai.model.modeling.summary import review

if TYPE_CHECKING:
    import pandas as pd

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import PredictionMap, Strings, Table
    from arthurai.upload.table_view import TableView

logger = logging.getLogger(__name__)


def build(
    self: ArthurModelBase,
    data: Table,
    pred_to_ground_truth_map: PredictionMap,
    positive_predicted_attr: str | None = None,
    non_input_columns: Strings | None = None,
    ground_truth_column: str | None = None,
    set_reference_data: bool = True,
    *,
    rename: bool = False,
) -> pd.DataFrame:
    """Describe the whole model from one table.

    Columns that are neither predictions, nor ground truth, nor named in
    `non_input_columns` become pipeline inputs. Attributes the model had before are replaced;
    when something is wrong they stay as they were.

    Args:
        data: A pandas or polars frame, a pyarrow table, a list of dicts or a dict of lists.
        pred_to_ground_truth_map: Ground-truth column by predicted column, where `None`
            stands for a column that does not exist; or, together with
            `ground_truth_column`, the class by predicted column.
        positive_predicted_attr: The predicted column of the positive class, for two classes.
        non_input_columns: Columns that are not inputs but kept, e.g. for filters and groups.
        ground_truth_column: The one column that holds the true class.
        set_reference_data: Keep `data` as reference data, which `save` sends.
        rename: Rename columns whose names no attribute can have, such as `hours-per-week`. The
            original name becomes the label of the attribute, and is understood whenever rows are
            sent. The other arguments may use either name.

    Returns:
        The table of `review`.

    Raises:
        MethodNotApplicableError: The model is saved, or its output type needs another method.
        UserValueError: Columns are missing, names are not allowed, or the map does not fit.
        UserTypeError: Predictions of a classifier are not floats, or a column mixes types.
    """
    if self.model_is_saved():
        raise MethodNotApplicableError(
            f"model {name_of(self)!r} is saved; its attributes can no longer be built. "
            "Make a new model, or a new version with ArthurModelGroup.add_version()"
        )
    if not isinstance(pred_to_ground_truth_map, Mapping):
        raise UserTypeError(
            "pred_to_ground_truth_map must be a dictionary, got "
            f"{type(pred_to_ground_truth_map).__name__}"
        )
    from arthurai.upload.table_view import TableView

    frame = TableView(data)
    renames = suggest_renames(frame.names) if rename else {}
    frame = frame.renamed(renames)
    if ground_truth_column is not None and self.output_type != OutputType.Multiclass:
        raise UserValueError(
            f"ground_truth_column={ground_truth_column!r} applies to {OutputType.Multiclass} "
            "models only; map each predicted column to its ground-truth column instead"
        )

    def new_name(name: Any) -> Any:
        return renames.get(name, name) if isinstance(name, str) else name

    plan = _Plan(
        frame,
        {
            new_name(prediction): truth if ground_truth_column is not None else new_name(truth)
            for prediction, truth in pred_to_ground_truth_map.items()
        },
        new_name(positive_predicted_attr),
        new_name(ground_truth_column),
    )
    others = (
        []
        if non_input_columns is None
        else read_list("non_input_columns", non_input_columns, "column names")
    )
    others = [new_name(name) for name in others]
    plan.check(others)
    with _fresh_attributes(self):
        outside = {*plan.predictions, *plan.truths, *others}
        inputs = [name for name in frame.names if name not in outside]
        for stage, names in (
            (Stage.ModelPipelineInput, inputs),
            (Stage.NonInputData, others),
        ):
            append_attributes(self, infer_attributes(self, frame, names, stage))
        if self.input_type == InputType.TimeSeries:
            _check_time_series(self)
        inferred = list(self.attributes or ())
        _add_outputs(self, plan)
        originals = {new: old for old, new in renames.items()}
        for attribute in self.attributes or ():
            attribute.label = originals.get(attribute.name, attribute.label)
        described = {attribute.name for attribute in self.attributes or ()}
        self._left_out_columns = frozenset(
            originals.get(name, name) for name in frame.names if name not in described
        )
    warn_about_categories(inferred)
    if set_reference_data:
        self.reference_dataframe = frame.reusable
    logger.info(
        "The schema of model %r is built. Check it with review(), then call save().",
        name_of(self),
    )
    return review(self)


class _Plan:
    """The arguments of `build`, checked against the data."""

    def __init__(
        self,
        frame: TableView,
        pairs: Mapping[str | None, Any],
        positive: str | None,
        class_column: str | None,
    ) -> None:
        self.frame = frame
        self.pairs = dict(pairs)
        self.positive = positive
        self.class_column = class_column
        self.predictions = [name for name in pairs if name is not None]
        self.truths = (
            [name for name in pairs.values() if name is not None]
            if class_column is None
            else [class_column]
        )

    def check(self, non_input_columns: Sequence[str]) -> None:
        if not self.predictions:
            raise UserValueError("pred_to_ground_truth_map must have at least one predicted column")
        for argument, names in (
            ("pred_to_ground_truth_map (predictions)", self.predictions),
            (
                "ground_truth_column"
                if self.class_column
                else "pred_to_ground_truth_map (ground truth)",
                self.truths,
            ),
            ("non_input_columns", non_input_columns),
        ):
            if absent := self.frame.missing(names):
                hints = "".join(suggest(name, self.frame.names) for name in absent)
                classes = ""
                if names is self.truths and self.class_column is None and not hints:
                    classes = "; if these are classes, name their column: ground_truth_column=…"
                raise UserValueError(
                    f"{argument} names columns that data does not have: {list_names(absent)}; "
                    f"columns of data: {list_names(self.frame.names, 10)}{hints}{classes}"
                )
        if self.frame.num_rows == 0:
            raise UserValueError("data has no rows, so nothing can be inferred from it")
        check_names(self.frame.names)
        self._check_classes()

    def _check_classes(self) -> None:
        if self.class_column is None:
            return
        column = self.frame.column(self.class_column)
        outputs.describe_classes(column)
        present = column.present().unique().to_pylist()
        for name, value in self.pairs.items():
            if not _is_hashable(value):
                raise UserTypeError(
                    f"pred_to_ground_truth_map must map {name!r} to a class of column "
                    f"{self.class_column!r}, got {type(value).__name__}"
                )
        self.pairs = {name: outputs.as_class(value, present) for name, value in self.pairs.items()}
        # 1 and True are equal in Python, but not the same class.
        known = {(type(value), value) for value in present}
        absent = [value for value in self.pairs.values() if (type(value), value) not in known]
        if absent:
            raise UserValueError(
                f"column {self.class_column!r} never holds the classes {absent}; it holds "
                f"{present[:10]}. Give the classes exactly as in the column (1 and '1' differ)"
            )
        mapped = set(self.pairs.values())
        left = [value for value in present if value not in mapped]
        # A single prediction is that of the positive class; the other class needs no column.
        if len(left) > (len(self.pairs) == 1):
            logger.warning(
                "Column %r holds classes without a predicted column: %s. Map each class to the "
                "column of its probability.",
                self.class_column,
                list_names(left),
            )


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except Exception:  # noqa: BLE001 - some say so only when they are asked
        return False
    return True


@contextmanager
def _fresh_attributes(model: ArthurModelBase) -> Iterator[None]:
    before = model.attributes, model.classifier_threshold, model.image_class_labels
    model.attributes = []
    try:
        yield
    except BaseException:
        model.attributes, model.classifier_threshold, model.image_class_labels = before
        raise


def _check_time_series(model: ArthurModelBase) -> None:
    inputs = model.get_attributes(Stage.ModelPipelineInput)
    if not any(a.value_type == ValueType.TimeSeries for a in inputs):
        raise UserValueError(
            "a time series model requires an input column of time series: each cell a list of "
            '{"timestamp": ..., "value": ...}. Found only '
            f"{[f'{a.name} ({a.value_type})' for a in inputs]}"
        )


def _add_outputs(model: ArthurModelBase, plan: _Plan) -> None:
    if model.output_type == OutputType.Multiclass:
        _add_classes(model, plan)
    elif model.output_type == OutputType.Multilabel:
        _require_probabilities(plan)
        outputs.add_one_column_per_class(model, _require_pairs(plan))
    elif model.output_type == OutputType.Regression:
        _add_numbers(model, plan)
    elif model.output_type == OutputType.RankedList:
        prediction, truth = _require_single_pair(plan)
        outputs.add_ranked_list_output_attributes(model, prediction, truth)
        outputs.check_ranked_lists(plan.frame, prediction, truth)
    elif model.output_type == OutputType.ObjectDetection:
        prediction, truth = _require_single_pair(plan)
        labels = model.image_class_labels or _number_labels(plan.frame, prediction, truth)
        outputs.add_object_detection_output_attributes(model, prediction, truth, labels)
    else:
        remedy = (
            "Use build_token_sequence_model()"
            if model.output_type == OutputType.TokenSequence
            else f"Output types are {', '.join(OutputType.list())}"
        )
        raise MethodNotApplicableError(
            f"build cannot describe models of output type {model.output_type}. {remedy}"
        )


def _add_classes(model: ArthurModelBase, plan: _Plan) -> None:
    _require_probabilities(plan)
    positive = plan.positive
    if len(plan.pairs) <= BINARY_CLASSES and positive is None:
        if len(plan.predictions) != 1:
            raise UserTypeError(
                f"two predicted columns {plan.predictions} require positive_predicted_attr, the "
                "one that holds the probability of the positive class"
            )
        [positive] = plan.predictions
    if plan.class_column is not None:
        if None in plan.pairs:
            raise UserValueError(
                "with ground_truth_column, each class must have its predicted column, got None in "
                "pred_to_ground_truth_map; leave the class out"
            )
        outputs.add_classifier_output_attributes_gtclass(
            model,
            {name: plan.pairs[name] for name in plan.predictions},
            plan.class_column,
            plan.frame,
            positive,
        )
    elif len(plan.pairs) == 1:
        raise UserValueError(
            "one predicted and one ground-truth column do not identify the two classes. Give "
            "both classes, with None for a column that does not exist, or name the column of "
            "classes: ground_truth_column='label' and {'prediction': 1}"
        )
    elif len(plan.pairs) == BINARY_CLASSES:
        threshold = model.classifier_threshold
        outputs.add_binary_classifier_output_attributes(
            model,
            str(positive),
            plan.pairs,
            DEFAULT_THRESHOLD if threshold is None else threshold,
        )
    else:
        outputs.add_multiclass_classifier_output_attributes(model, _require_pairs(plan))


def _require_probabilities(plan: _Plan) -> None:
    import pyarrow as pa

    for name in plan.predictions:
        values = plan.frame.column(name).values  # noqa: PD011 - a field of ours
        if values is None or not pa.types.is_floating(values.type):
            found = "other values" if values is None else str(values.type)
            raise UserTypeError(
                f"predicted column {name!r} holds {found}; a classifier's predictions are "
                "probabilities and must be floats. Use those of predict_proba(); if there are only "
                "labels, use 1.0 for the predicted class and 0.0 for the others"
            )


def _add_numbers(model: ArthurModelBase, plan: _Plan) -> None:
    pairs = _require_pairs(plan)
    types = {
        name: _find_number_type(plan, name, stage)
        for stage, names in ((Stage.PredictedValue, pairs), (Stage.GroundTruth, pairs.values()))
        for name in names
    }
    predicted = {types[name] for name in pairs}
    if len(predicted) > 1:
        raise UserValueError(
            "the predicted columns of a regression must have one type, found "
            f"{ {name: types[name] for name in pairs} }"
        )
    [value_type] = predicted
    truth_types = {truth: types[truth] for truth in pairs.values()}
    outputs.add_numbers(model, pairs, value_type, plan.frame, truth_types)


def _find_number_type(plan: _Plan, name: str, stage: str) -> str:
    facts = describe_column(plan.frame.column(name), InputType.Tabular, stage)
    if facts is None or facts.value_type not in {ValueType.Integer, ValueType.Float}:
        found = "values no attribute can hold" if facts is None else facts.value_type
        raise UserValueError(f"column {name!r} of a regression must hold numbers, found {found}")
    return facts.value_type


def _require_pairs(plan: _Plan) -> dict[str, str]:
    if None in plan.pairs or None in plan.pairs.values():
        raise UserValueError(
            "each predicted column must have its ground-truth column, got None in "
            f"pred_to_ground_truth_map {plan.pairs}"
        )
    return {str(prediction): truth for prediction, truth in plan.pairs.items()}


def _require_single_pair(plan: _Plan) -> tuple[str, str]:
    pairs = _require_pairs(plan)
    if len(pairs) != 1:
        raise UserValueError(
            f"this output type requires one predicted and one ground-truth column, got {pairs}"
        )
    [pair] = pairs.items()
    return pair


def _number_labels(frame: TableView, *names: str) -> list[str]:
    """Labels "0", "1", ... up to the highest class id in the boxes."""
    highest = -1
    for name in names:
        for boxes in frame.cells(name):
            for box in boxes if boxes is not None else ():
                highest = max(highest, int(box[0]))
    if highest < 0:
        raise UserValueError(
            f"columns {list(names)} hold no boxes to read class ids from. Set "
            "model.image_class_labels before build()"
        )
    logger.warning(
        "image_class_labels is not set: the %d classes found in the boxes are named by their "
        "numbers. Set model.image_class_labels before build() to name them.",
        highest + 1,
    )
    return [str(number) for number in range(highest + 1)]
