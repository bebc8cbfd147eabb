"""`log_prediction`: a predict function that sends what it predicts."""

from __future__ import annotations

import functools
import uuid
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from arthurai.common.constants import OutputType, Stage
from arthurai.common.deprecation import warn_deprecated
from arthurai.common.exceptions import MethodNotApplicableError, UserTypeError, UserValueError
from arthurai.model import sending
from arthurai.model.base_model import find_attributes, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.model.base_model import ArthurModelBase

_LOGGED_TYPES = frozenset({OutputType.Regression, OutputType.Multiclass})


def log_prediction(
    arthur_model: ArthurModelBase,
) -> Callable[[Callable[..., Any]], Callable[..., tuple[Any, str]]]:
    """Send an inference for every call of a predict function; deprecated since 3.21.1.

    The function takes a table, of which the first row is sent, and returns its prediction: one
    value, or one value per predicted attribute, in the order of their positions, with or without
    the negative class that the server added. With another number of values those that have a
    counterpart are sent, with a warning.

    The decorated function returns the prediction and the id of the inference. It takes the
    keywords `inference_timestamp` (now by default) and `partner_inference_id` (generated when
    omitted); all other arguments go to the function.

    Args:
        arthur_model: A saved regression or multiclass model.

    Returns:
        The decorator.

    Raises:
        MethodNotApplicableError: The model has another output type.
    """
    if arthur_model.output_type not in _LOGGED_TYPES:
        raise MethodNotApplicableError(
            "log_prediction needs a regression or multiclass model; model "
            f"{name_of(arthur_model)!r} is {arthur_model.output_type}"
        )

    def decorate(function: Callable[..., Any]) -> Callable[..., tuple[Any, str]]:
        warn_deprecated("log_prediction", "call send_inferences with the predictions", "3.21.1")

        @functools.wraps(function)
        def logged(
            data: Any,
            *args: Any,
            inference_timestamp: datetime | None = None,
            partner_inference_id: str | None = None,
            **kwargs: Any,
        ) -> tuple[Any, str]:
            row = _first_row(arthur_model, data)
            prediction = function(data, *args, **kwargs)
            inference_id = partner_inference_id or str(uuid.uuid4())
            row.update(
                _outputs(arthur_model, prediction),
                inference_timestamp=inference_timestamp or datetime.now(UTC),
                partner_inference_id=inference_id,
            )
            sending.send_inferences(arthur_model, [row])
            return prediction, inference_id

        return logged

    return decorate


def _first_row(model: ArthurModelBase, data: Any) -> dict[str, Any]:
    from arthurai.upload.table_view import TableView

    try:
        frame = TableView(data)
    except UserTypeError as error:
        raise MethodNotApplicableError(
            f"the predict function of model {name_of(model)!r} must be called with a table to be "
            f"logged; {error}"
        ) from error
    if frame.num_rows == 0:
        raise UserValueError("data must have at least one row, which is sent with its prediction")
    return {name: next(iter(frame.cells(name))) for name in frame.names}


def _outputs(model: ArthurModelBase, prediction: Any) -> dict[str, Any]:
    every = sorted(
        find_attributes(model, stage=Stage.PredictedValue),
        key=lambda attribute: attribute.position or 0,
    )
    values = prediction.tolist() if hasattr(prediction, "tolist") else prediction
    while isinstance(values, list | tuple) and len(values) == 1:
        [values] = values
    row = list(values) if isinstance(values, list | tuple) else [values]
    given = [attribute for attribute in every if not attribute.implicit]
    predicted = every if len(row) == len(every) else given
    if len(row) != len(predicted):
        warnings.warn(
            f"the predict function returned {len(row)} values for one row, but the model has "
            f"{len(predicted)} predicted attributes {[a.name for a in predicted]}; values without "
            "an attribute are left out, attributes without a value are null",
            stacklevel=3,
        )
        row += [None] * (len(predicted) - len(row))
    return {attribute.name: value for attribute, value in zip(predicted, row, strict=False)}
