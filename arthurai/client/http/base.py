"""Import path of the official SDK; see `arthurai._compat.http_verbs`."""

from arthurai._compat.http_verbs import (
    AbstractHTTPClient,
)

__all__ = [
    "AbstractHTTPClient",
]
