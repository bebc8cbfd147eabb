"""Import path of the official SDK; see `arthurai._compat.http.arthur_client`."""

from arthurai._compat.http.arthur_client import (
    FALSE_OFFLINE_DEFAULT,
    ArthurHTTPClient,
)

__all__ = [
    "FALSE_OFFLINE_DEFAULT",
    "ArthurHTTPClient",
]
