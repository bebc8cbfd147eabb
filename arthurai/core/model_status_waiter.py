"""Import path of the official SDK; see `arthurai.model.model_status_waiter`."""

from arthurai.model.model_status_waiter import (
    ModelStatusWaiter,
)

__all__ = [
    "ModelStatusWaiter",
]
