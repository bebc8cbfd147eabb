"""Import path of the official SDK; see `arthurai._compat.accounts` and `http_verbs` beside it."""

from arthurai._compat.accounts import (
    get_arthur_internal_user_org,
    get_auth_info,
    get_current_org,
    user_login,
)
from arthurai._compat.http_verbs import JSON_CONTENT_TYPE, construct_url
from arthurai.common.exceptions import ArthurUnexpectedError, ForbiddenError, UserValueError

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
