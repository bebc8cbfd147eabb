"""Import path of the official SDK; see `arthurai._compat.http_verbs`."""

from arthurai._compat.http_verbs import (
    HTTPClient,
)

__all__ = [
    "HTTPClient",
]
