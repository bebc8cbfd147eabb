"""Import path of the official SDK; see `arthurai._compat.arthur_http_client`."""

from arthurai._compat.arthur_http_client import (
    FALSE_OFFLINE_DEFAULT,
    ArthurHTTPClient,
)

__all__ = [
    "FALSE_OFFLINE_DEFAULT",
    "ArthurHTTPClient",
]
