"""Small helpers of the plots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.constants import OutputType, Stage
from arthurai.common.exceptions import MethodNotApplicableError
from arthurai.model.base_model import name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from arthurai.model.base_model import ArthurModelBase

__all__ = ["get_pred_and_gt_attrs", "model_label", "savgol_filter"]

_LONGEST_NAME = 30


def savgol_filter(signal: Sequence[float]) -> np.ndarray[Any, Any]:
    """Smooth a series by a five-point quadratic fit around each value.

    The ends repeat the first and last values. Source: Savitzky and Golay, Analytical Chemistry 36
    (1964), table I, 5 points.

    Args:
        signal: Values at equal distances, of any length.

    Returns:
        As many smoothed values.
    """
    import numpy as np

    values = np.asarray(signal, dtype=float)
    if values.size == 0:
        return values
    padded = np.pad(values, 2, mode="edge")
    smoothed: np.ndarray[Any, Any] = np.convolve(
        padded, np.array([-3, 12, 17, 12, -3]) / 35, mode="valid"
    )
    return smoothed


def get_pred_and_gt_attrs(arthur_model: ArthurModelBase) -> tuple[str, str | None]:
    """Name the prediction and the ground truth that metrics of a model are computed from.

    Args:
        arthur_model: A regression model or a binary classifier.

    Returns:
        The names; the second is `None` where the server has to find it, as for a classifier with
        one column of classes.

    Raises:
        MethodNotApplicableError: The model has no such pair.
    """
    predicted = arthur_model.get_attributes(stage=Stage.PredictedValue)
    if arthur_model.output_type == OutputType.Regression and predicted:
        truths = arthur_model.get_attributes(stage=Stage.GroundTruth)
        return predicted[0].name, truths[0].name if truths else None
    if arthur_model.output_type == OutputType.Multiclass:
        positive = [a for a in predicted if a.is_positive_predicted_attribute]
        if positive:
            return positive[0].name, positive[0].attribute_link
        raise MethodNotApplicableError(
            f"model {name_of(arthur_model)!r} has no positive predicted attribute, so it "
            "is no binary classifier. Functions for several classes have Multiclass in their "
            "names, such as accuracyRateMulticlass"
        )
    raise MethodNotApplicableError(
        f"model {name_of(arthur_model)!r} is neither a regression model nor a binary "
        f"classifier but {arthur_model.output_type}, so it has no single prediction to measure"
    )


def model_label(model: ArthurModelBase) -> str:
    """Return how a model is called in plots: name, cut to thirty letters, and version."""
    name = model.display_name or model.partner_model_id
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 1] + "…"
    version = f" v{model.version_sequence_num}" if model.version_sequence_num else ""
    label = f" ({model.version_label})" if model.version_label else ""
    return f"{name}{version}{label}"
