"""A thread that works on items, one after the other."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger("arthurai.server.background")

INTERRUPT_SECONDS: Final = 3.0
STOP_SECONDS: Final = 8.0
_RETRY_SECONDS: Final = 0.1

Item = TypeVar("Item")


class _Clock(NamedTuple, Generic[Item]):
    """An item that is put at regular times."""

    item: Item
    period_seconds: float
    due: float


class Worker(Generic[Item]):
    """Handles items on a thread of its own, which starts with the first one.

    An exception of the handler is logged and does not end the thread.
    """

    def __init__(
        self, name: str, handle: Callable[[Item], object], *, coalesce: bool = True
    ) -> None:
        """Prepare the thread.

        Args:
            name: Name of the thread.
            handle: Called with each item, in the order they were put.
            coalesce: Do not add an item that equals a waiting one.
        """
        self._name = name
        self._handle = handle
        self._coalesce = coalesce
        self._changed = threading.Condition()
        self._waiting: deque[Item] = deque()
        self._clock: _Clock[Item] | None = None
        self._later: list[tuple[float, Item]] = []
        self._busy = False
        self._busy_since: float | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def put(self, item: Item) -> None:
        """Have an item handled, unless the worker is closed.

        Args:
            item: The item.
        """
        with self._changed:
            if not self._closed:
                self._add(item)
                self._wake()

    def put_after(self, seconds: float, item: Item) -> None:
        """Have an item handled after a while, unless the worker is closed by then.

        `drain` does not wait for it.

        Args:
            seconds: How long to wait.
            item: The item.
        """
        with self._changed:
            if not self._closed:
                self._later.append((time.monotonic() + seconds, item))
                self._wake()

    def put_every(self, period_seconds: float, item: Item) -> None:
        """Have an item handled once per period, for the first time after one period.

        Args:
            period_seconds: Length of the period.
            item: The item; it replaces one given earlier.
        """
        with self._changed:
            if not self._closed:
                self._clock = _Clock(item, period_seconds, time.monotonic() + period_seconds)
                self._wake()

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until nothing is waiting or being handled.

        Args:
            timeout: Maximum number of seconds; `None` waits as long as it takes.

        Returns:
            Whether nothing is left.
        """
        with self._changed:
            return self._changed.wait_for(lambda: not (self._busy or self._waiting), timeout)

    def close(
        self,
        *,
        finish: bool = False,
        wait: bool = True,
        interrupt: Callable[[], object] | None = None,
        deadline: float | None = None,
    ) -> None:
        """Stop the thread after the item that is being handled; later items are dropped.

        Args:
            finish: Handle the waiting items first instead of dropping them.
            wait: Wait until the thread has ended; never done on the thread itself.
            interrupt: Called after `INTERRUPT_SECONDS` to end what the item is doing.
            deadline: When to wait no longer, by `time.monotonic`; by default after `STOP_SECONDS`
                with `interrupt`, else never.
        """
        with self._changed:
            self._closed = True
            self._clock = None
            self._later.clear()
            if not finish:
                self._waiting.clear()
            self._changed.notify_all()
        thread = self._thread
        if not wait or thread is None or thread is threading.current_thread():
            return
        if interrupt is None and deadline is None:
            thread.join()
            return
        now = time.monotonic()
        until = now + STOP_SECONDS if deadline is None else deadline
        thread.join(max(0.0, min(INTERRUPT_SECONDS, until - now)))
        while thread.is_alive():
            if interrupt is not None:
                interrupt()
            if time.monotonic() >= until:
                logger.warning("%s did not end in time", self._name)
                return
            thread.join(_RETRY_SECONDS)

    def measure(self) -> tuple[int, float]:
        """Return how many items are not handled yet, and the seconds since there were none."""
        with self._changed:
            since = self._busy_since
            number = len(self._waiting) + self._busy
            return number, 0.0 if since is None else time.monotonic() - since

    def _add(self, item: Item) -> None:
        if self._busy_since is None:
            self._busy_since = time.monotonic()
        if not (self._coalesce and item in self._waiting):
            self._waiting.append(item)

    def _wake(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            (item,) = taken
            try:
                self._handle(item)
            except Exception:
                logger.exception("%s: handling %r failed", self._name, item)
            with self._changed:
                self._busy = False
                if not self._waiting:
                    self._busy_since = None
                self._changed.notify_all()

    def _take(self) -> tuple[Item] | None:
        """Wait for the next item and take it; return `None` when the thread is to end."""
        with self._changed:
            while True:
                remaining = self._tick()
                if self._waiting:
                    self._busy = True
                    return (self._waiting.popleft(),)
                if self._closed:
                    return None
                self._changed.wait(remaining)

    def _tick(self) -> float | None:
        """Put the items that are due; return the seconds until the next time."""
        now = time.monotonic()
        for due, item in [each for each in self._later if each[0] <= now]:
            self._later.remove((due, item))
            self._add(item)
        dues = [due for due, _ in self._later]
        if self._clock is not None:
            item, period, due = self._clock
            if now >= due:
                self._add(item)
                due = now + period
                self._clock = _Clock(item, period, due)
            dues.append(due)
        return min(dues) - now if dues else None
