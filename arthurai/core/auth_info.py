"""Import path of the official SDK; see `arthurai._compat.accounts`."""

from arthurai._compat.accounts import (
    AuthInfo,
)

__all__ = [
    "AuthInfo",
]
