"""Watches arriving data and the clock, and has alert rules evaluated."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from arthurai.server.alerts.evaluation import Evaluation
from arthurai.server.alerts.rules import RULE_KIND
from arthurai.server.data.datasets import COMPLETED
from arthurai.server.data.errors import DataStoreError
from arthurai.server.http.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arthurai.server.app import ArthurApp
    from arthurai.server.control.models import ModelRecord
    from arthurai.server.data.events import DataEvent

logger = logging.getLogger("arthurai.server.alerts")

CHECK_SECONDS: Final = 60.0


class AlertWatch:
    """Evaluates alert rules on a thread of its own, off the road of requests.

    What arrives while rules are evaluated is looked at together afterwards, so fast senders do not
    pile up work.
    """

    def __init__(self, app: ArthurApp, *, check_seconds: float = CHECK_SECONDS) -> None:
        """Watch the data of an application from now on.

        Args:
            app: The application; its stores outlive the watch.
            check_seconds: Seconds between two looks at the clock, once the schedule runs.
        """
        self._app = app
        self._check_seconds = check_seconds
        self._changed = threading.Condition()
        self._spans: dict[str, tuple[datetime, datetime]] = {}
        self._batches: dict[tuple[str, str], None] = {}
        self._busy = False
        self._scheduled = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        app.data.on_data(self._on_data)

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
        if not self._app.data.drain_events(timeout):
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
        return self._stopping or not (self._busy or self._spans or self._batches)

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
        rules = self._app.control.documents(RULE_KIND)
        if not rules.count(None, model_id=model_id, enabled=True):
            return
        with self._changed:
            for batch_id in batch_ids:
                self._batches[model_id, batch_id] = None
            if first is not None and last is not None:
                begin, end = self._spans.get(model_id, (first, last))
                self._spans[model_id] = (min(begin, first), max(end, last))
            self._wake()

    def _on_data(self, event: DataEvent) -> None:
        if event.kind in {"inferences", "ground_truth", "batch_closed"}:
            self.look_again(event.model_id, event.batch_ids, event.first, event.last)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._stopping or bool(self._spans or self._batches),
                    self._check_seconds if self._scheduled else None,
                )
                if self._stopping:
                    return
                spans, self._spans = self._spans, {}
                batches, self._batches = self._batches, {}
                self._busy = True
            try:
                self._evaluate(spans, batches)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _evaluate(
        self,
        spans: dict[str, tuple[datetime, datetime]],
        batches: dict[tuple[str, str], None],
    ) -> None:
        for model_id, batch_id in batches:
            self._guarded(model_id, partial(self._batch, batch_id))
        now = datetime.now(UTC).replace(tzinfo=None)
        for model_id, span in spans.items():
            self._guarded(model_id, partial(self._arrived, span, now))
        if self._scheduled and not spans and not batches:
            for model_id in self._watched():
                self._guarded(model_id, partial(self._rolling, now))

    def _watched(self) -> list[str]:
        rules = self._app.control.documents(RULE_KIND).list(None, enabled=True)
        return list(dict.fromkeys(str(rule["model_id"]) for rule in rules))

    def _guarded(self, model_id: str, work: Callable[[ModelRecord], None]) -> None:
        try:
            record = self._app.control.models.get(None, model_id)
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
            batch = self._app.data.batch(record.schema, batch_id)
        except DataStoreError:
            return
        if batch.status == COMPLETED:
            Evaluation(self._app, record).batch(batch_id)

    def _arrived(self, span: tuple[datetime, datetime], now: datetime, record: ModelRecord) -> None:
        if not record.schema.is_batch:
            Evaluation(self._app, record).arrived(*span, now)

    def _rolling(self, now: datetime, record: ModelRecord) -> None:
        if not record.schema.is_batch:
            Evaluation(self._app, record).rolling(now)
