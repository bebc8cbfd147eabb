"""Import path of the official SDK; see `arthurai.client.auth_info`."""

from arthurai.client.auth_info import (
    AuthInfo,
)

__all__ = [
    "AuthInfo",
]
