"""A thread that works on items, one after the other."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger("arthurai.server.background")

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
        self._busy = False
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

    def close(self, *, finish: bool = False, wait: bool = True) -> None:
        """Stop the thread after the item that is being handled; later items are dropped.

        Args:
            finish: Handle the waiting items first instead of dropping them.
            wait: Wait until the thread has ended; never done on the thread itself.
        """
        with self._changed:
            self._closed = True
            self._clock = None
            if not finish:
                self._waiting.clear()
            self._changed.notify_all()
        if wait and self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _add(self, item: Item) -> None:
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
        """Put the item of the clock when it is due; return the seconds until the next time."""
        if self._clock is None:
            return None
        item, period, due = self._clock
        now = time.monotonic()
        if now >= due:
            self._add(item)
            due = now + period
            self._clock = _Clock(item, period, due)
        return due - now
