"""Import path of the official SDK; see `arthurai.model.status_waiter`."""

from arthurai.model.status_waiter import (
    StatusWaiter,
)

__all__ = [
    "StatusWaiter",
]
