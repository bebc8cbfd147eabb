"""Requests in parallel: each is made while earlier ones are in flight."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arthurai.upload.row_outcomes import RowOutcomes, SentRows

JOIN_TIMEOUT_SECONDS: Final = 5.0
"""How long an interrupted call waits for requests in flight."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to send.

    Attributes:
        rows: The rows it carries.
        send: Sends it and returns the decoded response; `None` when all of them are refused.
    """

    rows: SentRows
    send: Callable[[], Any] | None


class _RequestThread(threading.Thread):
    """One request on its way; the outcome is kept also when nobody waits for it.

    A daemon: after Ctrl-C the program can end while a request hangs.
    """

    def __init__(self, request: Request) -> None:
        super().__init__(name="arthurai-send", daemon=True)
        self.rows = request.rows
        self.response: Any = None
        self.error: BaseException | None = None
        self.is_done = False
        self._send: Callable[[], Any] | None = request.send

    def run(self) -> None:
        send, self._send = self._send, None  # frees the body once it is sent
        try:
            self.response = None if send is None else send()
        except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
            self.error = error
        self.is_done = True


def send_all(
    requests: Iterable[Request],
    outcomes: RowOutcomes,
    *,
    workers: int,
    total: int | None,
    advance: Callable[[int], object],
) -> None:
    """Send requests, at most `workers` at a time, and count the outcomes of their rows in order.

    The first request that fails as a whole stops the rest: nothing more is read or sent. An
    exception of the source (a generator of the caller's, Ctrl-C) stops likewise; what was sent
    until then is counted first.

    Args:
        requests: Made while earlier ones are in flight.
        outcomes: Receives the outcomes.
        workers: Maximum number of requests in flight.
        total: Number of rows of all requests, `None` if unknown.
        advance: Called with the number of rows of each finished request.

    Raises:
        ArthurError: What stopped the call.
        BaseException: What interrupted the call.
    """
    in_flight: deque[_RequestThread] = deque()
    try:
        for request in requests:
            while len(in_flight) >= workers:
                _finish_oldest(in_flight, outcomes, advance)
            if outcomes.errors:
                break
            thread = _RequestThread(request)
            in_flight.append(thread)
            del request  # frees the body once the thread has sent it
            if workers == 1 or thread.rows.count == total:
                thread.run()  # alone, it needs no thread of its own
            else:
                thread.start()
        while in_flight:
            _finish_oldest(in_flight, outcomes, advance)
    except BaseException as interruption:
        for thread in in_flight:
            if thread.is_alive():
                thread.join(JOIN_TIMEOUT_SECONDS)
            error = thread.error if thread.is_done else interruption
            outcomes.add(thread.rows, thread.response, error)
        raise
    if outcomes.errors:
        raise outcomes.errors[0]


def _finish_oldest(
    in_flight: deque[_RequestThread], outcomes: RowOutcomes, advance: Callable[[int], object]
) -> None:
    thread = in_flight[0]
    if thread.ident is not None:
        thread.join()
    if thread.error is not None and not isinstance(thread.error, Exception):
        raise thread.error  # an interruption; the request is still in flight for `send_all`
    in_flight.popleft()
    outcomes.add(thread.rows, thread.response, thread.error)
    advance(thread.rows.count)
