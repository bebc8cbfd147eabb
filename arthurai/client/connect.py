"""Connect: from arguments, `config` and environment variables to a session."""

from __future__ import annotations

import getpass
import logging
import os
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

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
    from arthurai.client.client_config import ClientConfig
    from arthurai.transport.auth import Credentials

logger = logging.getLogger(__name__)

_LOCAL_WORDS: Final = frozenset({"local", "embedded", "memory"})

_NOWHERE = Endpoint(origin="https://offline.invalid", url="offline")

#: The key of every `local://` server, for programs that insist on one.
_LOCAL_KEY: Final = "local"


def find_endpoint(config: ClientConfig) -> Endpoint:
    """Return the address of the server, from the configuration or the environment.

    An offline connection may have none.

    Raises:
        MissingParameterError: There is none.
        UserValueError: It cannot be used.
    """
    url = config.url if config.url is not None else read_variable(URL_VARIABLE)
    if url is None:
        if config.offline:
            return _NOWHERE
        raise MissingParameterError(
            f"url is missing: pass url=… or set {URL_VARIABLE}; for a server inside this process, "
            f'without any account, pass url="local://" or url="local:///some/dir"'
        )
    for name in ("allow_insecure", "offline"):
        check_bool(name, getattr(config, name))
    return parse_endpoint(url, allow_insecure=config.allow_insecure)


def find_credentials(config: ClientConfig, endpoint: Endpoint) -> tuple[Credentials | None, str]:
    """Return the credentials, from the configuration or the environment; ask for a password.

    For an embedded server the environment is ignored: what is there belongs to another server.

    Returns:
        The credentials and what to call them in messages. `None` stands for the embedded server's
        own, and for those that an offline connection does not have.

    Raises:
        MissingParameterError: There are none, or they are incomplete.
    """
    login, key = config.login, config.access_key
    if login is not None and key is not None:
        logger.warning("both login and access_key are given, login is used")
    if login is None and key is None and not endpoint.local:
        login = read_variable(LOGIN_VARIABLE)
    if login is not None:
        return Login(_check_login(login), _password(config, login, endpoint)), "login"
    if config.password is not None:
        raise MissingParameterError("password is given without login: pass login=… as well")
    if endpoint.local and (key in {None, _LOCAL_KEY} or endpoint.directory is None):
        return None, "access_key"  # a server that starts empty cannot know any key
    key = key if key is not None else read_variable(KEY_VARIABLE)
    if key is None and config.offline:
        return None, "access_key"
    if key is None:
        raise MissingParameterError(
            f"no credentials: pass access_key=…, or login=… and password=…, or set {KEY_VARIABLE}, "
            f"or {LOGIN_VARIABLE} and {PASSWORD_VARIABLE}{_hint_at_local(endpoint)}"
        )
    return ApiKey(key), "access_key"


def _check_login(login: str) -> str:
    if not isinstance(login, str):
        raise UserTypeError(f"login must be a string, got {type(login).__name__}")
    if not login.strip():
        raise MissingParameterError("login must be a non-empty string")
    return login


def _password(config: ClientConfig, login: str, endpoint: Endpoint) -> str:
    password = config.password
    if password is None and not endpoint.local:
        password = os.environ.get(PASSWORD_VARIABLE) or None  # blanks are part of it
    if password is None:
        try:
            password = getpass.getpass(f"Password of {login} at {endpoint.url}: ")
        except (EOFError, OSError):  # nobody is there to ask
            password = None
    if not isinstance(password, str | None):
        raise UserTypeError(f"password must be a string, got {type(password).__name__}")
    if not password:
        raise MissingParameterError(
            f"login {login!r} has no password: pass password=… or set {PASSWORD_VARIABLE}"
        )
    return password


def connect(config: ClientConfig) -> Session:
    """Open a session, and find out the organization it is for.

    Everything is checked before the first credential is sent. Offline nothing is sent here: the
    first call after it logs in, for the organization that the server chooses. Nor is anything sent
    when the organization is given and the caller has a key.

    Raises:
        ArthurUserError: An argument is missing, impossible or refused by the server.
        ArthurUnexpectedError: The server failed.
    """
    verify_ssl = resolve_verify_ssl(config.verify_ssl)
    options = HttpOptions.parse(config.http_options)
    strict = config.strict if config.strict is None else check_bool("strict", config.strict)
    redaction_key = config.redaction_key
    if redaction_key is not None:
        from arthurai.upload.redact_columns import check_key

        check_key(redaction_key)
    endpoint = find_endpoint(config)
    if config.offline and config.organization_id is not None:
        raise UserValueError(
            f"organization_id={config.organization_id!r} has no effect with offline=True; omit one "
            f"of them"
        )
    if endpoint is _NOWHERE:
        return Session(
            endpoint,
            verify_ssl=verify_ssl,
            options=options,
            offline=True,
            strict=strict,
            redaction_key=redaction_key,
        )
    if not verify_ssl and endpoint.origin.startswith("https:"):
        logger.warning(
            "certificates are not checked: anyone on the network path can read and change data"
        )
    credentials, name = find_credentials(config, endpoint)
    organization = config.organization_id
    if organization is None and not endpoint.local and not config.offline:
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
            offline=config.offline,
            local=local,
            strict=strict,
            redaction_key=redaction_key,
        )
    except BaseException:
        if local is not None:
            local.release()
        raise
    if config.offline:
        return session
    try:
        _first_contact(session, credentials, name)
    except BaseException:
        session.close()
        raise
    return session


def _first_contact(session: Session, credentials: Credentials | None, name: str) -> None:
    """Log in if there is a login, and look up the organization unless it is known."""
    if isinstance(credentials, Login):
        with explain_first_contact(session, name):
            session.log_in()
    if session.organization_id is None:
        session.organization_id = find_organization(session, name)


def _hint_at_local(endpoint: Endpoint) -> str:
    """Return what to write for an embedded server, if the address looks as if one was meant."""
    if urlsplit(endpoint.url).hostname in _LOCAL_WORDS:
        return '; a server inside this process is url="local://" and needs none'
    return ""
