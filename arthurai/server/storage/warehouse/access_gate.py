"""A gate for a resource that many threads use at the same time, and one sometimes needs alone."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class GateBusyError(Exception):
    """Others did not leave in time."""


class AccessGate:
    """Lets many threads in together, or one alone.

    A thread that is inside may enter again while another waits to be alone, so that nested uses do
    not wait for each other.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: Counter[int] = Counter()
        self._owner: int | None = None

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Be inside during a block, with others; waits while somebody is, or wants to be, alone."""
        thread = threading.get_ident()
        with self._changed:
            while self._owner not in {None, thread} and not self._inside[thread]:
                self._changed.wait()
            self._inside[thread] += 1
        try:
            yield
        finally:
            with self._changed:  # a generator may be closed by another thread: not `get_ident`
                self._inside[thread] -= 1
                if not self._inside[thread]:
                    del self._inside[thread]
                self._changed.notify_all()

    @contextmanager
    def alone(self, patience_seconds: float) -> Iterator[None]:
        """Be alone inside during a block; others wait outside meanwhile.

        Args:
            patience_seconds: How long to wait for those inside to leave.

        Raises:
            GateBusyError: They did not leave in time.
        """
        deadline = time.monotonic() + patience_seconds
        with self._changed:
            if self._owner is not None:
                raise GateBusyError
            self._owner = threading.get_ident()
        try:
            with self._changed:
                while self._inside:
                    left = deadline - time.monotonic()
                    if left <= 0:
                        raise GateBusyError
                    self._changed.wait(left)
            yield
        finally:
            with self._changed:
                self._owner = None
                self._changed.notify_all()
