"""Import path of the official SDK; see `arthurai._compat.client_helper`."""

from arthurai._compat.client_helper import (
    JSON_CONTENT_TYPE,
    ArthurUnexpectedError,
    ForbiddenError,
    UserValueError,
    construct_url,
    get_arthur_internal_user_org,
    get_auth_info,
    get_current_org,
    user_login,
)

__all__ = [
    "JSON_CONTENT_TYPE",
    "ArthurUnexpectedError",
    "ForbiddenError",
    "UserValueError",
    "construct_url",
    "get_arthur_internal_user_org",
    "get_auth_info",
    "get_current_org",
    "user_login",
]
