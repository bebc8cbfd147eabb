"""Check that outputs of a predict function are in the order of the model's predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.constants import Stage
from arthurai.common.exceptions import UserValueError
from arthurai.common.limits import BINARY_CLASSES
from arthurai.common.text import list_names
from arthurai.model.base_model import require_blocking_session, require_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.base_model import ArthurModelBase

TOLERANCE: Final = 0.01
"""Maximum difference between predictions of the sample and of the predict function."""


def validate_predicted_attribute_order_matches_remote(model: ArthurModelBase) -> None:
    """Check that the platform has the predictions at the same positions as the local model.

    Args:
        model: A saved model.

    Raises:
        UserValueError: The positions differ; `update()` sends the local ones.
    """
    from arthurai_api.api.models import get_model
    from arthurai_api.models.model_expand_single import ModelExpandSingle
    from arthurai_api.types import or_none

    model_id = require_id(model, "be compared with the platform")
    found = get_model.sync(
        model_id,
        client=require_blocking_session(model).api,
        expand=[ModelExpandSingle.ATTRIBUTES],
    )
    remote = {
        attribute.name: or_none(attribute.position)
        for attribute in found.attributes or ()
        if attribute.stage == Stage.PredictedValue
    }
    local = {a.name: a.position for a in model.get_attributes(stage=Stage.PredictedValue)}
    if remote != local:
        raise UserValueError(
            f"the predictions have the positions {local} here, but {remote} on the platform; call "
            "update() to send the local ones, or fetch the model again"
        )


def validate_predicted_attribute_order_matches_dataframe(
    actual_preds: Any, sample_data: Any, predicted_attributes: Sequence[ArthurAttribute]
) -> None:
    """Check that a predict function returns the predictions of the sample, in the same order.

    Args:
        actual_preds: Outputs of the predict function, shape (rows, outputs).
        sample_data: A table with the predictions of the same rows; of two complementary
            predictions one is enough.
        predicted_attributes: The predictions in the order of the outputs.

    Raises:
        UserValueError: A prediction is missing in the sample, or differs by more than 0.01.
    """
    import numpy as np

    from arthurai.upload.table import to_arrow

    table = to_arrow(sample_data, name="sample_data")
    names = [attribute.name for attribute in predicted_attributes]
    columns = {
        name: np.asarray(table.column(name).to_pylist(), dtype=float)
        for name in names
        if name in table.column_names
    }
    if len(names) == BINARY_CLASSES and len(columns) == 1:
        ((known, values),) = columns.items()
        columns[names[1 - names.index(known)]] = 1 - values
    missing = [name for name in names if name not in columns]
    if missing:
        raise UserValueError(
            f"the sample must have a column for each prediction; missing are {list_names(missing)}"
        )
    actual = np.asarray(actual_preds, dtype=float).reshape(table.num_rows, -1)
    if actual.shape[1] != len(names):
        raise UserValueError(
            f"predict() returned {actual.shape[1]} outputs, but the model has {len(names)} "
            f"predictions: {', '.join(names)}"
        )
    for index, name in enumerate(names):
        apart = np.abs(actual[:, index] - columns[name])
        worst = int(np.argmax(np.nan_to_num(apart, nan=np.inf))) if len(apart) else None
        if worst is not None and not apart[worst] <= TOLERANCE:
            raise UserValueError(
                f"predict() returned {actual[worst, index]:.6g} as output {index} for row {worst} "
                f"of the sample, but {name!r} is {columns[name][worst]:.6g} there; the outputs "
                f"must be in the order {', '.join(names)}, and the sample must have predictions "
                "of the same model"
            )
