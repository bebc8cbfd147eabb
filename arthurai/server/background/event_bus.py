"""Events of committed data, and the bus that carries them to subscribers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
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


class EventBus:
    """Calls subscribers, one event at a time and in the order of commits, in the background."""

    def __init__(self) -> None:
        self._callbacks: list[Callback] = []
        self._worker = Worker("arthurai-data-events", self._call_subscribers, coalesce=False)

    def subscribe(self, callback: Callback) -> None:
        """Call `callback` with each event from now on.

        Args:
            callback: Called on the thread of the bus; what it raises is logged.
        """
        self._callbacks.append(callback)

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

    def _call_subscribers(self, event: DataEvent) -> None:
        for callback in tuple(self._callbacks):
            try:
                callback(event)
            except Exception:
                logger.exception(
                    "a subscriber failed on %s of model %s", event.kind, event.model_id
                )
