"""Import path of the official SDK; see `arthurai._compat.accounts`."""

from arthurai._compat.accounts import AuthRefresher, user_login
from arthurai.common.constants import API_PREFIX

__all__ = ["API_PREFIX", "AuthRefresher", "user_login"]
