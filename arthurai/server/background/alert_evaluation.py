"""Evaluation of the alert rules of one model: what readings mean for alerts."""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.background.alert_announcements import AlertAnnouncements
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.query import QueryError
from arthurai.server.resources.alert_rules.alert_messages import (
    describe_alert,
    describe_cover,
    describe_refutation,
)
from arthurai.server.resources.alert_rules.alert_spacing import space_alerts
from arthurai.server.resources.alert_rules.rule_readings import Reading, RuleReader, Verdict
from arthurai.server.resources.alert_rules.rule_windows import (
    MAX_WINDOWS,
    Window,
    list_past_windows,
    lookback,
    time_filters,
    wait_time,
)
from arthurai.server.resources.alert_rules.service import list_rules, to_api
from arthurai.server.resources.metrics.service import MetricCatalog
from arthurai.server.storage.warehouse.datasets import COMPLETED
from arthurai.server.storage.warehouse.errors import DataStoreError
from arthurai.server.timestamps import (
    MICROSECOND,
    format_timestamp,
    from_microseconds,
    to_microseconds,
    utc_now,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.context import Notifier, Stores
    from arthurai.server.document_kinds import StoredAlert, StoredAlertRule
    from arthurai.server.resources.alert_rules.rule_coverage import Subject
    from arthurai.server.resources.alert_rules.rule_readings import Values
    from arthurai.server.storage.documents.stored_alerts import Crossing
    from arthurai.server.storage.documents.stored_models import StoredModel

logger = logging.getLogger("arthurai.server.background")

MAX_NEW_ALERTS: Final = 1_000
"""Alerts that one evaluation of a model raises at most."""
_MAX_REREAD_WINDOWS: Final = 50
"""Windows with alerts that were not aligned, which one evaluation of a rule reads again."""
_ALERT_IDS: Final = uuid.UUID("6f1c1a52-2d3b-4f3e-9a2f-8f0d0d6f7c11")


class EvaluationStopped(Exception):  # noqa: N818 - it is no error
    """The server stops; what is left is evaluated after its next start."""


@dataclass
class _Work:
    """One rule while it is evaluated."""

    rule: StoredAlertRule
    reader: RuleReader
    outcomes: Counter[str] = field(default_factory=Counter)
    last_value: float | None = None


class AlertEvaluator:
    """Evaluates the enabled rules of a model, and raises, changes and resolves their alerts.

    The alerts of data in the past follow from the rows alone: rows and ground truth may arrive in
    any order and in any number of pieces.
    """

    def __init__(
        self,
        stores: Stores,
        notifier: Notifier,
        record: StoredModel,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Prepare the rules.

        Args:
            stores: The stores.
            notifier: Notified of alerts that are raised.
            record: The model.
            is_stopping: Whether to stop at the next window.
        """
        self._stores = stores
        self._data = stores.data
        self._record = record
        self._announcements = AlertAnnouncements(stores, notifier, record)
        self._is_stopping = is_stopping
        self._documents = stores.control.documents(Kind.ALERT)
        self._stored = stores.control.alerts
        self._values: dict[bytes, Values] = {}
        self._new_alerts = 0
        self._works = [
            work
            for rule in list_rules(stores, record)
            if rule["enabled"] and (work := self._prepare(rule)) is not None
        ]

    def evaluate_batch(self, batch_id: str) -> int:
        """Evaluate all rules over one batch once it is closed; return the number of new alerts.

        A rule has one alert per batch and subject at most, however often the batch is evaluated:
        ground truth may still arrive after the batch was closed.

        Args:
            batch_id: The batch.
        """
        if not self._is_closed(batch_id):
            return 0
        where = {"batch_id": batch_id}
        for work in self._works:
            self._stop_if_asked()
            work.outcomes["windows"] += 1
            for reading in self._read(work, _to_filters(where), None):
                if reading.verdict is Verdict.FAILED:
                    continue
                with self._stores.control.transaction():
                    if reading.verdict is Verdict.CROSSED:
                        self._raise(work, reading, format_timestamp(datetime.now(UTC)), where)
                    else:
                        self._refute(work, reading, where)
            self._announce()
        return self._finish()

    def evaluate_span(self, first: datetime, last: datetime, now: datetime) -> datetime | None:
        """Evaluate all rules over the windows that changed data fall in, the oldest first.

        Recent data are evaluated in the window that ends now, older data in consecutive windows of
        the same length, so that data sent late raise the alerts they would have raised in time.
        Windows that raised alerts are evaluated again when their data change.

        Args:
            first: Earliest inference time among the data, UTC without zone.
            last: Latest one.
            now: The current time, UTC without zone.

        Returns:
            Where to go on, as a rule has `MAX_WINDOWS` of its windows evaluated at once; `None`
            when all are done.
        """
        pasts = [self._list_past(work, first, last, now) for work in self._works]
        rest = min((windows[-1].end for windows, left in pasts if left), default=None)
        until = last if rest is None else rest - MICROSECOND
        for work, (windows, _) in zip(self._works, pasts, strict=True):
            self._evaluate_past(work, [w for w in windows if w.start <= until], first, until)
            if last >= now - lookback(work.rule):
                self._evaluate_live(work, now)
        self._finish()
        return rest

    def evaluate_current_window(self, now: datetime) -> int:
        """Evaluate all rules over the window that ends now; return the number of new alerts.

        Args:
            now: The current time, UTC without zone.
        """
        for work in self._works:
            self._evaluate_live(work, now)
        return self._finish()

    def _prepare(self, rule: StoredAlertRule) -> _Work | None:
        try:
            metric = MetricCatalog(self._stores, self._record).get(rule["metric_id"])
            reader = RuleReader(rule, metric, self._record.schema, self._data, shared=self._values)
        except (ApiError, QueryError) as error:
            logger.warning("alert rule %s cannot be evaluated: %s", rule["id"], error)
            return None
        return _Work(rule, reader)

    def _is_closed(self, batch_id: str) -> bool:
        try:
            return self._data.batch(self._record.schema, batch_id).status == COMPLETED
        except DataStoreError:
            return False

    def _announce(self) -> None:
        self._announcements.send(self._stop_if_asked)

    def _stop_if_asked(self) -> None:
        if self._is_stopping():
            raise EvaluationStopped

    def _read(self, work: _Work, filters: list[dict[str, Any]], rows: int | None) -> list[Reading]:
        readings = work.reader.read(filters, rows)
        for reading in readings:
            work.outcomes["evaluations"] += 1
            if reading.verdict is not Verdict.FINE:
                work.outcomes[reading.verdict.value] += 1
            if reading.value is not None:
                work.last_value = reading.value
        return readings

    # --- windows in the past --------------------------------------------------------------------

    def _list_past(
        self, work: _Work, first: datetime, last: datetime, now: datetime
    ) -> tuple[list[Window], int]:
        """Return the oldest windows of a rule that are over, and the number of further ones."""
        length = lookback(work.rule)
        until = min(last, now - length)
        return list_past_windows(
            self._record.schema, self._data, first, until, length, limit=MAX_WINDOWS, oldest=True
        )

    def _evaluate_past(
        self, work: _Work, windows: list[Window], first: datetime, last: datetime
    ) -> None:
        work.outcomes["windows"] += len(windows)
        known = {(window.start, window.end) for window in windows}
        overlapping = self._stored.list_overlapping(
            work.rule["id"],
            to_microseconds(first),
            to_microseconds(last),
            _MAX_REREAD_WINDOWS,
        )
        for start, end in overlapping:
            span = from_microseconds(start), from_microseconds(end)
            if span not in known:
                windows.append(Window(*span))
        changed: dict[str, dict[tuple[int, int], Reading]] = {}
        for window in windows:
            self._stop_if_asked()
            place = to_microseconds(window.start), to_microseconds(window.end)
            for reading in self._read(work, window.to_filters(), window.rows):
                if reading.verdict is not Verdict.FAILED:
                    changed.setdefault(reading.subject.key, {})[place] = reading
        with self._stores.control.transaction():
            for readings in changed.values():
                self._settle(work, readings)
        self._announce()

    def _settle(self, work: _Work, readings: dict[tuple[int, int], Reading]) -> None:
        """Bring the alerts of one subject in line with readings of windows in the past."""
        rule_id = work.rule["id"]
        subject = next(iter(readings.values())).subject
        for (start, end), reading in readings.items():
            if reading.verdict is Verdict.CROSSED:
                crossing = reading.to_crossing(start, end, raised=False)
                self._stored.put_crossing(self._record.id, rule_id, subject.key, crossing)
            elif self._stored.delete_crossing(rule_id, subject.key, start, end):
                self._refute(work, reading, _to_window(start, end).to_members())
        earliest = min(end for _, end in readings)
        anchor = self._stored.find_last_raised(rule_id, subject.key, earliest)
        since = earliest if anchor is None else anchor
        crossings = self._stored.list_crossings(rule_id, subject.key, since=since)
        spaced = space_alerts(crossings, wait_time(work.rule))
        wanted = {(crossing.start, crossing.end) for crossing in spaced.values()}
        silenced = [c for c in crossings if c.raised and (c.start, c.end) not in wanted]
        self._stored.mark_raised(rule_id, subject.key, silenced, raised=False)
        for crossing in silenced:
            covering = spaced[crossing.start, crossing.end]
            self._cover(work, subject, crossing, covering)
        for crossing in reversed(crossings):  # the latest first, as their number is limited
            place = crossing.start, crossing.end
            if place not in wanted or (crossing.raised and place not in readings):
                continue
            reading = Reading(
                subject, Verdict.CROSSED, crossing.value, crossing.rows, crossing.expected
            )
            members = _to_window(*place).to_members()
            if self._raise(work, reading, members["window_end"], members):
                self._stored.mark_raised(rule_id, subject.key, [crossing], raised=True)
            else:
                self._stored.delete_crossing(rule_id, subject.key, *place)

    # --- the window that ends now ---------------------------------------------------------------

    def _evaluate_live(self, work: _Work, now: datetime) -> None:
        self._stop_if_asked()
        end, wait = to_microseconds(now), wait_time(work.rule)
        silent = {
            subject.key
            for subject in work.reader.subjects
            if self._stored.is_raised_between(work.rule["id"], subject.key, end - wait, end + wait)
            or self._stored.is_raised_between(work.rule["id"], subject.key, end - 1, end + 1)
        }
        if len(silent) == len(work.reader.subjects):
            return
        window = Window(now - lookback(work.rule), now)
        start = to_microseconds(window.start)
        work.outcomes["windows"] += 1
        for reading in self._read(work, window.to_filters(), None):
            key = reading.subject.key
            if reading.verdict is not Verdict.CROSSED or key in silent:
                continue
            with self._stores.control.transaction():
                members = window.to_members()
                if self._raise(work, reading, members["window_end"], members):
                    crossing = reading.to_crossing(start, end, raised=True)
                    self._stored.put_crossing(self._record.id, work.rule["id"], key, crossing)
        self._announce()

    # --- alerts ---------------------------------------------------------------------------------

    def _alert_id(self, work: _Work, subject: Subject, where: dict[str, Any]) -> str:
        """Return the id of the alert of a rule about one subject and one window or batch."""
        parts = [work.rule["id"], subject.key, *(str(where[key]) for key in sorted(where))]
        return str(uuid.uuid5(_ALERT_IDS, "\0".join(parts)))

    def _raise(self, work: _Work, reading: Reading, moment: str, where: dict[str, Any]) -> bool:
        """Raise an alert or bring it up to date; return whether it is there now."""
        rule, subject, value = work.rule, reading.subject, reading.value
        assert value is not None  # noqa: S101 - a crossing has a value
        rows, expected = reading.rows or 0, reading.expected or 0
        organization_id = self._record.organization_id
        alert_id = self._alert_id(work, subject, where)
        before = self._documents.get(organization_id, alert_id)
        is_news = before is None or bool(before.get("resolved_by_evaluation"))
        if is_news and self._new_alerts >= MAX_NEW_ALERTS:
            work.outcomes["left_out"] += 1
            return False
        alert: dict[str, Any] = {
            "id": alert_id,
            "timestamp": moment if before is None else before["timestamp"],
            "metric_value": value,
            "message": describe_alert(
                rule,
                subject.label,
                value,
                (rows, expected),
                where,
                needs_truth=work.reader.needs_truth,
            ),
            "model_id": self._record.id,
            "status": "new" if before is None or is_news else before["status"],
            "severity": rule["severity"],
            "alert_rule": to_api(rule),
            "alert_rule_id": rule["id"],
            "organization_id": organization_id,
            "row_count": rows,
            **({"metric_parameters": subject.parameters} if subject.parameters else {}),
            **({"truth_share": rows / expected} if work.reader.needs_truth and expected else {}),
            **where,
        }
        if alert == before:
            return True
        self._documents.put(organization_id, alert_id, alert, model_id=self._record.id)
        if is_news:
            self._new_alerts += 1
            self._announcements.add(alert_id, is_new=True)
        return True

    def _refute(self, work: _Work, reading: Reading, where: dict[str, Any]) -> None:
        """Resolve the alert of a window or batch, if there is one that nobody has resolved."""
        organization_id = self._record.organization_id
        alert_id = self._alert_id(work, reading.subject, where)
        before = self._documents.get(organization_id, alert_id)
        if before is None or not _is_open(before):
            return
        rows = reading.rows
        if rows is None:
            rows = work.reader.count_rows(reading.subject, _to_filters(where))
        self._resolve(alert_id, lambda message: describe_refutation(message, reading.value, rows))

    def _cover(self, work: _Work, subject: Subject, late: Crossing, earlier: Crossing) -> None:
        """Resolve an alert that falls into the wait time of one that was raised for late rows."""
        end = format_timestamp(from_microseconds(earlier.end))
        members = _to_window(late.start, late.end).to_members()
        alert_id = self._alert_id(work, subject, members)
        self._resolve(alert_id, lambda message: describe_cover(message, end))

    def _resolve(self, alert_id: str, describe: Callable[[str], str]) -> None:
        """Resolve an alert that nobody has resolved, and say so to those who keep incidents."""
        organization_id = self._record.organization_id
        resolved: list[StoredAlert] = []

        def resolve(alert: StoredAlert) -> None:
            if not _is_open(alert):
                return
            if alert["status"] != "resolved":
                resolved.append(alert)
            alert["status"] = "resolved"
            alert["resolved_by_evaluation"] = True
            alert["message"] = describe(alert["message"])

        self._documents.change(organization_id, alert_id, resolve)
        if resolved:
            self._announcements.add(alert_id, is_new=False)

    def _finish(self) -> int:
        """Store what the evaluation came to; return the number of new alerts."""
        left_out = sum(work.outcomes["left_out"] for work in self._works)
        if left_out:
            logger.warning(
                "model %s: %d alerts of one evaluation are left out; it raises %d at most",
                self._record.id,
                left_out,
                MAX_NEW_ALERTS,
            )
        states = self._stores.control.documents(Kind.ALERT_RULE_STATE)
        for work in self._works:
            if not work.outcomes["windows"]:
                continue
            rule_id = work.rule["id"]
            before = states.get(self._record.organization_id, rule_id) or {}
            last = work.last_value
            state = {
                "id": rule_id,
                "last_metric_value": before.get("last_metric_value") if last is None else last,
                "evaluated_at": format_timestamp(utc_now()),
                "outcomes": dict(work.outcomes),
            }
            states.put(self._record.organization_id, rule_id, state, model_id=self._record.id)
        return self._new_alerts


def _is_open(alert: StoredAlert) -> bool:
    """Return whether nobody has resolved an alert."""
    return alert["status"] != "resolved" or bool(alert.get("resolved_by_evaluation"))


def _to_filters(where: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the conditions on the rows that an alert is about."""
    batch_id = where.get("batch_id")
    if batch_id is not None:
        return [{"property": "batch_id", "comparator": "eq", "value": batch_id}]
    return time_filters(where["window_start"], where["window_end"])


def _to_window(start: int, end: int) -> Window:
    return Window(from_microseconds(start), from_microseconds(end))
