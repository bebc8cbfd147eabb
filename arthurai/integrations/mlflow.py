"""Logged models of MLflow as monitored models: attributes from the signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.checks import read_list
from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.common.exceptions import MissingParameterError, UserValueError
from arthurai.common.limits import BINARY_CLASSES, DEFAULT_THRESHOLD
from arthurai.model.modeling.attribute_list import suggest_renames
from arthurai.model.modeling.estimators import find_classes, find_threshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.client.client import ArthurAI
    from arthurai.model.model import ArthurModel
    from arthurai.typing import Strings, Values

_VALUE_TYPES: Final = {
    "boolean": ValueType.Boolean,
    "integer": ValueType.Integer,
    "long": ValueType.Integer,
    "float": ValueType.Float,
    "double": ValueType.Float,
    "string": ValueType.String,
    "datetime": ValueType.Timestamp,
}
_TENSOR_DIMENSIONS: Final = 2
_PREDICTION: Final = "prediction"
_NUMBERS: Final = "fiu"
"""Kinds of numpy types."""


def from_mlflow(
    arthur: ArthurAI,
    model_uri: str,
    *,
    classes: Values | None = None,
    ground_truth: str = "target",
    display_name: str | None = None,
    partner_model_id: str | None = None,
    description: str | None = None,
    tags: Strings | None = None,
    is_batch: bool = False,
) -> ArthurModel:
    """Make a model of one that MLflow has logged, and save it.

    Inputs are those of the signature. Outputs are a probability for each class, or the numbers of
    the signature. There is no reference data yet: `set_reference_data` sends it, and drift can be
    measured from then on. Where data are at hand, `ArthurAI.monitor` describes a scikit-learn model
    better, with ranges and categories.

    Args:
        arthur: The connection.
        model_uri: Such as `models:/churn/3`, `runs:/<run id>/model`, or a path.
        classes: The classes of a classifier, in the order of its probabilities. Those of a logged
            scikit-learn model are found in the model, which is loaded for it.
        ground_truth: Name of the column of the truth.
        display_name: Name shown to people; by default that of the registered model, else
            `model_uri`.
        partner_model_id: Your own id of the model; by default `mlflow-` and the id of the logged
            model, under which `get_model(..., id_type="partner_model_id")` finds it.
        description: What the model is for.
        tags: Labels to find it by.
        is_batch: Whether its data are sent in batches.

    Returns:
        The saved model.

    Raises:
        UserValueError: The model has no signature, or one of values that no attribute can hold.
        MissingParameterError: The classes cannot be found.
        ArthurError: The model could not be saved.
    """
    from mlflow.models import get_model_info

    info = get_model_info(model_uri)
    if info.signature is None or not info.signature.inputs:
        raise UserValueError(
            f"{model_uri!r} has no signature; log it with signature=infer_signature(X, predictions)"
        )
    estimator = _load_estimator(info)
    known = [] if estimator is None else find_classes(estimator)
    found = known if classes is None else read_list("classes", classes, "classes", ordered=True)
    outputs = _read_outputs(info.signature)
    if not found and any(kind not in {ValueType.Integer, ValueType.Float} for _, kind in outputs):
        raise MissingParameterError(
            f"classes is missing: {model_uri!r} predicts {outputs[0][1]}; pass classes=[...] "
            "in the order of the probabilities"
        )
    model = arthur.model(
        partner_model_id or f"mlflow-{info.model_uuid}",
        InputType.Tabular,
        OutputType.Multiclass if found else OutputType.Regression,
        display_name=display_name or _find_name(model_uri),
        description=description,
        tags=tags,
        is_batch=is_batch,
        classifier_threshold=_threshold(estimator, found),
    )
    _add_inputs(model, _read_inputs(info.signature))
    if found:
        columns = [f"p_{value}" for value in found]
        columns = [suggest_renames(columns).get(column, column) for column in columns]
        model.add_classifier_output_attributes_gtclass(
            dict(zip(columns, found, strict=True)),
            ground_truth,
            {ground_truth: found},
            columns[1] if len(found) == BINARY_CLASSES else None,
        )
    else:
        pairs = {_PREDICTION: ground_truth}
        if len(outputs) > 1:
            pairs = {f"predicted_{name}": name for name, _ in outputs}
        model.add_regression_output_attributes(pairs, ValueType.Float)
    model.save()
    return model


def _load_estimator(info: Any) -> Any:
    """Return the scikit-learn estimator of a logged model, `None` for other models."""
    if "sklearn" not in info.flavors:
        return None
    from mlflow.sklearn import load_model

    return load_model(info.model_uri)


def _threshold(estimator: Any, classes: Sequence[Any]) -> float | None:
    if len(classes) != BINARY_CLASSES:
        return None
    return DEFAULT_THRESHOLD if estimator is None else find_threshold(estimator)


def _find_name(model_uri: str) -> str:
    if model_uri.startswith("models:/"):
        name = model_uri.removeprefix("models:/").split("/")[0].split("@")[0]
        if not name.startswith("m-"):  # the id of a logged model that is not registered
            return name
    return model_uri


def _add_inputs(model: ArthurModel, inputs: Sequence[tuple[str, str]]) -> None:
    renames = suggest_renames([name for name, _ in inputs])
    for position, (name, kind) in enumerate(inputs):
        model.add_attribute(
            renames.get(name, name),
            kind,  # type: ignore[arg-type] # one of the values of `_VALUE_TYPES`
            Stage.ModelPipelineInput,
            label=name if name in renames else None,
            position=position,
        )


def _read_inputs(signature: Any) -> list[tuple[str, str]]:
    """Return name and value type of each input.

    Raises:
        UserValueError: No attribute can hold an input.
    """
    schema = signature.inputs
    if schema.is_tensor_spec():
        [tensor, *more] = schema.inputs
        if more or len(tensor.shape) != _TENSOR_DIMENSIONS or tensor.shape[1] < 1:
            raise UserValueError(
                "the signature has tensors that are not one table of rows and columns; describe "
                "the model with model() and build()"
            )
        return [(f"x{number}", ValueType.Float) for number in range(tensor.shape[1])]
    return [
        (column.name or f"x{number}", _value_type(column))
        for number, column in enumerate(schema.inputs)
    ]


def _read_outputs(signature: Any) -> list[tuple[str, str]]:
    """Return name and value type of each output; a number when the signature has none."""
    schema = signature.outputs
    if not schema:
        return [(_PREDICTION, ValueType.Float)]
    if schema.is_tensor_spec():
        is_number = schema.inputs[0].type.kind in _NUMBERS
        return [(_PREDICTION, ValueType.Float if is_number else ValueType.String)]
    return [(column.name or _PREDICTION, _value_type(column)) for column in schema.inputs]


def _value_type(column: Any) -> str:
    kind = getattr(column.type, "name", str(column.type))
    if kind not in _VALUE_TYPES:
        raise UserValueError(
            f"column {column.name!r} of the signature holds {kind}, which no attribute can hold; "
            "describe the model with model() and build()"
        )
    return str(_VALUE_TYPES[kind])
