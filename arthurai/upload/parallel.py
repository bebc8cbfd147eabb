"""A few requests in flight, in bounded memory, every row accounted for."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from arthurai.common.exceptions import ArthurError
from arthurai.upload.progress import Progress
from arthurai.upload.report import Account, Sent

PATIENCE = 5.0
"""Seconds an interrupted call waits for requests in flight."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to make.

    Attributes:
        sent: the rows it carries, for the books.
        post: makes it and returns the decoded answer.
    """

    sent: Sent
    post: Callable[[], Any]


class _Runner(threading.Thread):
    """Makes one request and keeps its outcome, also when nobody waits for it.

    A daemon: after Ctrl-C the program can end while a request hangs.
    """

    def __init__(self, request: Request) -> None:
        super().__init__(name="arthurai-send", daemon=True)
        self.sent = request.sent
        self.outcome: Sent | None = None
        self._post: Callable[[], Any] | None = request.post

    def run(self) -> None:
        post, self._post = self._post, None  # the body is not needed after it was sent
        if post is None:
            return
        try:
            self.outcome = self.sent.answered(post())
        except BaseException as error:  # noqa: BLE001 - booked, and raised in the caller's thread
            self.outcome = self.sent.failed(error)

    @property
    def interruption(self) -> BaseException | None:
        """What ended the request from outside, if anything did."""
        error = None if self.outcome is None else self.outcome.error
        return None if isinstance(error, Exception) else error


def send_all(
    requests: Iterable[Request], account: Account, *, workers: int, progress: Progress
) -> None:
    """Makes requests, at most `workers` at a time, and books them in order.

    The first request that fails as a whole stops the rest: nothing more is read or sent. An
    exception of the source (a generator of the caller's, Ctrl-C) stops likewise; what was sent
    until then is booked first.

    Args:
        requests: made while earlier ones are under way.
        account: the books.
        workers: most requests in flight.
        progress: told about every request that is through.

    Raises:
        ArthurError: what stopped the call.
        BaseException: what interrupted the call.
    """
    waiting: deque[_Runner] = deque()
    try:
        for request, is_only in _with_only(requests):
            while len(waiting) >= workers:
                _finish(waiting, account, progress)
            if account.errors:
                break
            runner = _Runner(request)
            waiting.append(runner)
            if is_only or workers == 1:
                runner.run()
            else:
                runner.start()
        while waiting:
            _finish(waiting, account, progress)
    except BaseException as interruption:
        for runner in waiting:
            if runner.is_alive():
                runner.join(PATIENCE)
            account.add(runner.outcome or runner.sent.failed(interruption))
        raise
    if account.errors:
        raise account.errors[0]


def _with_only(requests: Iterable[Request]) -> Iterator[tuple[Request, bool]]:
    """Requests, and whether one is the only one (it needs no thread of its own)."""
    source = iter(requests)
    first = next(source, None)
    if first is None:
        return
    second = next(source, None)
    yield first, second is None
    del first
    if second is not None:
        yield second, False
        del second
    for request in source:
        yield request, False


def _finish(waiting: deque[_Runner], account: Account, progress: Progress) -> None:
    """Waits for the oldest request and books it."""
    runner = waiting[0]
    if runner.ident is not None:
        runner.join()
    if runner.interruption is not None:
        raise runner.interruption
    waiting.popleft()
    account.add(runner.outcome or runner.sent.failed(ArthurError("The request did not end.")))
    progress.advance(runner.sent.rows)


def explain(error: BaseException, account: Account) -> None:
    """Tells the error what was accepted before it, and attaches the result to it."""
    result = account.result
    error.result = result  # type: ignore[attr-defined]
    error.add_note(
        f"In all: {result.summary()}. The exception's `result.failures` names the rows that were "
        f"not accepted. {account.how_to_go_on}"
    )
