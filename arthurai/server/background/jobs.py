"""Jobs that one thread works on, one after the other."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_Job = TypeVar("_Job", bound="Hashable")


class Jobs(Generic[_Job]):
    """A set of jobs in the order they came; one that waits already is not added again."""

    def __init__(self, name: str, work: Callable[[_Job], None]) -> None:
        """Take jobs from now on; the thread starts with the first one.

        Args:
            name: Name of the thread.
            work: Does a job; it must not raise.
        """
        self._name = name
        self._work = work
        self._changed = threading.Condition()
        self._waiting: dict[_Job, None] = {}
        self._busy = False
        self._stopping = False
        self._thread: threading.Thread | None = None

    def add(self, job: _Job) -> None:
        """Have a job done unless the thread is to stop.

        Args:
            job: The job.
        """
        with self._changed:
            if self._stopping:
                return
            self._waiting[job] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until nothing is left to do.

        Args:
            timeout: Seconds to wait at most; ``None`` waits as long as it takes.

        Returns:
            Whether nothing is left.
        """
        with self._changed:
            return self._changed.wait_for(
                lambda: self._stopping or not (self._busy or self._waiting), timeout
            )

    def stop(self) -> None:
        """Begin no further job."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self) -> None:
        """Wait for the end of the job that is being done."""
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or bool(self._waiting))
                if self._stopping:
                    return
                job = next(iter(self._waiting))
                del self._waiting[job]
                self._busy = True
            try:
                self._work(job)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()
