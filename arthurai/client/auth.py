"""Import path of the official SDK; see `arthurai._compat.auth_refresher`."""

from arthurai._compat.auth_refresher import (
    API_PREFIX,
    AuthRefresher,
    user_login,
)

__all__ = [
    "API_PREFIX",
    "AuthRefresher",
    "user_login",
]
