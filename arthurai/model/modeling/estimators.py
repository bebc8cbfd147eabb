"""A scikit-learn estimator and its data, as the arguments of `model` and `build`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.constants import InputType, OutputType, Stage
from arthurai.common.exceptions import ArthurUserError, UserTypeError, UserValueError
from arthurai.common.limits import BINARY_CLASSES
from arthurai.common.text import list_names
from arthurai.upload.coerce import is_missing
from arthurai.upload.columnar import is_row_list
from arthurai.upload.extra_columns import has_numbered_columns
from arthurai.upload.frame_kinds import is_frame, is_pandas_frame, is_series

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np

    from arthurai.model.base_model import ArthurModelBase

logger = logging.getLogger(__name__)

_TARGET: Final = "target"
_TEXT: Final = "text"
_TABLE_DIMENSIONS: Final = 2
_MAX_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class EstimatorDescription:
    """What `ArthurAI.monitor` needs to know of an estimator.

    Attributes:
        name: Name of the class that predicts.
        table: Inputs, predictions and truth, by column.
        model_arguments: Arguments of `ArthurAI.model`: types, and the threshold of two classes.
        build_arguments: Arguments of `build`: which column is what.
    """

    name: str
    table: Any
    model_arguments: dict[str, Any]
    build_arguments: dict[str, Any]


def is_estimator(value: Any) -> bool:
    """Return whether a value predicts, rather than being predictions."""
    return (
        callable(getattr(value, "predict", None))
        and callable(getattr(value, "fit", None))
        and not isinstance(value, type)
    )


def describe_estimator(estimator: Any, inputs: Any, targets: Any) -> EstimatorDescription:
    """Describe a fitted estimator by its data: kind, names, classes, predictions.

    Args:
        estimator: A fitted classifier or regressor.
        inputs: What it predicts from.
        targets: The truth, one value or, for several numbers, one row for each row of the inputs.

    Raises:
        UserTypeError: The estimator is neither a classifier nor a regressor, or the inputs are
            not a table.
        UserValueError: The estimator is not fitted or cannot predict these inputs, or the targets
            do not fit.
    """
    classifies = _is_classifier(estimator)
    _check_fitted(estimator)
    columns = _InputColumns(estimator, inputs)
    names = _name_targets(targets, columns.names)
    truth = _read_targets(targets, columns.rows)
    describe = _describe_classes if classifies else _describe_numbers
    outputs, model_arguments, build_arguments = describe(estimator, inputs, truth, names)
    if taken := [name for name in outputs if name in columns.names]:
        raise UserValueError(
            f"X has columns {list_names(taken)}, the names of the predictions; rename them"
        )
    return EstimatorDescription(
        name=_name_kind(estimator),
        table=columns.beside(outputs),
        model_arguments={
            "input_type": InputType.NLP if columns.is_text else InputType.Tabular,
            **model_arguments,
        },
        build_arguments=build_arguments,
    )


def find_predictions(model: ArthurModelBase, predictions: Any, inputs: Any) -> Any:
    """Return predictions as they are given, or those of the estimator that is given instead.

    Raises:
        UserTypeError: The estimator is neither a classifier nor a regressor.
        UserValueError: It cannot predict these inputs, or does not predict what the model does.
    """
    return predict_outputs(model, predictions, inputs) if is_estimator(predictions) else predictions


def predict_outputs(model: ArthurModelBase, estimator: Any, inputs: Any) -> dict[str, np.ndarray]:
    """Return the predictions of an estimator by the predicted attributes of a model.

    Args:
        model: The model.
        estimator: A fitted classifier or regressor.
        inputs: What it predicts from; of a frame, the columns that the estimator knows. Rows and
            columns in dicts become a frame where pandas is installed.

    Raises:
        UserTypeError: The estimator is neither a classifier nor a regressor.
        UserValueError: It cannot predict these inputs, or does not predict what the model does.
    """
    inputs = _make_frame(model, estimator, inputs)
    attributes = sorted(
        (a for a in model.get_attributes(Stage.PredictedValue) if not a.implicit),
        key=lambda a: -1 if a.position is None else a.position,
    )
    if not _is_classifier(estimator):
        numbers = _predict_numbers(estimator, inputs)
        if numbers.shape[1] != len(attributes):
            raise UserValueError(
                f"the estimator predicts {numbers.shape[1]} numbers for {len(attributes)} "
                f"predicted attributes ({list_names(a.name for a in attributes)})"
            )
        return {a.name: numbers[:, number] for number, a in enumerate(attributes)}
    probabilities = _predict_classes(estimator, inputs)
    classes = [str(value) for value in _read_classes(estimator)]
    links = [a.gt_class_link for a in attributes]
    if any(link is None for link in links):
        if len(classes) != len(links):
            raise UserValueError(
                f"the estimator has {len(classes)} classes for {len(links)} predicted attributes "
                f"({list_names(a.name for a in attributes)})"
            )
        links = list(classes)
    unknown = [link for link in links if link not in classes]
    unsent = [] if len(links) == 1 else [value for value in classes if value not in links]
    if unknown or unsent:
        raise UserValueError(
            f"the classes of the estimator must be those of the model, {list_names(links)}, got "
            f"{list_names(classes)}"
        )
    return {
        attribute.name: probabilities[:, classes.index(str(link))]
        for attribute, link in zip(attributes, links, strict=True)
    }


# -- the estimator ---------------------------------------------------------------------------------


def find_classes(estimator: Any) -> list[Any]:
    """Return the classes of a classifier in the order of its probabilities; none of a regressor."""
    return _read_classes(estimator) if _is_classifier(estimator) else []


def _is_classifier(estimator: Any) -> bool:
    """Return whether an estimator is a classifier; otherwise it is a regressor.

    Raises:
        UserTypeError: It is neither.
    """
    kind = type(estimator).__name__
    if not is_estimator(estimator):
        raise UserTypeError(
            f"`estimator` must be a fitted scikit-learn classifier or regressor, got {kind}"
        )
    declared = getattr(estimator, "_estimator_type", None)
    if declared is None and hasattr(estimator, "__sklearn_tags__"):
        declared = estimator.__sklearn_tags__().estimator_type
    if declared not in {"classifier", "regressor"}:
        raise UserTypeError(
            f"`estimator` must be a classifier or a regressor, got {kind}"
            + (f", a {declared}" if isinstance(declared, str) else "")
            + "; describe other models with model() and build()"
        )
    return bool(declared == "classifier")


def _check_fitted(estimator: Any) -> None:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(estimator)
    except NotFittedError:
        raise UserValueError(
            f"`estimator` must be fitted, got {type(estimator).__name__} that is not; call its "
            "fit() first"
        ) from None
    except TypeError:  # not a class of scikit-learn, which finds out when it predicts
        return


def _name_kind(estimator: Any) -> str:
    """Return the name of the class that predicts, inside of pipelines and searches."""
    inner = estimator
    for name in ("best_estimator_", "_final_estimator"):
        inner = getattr(inner, name, inner)
    return type(inner).__name__


def _read_classes(estimator: Any) -> list[Any]:
    """Return the classes as strings or whole numbers, in the order of the probabilities.

    Raises:
        UserTypeError: It has several lists of classes, or other classes.
    """
    import numpy as np

    classes = getattr(estimator, "classes_", None)
    if classes is None or isinstance(classes, list | tuple) or np.ndim(classes) != 1:
        raise UserTypeError(
            "`estimator` must have one list of classes, `classes_`; describe classifiers of "
            "several outputs with model() and build()"
        )
    found = _as_labels(np.asarray(classes))
    if found is None:
        raise UserTypeError(
            f"classes must be strings, whole numbers or booleans, got {classes!r:.60}"
        )
    return found


def _as_labels(values: np.ndarray) -> list[Any] | None:
    """Return values as a list of strings or of whole numbers; `None` for others.

    Booleans are 0 and 1, as ground truth may be when it is sent.
    """
    plain: list[Any] = values.tolist()
    if all(isinstance(value, str) for value in plain):
        return plain
    if all(isinstance(value, bool | int | float) and value == value // 1 for value in plain):
        return [int(value) for value in plain]
    return None


def _make_frame(model: ArthurModelBase, estimator: Any, inputs: Any) -> Any:
    """Return rows or columns that are plain dicts as estimators take them; others unchanged."""
    if not isinstance(inputs, Mapping) and not (isinstance(inputs, list) and is_row_list(inputs)):
        return inputs
    try:
        import pandas as pd
    except ImportError:
        return inputs
    frame = pd.DataFrame(inputs)
    names = model.get_attribute_names(Stage.ModelPipelineInput)
    if hasattr(estimator, "feature_names_in_") or not {*names} <= {*frame.columns}:
        return frame
    return frame[names].to_numpy()


def _select_known(estimator: Any, inputs: Any) -> Any:
    """Return a frame without the columns that the estimator does not know."""
    known = getattr(estimator, "feature_names_in_", None)
    if known is None or not is_frame(inputs):
        return inputs
    known = list(known)
    has_all = set(known) <= set(getattr(inputs, "column_names", getattr(inputs, "columns", ())))
    if not has_all:
        return inputs
    return inputs.select(known) if hasattr(inputs, "select") else inputs[known]


def _predict(estimator: Any, method: str, inputs: Any) -> np.ndarray:
    import numpy as np

    try:
        return np.asarray(getattr(estimator, method)(_select_known(estimator, inputs)))
    except ArthurUserError:
        raise
    except Exception as error:  # whatever the estimator raises is about the inputs
        raise UserValueError(
            f"the estimator cannot predict these inputs: {method}() raised "
            f"{type(error).__name__}: {error}"
        ) from error


def _predict_classes(estimator: Any, inputs: Any) -> np.ndarray:
    """Return one probability for each row and class, 1 and 0 where there is no `predict_proba`."""
    import numpy as np

    classes = _read_classes(estimator)
    if hasattr(estimator, "predict_proba"):
        found = _predict(estimator, "predict_proba", inputs).astype(float, copy=False)
        if found.ndim != _TABLE_DIMENSIONS or found.shape[1] != len(classes):
            raise UserValueError(
                f"predict_proba() must return {len(classes)} probabilities for each row, got an "
                f"array of shape {found.shape}"
            )
        return found
    labels = _as_labels(_predict(estimator, "predict", inputs).ravel())
    found = np.zeros((len(labels or ()), len(classes)))
    number_of = {value: number for number, value in enumerate(classes)}
    for row, label in enumerate(labels or ()):
        found[row, number_of[label]] = 1.0
    return found


def _predict_numbers(estimator: Any, inputs: Any) -> np.ndarray:
    found = _predict(estimator, "predict", inputs).astype(float, copy=False)
    return found.reshape(len(found), -1)


# -- what it predicts ------------------------------------------------------------------------------

_Described = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
"""Output columns, and arguments of `model` and of `build`."""


def _describe_classes(
    estimator: Any, inputs: Any, truth: np.ndarray, names: Sequence[str]
) -> _Described:
    import numpy as np

    classes = _read_classes(estimator)
    if truth.shape[1] != 1:
        raise UserValueError(f"y must be one class for each row, got {truth.shape[1]} columns")
    labels = _as_labels(truth[:, 0])
    if labels is None:
        absent = [number for number, value in enumerate(truth[:, 0]) if is_missing(value)]
        gaps = (
            f", but {len(absent)} of {len(truth)} rows have none, the first is row {absent[0]}; "
            "leave these rows out of X and y"
            if absent
            else ""
        )
        raise UserValueError(
            f"y must hold a class for each row, all strings or all whole numbers{gaps}"
        )
    found = set(labels)
    if not found <= set(classes):
        unknown = sorted(found - set(classes), key=str)
        raise UserValueError(
            f"y holds classes that the estimator does not know: {list_names(unknown, _MAX_NAMED)}; "
            f"it knows {list_names(classes, _MAX_NAMED)}"
        )
    absent = [value for value in classes if value not in found]
    if absent:
        raise UserValueError(
            f"y must hold each class at least once, these are missing: "
            f"{list_names(absent, _MAX_NAMED)}; give more rows"
        )
    probabilities = _predict_classes(estimator, inputs)
    threshold = None
    if len(classes) == BINARY_CLASSES:
        threshold = find_threshold(estimator)
        winners = (probabilities[:, 1] >= threshold).astype(int)
    else:
        winners = probabilities.argmax(axis=1)
    if hasattr(estimator, "predict_proba"):
        predicted = _as_labels(_predict(estimator, "predict", inputs).ravel())
        others = int(
            np.sum(
                [classes[n] != label for n, label in zip(winners, predicted or (), strict=False)]
            )
        )
        if others:
            logger.warning(
                "predict() returns another class than the probabilities in %d of %d rows. Metrics "
                "are those of the probabilities.",
                others,
                len(labels),
            )
    else:
        logger.warning(
            "%s has no predict_proba(): what predict() returns is monitored as probabilities of 1 "
            "and 0, so that metrics of probabilities such as AUC rest on labels only. "
            "CalibratedClassifierCV makes a classifier with probabilities of it.",
            type(estimator).__name__,
        )
    columns = [f"p_{value}" for value in classes]
    return (
        dict(zip(columns, probabilities.T, strict=True)) | {names[0]: np.asarray(labels)},
        {"output_type": OutputType.Multiclass, "classifier_threshold": threshold},
        {
            "pred_to_ground_truth_map": dict(zip(columns, classes, strict=True)),
            "ground_truth_column": names[0],
            "positive_predicted_attr": None if threshold is None else columns[1],
        },
    )


def find_threshold(estimator: Any) -> float:
    """Return the probability of the second class from which on it is predicted.

    The first class wins where both are equally probable, as in `argmax`.

    Args:
        estimator: A classifier of two classes.
    """
    import numpy as np

    given = getattr(estimator, "best_threshold_", getattr(estimator, "threshold", None))
    is_tuned = given is not None and hasattr(estimator, "pos_label")
    if is_tuned and isinstance(given, float | int) and estimator.pos_label in {None, 1}:
        return float(given)
    return float(np.nextafter(0.5, 1))


def _describe_numbers(
    estimator: Any, inputs: Any, truth: np.ndarray, names: Sequence[str]
) -> _Described:
    predicted = _predict_numbers(estimator, inputs)
    if predicted.shape[1] != truth.shape[1]:
        raise UserValueError(
            f"y must have a column for each of the {predicted.shape[1]} predicted numbers, got "
            f"{truth.shape[1]}"
        )
    try:
        truth = truth.astype(float)
    except (TypeError, ValueError):
        raise UserValueError("y must hold numbers, because the estimator is a regressor") from None
    pairs = {f"predicted_{name}": name for name in names}
    return (
        dict(zip(pairs, predicted.T, strict=True)) | dict(zip(names, truth.T, strict=True)),
        {"output_type": OutputType.Regression},
        {"pred_to_ground_truth_map": pairs},
    )


# -- its data --------------------------------------------------------------------------------------


class _InputColumns:
    """The inputs of an estimator, which get names where they have none.

    Args:
        estimator: The estimator, which may remember names.
        data: Frame, two-dimensional array, or texts.

    Attributes:
        names: Names of the columns.
        rows: Number of rows.
        is_text: Whether the inputs are one column of texts.
    """

    def __init__(self, estimator: Any, data: Any) -> None:
        import numpy as np

        self._frame: Any = None
        self._columns: dict[str, Any] = {}
        self.is_text = False
        if is_frame(data) and not has_numbered_columns(data):
            self._frame = data
            self.names = list(getattr(data, "column_names", getattr(data, "columns", ())))
            self.rows = len(data)
            return
        if hasattr(data, "tocsr"):
            raise UserTypeError(
                "X must be a table, got a sparse matrix; monitor the pipeline that makes it, with "
                "what the pipeline takes, or pass X.toarray()"
            )
        if isinstance(data, list | tuple) and data and isinstance(data[0], list | tuple):
            data = np.asarray(data, dtype=object)
        if is_series(data) or isinstance(data, list | tuple) or getattr(data, "ndim", 0) == 1:
            texts = list(data)
            if not texts or not all(isinstance(text, str) for text in texts):
                raise UserTypeError(_not_a_table(data))
            self.is_text = True
            name = getattr(data, "name", None)
            self._columns = {name if isinstance(name, str) and name else _TEXT: texts}
        elif getattr(data, "ndim", 0) == _TABLE_DIMENSIONS:
            array = data.to_numpy() if is_pandas_frame(data) else np.asarray(data)
            known = getattr(estimator, "feature_names_in_", None)
            if known is None or len(known) != array.shape[1]:
                known = [f"x{number}" for number in range(array.shape[1])]
            self._columns = {str(name): array[:, n] for n, name in enumerate(known)}
        else:
            raise UserTypeError(_not_a_table(data))
        self.names = list(self._columns)
        self.rows = len(next(iter(self._columns.values()), ()))

    def beside(self, outputs: dict[str, Any]) -> Any:
        """Return inputs and outputs as one table, a frame of the kind of the inputs."""
        if self._frame is None:
            return self._columns | outputs
        if is_pandas_frame(self._frame):
            return self._frame.assign(**outputs)
        import narwhals.stable.v2 as nw

        frame = nw.from_native(self._frame, eager_only=True)
        return frame.with_columns(
            nw.new_series(name, values, backend=frame.implementation)
            for name, values in outputs.items()
        ).to_native()


def _not_a_table(data: Any) -> str:
    hint = "; make a frame of the rows" if is_row_list(data) else ""
    return (
        "X must be a frame, a two-dimensional array, or texts for a pipeline that takes texts, got "
        f"{type(data).__name__}{hint}"
    )


def _name_targets(targets: Any, taken: Iterable[str]) -> list[str]:
    """Return a name for each column of the truth, none of which is that of an input."""
    names = [_TARGET]
    if is_frame(targets):
        names = [str(name) for name in getattr(targets, "columns", ())]
        if has_numbered_columns(targets):
            names = [f"{_TARGET}_{number}" for number in range(len(names))]
    elif getattr(targets, "ndim", 1) == _TABLE_DIMENSIONS and targets.shape[1] > 1:
        names = [f"{_TARGET}_{number}" for number in range(targets.shape[1])]
    elif isinstance(getattr(targets, "name", None), str) and targets.name:
        names = [targets.name]
    return [f"true_{name}" if name in taken else name for name in names]


def _read_targets(targets: Any, rows: int) -> np.ndarray:
    """Return the truth as a table of `rows` rows.

    Raises:
        UserTypeError: It is not an array, a Series or a list.
        UserValueError: It has another number of rows.
    """
    import numpy as np

    if targets is None or isinstance(targets, str | bytes):
        raise UserTypeError(
            f"y must be an array, a Series or a list of the truth, got {type(targets).__name__}"
        )
    found = np.asarray(targets)
    if found.ndim not in {1, _TABLE_DIMENSIONS}:
        raise UserTypeError(
            f"y must be one value for each row, got an array of {found.ndim} dimensions"
        )
    if len(found) != rows:
        raise UserValueError(f"y must have a value for each row of X, {rows}, got {len(found)}")
    return found.reshape(rows, -1)
