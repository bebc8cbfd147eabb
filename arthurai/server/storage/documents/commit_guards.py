"""What is asked before a thread commits something."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class CommitGuards(threading.local):
    """The guards of each thread that uses a control database."""

    def __init__(self) -> None:
        self._guards: list[Callable[[], object]] = []

    def __bool__(self) -> bool:
        return bool(self._guards)

    @contextmanager
    def guarded(self, guard: Callable[[], object]) -> Iterator[None]:
        """Have a function called before each change that this thread commits in the block.

        Args:
            guard: Called inside of the transaction; raises to have it rolled back.
        """
        self._guards.append(guard)
        try:
            yield
        finally:
            self._guards.remove(guard)

    def check(self) -> None:
        """Call the guards, inside of a transaction that is about to be committed."""
        for guard in self._guards:
            guard()
