"""Who the caller is: an API key, or a login that is renewed before it runs out."""

from __future__ import annotations

import base64
import binascii
import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, Protocol

from arthurai.common.exceptions import ArthurError, ArthurUserError, MethodNotApplicableError
from arthurai.transport import fork_safety as forks
from arthurai.transport.options import check_header_text

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

REFRESH_MARGIN = 300.0
"""Seconds before the end of its life at which a token is renewed."""

RENEWAL_PAUSE = 30.0
"""Seconds without a new login after one that failed or did not help."""

_LONGEST_TOKEN = 65536


def read_claims(token: str) -> dict[str, object]:
    """Read the claims of a JSON web token without checking its signature.

    Only the server can check it; the client wants to know when the token ends. A text that is no
    such token has no claims.
    """
    import orjson

    parts = token.split(".")
    if len(parts) != 3 or len(token) > _LONGEST_TOKEN:  # noqa: PLR2004 - header, claims, signature
        return {}
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = orjson.loads(text)
    except (binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}


def lifetime(token: str, now: float) -> float | None:
    """Return the seconds a token has left when it was issued just now, `None` when it says nothing.

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
    """What puts a token into the `Authorization` header."""

    def token(self, log_in: Callable[[str, str], str]) -> str:
        """Return the token for the next request, logging in when that is due."""
        ...

    def renew(self, rejected: str, log_in: Callable[[str, str], str]) -> bool:
        """Try to get another token after one was rejected; `False` when there is none to get."""
        ...

    def renewal_was_useless(self) -> None:
        """Take note that the token just renewed was rejected as well."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """Return the texts that must never be shown."""
        ...


def _refuse_pickling(kind: str) -> NoReturn:
    raise MethodNotApplicableError(
        f"{kind} cannot be pickled, because it holds a secret. Send url and credentials by a safe "
        f"way and connect again on the other side."
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
        """Say that a rejected key cannot be replaced."""
        return False

    def renewal_was_useless(self) -> None:
        """Do nothing: a key is never renewed."""

    def secrets(self) -> tuple[str, ...]:
        """Return the key."""
        return (self.__key,)

    def __repr__(self) -> str:
        return "ApiKey(***)"

    def __reduce__(self) -> NoReturn:
        _refuse_pickling("An access key")


@dataclass(frozen=True, slots=True)
class _Ticket:
    """One token and when to replace it, on a clock that only goes forward."""

    token: str
    refresh_at: float
    end: float


class Login:
    """A login name and password, kept to log in again before the token runs out.

    Any number of threads may ask for the token: one of them logs in, the others use the token that
    is still good or wait for the new one.

    Args:
        login: User name or e-mail address.
        password: The password.
        clock: Seconds on a clock that only goes forward.
        wall_clock: Seconds since the epoch, compared with the end written in the token.
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
        """Return the token, after a login when there is none or when it is about to end.

        Raises:
            ArthurError: The login failed and no token that still lives is at hand.
        """
        ticket = self._ticket
        if ticket is not None:
            now = self._clock()
            if now < ticket.refresh_at:
                return ticket.token
            # Somebody else is renewing: while the old token lives there is no need to wait.
            if not self._lock.acquire(blocking=now >= ticket.end):
                return ticket.token
        else:
            self._lock.acquire()
        try:
            return self._refreshed(log_in)
        finally:
            self._lock.release()

    def _refreshed(self, log_in: Callable[[str, str], str]) -> str:
        ticket, now = self._ticket, self._clock()
        if ticket is not None and (now < ticket.refresh_at or now < self._paused_until):
            return ticket.token
        try:
            return self._log_in(log_in)
        except ArthurError as fault:
            self._paused_until = now + RENEWAL_PAUSE
            if ticket is None or now >= ticket.end:
                raise
            logger.warning("could not renew the login, the old one is still good: %s", fault)
            return ticket.token

    def _log_in(self, log_in: Callable[[str, str], str]) -> str:
        token = log_in(self._login, self.__password)
        now = self._clock()
        left = lifetime(token, self._wall_clock())
        if left is None or left <= 0:
            # Nothing to plan by: use it until the server rejects it.
            self._ticket = _Ticket(token, float("inf"), float("inf"))
        else:
            # A short-lived token is renewed at half its life, or every request would log in.
            margin = min(REFRESH_MARGIN, left / 2)
            self._ticket = _Ticket(token, now + left - margin, now + left)
        return token

    def renew(self, rejected: str, log_in: Callable[[str, str], str]) -> bool:
        """Log in again after a token was rejected, unless somebody already has.

        Returns:
            Whether another token is at hand. `False` for a while after a renewal that failed or did
            not help, so that a rejected caller never logs in at every request.
        """
        with self._lock:
            if self._ticket is not None and self._ticket.token != rejected:
                return True
            if self._clock() < self._paused_until:
                return False
            try:
                self._log_in(log_in)
            except ArthurUserError:
                self._paused_until = self._clock() + RENEWAL_PAUSE
                raise
            return True

    def renewal_was_useless(self) -> None:
        """Stop logging in for a while: the server rejects even fresh tokens."""
        self._paused_until = self._clock() + RENEWAL_PAUSE

    def secrets(self) -> tuple[str, ...]:
        """Return the password and the token, if there is one."""
        ticket = self._ticket
        return (self.__password,) if ticket is None else (self.__password, ticket.token)

    def __repr__(self) -> str:
        return f"Login({self._login!r}, ***)"

    def __reduce__(self) -> NoReturn:
        _refuse_pickling("A login")
