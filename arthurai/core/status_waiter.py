"""Import path of the official SDK; see `arthurai._compat.status_waiters`."""

from arthurai._compat.status_waiters import StatusWaiter

__all__ = ["StatusWaiter"]
