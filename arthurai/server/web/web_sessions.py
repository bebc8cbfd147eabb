"""Log-ins of browsers: sessions, one-time links, and tokens against forged requests.

Sessions are kept in memory: a restart of the server ends them. The cookie is sent to the dashboard
only, never to the API, and holds a random id that is renewed at each log-in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

LINK_SECONDS: Final = 3600
IDLE_SECONDS: Final = 3600
SESSION_SECONDS: Final = 12 * 3600
MAX_SESSIONS: Final = 10_000
_ID_BYTES: Final = 32


@dataclass(slots=True)
class WebSession:
    """A browser that is logged in.

    Attributes:
        id: Value of the cookie.
        credential: What the operations of the API are called with: a session token or an API key.
        expires: When it ends in any case, by the clock of the store.
        seen: When it was used last.
        organization_id: The organization that the user chose; `None` for the first one.
    """

    id: str
    credential: str
    expires: float
    seen: float
    organization_id: str | None = None


class Login(NamedTuple):
    """Who a session is opened for.

    Attributes:
        credential: What the operations of the API are called with.
        organization_id: The organization to work in; `None` for the first one.
    """

    credential: str
    organization_id: str | None = None


class _Ticket(NamedTuple):
    login: Login
    expires: float


@dataclass(slots=True)
class WebSessions:
    """The sessions and the one-time links of a server.

    Attributes:
        secret: Signs the tokens of forms.
        clock: Seconds, monotonic.
    """

    secret: bytes
    clock: Callable[[], float] = time.monotonic
    _sessions: dict[str, WebSession] = field(default_factory=dict)
    _tickets: dict[str, _Ticket] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, login: Login) -> WebSession:
        """Open a session under a new id.

        Args:
            login: Who it is for.
        """
        now = self.clock()
        session = WebSession(
            new_id(), login.credential, now + SESSION_SECONDS, now, login.organization_id
        )
        with self._lock:
            self._drop_expired(now)
            if len(self._sessions) >= MAX_SESSIONS:
                oldest = min(self._sessions.values(), key=lambda held: held.seen)
                del self._sessions[oldest.id]
            self._sessions[session.id] = session
        return session

    def find(self, session_id: str | None, *, is_use: bool = True) -> WebSession | None:
        """Return a session, or `None` when it does not exist or has ended.

        Args:
            session_id: Value of the cookie.
            is_use: Whether a person uses it, which keeps it from ending.
        """
        now = self.clock()
        with self._lock:
            session = self._sessions.get(session_id or "")
            if session is None:
                return None
            if not _is_alive(session, now):
                del self._sessions[session.id]
                return None
            if is_use:
                session.seen = now
            return session

    def close(self, session_id: str | None) -> None:
        """End a session; one that does not exist is ignored.

        Args:
            session_id: Value of the cookie.
        """
        with self._lock:
            self._sessions.pop(session_id or "", None)

    def make_ticket(self, login: Login) -> str:
        """Return a ticket that opens one session within `LINK_SECONDS`.

        Args:
            login: Who the session will be for.
        """
        now = self.clock()
        ticket = new_id()
        with self._lock:
            self._tickets = {key: t for key, t in self._tickets.items() if t.expires > now}
            self._tickets[ticket] = _Ticket(login, now + LINK_SECONDS)
        return ticket

    def use_ticket(self, ticket: str) -> Login | None:
        """Return whom a ticket is for, once; `None` when it is unknown, used or too old.

        Args:
            ticket: The ticket.
        """
        with self._lock:
            found = self._tickets.pop(ticket, None)
        if found is None or found.expires <= self.clock():
            return None
        return found.login

    def form_token(self, cookie: str) -> str:
        """Return the token that forms shown under a cookie must send back.

        Args:
            cookie: Value of the cookie.
        """
        return hmac.new(self.secret, b"form\0" + cookie.encode(), hashlib.sha256).hexdigest()

    def is_form_token(self, cookie: str, token: str) -> bool:
        """Return whether a token belongs to a cookie.

        Args:
            cookie: Value of the cookie.
            token: What the form sent.
        """
        return hmac.compare_digest(self.form_token(cookie).encode(), token.encode())

    def _drop_expired(self, now: float) -> None:
        ended = [held.id for held in self._sessions.values() if not _is_alive(held, now)]
        for session_id in ended:
            del self._sessions[session_id]


def new_id() -> str:
    """Return a random id that nobody can guess."""
    return secrets.token_urlsafe(_ID_BYTES)


def _is_alive(session: WebSession, now: float) -> bool:
    return now < session.expires and now < session.seen + IDLE_SECONDS
