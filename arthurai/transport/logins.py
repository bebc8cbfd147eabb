"""Exchanging a login and password for a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.exceptions import (
    ExpectedParameterNotFoundError,
    ResponseClientError,
    UserValueError,
)
from arthurai.transport.http_client import AUTHORIZATION_HEADER

if TYPE_CHECKING:
    from arthurai.transport.http_client import Answer
    from arthurai.transport.session import Session

_WRONG_CREDENTIALS = frozenset({400, 401})
TOKEN_COOKIE = AUTHORIZATION_HEADER


def log_in_with(session: Session, login: str, password: str) -> str:
    """Log in and return the token of the new user session; see `log_in_with_answer`."""
    return log_in_with_answer(session, login, password)[0]


def log_in_with_answer(session: Session, login: str, password: str) -> tuple[str, Answer]:
    """Log in and return the token of the new user session, and the answer that brought it.

    The server hands it out as a cookie. It is taken out of the cookie jar, because it goes into a
    header from now on and an old one must not travel beside a new one.

    Raises:
        UserValueError: The server refuses login or password.
        ExpectedParameterNotFoundError: It accepted them but sent no token.
        ArthurError: Everything else that can go wrong.
    """
    from arthurai_api.api.auth import login as operation

    try:
        answer = session.send_public(operation, {"login": login, "password": password})
    except ResponseClientError as fault:
        if fault.status_code not in _WRONG_CREDENTIALS:
            raise
        raise UserValueError(
            f"{session.endpoint.shown} refuses login {login!r} with this password. Correct login "
            f"and password (or ARTHUR_LOGIN and ARTHUR_PASSWORD).",
            exchange=fault.exchange,
        ) from fault
    session.forget_cookie(TOKEN_COOKIE)
    for header in answer.headers.get_list("set-cookie"):
        name, equals, rest = header.partition("=")
        token = rest.partition(";")[0].strip().strip('"')
        if equals and name.strip() == TOKEN_COOKIE and token:
            return token, answer
    raise ExpectedParameterNotFoundError(
        f"{session.endpoint.shown} accepted the login but sent no cookie {TOKEN_COOKIE!r}. Check "
        f"that the url is that of an Arthur server.",
        exchange=answer.circumstances.exchange(answer.status_code, answer.headers),
    )
