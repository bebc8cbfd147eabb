"""Who the caller is: an API key, or a login that is renewed before it runs out."""

from __future__ import annotations

import base64
import binascii
import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

from arthurai.common.exceptions import ArthurError, ArthurUserError, MethodNotApplicableError
from arthurai.transport import fork_safety as forks
from arthurai.transport.options import check_header_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

logger = logging.getLogger(__name__)

TOKEN_COOKIE: Final = "Authorization"  # noqa: S105 - the name of a cookie
"""The cookie in which the server hands out the token of a login."""

REFRESH_MARGIN_SECONDS: Final = 300.0
"""How long before the end of its life a token is renewed."""

RENEWAL_PAUSE_SECONDS: Final = 30.0
"""How long there is no new login after one that failed or did not help."""

_MAX_TOKEN_LENGTH: Final = 65536


def find_token(set_cookie_headers: Iterable[str]) -> str | None:
    """Return the token that a response to a login sets as a cookie, `None` without one.

    Args:
        set_cookie_headers: The values of all `Set-Cookie` headers.
    """
    for header in set_cookie_headers:
        name, equals, rest = header.partition("=")
        token = rest.partition(";")[0].strip().strip('"')
        if equals and name.strip() == TOKEN_COOKIE and token:
            return token
    return None


def read_claims(token: str) -> dict[str, object]:
    """Return the claims of a JSON web token without checking its signature.

    Only the server can check it; the client wants to know when the token expires. Text that is not
    such a token has no claims.
    """
    import orjson

    parts = token.split(".")
    if len(parts) != 3 or len(token) > _MAX_TOKEN_LENGTH:  # noqa: PLR2004 - header, claims, signature
        return {}
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = orjson.loads(text)
    except (binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def lifetime(token: str, now: float) -> float | None:
    """Return the seconds a token is valid when it was issued just now, `None` when it says nothing.

    The time of issue in the token is preferred to our own clock, which may differ from the
    server's.
    """
    claims = read_claims(token)
    end = claims.get("exp")
    begin = claims.get("iat", now)
    if not isinstance(end, int | float) or not isinstance(begin, int | float):
        return None
    return float(end) - float(begin)


class Credentials(Protocol):
    """The source of the token in the `Authorization` header."""

    def token(self, log_in: Callable[[str, str], str]) -> str:
        """Return the token for the next request, logging in when that is due."""
        ...

    def renew(self, rejected: str, log_in: Callable[[str, str], str]) -> bool:
        """Try to get another token after one was rejected; return whether there is one."""
        ...

    def pause_renewal(self) -> None:
        """Stop renewing for a while: the token just renewed was rejected as well."""
        ...

    def usable_token(self, *, renewing: bool) -> str | None:
        """Return the token if it will do, `None` when a login is due.

        Args:
            renewing: Whether somebody is logging in already; a token that is still valid does then.
        """
        ...

    async def log_in_async(self, log_in: Callable[[str, str], Awaitable[str]]) -> str:
        """Log in as `token` does when a login is due; one call at a time."""
        ...

    async def renew_async(
        self, rejected: str, log_in: Callable[[str, str], Awaitable[str]]
    ) -> bool:
        """Do what `renew` does; one call at a time."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """Return the strings that must never be shown."""
        ...


def _refuse_pickling(kind: str) -> NoReturn:
    raise MethodNotApplicableError(
        f"{kind} cannot be pickled, because it holds a secret. Transfer url and credentials in a "
        f"secure way and connect again on the other side"
    )


class ApiKey:
    """An API key, the token of a service account."""

    __slots__ = ("__key",)

    def __init__(self, key: str) -> None:
        self.__key = check_header_text("access_key", key, secret=True)

    def token(self, log_in: Callable[[str, str], str]) -> str:  # noqa: ARG002 - part of Credentials
        """Return the key."""
        return self.__key

    def renew(self, rejected: str, log_in: Callable[[str, str], str]) -> bool:  # noqa: ARG002 - part of Credentials
        """Return `False`: a rejected key cannot be replaced."""
        return False

    def pause_renewal(self) -> None:
        """Do nothing: a key is never renewed."""

    def usable_token(self, *, renewing: bool) -> str:  # noqa: ARG002 - part of Credentials
        """Return the key."""
        return self.__key

    async def log_in_async(self, log_in: Callable[[str, str], Awaitable[str]]) -> str:  # noqa: ARG002 - part of Credentials
        """Return the key."""
        return self.__key

    async def renew_async(
        self,
        rejected: str,  # noqa: ARG002 - part of Credentials
        log_in: Callable[[str, str], Awaitable[str]],  # noqa: ARG002 - part of Credentials
    ) -> bool:
        """Return `False`: a rejected key cannot be replaced."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """Return the key."""
        return (self.__key,)

    def __repr__(self) -> str:
        return "ApiKey(***)"

    def __reduce__(self) -> NoReturn:
        _refuse_pickling("An access key")


@dataclass(frozen=True, slots=True)
class _Ticket:
    """One token and when to replace it, on a monotonic clock."""

    token: str
    refresh_at: float
    end: float


class Login:
    """A login name and password, kept to log in again before the token runs out.

    Any number of threads may ask for the token: one of them logs in, the others use the token that
    is still valid or wait for the new one.

    Args:
        login: User name or e-mail address.
        password: The password.
        clock: Seconds on a monotonic clock.
        wall_clock: Seconds since the epoch, compared with the expiry in the token.
    """

    __slots__ = (
        "__password",
        "__weakref__",
        "_clock",
        "_lock",
        "_login",
        "_paused_until",
        "_ticket",
        "_wall_clock",
    )

    def __init__(
        self,
        login: str,
        password: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._login = login
        self.__password = password
        self._clock = clock
        self._wall_clock = wall_clock
        self._ticket: _Ticket | None = None
        self._paused_until = float("-inf")
        self._lock = threading.Lock()
        forks.watch(self)

    def after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may hold."""
        self._lock = threading.Lock()

    def token(self, log_in: Callable[[str, str], str]) -> str:
        """Return the token, after a login when there is none or when it is about to expire.

        Raises:
            ArthurError: The login failed, and there is no token that is still valid.
        """
        ready = self.usable_token(renewing=False)
        if ready is not None:
            return ready
        # Another thread is renewing: while the old token is valid there is no need to wait.
        old = self.usable_token(renewing=True)
        if not self._lock.acquire(blocking=old is None) and old is not None:
            return old
        try:
            return self._refreshed(log_in)
        finally:
            self._lock.release()

    def usable_token(self, *, renewing: bool) -> str | None:
        """Return the token if it will do, `None` when a login is due.

        Args:
            renewing: Whether somebody is logging in already; a token that is still valid does then.
        """
        ticket = self._ticket
        if ticket is None:
            return None
        due = ticket.end if renewing else ticket.refresh_at
        return ticket.token if self._clock() < due else None

    def _token_after_wait(self) -> str | None:
        """Return the token that is used without a login, now that nobody else is logging in."""
        ticket, now = self._ticket, self._clock()
        if ticket is not None and (now < ticket.refresh_at or now < self._paused_until):
            return ticket.token
        return None

    def _token_after_failure(self, error: ArthurError) -> str | None:
        """Return the old token after a login that failed, `None` if it is no longer valid."""
        ticket, now = self._ticket, self._clock()
        self._paused_until = now + RENEWAL_PAUSE_SECONDS
        if ticket is None or now >= ticket.end:
            return None
        logger.warning("could not renew the login, the old one is still valid: %s", error)
        return ticket.token

    def _refreshed(self, log_in: Callable[[str, str], str]) -> str:
        ready = self._token_after_wait()
        if ready is not None:
            return ready
        try:
            return self._keep(log_in(self._login, self.__password))
        except ArthurError as error:
            kept = self._token_after_failure(error)
            if kept is None:
                raise
            return kept

    async def log_in_async(self, log_in: Callable[[str, str], Awaitable[str]]) -> str:
        """Log in as `token` does when a login is due; one call at a time.

        Raises:
            ArthurError: The login failed, and there is no token that is still valid.
        """
        ready = self._token_after_wait()
        if ready is not None:
            return ready
        try:
            return self._keep(await log_in(self._login, self.__password))
        except ArthurError as error:
            kept = self._token_after_failure(error)
            if kept is None:
                raise
            return kept

    def _keep(self, token: str) -> str:
        now = self._clock()
        left = lifetime(token, self._wall_clock())
        if left is None or left <= 0:
            # Nothing to plan by: use it until the server rejects it.
            self._ticket = _Ticket(token, float("inf"), float("inf"))
        else:
            # A short-lived token is renewed at half its life, or every request would log in.
            margin = min(REFRESH_MARGIN_SECONDS, left / 2)
            self._ticket = _Ticket(token, now + left - margin, now + left)
        return token

    def _renewed(self, rejected: str) -> bool | None:
        """Return whether there is another token without a login; `None` when a login is due."""
        if self._ticket is not None and self._ticket.token != rejected:
            return True
        return False if self._clock() < self._paused_until else None

    def renew(self, rejected: str, log_in: Callable[[str, str], str]) -> bool:
        """Log in again after a token was rejected, unless another thread already has.

        Returns:
            Whether there is another token. `False` for a while after a renewal that failed or did
            not help, so that a rejected caller does not log in at every request.
        """
        with self._lock:
            known = self._renewed(rejected)
            if known is not None:
                return known
            try:
                self._keep(log_in(self._login, self.__password))
            except ArthurUserError:
                self.pause_renewal()
                raise
            return True

    async def renew_async(
        self, rejected: str, log_in: Callable[[str, str], Awaitable[str]]
    ) -> bool:
        """Do what `renew` does; one call at a time."""
        known = self._renewed(rejected)
        if known is not None:
            return known
        try:
            self._keep(await log_in(self._login, self.__password))
        except ArthurUserError:
            self.pause_renewal()
            raise
        return True

    def pause_renewal(self) -> None:
        """Stop logging in for a while: the server rejects even fresh tokens."""
        self._paused_until = self._clock() + RENEWAL_PAUSE_SECONDS

    def secrets(self) -> tuple[str, ...]:
        """Return the password and the token, if there is one."""
        ticket = self._ticket
        return (self.__password,) if ticket is None else (self.__password, ticket.token)

    def __repr__(self) -> str:
        return f"Login({self._login!r}, ***)"

    def __reduce__(self) -> NoReturn:
        _refuse_pickling("A login")
