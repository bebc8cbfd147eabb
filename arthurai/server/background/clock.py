"""Work by the clock: one thread that knows what is due when."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from arthurai.server.background.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from arthurai.server.storage.documents.stored_leases import Lease

logger = logging.getLogger("arthurai.server.background")

TICK_SECONDS: Final = 10.0


class Leases(Protocol):
    """Which server does what only one is to do."""

    def hold(self, name: str) -> AbstractContextManager[Lease | None]:
        """Take a lease for a block unless somebody else holds it."""


@dataclass
class _Job:
    name: str
    work: Callable[[datetime], object]
    seconds: float
    due: float
    on_each_server: bool


class Clock:
    """Calls jobs again and again, one after the other; what one of them raises is logged.

    A job decides itself whether something is to be done at the time it is given, so a server that
    was down does late what is still useful.
    """

    def __init__(
        self,
        read_time: Callable[[], datetime] = lambda: datetime.now(UTC),
        leases: Leases | None = None,
    ) -> None:
        """Prepare a clock without jobs.

        Args:
            read_time: Returns the current time, in UTC.
            leases: By which one of several servers does each job; without them this one does.
        """
        self._read_time = read_time
        self._leases = leases
        self._jobs: list[_Job] = []
        self._lock = threading.Lock()
        self._worker: Worker[None] = Worker("arthurai-clock", lambda _: self.run_due())

    def add_job(
        self,
        name: str,
        work: Callable[[datetime], object],
        *,
        seconds: float,
        on_each_server: bool = False,
    ) -> None:
        """Have something called regularly, for the first time after one period.

        Args:
            name: What it is, for the log.
            work: Takes the current time, in UTC.
            seconds: Length of the period.
            on_each_server: Whether each of several servers is to do it, not one of them.
        """
        due = self._read_time().timestamp() + seconds
        with self._lock:
            self._jobs.append(_Job(name, work, seconds, due, on_each_server))

    def run_due(self) -> int:
        """Call what is due; return how many jobs."""
        now = self._read_time()
        called = 0
        with self._lock:
            jobs = list(self._jobs)
        for job in jobs:
            # a clock that was set back must not keep a job waiting
            if not job.due - job.seconds <= now.timestamp() < job.due:
                job.due = now.timestamp() + job.seconds
                called += 1
                try:
                    self._run(job, now)
                except Exception:
                    logger.exception("%s failed", job.name)
        return called

    def _run(self, job: _Job, now: datetime) -> None:
        """Call a job, unless another server does, or did so in this period."""
        if self._leases is None or job.on_each_server:
            job.work(now)
            return
        with self._leases.hold(f"clock: {job.name}") as lease:
            if lease is not None:
                # two ticks earlier, so that the holder's own next turn never meets its end
                lease.rest_seconds = job.seconds - 2 * TICK_SECONDS
                job.work(now)

    def start(self) -> None:
        """Call jobs when they are due, until `close`."""
        self._worker.put_every(TICK_SECONDS, None)

    def stop(self) -> None:
        """Call no more jobs; returns at once."""
        self._worker.close(wait=False)

    def close(
        self, interrupt: Callable[[], object] | None = None, deadline: float | None = None
    ) -> None:
        """Call no more jobs; the one at hand ends first.

        Args:
            interrupt: Ends what that one is doing when it takes too long.
            deadline: When to wait no longer, by `time.monotonic`.
        """
        self._worker.close(interrupt=interrupt, deadline=deadline)
