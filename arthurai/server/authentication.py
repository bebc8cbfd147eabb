"""Authentication: API keys, session tokens and the choice of the organization."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import jwt

from arthurai.server.http.api_errors import ApiError
from arthurai.server.principals import SUPER_ADMIN, Principal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.storage.documents import ControlStore
    from arthurai.server.storage.documents.stored_users import User

AUTHORIZATION_HEADER: Final = "Authorization"
ORGANIZATION_HEADER: Final = "Arthur-Organization-ID"
SESSION_SECONDS: Final = 3600
_ALGORITHM: Final = "HS256"
_DOTS_OF_SIGNED_TOKEN: Final = 2  # API keys have none
_UNSET_ORGANIZATIONS: Final = frozenset({"", "unknown"})
_UNAUTHORIZED_HEADERS: Final = (("WWW-Authenticate", "Bearer"),)


class Authentication:
    """Identifies principals by their credentials."""

    def __init__(
        self, control: ControlStore, secret: bytes, *, session_seconds: float = SESSION_SECONDS
    ) -> None:
        """Use a control store and the server's secret.

        Args:
            control: The store of users and service accounts.
            secret: Signs sessions.
            session_seconds: Duration of a session.
        """
        self._control = control
        self._secret = secret
        self.session_seconds = session_seconds

    def open_session(self, user: User) -> tuple[str, int]:
        """Return a signed session token and when it expires, in epoch seconds.

        Args:
            user: The user.
        """
        issued = int(time.time())
        expires = issued + int(self.session_seconds)
        claims = {"sub": user.id, "iat": issued, "exp": expires, "epoch": user.session_epoch}
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM), expires

    @staticmethod
    def relies_on_cookie(headers: Mapping[str, str]) -> bool:
        """Return whether the credential of a request is its cookie, not a header.

        Args:
            headers: Request headers by lower-case name.
        """
        return not headers.get(AUTHORIZATION_HEADER.lower())

    def authenticate(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Principal:
        """Return the principal of a request.

        Args:
            headers: Request headers by lower-case name.
            cookies: Request cookies by name.

        Raises:
            ApiError: 401 when the credential is missing, invalid or expired, 403 when the chosen
                organization is not open to the principal.
        """
        credential = (
            headers.get(AUTHORIZATION_HEADER.lower()) or cookies.get(AUTHORIZATION_HEADER) or ""
        )
        scheme, _, rest = credential.strip().partition(" ")
        token = rest.strip() if scheme.lower() == "bearer" else credential.strip()
        if not token:
            raise _unauthorized("no credential; send an API key in the header Authorization")
        is_session = token.count(".") == _DOTS_OF_SIGNED_TOKEN
        principal = (
            self._authenticate_session(token) if is_session else self._authenticate_key(token)
        )
        return self._choose_organization(principal, headers, cookies)

    def _authenticate_session(self, token: str) -> Principal:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                options={"require": ["sub", "exp", "epoch"], "verify_iat": False},
            )
        except jwt.ExpiredSignatureError:
            raise _unauthorized("the session has expired; log in again") from None
        except jwt.InvalidTokenError:
            raise _unauthorized("the session token is not valid; log in again") from None
        user = self._control.users.find_active(str(claims["sub"]))
        if user is None or user.session_epoch != claims["epoch"]:
            raise _unauthorized("the session has ended; log in again")
        return Principal(
            id=user.id,
            kind="user",
            roles=(),
            organization_id=None,
            memberships=user.roles,
            user=user,
        )

    def _authenticate_key(self, token: str) -> Principal:
        account = self._control.service_accounts.find_by_token(token)
        if account is None:
            raise _unauthorized("the API key is unknown; check or replace it")
        return Principal(
            id=account.id,
            kind="service_account",
            roles=(),
            organization_id=None,
            memberships={account.organization_id: account.role},
        )

    def _choose_organization(
        self, principal: Principal, headers: Mapping[str, str], cookies: Mapping[str, str]
    ) -> Principal:
        """Enter the organization of the header, else of the cookie, else the first membership."""
        for chosen in (headers.get(ORGANIZATION_HEADER.lower()), cookies.get(ORGANIZATION_HEADER)):
            if chosen is not None and chosen.strip() not in _UNSET_ORGANIZATIONS:
                return self.enter(principal, chosen.strip())
        own = next(iter(principal.memberships), None)
        return principal if own is None else self.enter(principal, own)

    def enter(self, principal: Principal, organization_id: str) -> Principal:
        """Return the principal in an organization.

        Args:
            principal: The principal.
            organization_id: The organization.

        Raises:
            ApiError: 403 when it does not exist or is not open to them.
        """
        role = principal.memberships.get(organization_id)
        if role is None:
            if not (principal.is_global and self._control.organizations.exists(organization_id)):
                raise ApiError(
                    403, f"organization {organization_id[:100]!r} is not open to this caller"
                )
            role = SUPER_ADMIN
        return replace(principal, roles=(role,), organization_id=organization_id)


def _unauthorized(message: str) -> ApiError:
    return ApiError(401, message, _UNAUTHORIZED_HEADERS)
