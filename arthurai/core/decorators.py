"""Import path of the official SDK; see `arthurai._compat.decorators`."""

from arthurai._compat.decorators import (
    log_prediction,
)

__all__ = [
    "log_prediction",
]
