"""Look-ups and address building that programs reach below `ArthurAI`."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from arthurai.common.constants import API_PREFIX
from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    ForbiddenError,
    UserValueError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.client.auth_info import AuthInfo
    from arthurai.transport.session import Session

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

logger = logging.getLogger(__name__)

JSON_CONTENT_TYPE = "application/json"


def construct_url(*parts: str, validate: bool = True, default_https: bool = True) -> str:
    """Join parts of an address with single slashes.

    Args:
        *parts: Host, prefix, path; slashes at both ends of each are dropped.
        validate: Refuse a result without scheme or host.
        default_https: Put `https://` in front of a result without a scheme, with a warning.

    Returns:
        The address, without a slash at the end.

    Raises:
        UserValueError: The result has no scheme or no host, and `validate` is set.
    """
    url = "/".join(stripped for part in parts if (stripped := part.strip("/")))
    if "://" not in url:
        if default_https:
            logger.warning("no scheme in %r, https:// is assumed", url)
            url = f"https://{url}"
        elif not validate:
            return url
    if validate:
        try:
            split = urlsplit(url)
        except ValueError as fault:
            raise UserValueError(f"{url!r} is no valid address: {fault}") from None
        if not split.scheme or not split.netloc:
            raise UserValueError(f"{url!r} must have a scheme and a host, e.g. https://host/path")
    return url


@contextlib.contextmanager
def _connected(host: str, prefix: str, token: str | None, *, verify_ssl: bool) -> Iterator[Session]:
    from arthurai.transport.auth import ApiKey
    from arthurai.transport.options import parse_endpoint
    from arthurai.transport.session import Session

    if prefix.strip("/") != API_PREFIX.strip("/"):
        raise UserValueError(f"api_prefix={prefix!r} is not served; use {API_PREFIX!r}")
    endpoint = parse_endpoint(host, allow_insecure=True)
    session = Session(endpoint, ApiKey(token) if token else None, verify_ssl=verify_ssl)
    try:
        yield session
    finally:
        session.close()


def user_login(
    api_http_host: str, api_prefix: str, login: str, password: str, verify_ssl: bool = True
) -> tuple[str, Any]:
    """Log in.

    Returns:
        The token and the body of the answer, which describes the user.

    Raises:
        UserValueError: The server cannot be reached, or refuses login or password.
        ArthurError: Everything else that can go wrong.
    """
    from arthurai.client.organization_lookup import explain_first_contact

    with (
        _connected(api_http_host, api_prefix, None, verify_ssl=verify_ssl) as session,
        explain_first_contact(session, "login and password"),
    ):
        token, response = session.exchange_password(login, password)
        return token, response.json()


def get_arthur_internal_user_org(
    api_http_host: str, api_prefix: str, access_key: str, verify_ssl: bool = True
) -> str | None:
    """Look up the organisation of a caller whom the server keeps itself.

    Raises:
        ForbiddenError: Another identity provider keeps the caller.
        UserValueError: The server cannot be reached, or refuses the key.
        ArthurError: Everything else that can go wrong.
    """
    from arthurai.client.organization_lookup import explain_first_contact, organization_of_user

    with (
        _connected(api_http_host, api_prefix, access_key, verify_ssl=verify_ssl) as session,
        explain_first_contact(session, "access_key"),
    ):
        return organization_of_user(session)


def get_auth_info(
    api_http_host: str, api_prefix: str, access_key: str, verify_ssl: bool = True
) -> AuthInfo:
    """Look up what the server knows about a caller.

    Raises:
        UserValueError: The server cannot be reached, or refuses the key.
        ArthurUnexpectedError: The server is too old to tell.
        ArthurError: Everything else that can go wrong.
    """
    from arthurai.client.auth_info import AuthInfo
    from arthurai.client.organization_lookup import auth_info_of, explain_first_contact

    with (
        _connected(api_http_host, api_prefix, access_key, verify_ssl=verify_ssl) as session,
        explain_first_contact(session, "access_key"),
    ):
        return AuthInfo.from_dict(auth_info_of(session))


def get_current_org(
    api_http_host: str, api_prefix: str, access_key: str, verify_ssl: bool = True
) -> str | None:
    """Find the organisation a key belongs to; `None` when it belongs to none.

    Raises:
        UserValueError: The server cannot be reached, refuses the key, or the key opens several
            organisations.
        ArthurError: Everything else that can go wrong.
    """
    from arthurai.client.organization_lookup import find_organization

    with _connected(api_http_host, api_prefix, access_key, verify_ssl=verify_ssl) as session:
        return find_organization(session, "access_key")
