"""Import path of the official SDK; see `arthurai.model.bias.bias_metrics`."""

from arthurai.model.bias.bias_metrics import (
    BiasMetrics,
)

__all__ = [
    "BiasMetrics",
]
