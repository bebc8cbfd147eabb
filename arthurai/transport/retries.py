"""Retries: when a request is sent again, and how long to wait before."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from arthurai.transport import fork_safety

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

IDEMPOTENT_METHODS: Final = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_MAX_HEADER_LENGTH: Final = 64
_NOT_PROCESSED: Final = frozenset({425, 429})
_TRANSIENT_4XX: Final = frozenset({408})
_PERMANENT_5XX: Final = frozenset({501, 505, 506, 508, 510, 511})
_FIRST_SERVER_ERROR: Final = 500


def is_transient(status: int) -> bool:
    """Return whether the same request may get another response when it is sent again."""
    if status >= _FIRST_SERVER_ERROR:
        return status not in _PERMANENT_5XX
    return status in _NOT_PROCESSED or status in _TRANSIENT_4XX


def is_unprocessed(status: int) -> bool:
    """Return whether a status means that the server has not begun to work on the request."""
    return status in _NOT_PROCESSED


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Read a `Retry-After` header: seconds, or an HTTP date.

    Args:
        value: The header; `None` when there is none.
        now: The time to count from, with a zone.

    Returns:
        Seconds from now, at least 0; `None` when the header is absent or unreadable.
    """
    if value is None or len(value) > _MAX_HEADER_LENGTH:
        return None
    text = value.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class RetryBudget:
    """A bucket of tokens that all retries of the process share.

    Single failures are retried; when a server is down for everybody the bucket empties, and a
    fleet of clients stops multiplying the load on it. A retry costs 5 tokens, 10 after a time-out.
    A success on the first attempt gives 1 back, a success after a retry gives back what it cost.
    """

    CAPACITY = 500
    RETRY_COST = 5
    TIMEOUT_COST = 10

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._tokens = capacity
        self._lock = threading.Lock()
        fork_safety.watch(self)

    def after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may hold."""
        self._lock = threading.Lock()

    @property
    def tokens(self) -> int:
        """Tokens left."""
        return self._tokens

    def spend(self, cost: int) -> bool:
        """Take tokens for one retry; return `False`, taking none, when there are not enough."""
        with self._lock:
            if cost > self._tokens:
                return False
            self._tokens -= cost
            return True

    def give_back(self, tokens: int) -> None:
        """Put tokens back, up to the capacity."""
        with self._lock:
            self._tokens = min(self._capacity, self._tokens + tokens)


PROCESS_BUDGET: Final = RetryBudget()


async def _sleep_async(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and after which waits a request is sent again.

    The wait before retry n (from 0) is drawn evenly between 0 and `min(cap, base * 2**n)` seconds
    ("full jitter"). A `Retry-After` of the server is a floor, unless it asks for more than
    `longest_hint` seconds.

    Attributes:
        attempts: Maximum number of times a request is sent, the first included.
        base: Seconds from which the first wait is drawn.
        cap: Seconds that no drawn wait exceeds.
        longest_hint: Seconds above which a `Retry-After` is ignored.
        deadline: Seconds after the first attempt beyond which no new attempt starts.
        budget: Bucket that pays for retries.
        sleep: Waits for a number of seconds.
        sleep_async: Does so in an event loop.
        clock: Seconds on a monotonic clock.
        draw: Returns a number in [0, 1).
        now: The current time with a zone.
    """

    attempts: int = 4
    base: float = 0.25
    cap: float = 10.0
    longest_hint: float = 120.0
    deadline: float = 600.0
    budget: RetryBudget = field(default=PROCESS_BUDGET, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    sleep_async: Callable[[float], Awaitable[None]] = field(default=_sleep_async, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    draw: Callable[[], float] = field(default=random.random, repr=False)
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False)

    def wait(self, retry: int, retry_after: str | None = None) -> float:
        """Return the seconds to wait before a retry.

        Args:
            retry: Which retry this is, from 0.
            retry_after: The `Retry-After` header of the last response.
        """
        # 2**retry is bounded, because a float overflows beyond 2**1023.
        drawn = self.draw() * min(self.cap, self.base * 2.0 ** min(retry, 64))
        hint = parse_retry_after(retry_after, self.now())
        if hint is None or hint > self.longest_hint:
            return drawn
        return max(drawn, hint)
