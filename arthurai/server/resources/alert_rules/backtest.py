"""Trying a rule on the rows that are stored: when would it have raised alerts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.resources.alert_rules.alert_messages import describe_alert
from arthurai.server.resources.alert_rules.alert_spacing import space_alerts
from arthurai.server.resources.alert_rules.rule_readings import RuleReader, Verdict
from arthurai.server.resources.alert_rules.rule_windows import (
    MAX_WINDOWS,
    Window,
    list_past_windows,
    lookback,
    wait_time,
)
from arthurai.server.storage.warehouse.datasets import COMPLETED
from arthurai.server.timestamps import format_timestamp, from_microseconds, to_microseconds

if TYPE_CHECKING:
    from datetime import datetime

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.resources.alert_rules.rule_coverage import Subject
    from arthurai.server.resources.alert_rules.rule_readings import Reading
    from arthurai.server.storage.documents.stored_alerts import Crossing
    from arthurai.server.storage.warehouse.data_store import DataStore

_OUTCOMES: Final = (
    "windows",
    "evaluations",
    "crossed",
    "few_rows",
    "waiting_for_truth",
    "within_noise",
    "no_value",
    "failed",
    "left_out",
)


def complete_outcomes(counted: dict[str, int]) -> dict[str, int]:
    """Return an `AlertRuleOutcomes`: what evaluations came to, zeros included.

    Args:
        counted: The counts that are not zero.
    """
    return {name: counted.get(name, 0) for name in _OUTCOMES}


class Backtest:
    """The alerts that a rule would have raised.

    Attributes:
        alerts: The alerts, the oldest first.
        outcomes: What the evaluations came to.
        suppressed: Crossings within the wait time of an alert.
    """

    def __init__(
        self,
        reader: RuleReader,
        schema: ModelSchema,
        data: DataStore,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        """Evaluate a rule over the past.

        Args:
            reader: The rule.
            schema: Schema of the model.
            data: Holds the rows.
            since: Earliest inference time, or earliest last change of a batch, UTC without zone;
                `None` for all.
            until: Latest one.
        """
        self._reader = reader
        self._counted: Counter[str] = Counter()
        self.alerts: list[dict[str, Any]] = []
        self.suppressed = 0
        if schema.is_batch:
            self._evaluate_batches(schema, data, since, until)
        else:
            self._evaluate_windows(schema, data, since, until)
        self.alerts.sort(key=lambda alert: str(alert["timestamp"]))
        self.outcomes = complete_outcomes(self._counted)

    def _read(self, filters: list[dict[str, Any]], rows: int | None) -> list[Reading]:
        self._counted["windows"] += 1
        readings = self._reader.read(filters, rows)
        self._counted["evaluations"] += len(readings)
        self._counted.update(
            reading.verdict.value for reading in readings if reading.verdict is not Verdict.FINE
        )
        return [reading for reading in readings if reading.verdict is Verdict.CROSSED]

    def _evaluate_windows(
        self, schema: ModelSchema, data: DataStore, since: datetime | None, until: datetime | None
    ) -> None:
        rule = self._reader.rule
        windows, left_out = list_past_windows(schema, data, since, until, lookback(rule))
        self._counted["left_out"] = left_out
        crossings: dict[str, list[Crossing]] = {}
        subjects: dict[str, Subject] = {}
        for window in windows:
            end, start = to_microseconds(window.end), to_microseconds(window.start)
            for reading in self._read(window.to_filters(), window.rows):
                subjects[reading.subject.key] = reading.subject
                crossings.setdefault(reading.subject.key, []).append(
                    reading.to_crossing(start, end, raised=True)
                )
        for key, found in crossings.items():
            raised = set(space_alerts(found, wait_time(rule)).values())
            self.suppressed += len(found) - len(raised)
            for crossing in raised:
                members = Window(
                    from_microseconds(crossing.start), from_microseconds(crossing.end)
                ).to_members()
                counts = crossing.rows, crossing.expected
                self._add(
                    subjects[key], crossing.value, counts, members["window_end"], dict(members)
                )

    def _evaluate_batches(
        self, schema: ModelSchema, data: DataStore, since: datetime | None, until: datetime | None
    ) -> None:
        batches = [
            batch
            for batch in data.batches(schema)
            if batch.status == COMPLETED
            and (since is None or batch.updated_at >= since)
            and (until is None or batch.updated_at <= until)
        ]
        self._counted["left_out"] = max(0, len(batches) - MAX_WINDOWS)
        for batch in batches[-MAX_WINDOWS:]:
            filters = [{"property": "batch_id", "comparator": "eq", "value": batch.batch_id}]
            for reading in self._read(filters, None):
                counts = reading.rows or 0, reading.expected or 0
                moment = format_timestamp(batch.updated_at)
                where = {"batch_id": batch.batch_id}
                self._add(reading.subject, float(reading.value or 0.0), counts, moment, where)

    def _add(
        self,
        subject: Subject,
        value: float,
        counts: tuple[int, int],
        moment: str,
        where: dict[str, str],
    ) -> None:
        needs_truth = self._reader.needs_truth
        rows, expected = counts
        alert: dict[str, Any] = {
            "timestamp": moment,
            "metric_value": value,
            "message": describe_alert(
                self._reader.rule, subject.label, value, counts, where, needs_truth=needs_truth
            ),
            "row_count": rows,
            **where,
        }
        if subject.parameters:
            alert["metric_parameters"] = subject.parameters
        if needs_truth and expected:
            alert["truth_share"] = rows / expected
        self.alerts.append(alert)
