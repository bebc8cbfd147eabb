"""Requests in parallel from an event loop: the twin of `parallel_threads.send_all`."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from arthurai.common.threads import run_in_thread
from arthurai.upload.parallel_threads import JOIN_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arthurai.upload.parallel_threads import Request
    from arthurai.upload.row_outcomes import RowOutcomes, SentRows


class _RequestTask:
    """One request on its way; the outcome is kept also when nobody waits for it."""

    def __init__(self, request: Request) -> None:
        self.rows: SentRows = request.rows
        self._send: Callable[[], Any] | None = request.send
        self.task = asyncio.create_task(self._run(), name="arthurai-send")

    async def _run(self) -> Any:
        send, self._send = self._send, None  # frees the body once it is sent
        return None if send is None else await send()

    def outcome(self, interruption: BaseException) -> tuple[Any, BaseException | None]:
        """Return the response or what was raised; the interruption for what did not end."""
        if not self.task.done() or self.task.cancelled():
            return None, interruption
        error = self.task.exception()
        return (self.task.result() if error is None else None), error


async def send_all(
    requests: Iterable[Request],
    outcomes: RowOutcomes,
    *,
    workers: int,
    total: int | None,  # noqa: ARG001 - as of the blocking function
    advance: Callable[[int], object],
) -> None:
    """Send requests, at most `workers` at a time, and count the outcomes of their rows in order.

    Requests are encoded in a thread, while earlier ones are in flight. The first that fails as a
    whole stops the rest. When the call is canceled, the requests in flight are canceled with it;
    their rows count as unknown, because the server may have them.

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
    source = iter(requests)
    in_flight: deque[_RequestTask] = deque()

    async def finish_oldest() -> None:
        oldest = in_flight[0]
        await asyncio.wait([oldest.task])
        in_flight.popleft()
        response, error = oldest.outcome(asyncio.CancelledError())
        outcomes.add(oldest.rows, response, error)
        advance(oldest.rows.count)

    try:
        while not outcomes.errors:
            request = await run_in_thread(next, source, None)
            if request is None:
                break
            while len(in_flight) >= workers:
                await finish_oldest()
            if outcomes.errors:
                break
            in_flight.append(_RequestTask(request))
            del request  # frees the body once the task has sent it
        while in_flight:
            await finish_oldest()
    except BaseException as interruption:
        await _end_tasks([one.task for one in in_flight], interruption)
        for waiting in in_flight:
            response, error = waiting.outcome(interruption)
            outcomes.add(waiting.rows, response, error)
        raise
    if outcomes.errors:
        raise outcomes.errors[0]


async def _end_tasks(tasks: list[asyncio.Task[Any]], interruption: BaseException) -> None:
    """End the requests in flight of a call that was interrupted."""
    if not tasks:
        return
    if isinstance(interruption, Exception):  # of the source: these may still end by themselves
        await asyncio.wait(tasks, timeout=JOIN_TIMEOUT_SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=JOIN_TIMEOUT_SECONDS)
