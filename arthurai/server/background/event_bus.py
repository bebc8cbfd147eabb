"""Telling others, off the request path, that data have been committed."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

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
        first: Earliest inference time among the rows, UTC without zone; ``None`` if they have none.
        last: Latest inference time among them.
        first_seq: Smallest ``seq`` of new inferences; they are all those from there on.
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
    """Calls subscribers one event at a time on a thread of its own, in the order of commits."""

    def __init__(self) -> None:
        self._callbacks: list[Callback] = []
        self._queue: queue.SimpleQueue[DataEvent | None] = queue.SimpleQueue()
        self._pending = 0
        self._idle = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def subscribe(self, callback: Callback) -> None:
        """Call ``callback`` with each event from now on.

        Args:
            callback: Called on the thread of the bus; what it raises is logged.
        """
        with self._idle:
            self._callbacks.append(callback)

    def publish(self, event: DataEvent) -> None:
        """Hand an event to the subscribers; returns at once."""
        with self._idle:
            if self._closed or not self._callbacks:
                return
            self._pending += 1
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="arthurai-data-events", daemon=True
                )
                self._thread.start()
        self._queue.put(event)

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until all events so far were handled.

        Args:
            timeout: Seconds to wait at most; ``None`` waits as long as it takes.

        Returns:
            Whether everything was handled.
        """
        with self._idle:
            return self._idle.wait_for(lambda: self._pending == 0, timeout)

    def close(self) -> None:
        """Handle what is waiting, then stop; later events are dropped."""
        with self._idle:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            if thread is not threading.current_thread():
                thread.join()

    def _run(self) -> None:
        while (event := self._queue.get()) is not None:
            for callback in tuple(self._callbacks):
                try:
                    callback(event)
                except Exception:
                    logger.exception(
                        "a subscriber failed on %s of model %s", event.kind, event.model_id
                    )
            with self._idle:
                self._pending -= 1
                self._idle.notify_all()
