"""Import path of the official SDK; see `arthurai._compat.status_waiters`."""

from arthurai._compat.status_waiters import ModelStatusWaiter

__all__ = ["ModelStatusWaiter"]
