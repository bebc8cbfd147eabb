"""The fairness of a model: metrics by group and thresholds that mitigate bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.model.bias.bias_metrics import BiasMetrics
from arthurai.model.bias.threshold_mitigation import ThresholdMitigation

if TYPE_CHECKING:
    from arthurai.model.base_model import ArthurModelBase


class ArthurBiasWrapper:
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
        self.metrics = BiasMetrics(arthur_model)
        self.mitigation_threshold = ThresholdMitigation(arthur_model)

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {self.model!r}: metrics, mitigation_threshold"
