"""From arguments, `config` and environment variables to a connection."""

from __future__ import annotations

import getpass
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from arthurai.client.organization_lookup import explain_first_contact, find_organization
from arthurai.common.checks import check_bool
from arthurai.common.exceptions import (
    MissingParameterError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.settings import (
    KEY_VARIABLE,
    LOGIN_VARIABLE,
    ORGANIZATION_VARIABLE,
    PASSWORD_VARIABLE,
    URL_VARIABLE,
    read_variable,
)
from arthurai.common.text import list_names, suggest
from arthurai.transport.auth import ApiKey, Login
from arthurai.transport.local import open_local
from arthurai.transport.options import (
    Endpoint,
    HttpOptions,
    parse_endpoint,
    resolve_verify_ssl,
)
from arthurai.transport.session import Session

if TYPE_CHECKING:
    from arthurai.transport.auth import Credentials

logger = logging.getLogger(__name__)

UNKNOWN_ORGANIZATION = "unknown"

_SECRET_NAMES = frozenset({"access_key", "password", "http_options"})


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a program asks for when it connects, before the environment is looked at.

    The fields are the parameters of `ArthurAI`.
    """

    verify_ssl: bool | None = None
    url: str | None = None
    access_key: str | None = field(default=None, repr=False)
    offline: bool = False
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    organization_id: str | None = None
    allow_insecure: bool = False
    http_options: Mapping[str, Any] | HttpOptions | None = field(default=None, repr=False)

    def merged_with(self, config: Mapping[str, Any] | None) -> Wishes:
        """Add what a `config` dict says.

        Raises:
            UserTypeError: `config` is no dict.
            UserValueError: It has an unknown key, or contradicts an argument.
        """
        if config is None:
            return self
        if not isinstance(config, Mapping):
            hint = " Did you mean url=…?" if isinstance(config, str) else ""
            raise UserTypeError(f"config must be a dict, got {type(config).__name__}.{hint}")
        defaults = {f.name: f.default for f in fields(self)}
        values = {name: getattr(self, name) for name in defaults}
        for name, value in config.items():
            if name not in defaults:
                raise UserValueError(
                    f"unknown key {name!r} in config, must be one of {list_names(defaults)}"
                    f"{suggest(name, defaults)}"
                )
            if value is None or value == values[name]:
                continue
            if values[name] != defaults[name]:
                shown = "" if name in _SECRET_NAMES else f" ({values[name]!r} and {value!r})"
                raise UserValueError(
                    f"{name} is given as an argument and differently in config{shown}. "
                    f"Give it once."
                )
            values[name] = value
        return Wishes(**values)


def endpoint_of(wishes: Wishes) -> Endpoint:
    """Find and check the address of the server.

    Raises:
        MissingParameterError: There is none.
        UserValueError: It cannot be used.
    """
    url = wishes.url if wishes.url is not None else read_variable(URL_VARIABLE)
    if url is None:
        if wishes.offline:
            return Endpoint(origin="https://offline.invalid", shown="offline")
        raise MissingParameterError(
            f"url is missing: give url=… or set {URL_VARIABLE}. For a server inside this process, "
            f'without any account, use url="local://" or url="local:///some/dir".'
        )
    for name in ("allow_insecure", "offline"):
        check_bool(name, getattr(wishes, name))
    return parse_endpoint(url, allow_insecure=wishes.allow_insecure)


def credentials_of(wishes: Wishes, endpoint: Endpoint) -> tuple[Credentials | None, str]:
    """Find out who the caller is. A missing password is asked for.

    For an embedded server the environment is not looked at: what is there belongs to another
    server.

    Returns:
        The credentials, `None` for the embedded server's own, and what to call them in messages.

    Raises:
        MissingParameterError: There are none, or they are incomplete.
    """
    login, key = wishes.login, wishes.access_key
    if login is not None and key is not None:
        logger.warning("both login and access_key are given; login is used")
    if login is None and key is None and not endpoint.local:
        login = read_variable(LOGIN_VARIABLE)
    if login is not None:
        return Login(_checked_login(login), _password(wishes, login, endpoint)), "login"
    if wishes.password is not None:
        raise MissingParameterError("password is given without login: give login=… as well")
    if key is None and endpoint.local:
        return None, "access_key"
    key = key if key is not None else read_variable(KEY_VARIABLE)
    if key is None:
        raise MissingParameterError(
            f"no credentials: give access_key=…, or login=… and password=…, or set {KEY_VARIABLE}, "
            f"or {LOGIN_VARIABLE} and {PASSWORD_VARIABLE}"
        )
    return ApiKey(key), "access_key"


def _checked_login(login: str) -> str:
    if not isinstance(login, str):
        raise UserTypeError(f"login must be a string, got {type(login).__name__}")
    if not login.strip():
        raise MissingParameterError("login is empty")
    return login


def _password(wishes: Wishes, login: str, endpoint: Endpoint) -> str:
    password = wishes.password
    if password is None and not endpoint.local:
        password = os.environ.get(PASSWORD_VARIABLE) or None
    if password is None:
        try:
            password = getpass.getpass(f"Password of {login} at {endpoint.shown}: ")
        except EOFError:
            password = None
    if not isinstance(password, str | None):
        raise UserTypeError(f"password must be a string, got {type(password).__name__}")
    if not password:
        raise MissingParameterError(
            f"login {login!r} has no password: give password=… or set {PASSWORD_VARIABLE}"
        )
    return password


def connect(wishes: Wishes) -> Session:
    """Make a connection, and find out the organisation it is for.

    Everything is checked before the first credential leaves; nothing is sent when offline, or when
    the organisation is given and the caller has a key.

    Raises:
        ArthurUserError: An argument is missing, impossible or refused by the server.
        ArthurUnexpectedError: The server failed.
    """
    verify_ssl = resolve_verify_ssl(wishes.verify_ssl)
    options = HttpOptions.parse(wishes.http_options)
    endpoint = endpoint_of(wishes)
    if wishes.offline:
        if wishes.organization_id is not None:
            raise UserValueError(
                f"organization_id={wishes.organization_id!r} has no meaning with offline=True. "
                f"Leave one of them out."
            )
        return Session(
            endpoint,
            organization_id=UNKNOWN_ORGANIZATION,
            verify_ssl=verify_ssl,
            options=options,
            offline=True,
        )
    if not verify_ssl and endpoint.origin.startswith("https:"):
        logger.warning("certificates are not checked: anyone in between can read and change data")
    credentials, name = credentials_of(wishes, endpoint)
    organization = wishes.organization_id
    if organization is None and not endpoint.local:
        organization = read_variable(ORGANIZATION_VARIABLE)
    local = open_local(endpoint) if endpoint.local else None
    if credentials is None and local is not None:
        credentials = ApiKey(local.admin_key)
    try:
        session = Session(
            endpoint,
            credentials,
            organization_id=organization,
            verify_ssl=verify_ssl,
            options=options,
            local=local,
        )
    except BaseException:
        if local is not None:
            local.release()
        raise
    try:
        _first_contact(session, credentials, name)
    except BaseException:
        session.close()
        raise
    return session


def _first_contact(session: Session, credentials: Credentials | None, name: str) -> None:
    """Log in if that is how the caller is known, and settle the organisation."""
    if isinstance(credentials, Login):
        with explain_first_contact(session, name):
            session.log_in()
    if session.organization_id is None:
        session.organization_id = find_organization(session, name)
