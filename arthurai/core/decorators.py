"""Import path of the official SDK; see `arthurai._compat.prediction_logging`."""

from arthurai._compat.prediction_logging import (
    log_prediction,
)

__all__ = [
    "log_prediction",
]
