"""A few requests in flight, in bounded memory, every row accounted for."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from arthurai.common.exceptions import ArthurError
from arthurai.ingest.accounting import Account, Sent
from arthurai.ingest.progress import Progress

PATIENCE = 5.0
"""Seconds an interrupted call waits for requests in flight."""


@dataclass(frozen=True, slots=True)
class Job:
    """A part of the rows: where it lies and how to send it.

    Attributes:
        rows: how many.
        run: encodes and sends it, in one or several requests; what a request raises is given in
            `Sent.error`. Runs in another thread when there are several jobs.
        lost: books what `run` did not get to report: the rows after the given number of reported
            ones, and why.
    """

    rows: int
    run: Callable[[], Iterator[Sent]]
    lost: Callable[[int, BaseException], Sent]


class _Runner(threading.Thread):
    """Runs one job and keeps what it reported, also when nobody waits for its end.

    A daemon: after Ctrl-C the program can end while a request hangs.
    """

    def __init__(self, job: Job, stop: threading.Event) -> None:
        super().__init__(name="arthurai-send", daemon=True)
        self.job = job
        self.sent: list[Sent] = []
        self.fault: BaseException | None = None
        self._stop_asked = stop

    def run(self) -> None:
        try:
            for sent in self.job.run():
                self.sent.append(sent)
                if sent.error is not None or self._stop_asked.is_set():
                    return
        except BaseException as fault:  # noqa: BLE001 - raised again in the caller's thread
            self.fault = fault

    def book(self, account: Account, progress: Progress, why: BaseException | None = None) -> None:
        """Books what is known; rows nobody reported are lost because of `why` or a fault."""
        reported = list(self.sent)
        rows = 0
        for sent in reported:
            account.add(sent)
            rows += sent.rows
        progress.advance(rows)
        fault = self.fault or why
        if reported and reported[-1].error is not None:
            fault = reported[-1].error
        if fault is not None and rows < self.job.rows:
            account.add(self.job.lost(rows, fault))


def send_all(jobs: Iterable[Job], account: Account, *, workers: int, progress: Progress) -> None:
    """Sends parts, at most `workers` at a time, and books them in order.

    The first request that fails as a whole stops the rest: nothing more is read or sent. An
    exception of the source (a generator of the caller's, Ctrl-C) stops likewise; what was sent
    until then is booked first.

    Args:
        jobs: the parts, made while earlier ones are under way.
        account: the books.
        workers: most requests in flight, and most parts in memory beside the one being made.
        progress: told about every part that is through.

    Raises:
        ArthurError: what stopped the call, with `result` and a note on how to go on.
        BaseException: what interrupted the call, likewise.
    """
    stop = threading.Event()
    waiting: deque[_Runner] = deque()
    try:
        for job, is_only in _with_only(jobs):
            while len(waiting) >= workers:
                _finish(waiting, account, progress)
            if account.errors:
                break
            runner = _Runner(job, stop)
            waiting.append(runner)
            if is_only or workers == 1:
                runner.run()
            else:
                runner.start()
        while waiting:
            _finish(waiting, account, progress)
    except BaseException as interruption:
        stop.set()
        for runner in waiting:
            if runner.is_alive():
                runner.join(PATIENCE)
            runner.book(account, progress, interruption)
        explain(interruption, account)
        raise
    if account.errors:
        error = account.errors[0]
        explain(error, account)
        raise error


def _with_only(jobs: Iterable[Job]) -> Iterator[tuple[Job, bool]]:
    """Jobs, and whether one is the only one (it needs no thread of its own)."""
    source = iter(jobs)
    first = next(source, None)
    if first is None:
        return
    second = next(source, None)
    yield first, second is None
    if second is not None:
        yield second, False
    for job in source:
        yield job, False


def _finish(waiting: deque[_Runner], account: Account, progress: Progress) -> None:
    """Waits for the oldest part and books it."""
    runner = waiting[0]
    if runner.ident is not None:
        runner.join()
    waiting.popleft()
    if isinstance(runner.fault, KeyboardInterrupt | SystemExit):
        waiting.appendleft(runner)
        raise runner.fault
    runner.book(account, progress)


def explain(error: BaseException, account: Account) -> None:
    """Tells the error what was accepted before it, and attaches the result to it."""
    result = account.result
    error.result = result  # type: ignore[attr-defined]
    if result.total or not isinstance(error, ArthurError):
        error.add_note(
            f"Before this: {result.summary()}. The exception's `result` names the rows that were "
            f"not accepted. {account.how_to_go_on}"
        )
