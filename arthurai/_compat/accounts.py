"""Logging in and looking up who a credential belongs to, outside of `ArthurAI`."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from arthurai.common.constants import API_PREFIX
from arthurai.common.exceptions import MethodNotApplicableError, UserValueError
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass
from arthurai.transport.auth import read_claims

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.transport.session import Session


@dataclass
class AuthInfo(ArthurBaseJsonDataclass):
    """What the platform knows about the owner of a credential.

    Attributes:
        issuer: Who issued the credential.
        username: Name to log in with.
        first_name: First name.
        last_name: Last name.
        email: E-mail address.
        roles: Names of the roles.
        organization_ids: Organizations the owner may work in.
        internal_user_id: Identifier of a user of the platform.
        external_user_id: Identifier of a user of another identity provider.
    """

    issuer: str
    username: str
    first_name: str
    last_name: str
    email: str
    roles: list[str]
    organization_ids: list[str]
    internal_user_id: str | None = None
    external_user_id: str | None = None


@contextlib.contextmanager
def _connect(
    host: str, prefix: str, token: str | None, credential: str, *, verify_ssl: bool
) -> Iterator[Session]:
    from arthurai.client.organization_lookup import explain_first_contact
    from arthurai.transport.auth import ApiKey
    from arthurai.transport.options import parse_endpoint
    from arthurai.transport.session import Session

    if prefix.strip("/") != API_PREFIX.strip("/"):
        raise UserValueError(f"api_prefix must be {API_PREFIX!r}, got {prefix!r}")
    endpoint = parse_endpoint(host, allow_insecure=True)
    session = Session(endpoint, ApiKey(token) if token else None, verify_ssl=verify_ssl)
    try:
        with explain_first_contact(session, credential):
            yield session
    finally:
        session.close()


def user_login(
    api_http_host: str, api_prefix: str, login: str, password: str, verify_ssl: bool = True
) -> tuple[str, Any]:
    """Log in.

    Returns:
        The token and the body of the response, which describes the user.

    Raises:
        UserValueError: The server cannot be reached, or refuses login or password.
        ArthurError: Everything else that can go wrong.
    """
    credential = "login and password"
    with _connect(api_http_host, api_prefix, None, credential, verify_ssl=verify_ssl) as session:
        token, response = session.exchange_password(login, password)
        return token, response.json()


def get_arthur_internal_user_org(
    api_http_host: str, api_prefix: str, access_key: str, verify_ssl: bool = True
) -> str | None:
    """Return the id of the organization of a user whom the server itself manages.

    Raises:
        ForbiddenError: Another identity provider manages the user.
        UserValueError: The server cannot be reached, or refuses the key.
        ArthurError: Everything else that can go wrong.
    """
    from arthurai.client.organization_lookup import organization_of_user

    with _connect(
        api_http_host, api_prefix, access_key, "access_key", verify_ssl=verify_ssl
    ) as session:
        return organization_of_user(session)


def get_auth_info(
    api_http_host: str, api_prefix: str, access_key: str, verify_ssl: bool = True
) -> AuthInfo:
    """Return what the server knows about the owner of a key.

    Raises:
        UserValueError: The server cannot be reached, or refuses the key.
        ArthurUnexpectedError: The server is too old to say.
        ArthurError: Everything else that can go wrong.
    """
    from arthurai.client.organization_lookup import auth_info_of

    with _connect(
        api_http_host, api_prefix, access_key, "access_key", verify_ssl=verify_ssl
    ) as session:
        return AuthInfo.from_dict(auth_info_of(session).as_received())


def get_current_org(
    api_http_host: str, api_prefix: str, access_key: str, verify_ssl: bool = True
) -> str | None:
    """Return the id of the organization that a key belongs to; `None` when it belongs to none.

    Raises:
        UserValueError: The server cannot be reached, refuses the key, or the key opens several
            organizations.
        ArthurError: Everything else that can go wrong.
    """
    from arthurai.client.organization_lookup import find_organization

    with _connect(
        api_http_host, api_prefix, access_key, "access_key", verify_ssl=verify_ssl
    ) as session:
        return find_organization(session, "access_key")


class AuthRefresher:
    """Logs in and says how long the token is valid. `ArthurAI` itself renews tokens on demand.

    Args:
        url: Scheme and host of the server.
        login: User name or e-mail address.
        password: The password.
        verify_ssl: Whether certificates are checked.
    """

    AUTH_KEY = "Authorization"
    ALGORITHMS = ("HS256",)
    MINS_BEFORE_EXPIRY_TO_REFRESH = 5

    def __init__(self, url: str, login: str, password: str, verify_ssl: bool) -> None:
        self._url = url
        self._login = login
        self.__password = password
        self._verify_ssl = verify_ssl

    def refresh(self) -> tuple[dict[str, str], timedelta]:
        """Log in.

        Returns:
            The header to send from now on, and the time after which to call this again: five
            minutes before the token expires, never negative.

        Raises:
            UserValueError: The server cannot be reached, or refuses login or password.
            ArthurError: Everything else that can go wrong.
        """
        token, _ = user_login(
            self._url, API_PREFIX, self._login, self.__password, verify_ssl=self._verify_ssl
        )
        end = read_claims(token).get("exp")
        seconds = 0.0
        if isinstance(end, int | float):
            seconds = max(0.0, end - time.time() - self.MINS_BEFORE_EXPIRY_TO_REFRESH * 60)
        return {self.AUTH_KEY: token}, timedelta(seconds=seconds)

    def __repr__(self) -> str:
        return f"AuthRefresher({self._url!r}, {self._login!r}, ***)"

    def __reduce__(self) -> NoReturn:
        raise MethodNotApplicableError("an AuthRefresher cannot be pickled: it holds a password")
