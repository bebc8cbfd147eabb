"""The fairness of a model: metrics by group and thresholds that mitigate bias.

Made by `python -m scripts.async_layer` from `arthurai/model/bias/__init__.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.aio.model.bias.bias_metrics import AsyncBiasMetrics
from arthurai.aio.model.bias.threshold_mitigation import AsyncThresholdMitigation

if TYPE_CHECKING:
    from arthurai.model.base_model import ArthurModelBase


class AsyncArthurBiasWrapper:
    """The value of `model.bias`: the fairness of one model.

    Args:
        arthur_model: The model.

    Attributes:
        model: The model.
        metrics: Metrics by group.
        mitigation_threshold: Thresholds by group.
    """

    def __init__(self, arthur_model: ArthurModelBase) -> None:
        self.model = arthur_model
        self.metrics = AsyncBiasMetrics(arthur_model)
        self.mitigation_threshold = AsyncThresholdMitigation(arthur_model)

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {self.model!r}: metrics, mitigation_threshold"
