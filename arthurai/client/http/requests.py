"""Import path of the official SDK; see `arthurai._compat.http.http_verbs`."""

from arthurai._compat.http.http_verbs import (
    HTTPClient,
)

__all__ = [
    "HTTPClient",
]
