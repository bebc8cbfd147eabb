"""Events of committed data, and the bus that carries them to subscribers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from arthurai.server.background.worker import Worker

if TYPE_CHECKING:
    import datetime as dt

logger = logging.getLogger(__name__)

DataKind = Literal["inferences", "ground_truth", "reference", "batch_closed", "reference_closed"]


@dataclass(frozen=True, slots=True)
class DataEvent:
    """Something that was committed to the data store.

    Attributes:
        kind: What happened.
        model_id: The model it belongs to.
        rows: Number of rows that came or changed.
        batch_ids: Batches the rows belong to, or the batch that was closed.
        first: Earliest inference time among the rows, UTC without zone; `None` if they have none.
        last: Latest inference time among them.
        first_seq: Smallest `seq` of new inferences; they are all those from there on.
    """

    kind: DataKind
    model_id: str
    rows: int = 0
    batch_ids: tuple[str, ...] = ()
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    first_seq: int | None = None


Callback = Callable[[DataEvent], None]
Expect = Callable[[DataEvent], Callable[[], object]]


@dataclass(frozen=True, slots=True)
class _Expected:
    """What is to be called after the events of a commit."""

    settle: tuple[Callable[[], object], ...]


def settle_nothing() -> None:
    """Settle what nobody expects."""


class EventBus:
    """Calls subscribers, one event at a time and in the order of commits, in the background."""

    def __init__(self) -> None:
        self._callbacks: list[Callback] = []
        self._expecting: list[Callable[[DataEvent], Callable[[], object] | None]] = []
        self._worker: Worker[DataEvent | _Expected] = Worker(
            "arthurai-data-events", self._handle, coalesce=False
        )

    def subscribe(
        self,
        callback: Callback,
        expect: Callable[[DataEvent], Callable[[], object] | None] | None = None,
    ) -> None:
        """Call `callback` with each event from now on.

        Args:
            callback: Called on the thread of the bus; what it raises is logged.
            expect: Called before each commit, with the event that it leads to, on the thread that
                commits; what it raises prevents the commit. It may return what is to be called
                after the event was handled, or the commit has failed.
        """
        self._callbacks.append(callback)
        if expect is not None:
            self._expecting.append(expect)

    def expect(self, event: DataEvent) -> Callable[[], None]:
        """Let the subscribers know of a commit before it happens.

        Args:
            event: What is published after it; more of the kind may follow.

        Returns:
            What is to be called once its events are published, or it has failed.
        """
        found = (expect(event) for expect in self._expecting)
        settled = _Expected(tuple(settle for settle in found if settle is not None))
        return partial(self._worker.put, settled) if settled.settle else settle_nothing

    def publish(self, event: DataEvent) -> None:
        """Pass an event to the subscribers; returns at once."""
        if self._callbacks:
            self._worker.put(event)

    def measure(self) -> tuple[int, float]:
        """Return how many events wait, and the seconds since there were none."""
        return self._worker.measure()

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until all events so far were handled.

        Args:
            timeout: Maximum number of seconds; `None` waits as long as it takes.

        Returns:
            Whether everything was handled.
        """
        return self._worker.drain(timeout)

    def close(self, deadline: float | None = None) -> None:
        """Handle what is waiting, then stop; later events are dropped.

        Args:
            deadline: When to wait no longer, by `time.monotonic`.
        """
        self._worker.close(finish=True, deadline=deadline)

    def _handle(self, item: DataEvent | _Expected) -> None:
        if isinstance(item, _Expected):
            for settle in item.settle:
                settle()
            return
        for callback in tuple(self._callbacks):
            try:
                callback(item)
            except Exception:
                logger.exception("a subscriber failed on %s of model %s", item.kind, item.model_id)
