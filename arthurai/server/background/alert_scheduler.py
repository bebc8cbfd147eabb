"""When alert rules are evaluated: after data arrived, and when the clock says so."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, TypeAlias, TypeVar

from arthurai.server.background.alert_announcements import AlertAnnouncements
from arthurai.server.background.alert_evaluation import AlertEvaluator, EvaluationStopped
from arthurai.server.background.expected_alerts import WATCHED, ExpectedAlerts
from arthurai.server.background.worker import Worker
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.storage.documents.stored_leases import LeaseLostError
from arthurai.server.timestamps import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from arthurai.server.background.event_bus import DataEvent
    from arthurai.server.context import Notifier, Stores

_Span: TypeAlias = tuple[datetime, datetime]
_Result = TypeVar("_Result")

logger = logging.getLogger("arthurai.server.background")

CHECK_SECONDS: Final = 60.0
"""How often the clock has the current windows evaluated."""
MAX_SPANS: Final = 64
"""Spans of changed data of a model that are kept apart until they are evaluated."""
_NEAR: Final = timedelta(hours=1)
_CLOCK: Final = ""
"""Stands for all models in the place of a model id."""


@dataclass(frozen=True, slots=True)
class _Changes:
    """Where the rules of a model are to be evaluated.

    Attributes:
        batch_ids: Batches, in the order they changed.
        spans: Times of the earliest and the latest inference that changed, UTC without zone; apart
            from each other, in their order. What changed at distant times does not have everything
            between evaluated.
        current: Whether over the windows that end now.
    """

    batch_ids: tuple[str, ...] = ()
    spans: tuple[_Span, ...] = ()
    current: bool = False

    def merge(self, more: _Changes) -> _Changes:
        return _Changes(
            tuple(dict.fromkeys((*self.batch_ids, *more.batch_ids))),
            _join((*self.spans, *more.spans)),
            self.current or more.current,
        )

    def split(self) -> list[_Changes]:
        """Return what can be evaluated one after the other."""
        parts = [_Changes(batch_ids=(batch_id,)) for batch_id in self.batch_ids]
        parts += [_Changes(spans=(span,)) for span in self.spans]
        return [*parts, _Changes(current=True)] if self.current else parts

    def to_members(self) -> dict[str, Any]:
        spans = [[moment.isoformat() for moment in span] for span in self.spans]
        return {"batch_ids": list(self.batch_ids), "spans": spans, "current": self.current}

    @classmethod
    def from_members(cls, members: Mapping[str, Any]) -> Self:
        spans = members.get("spans", [members.get("span")])
        return cls(
            tuple(members["batch_ids"]),
            tuple(
                (datetime.fromisoformat(span[0]), datetime.fromisoformat(span[1]))
                for span in spans
                if span is not None
            ),
            members.get("current", False),
        )


def _join(spans: Iterable[_Span]) -> tuple[_Span, ...]:
    """Join spans that overlap or are near each other, and the nearest ones of too many."""
    joined: list[_Span] = []
    for first, last in sorted(spans):
        if joined and first - joined[-1][1] <= _NEAR:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    while len(joined) > MAX_SPANS:
        gaps = [after[0] - before[1] for before, after in pairwise(joined)]
        place = gaps.index(min(gaps))
        joined[place : place + 2] = [(joined[place][0], joined[place + 1][1])]
    return tuple(joined)


class _Work(NamedTuple):
    """What is to be done for a model.

    Attributes:
        waiting: What nobody has begun with.
        begun: What somebody evaluates, or has left in the middle of it.
    """

    waiting: _Changes = _Changes()
    begun: _Changes = _Changes()

    def begin(self) -> _Work:
        """Begin with what waits, unless something begun is left."""
        return _Work(begun=self.waiting) if self.begun == _Changes() else self

    def to_document(self, model_id: str) -> dict[str, Any]:
        return {"id": model_id, **self.waiting.to_members(), "begun": self.begun.to_members()}

    @classmethod
    def from_document(cls, document: Mapping[str, Any] | None) -> Self:
        if document is None:
            return cls()
        begun = document.get("begun")
        return cls(
            _Changes.from_members(document),
            _Changes() if begun is None else _Changes.from_members(begun),
        )


class AlertScheduler:
    """Evaluates alert rules in the background.

    Changes that arrive while rules are evaluated are merged and evaluated together afterwards, so
    fast senders do not pile up work. Changes still to be evaluated are stored beside the rules and
    found again after a restart. The rules of a model are evaluated by one server at a time, which
    takes along what others have stored meanwhile.
    """

    def __init__(self, stores: Stores, notifier: Notifier) -> None:
        """Watch the data store from now on.

        Args:
            stores: The stores; they outlive the scheduler.
            notifier: Notified of alerts that fire.
        """
        self._stores = stores
        self._notifier = notifier
        self._documents = stores.control.documents(Kind.ALERT_WORK)
        self._stopping = threading.Event()
        self._known: dict[str, _Work] = {}  # what is stored, unless other servers change it
        self._worker = Worker("arthurai-alerts", self._evaluate)
        self._expected = ExpectedAlerts(stores)
        stores.data.on_data(self._on_data, self._expected.expect)
        self.take_over()

    def check_current_windows(self) -> None:
        """Have the rules of streaming models evaluated over the windows that end now."""
        self._worker.put(_CLOCK)

    def take_over(self) -> None:
        """Go on with what an earlier run, or a server that is gone, has left."""
        for left in self._expected.take_over():
            self._store(left["model_id"], _Changes.from_members(left))
        for document in self._documents.list(None):
            self._worker.put(document["id"])
        control = self._stores.control
        for waiting in control.documents(Kind.ALERT_ANNOUNCEMENT).list(None):
            alert = control.documents(Kind.ALERT).get(None, waiting["alert_id"])
            if alert is not None:
                self._worker.put(alert["model_id"])

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until the rules were evaluated for all data so far.

        Args:
            timeout: Maximum number of seconds per step; `None` waits as long as it takes.

        Returns:
            Whether everything was evaluated.
        """
        return self._stores.data.drain_events(timeout) and self._worker.drain(timeout)

    def measure(self) -> tuple[int, float]:
        """Return how many models wait to be evaluated, and the seconds since there were none."""
        return self._worker.measure()

    def stop(self) -> None:
        """Stop after the window that is being evaluated; returns at once."""
        self._stopping.set()
        self._worker.close(wait=False)

    def close(self, deadline: float | None = None) -> None:
        """Stop after the window that is being evaluated; the next start resumes from there.

        Args:
            deadline: When to wait no longer, by `time.monotonic`.
        """
        self.stop()
        self._worker.close(interrupt=self._stores.data.interrupt, deadline=deadline)

    def schedule(
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
            first: Earliest time of the inferences that changed, UTC without zone; `None` when
                only batches are meant.
            last: Latest time of them.
        """
        if not self._expected.has_rules(model_id):
            return
        spans = () if first is None or last is None else ((first, last),)
        self._add(model_id, _Changes(tuple(batch_ids), spans))

    def _add(self, model_id: str, changes: _Changes) -> None:
        """Store what is to be evaluated, and have it evaluated."""
        self._store(model_id, changes)
        self._worker.put(model_id)

    def _store(self, model_id: str, changes: _Changes) -> None:
        """Store what is to be evaluated."""
        self._change(model_id, lambda work: work._replace(waiting=work.waiting.merge(changes)))

    def _change(self, model_id: str, change: Callable[[_Work], _Work]) -> _Work:
        """Change what is to be done for a model; return it."""
        try:
            organization_id = self._stores.control.models.get(None, model_id).organization_id
        except ApiError:
            return _Work()  # the model is gone
        try:
            with self._stores.control.transaction():
                before = self._known.pop(model_id, None)
                if before is None:
                    before = _Work.from_document(self._documents.get(organization_id, model_id))
                work = change(before)
                if work != before and work == _Work():
                    self._documents.delete(organization_id, model_id)
                elif work != before:
                    document = work.to_document(model_id)
                    self._documents.put(organization_id, model_id, document, model_id=model_id)
                if not self._stores.control.database.is_shared and work != _Work():
                    self._known[model_id] = work
        except BaseException:
            self._known.pop(model_id, None)  # it was rolled back
            raise
        return work

    def _on_data(self, event: DataEvent) -> None:
        if event.kind in WATCHED:
            self.schedule(event.model_id, event.batch_ids, event.first, event.last)

    def _evaluate(self, model_id: str) -> None:
        try:
            if model_id == _CLOCK:
                rules = self._stores.control.documents(Kind.ALERT_RULE).list(None, enabled=True)
                for watched in dict.fromkeys(str(rule["model_id"]) for rule in rules):
                    self._add(watched, _Changes(current=True))
            else:
                self._evaluate_model(model_id)
        except EvaluationStopped:
            logger.info("the alert rules left are evaluated after the next start")
        except LeaseLostError:
            logger.warning("another server goes on with the alert rules of model %s", model_id)

    def _evaluate_model(self, model_id: str) -> None:
        with self._stores.control.leases.hold(f"alert rules of {model_id}") as lease:
            if lease is None:
                return  # the server that holds it looks again after it has given it back
            work = self._change(model_id, _Work.begin)
            if work.waiting != _Changes():  # a long past does not hold up the present
                self._evaluate_part(model_id, _Changes(current=True), utc_now())
            self._evaluate_changes(model_id, work.begun)
        # The rest of a long span, and what others stored who could not take the lease meanwhile.
        if self._change(model_id, lambda work: work) != _Work():
            self._worker.put(model_id)
        self._announce(model_id)

    def _announce(self, model_id: str) -> None:
        """Tell of alerts that somebody has changed, and could not tell of."""
        try:
            record = self._stores.control.models.get(None, model_id)
        except ApiError:
            return  # the model is gone
        announcements = AlertAnnouncements(self._stores, self._notifier, record)
        announcements.send(self._stop_if_asked)

    def _stop_if_asked(self) -> None:
        if self._stopping.is_set():
            raise EvaluationStopped

    def _evaluate_changes(self, model_id: str, changes: _Changes) -> None:
        """Evaluate one part after the other; what is done need not be done again after a kill.

        Of a long span the oldest windows are evaluated; its rest is left for the next turn, so that
        other models have theirs.
        """
        now = utc_now()
        parts = changes.split()
        rests = _Changes()
        while parts:
            rests = rests.merge(self._evaluate_part(model_id, parts.pop(0), now))
            left = reduce(_Changes.merge, parts, rests)
            self._change(model_id, partial(_Work._replace, begun=left))

    def _evaluate_part(self, model_id: str, changes: _Changes, now: datetime) -> _Changes:
        """Evaluate rules of a model where its data have changed; return what is left of it."""
        for batch_id in changes.batch_ids:
            evaluate_batch = partial(AlertEvaluator.evaluate_batch, batch_id=batch_id)
            self._try(model_id, evaluate_batch, is_batch=True)
        rests: list[_Span] = []
        for first, last in changes.spans:
            evaluate_span = partial(AlertEvaluator.evaluate_span, first=first, last=last, now=now)
            rest = self._try(model_id, evaluate_span, is_batch=False)
            if rest is not None:
                rests.append((rest, last))
        if changes.current:
            evaluate_current = partial(AlertEvaluator.evaluate_current_window, now=now)
            self._try(model_id, evaluate_current, is_batch=False)
        return _Changes(spans=tuple(rests))

    def _try(
        self, model_id: str, evaluate: Callable[[AlertEvaluator], _Result], *, is_batch: bool
    ) -> _Result | None:
        """Evaluate rules of a model if it still exists and is of that kind; log what fails."""
        try:
            record = self._stores.control.models.get(None, model_id)
            if record.archived or record.schema.is_batch != is_batch:
                return None
            return evaluate(
                AlertEvaluator(self._stores, self._notifier, record, self._stopping.is_set)
            )
        except (EvaluationStopped, LeaseLostError):
            raise
        except ApiError:
            return None  # the model is gone
        except Exception:
            if self._stopping.is_set():
                raise EvaluationStopped from None
            logger.exception("evaluating the alert rules of model %s failed", model_id)
            return None
