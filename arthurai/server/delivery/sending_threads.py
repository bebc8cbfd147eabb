"""Threads that send messages, and that the end of the process does not wait for."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


class SendingThreads:
    """Calls functions, as many at a time as there are threads, in the order they were submitted.

    Those of the standard library would be waited for when the interpreter ends, as long as the
    other side keeps them.
    """

    def __init__(self, count: int, name: str) -> None:
        """Prepare the threads; each starts when it is needed.

        Args:
            count: How many.
            name: Name of the threads.
        """
        self._count = count
        self._name = name
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._started = 0
        self._idle = 0
        self._closed = False

    def submit(self, function: Callable[..., Result], *arguments: object) -> Future[Result]:
        """Have a function called; return its result to come.

        Args:
            function: The function.
            arguments: What it is called with.

        Raises:
            RuntimeError: The threads were closed.
        """
        future = Future[Result]()
        with self._changed:
            if self._closed:
                raise RuntimeError("the threads were closed")
            self._waiting.append((future, partial(function, *arguments)))
            if len(self._waiting) > self._idle and self._started < self._count:
                self._started += 1
                threading.Thread(target=self._run, name=self._name, daemon=True).start()
            self._changed.notify()
        return future

    def close(self) -> None:
        """Cancel what is waiting, and end the threads after what they are at; returns at once."""
        with self._changed:
            self._closed = True
            waiting, self._waiting = self._waiting, deque()
            self._changed.notify_all()
        for future, _ in waiting:
            future.cancel()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._idle += 1
                self._changed.wait_for(lambda: self._waiting or self._closed)
                self._idle -= 1
                if not self._waiting:
                    return
                future, call = self._waiting.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001 - it is the result
                future.set_exception(error)
            else:
                future.set_result(result)
