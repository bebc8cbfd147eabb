"""Look up the organization of a caller when a connection is made."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from arthurai.common.exceptions import (
    ArthurConnectionError,
    ArthurTimeoutError,
    ArthurUnexpectedError,
    ForbiddenError,
    NotFoundError,
    ResponseClientError,
    ResponseRedirectError,
    UnexpectedValueError,
    UserValueError,
)
from arthurai.common.text import quote_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.transport.session import Session
    from arthurai_api.models.authentication_info import AuthenticationInfo

_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404


@contextlib.contextmanager
def explain_first_contact(session: Session, credential: str) -> Iterator[None]:
    """Report failures that come from wrong arguments of the caller in terms of these arguments.

    Args:
        session: The new connection.
        credential: The argument that identifies the caller.
    """
    shown = session.endpoint.url
    try:
        yield
    except (ArthurConnectionError, ArthurTimeoutError) as error:
        raise UserValueError(
            f"cannot reach url={shown!r}: {error}", exchange=error.exchange
        ) from error
    except (UnexpectedValueError, ResponseRedirectError) as error:
        raise UserValueError(
            f"url={shown!r} does not behave like an Arthur server: {error}", exchange=error.exchange
        ) from error
    except NotFoundError as error:
        asked = error.exchange
        raise UserValueError(
            f"url={shown!r} does not behave like an Arthur server"
            + (f": {asked.method} {asked.url} returned {asked.status}" if asked else "")
            + "; check its host, port and path",
            exchange=asked,
        ) from error
    except ResponseClientError as error:
        if error.status_code != _UNAUTHORIZED:
            raise
        raise UserValueError(
            f"{shown} refuses the {credential}; check that it is complete and still valid, and "
            f"that url is the server it belongs to",
            exchange=error.exchange,
        ) from error


def organization_of_user(session: Session) -> str | None:
    """Return the organization of a user whom the server itself manages.

    Raises:
        ForbiddenError: Another identity provider manages the user.
    """
    from arthurai_api.api.users import get_current_user

    user = get_current_user.sync(client=session.api)
    with contextlib.suppress(AttributeError):  # left out by the server
        return _text(user.organization_id)
    return None


def auth_info_of(session: Session) -> AuthenticationInfo:
    """Return what the server knows about the caller.

    Raises:
        ArthurUnexpectedError: The server is too old to say.
    """
    from arthurai_api.api.users import get_auth_info

    try:
        return get_auth_info.sync(client=session.api)
    except ResponseClientError as error:
        if error.status_code != _NOT_FOUND:
            raise
        raise ArthurUnexpectedError(
            f"{session.endpoint.url} cannot say who the caller is, probably because it is older "
            f"than this SDK; pass organization_id",
            exchange=error.exchange,
        ) from error


def find_organization(session: Session, credential: str) -> str | None:
    """Return the organization that a new connection is for.

    Args:
        session: The new connection.
        credential: The argument that identifies the caller, for messages.

    Returns:
        Its id; `None` when the caller belongs to none.

    Raises:
        UserValueError: The server cannot be reached or refuses the caller, or the caller belongs to
            several organizations and has to choose.
        ArthurError: Everything else that can go wrong.
    """
    with explain_first_contact(session, credential):
        try:
            return organization_of_user(session)
        except ForbiddenError:
            organizations: object = getattr(auth_info_of(session), "organization_ids", [])
    if not isinstance(organizations, list):
        raise UnexpectedValueError(
            f"{session.endpoint.url} listed organizations as {type(organizations).__name__}"
        )
    if len(organizations) > 1:
        raise UserValueError(
            f"the {credential} opens several organizations; pass organization_id, one of "
            f"{', '.join(map(str, organizations))}"
        )
    return _text(organizations[0]) if organizations else None


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise UnexpectedValueError(f"the server sent the organization id {quote_value(value)}")
    return value
