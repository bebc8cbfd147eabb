"""Watches arriving data and the clock, and has alert rules evaluated."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Self

from arthurai.server.background.alert_evaluation import Evaluation
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.storage.warehouse.datasets import COMPLETED
from arthurai.server.storage.warehouse.errors import DataStoreError
from arthurai.server.timestamps import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from arthurai.server.background.event_bus import DataEvent
    from arthurai.server.context import Notifier, Stores
    from arthurai.server.storage.documents.stored_models import ModelRecord

logger = logging.getLogger("arthurai.server.background")

CHECK_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Work:
    """Where the data of a model have changed since its rules were evaluated.

    Attributes:
        batch_ids: Batches, in the order they changed.
        span: Times of the earliest and the latest inference, UTC without zone.
    """

    batch_ids: tuple[str, ...] = ()
    span: tuple[datetime, datetime] | None = None

    def with_more(self, more: _Work) -> _Work:
        spans = [span for span in (self.span, more.span) if span is not None]
        return _Work(
            tuple(dict.fromkeys((*self.batch_ids, *more.batch_ids))),
            (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None,
        )

    def document(self, model_id: str) -> dict[str, Any]:
        span = None if self.span is None else [moment.isoformat() for moment in self.span]
        return {"id": model_id, "batch_ids": list(self.batch_ids), "span": span}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        span = document["span"]
        if span is not None:
            span = (datetime.fromisoformat(span[0]), datetime.fromisoformat(span[1]))
        return cls(tuple(document["batch_ids"]), span)


class AlertWatch:
    """Evaluates alert rules on a thread of its own, off the road of requests.

    What arrives while rules are evaluated is looked at together afterwards, so fast senders do not
    pile up work. What is still to be looked at is kept with the rules, and found again after a
    restart.
    """

    def __init__(
        self, stores: Stores, notifier: Notifier, *, check_seconds: float = CHECK_SECONDS
    ) -> None:
        """Watch the data store from now on.

        Args:
            stores: The stores; they outlive the watch.
            notifier: Told about alerts that fire.
            check_seconds: Seconds between two looks at the clock, once the schedule runs.
        """
        self._stores = stores
        self._notifier = notifier
        self._check_seconds = check_seconds
        self._changed = threading.Condition()
        self._work: dict[str, _Work] = {}
        self._noted: dict[str, _Work] = {}  # what is stored: the work and what is being done
        self._busy = False
        self._scheduled = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        stores.data.on_data(self._on_data)
        self._recover()

    def _recover(self) -> None:
        """Go on where the last process ended."""
        for document in self._stores.control.documents(Kind.ALERT_WORK).list(None):
            self._work[document["id"]] = _Work.from_document(document)
        self._noted = dict(self._work)
        if self._work:
            with self._changed:
                self._wake()

    def start_schedule(self) -> None:
        """Evaluate the rules of streaming models once a minute as well, until ``close``."""
        with self._changed:
            self._scheduled = True
            self._wake()

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until the rules were evaluated for all data so far.

        Args:
            timeout: Seconds to wait at most; ``None`` waits as long as it takes.

        Returns:
            Whether everything was evaluated.
        """
        if not self._stores.data.drain_events(timeout):
            return False
        with self._changed:
            return self._changed.wait_for(self._idle, timeout)

    def close(self) -> None:
        """Stop after the evaluation that is going on."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _idle(self) -> bool:
        return self._stopping or not (self._busy or self._work)

    def _wake(self) -> None:
        if self._stopping:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="arthurai-alerts", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def look_again(
        self,
        model_id: str,
        batch_ids: Iterable[str],
        first: datetime | None,
        last: datetime | None,
    ) -> None:
        """Have the rules of a model evaluated where its data have changed.

        Args:
            model_id: The model.
            batch_ids: Batches that changed.
            first: Earliest time of the inferences that changed, UTC without zone; ``None`` when
                only batches are meant.
            last: Latest time of them.
        """
        rules = self._stores.control.documents(Kind.ALERT_RULE)
        if not rules.count(None, model_id=model_id, enabled=True):
            return
        span = None if first is None or last is None else (first, last)
        more = _Work(tuple(batch_ids), span)
        with self._changed:
            self._work[model_id] = self._work.get(model_id, _Work()).with_more(more)
            self._note(model_id, self._noted.get(model_id, _Work()).with_more(more))
            self._wake()

    def _note(self, model_id: str, work: _Work | None) -> None:
        """Store what is to be looked at, so that a restart finds it."""
        if self._noted.get(model_id) == work:
            return
        try:
            organization_id = self._stores.control.models.get(None, model_id).organization_id
        except ApiError:
            return  # the model is gone
        documents = self._stores.control.documents(Kind.ALERT_WORK)
        if work is None:
            del self._noted[model_id]
            documents.delete(organization_id, model_id)
        else:
            self._noted[model_id] = work
            document = work.document(model_id)
            documents.put(organization_id, model_id, document, model_id=model_id)

    def _on_data(self, event: DataEvent) -> None:
        if event.kind in {"inferences", "ground_truth", "batch_closed"}:
            self.look_again(event.model_id, event.batch_ids, event.first, event.last)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._stopping or bool(self._work),
                    self._check_seconds if self._scheduled else None,
                )
                if self._stopping:
                    return
                taken, self._work = self._work, {}
                self._busy = True
            try:
                self._evaluate(taken)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _evaluate(self, taken: Mapping[str, _Work]) -> None:
        now = utc_now()
        for model_id, work in taken.items():
            if self._stopping:
                return  # the rest is found again after the restart
            for batch_id in work.batch_ids:
                self._guarded(model_id, partial(self._batch, batch_id))
            if work.span is not None:
                self._guarded(model_id, partial(self._arrived, work.span, now))
            with self._changed:
                self._note(model_id, self._work.get(model_id))
        if self._scheduled and not taken:
            for model_id in self._watched():
                self._guarded(model_id, partial(self._rolling, now))

    def _watched(self) -> list[str]:
        rules = self._stores.control.documents(Kind.ALERT_RULE).list(None, enabled=True)
        return list(dict.fromkeys(str(rule["model_id"]) for rule in rules))

    def _guarded(self, model_id: str, work: Callable[[ModelRecord], None]) -> None:
        try:
            record = self._stores.control.models.get(None, model_id)
            if not record.archived:
                work(record)
        except ApiError:
            return  # the model is gone
        except Exception:
            logger.exception("evaluating the alert rules of model %s failed", model_id)

    def _batch(self, batch_id: str, record: ModelRecord) -> None:
        """Evaluate a batch once it is closed; ground truth may still come after that."""
        if not record.schema.is_batch:
            return
        try:
            batch = self._stores.data.batch(record.schema, batch_id)
        except DataStoreError:
            return
        if batch.status == COMPLETED:
            Evaluation(self._stores, self._notifier, record).batch(batch_id)

    def _arrived(self, span: tuple[datetime, datetime], now: datetime, record: ModelRecord) -> None:
        if not record.schema.is_batch:
            Evaluation(self._stores, self._notifier, record).arrived(*span, now)

    def _rolling(self, now: datetime, record: ModelRecord) -> None:
        if not record.schema.is_batch:
            Evaluation(self._stores, self._notifier, record).rolling(now)
