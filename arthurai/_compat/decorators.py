"""A predict function that logs what it predicts; deprecated since 3.21.1."""

from __future__ import annotations

import functools
import logging
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from arthurai.common.constants import OutputType, Stage
from arthurai.common.exceptions import MethodNotApplicableError, UserValueError
from arthurai.model.base_model import find_attributes, name_of
from arthurai.upload.table import Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.model.base_model import ArthurModelBase

logger = logging.getLogger(__name__)

_LOGGED_TYPES = frozenset({OutputType.Regression, OutputType.Multiclass})


def log_prediction(
    arthur_model: ArthurModelBase,
) -> Callable[[Callable[..., Any]], Callable[..., tuple[Any, str]]]:
    """Have every call of a predict function sent as an inference.

    The function takes a table, of which the first row is logged, and returns its prediction: one
    value, or one value a predicted attribute, in the order of their positions. The decorated
    function returns the prediction and the id of the inference. It takes the keywords
    ``inference_timestamp`` (now by default) and ``partner_inference_id`` (made up by default);
    all other arguments go to the function.

    Args:
        arthur_model: A saved regression or multiclass model.

    Returns:
        The decorator.

    Raises:
        MethodNotApplicableError: The model is of another kind.
    """
    if arthur_model.output_type not in _LOGGED_TYPES:
        raise MethodNotApplicableError(
            "log_prediction needs a regression or multiclass model; model "
            f"{name_of(arthur_model)!r} is {arthur_model.output_type}."
        )

    def decorate(function: Callable[..., Any]) -> Callable[..., tuple[Any, str]]:
        logger.warning("log_prediction is deprecated; call send_inferences with the predictions.")

        @functools.wraps(function)
        def logged(
            data: Any,
            *args: Any,
            inference_timestamp: datetime | None = None,
            partner_inference_id: str | None = None,
            **kwargs: Any,
        ) -> tuple[Any, str]:
            inputs = _first_row(data)
            prediction = function(data, *args, **kwargs)
            inference_id = partner_inference_id or str(uuid.uuid4())
            _send(
                arthur_model,
                {**inputs, **_outputs(arthur_model, prediction)},
                inference_timestamp or datetime.now(UTC),
                inference_id,
            )
            return prediction, inference_id

        return logged

    return decorate


def _first_row(data: Any) -> dict[str, Any]:
    frame = Frame(data)
    if frame.num_rows == 0:
        raise UserValueError("The predict function was called without rows; nothing can be logged.")
    return {name: next(iter(frame.cells(name))) for name in frame.names}


def _outputs(model: ArthurModelBase, prediction: Any) -> dict[str, Any]:
    predicted = sorted(
        find_attributes(model, stage=Stage.PredictedValue, where=lambda a: not a.implicit),
        key=lambda attribute: attribute.position or 0,
    )
    values = prediction.tolist() if hasattr(prediction, "tolist") else prediction
    while isinstance(values, list | tuple) and len(values) == 1:
        [values] = values
    row = list(values) if isinstance(values, list | tuple) else [values]
    if len(row) != len(predicted):
        raise UserValueError(
            f"The predict function gave {len(row)} values for one row, but the model has "
            f"{len(predicted)} predicted attributes {[a.name for a in predicted]}."
        )
    return {attribute.name: value for attribute, value in zip(predicted, row, strict=True)}


def _send(model: ArthurModelBase, row: dict[str, Any], moment: datetime, inference_id: str) -> None:
    from arthurai.model import sending

    sending.send_inferences(
        model, [{**row, "inference_timestamp": moment, "partner_inference_id": inference_id}]
    )
