"""Import path of the official SDK; see `arthurai._compat.http.abstract_client`."""

from arthurai._compat.http.abstract_client import (
    AbstractHTTPClient,
)

__all__ = [
    "AbstractHTTPClient",
]
