"""Alerts, found by what they say, and the windows in which rules were crossed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from arthurai.server.storage.documents.control_database import NO_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.server.document_kinds import StoredAlert
    from arthurai.server.storage.documents.control_database import ControlDatabase

_TIME: Final = "replace(json_extract(document, '$.timestamp'), 'Z', '')"
"""Sorts by time: all are in UTC, with as many digits as they need."""
_STATUS: Final = "json_extract(document, '$.status')"
_RULE: Final = "json_extract(document, '$.alert_rule_id')"
_ORDERS: Final = {
    "timestamp": f"{_TIME}, position",
    "-timestamp": f"{_TIME} DESC, position",
    "status": f"{_STATUS}, position",
    "-status": f"{_STATUS} DESC, position",
}
SORTS: Final = ("status", "timestamp")


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are meant; empty members leave it open.

    Attributes:
        organization_id: Their organization.
        model_ids: Their models.
        statuses: Their status.
        severities: Their severity.
        batch_ids: Their batch.
        rule_id: Their rule.
        metric_name: Name of the metric in lower case.
        since: Earliest time, as the API writes it.
        until: First time that counts no more.
    """

    organization_id: str
    model_ids: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    batch_ids: tuple[str, ...] = ()
    rule_id: str | None = None
    metric_name: str | None = None
    since: str | None = None
    until: str | None = None

    def to_sql(self) -> tuple[str, list[object]]:
        """Return a condition and its values."""
        parts = ["kind = 'alert'", "organization_id = ?"]
        found: list[object] = [self.organization_id]
        for expression, wanted in (
            ("model_id", self.model_ids),
            (_STATUS, self.statuses),
            ("json_extract(document, '$.severity')", self.severities),
            ("json_extract(document, '$.batch_id')", self.batch_ids),
        ):
            if wanted:
                parts.append(f"{expression} IN ({', '.join('?' * len(wanted))})")
                found += wanted
        for expression, value in (
            (f"{_RULE} = ?", self.rule_id),
            ("lower(json_extract(document, '$.alert_rule.metric_name')) = ?", self.metric_name),
            (f"{_TIME} >= ?", self.since and self.since.removesuffix("Z")),
            (f"{_TIME} < ?", self.until and self.until.removesuffix("Z")),
        ):
            if value:
                parts.append(expression)
                found.append(value)
        return " AND ".join(parts), found


class Crossing(NamedTuple):
    """A window in which a rule was crossed.

    Attributes:
        end: Its end, in microseconds since 1970.
        start: Its start.
        value: Value of the metric.
        rows: Rows behind it.
        expected: Rows behind it once all ground truth has arrived.
        raised: Whether it raised an alert: others fall into the wait time of one.
    """

    end: int
    start: int
    value: float
    rows: int
    expected: int
    raised: bool


@dataclass
class AlertRepository:
    """Alerts by what they say, and crossings by rule and subject.

    Attributes:
        database: The control database.
    """

    database: ControlDatabase = field(repr=False)

    def find(
        self,
        wanted: AlertFilter,
        *,
        sort: str = "timestamp",
        limit: int | None = None,
        offset: int = 0,
    ) -> list[StoredAlert]:
        """Return alerts in an order.

        Args:
            wanted: Which.
            sort: `timestamp` or `status`, with a leading `-` for descending order.
            limit: Maximum number; `None` for all.
            offset: How many to skip.
        """
        condition, values = wanted.to_sql()
        rows = self.database.rows(
            f"SELECT document FROM documents WHERE {condition} ORDER BY {_ORDERS[sort]} "
            "LIMIT ? OFFSET ?",
            (*values, NO_LIMIT if limit is None else limit, min(offset, NO_LIMIT)),
        )
        return [orjson.loads(row["document"]) for row in rows]

    def count(self, wanted: AlertFilter) -> int:
        """Count alerts.

        Args:
            wanted: Which.
        """
        condition, values = wanted.to_sql()
        statement = f"SELECT count(*) FROM documents WHERE {condition}"
        return int(self.database.scalar(statement, values))

    def count_by_model(
        self, wanted: AlertFilter, *, by_date: bool
    ) -> list[tuple[str, str | None, int]]:
        """Count alerts by model, or by model and day; the order is that of both.

        Args:
            wanted: Which.
            by_date: Whether to count by day, too.
        """
        condition, values = wanted.to_sql()
        day = f"substr({_TIME}, 1, 10)" if by_date else "NULL"
        rows = self.database.rows(
            f"SELECT model_id, {day} AS day, count(*) AS number FROM documents "
            f"WHERE {condition} GROUP BY 1, 2 ORDER BY 1, 2",
            values,
        )
        return [(row["model_id"], row["day"], row["number"]) for row in rows]

    def count_by_rule(self, organization_id: str, model_id: str) -> dict[str, dict[str, Any]]:
        """Return the counts of alerts by status and the last time, by rule.

        Args:
            organization_id: The organization of the model.
            model_id: The model.
        """
        condition, values = AlertFilter(organization_id, (model_id,)).to_sql()
        rows = self.database.rows(
            f"SELECT {_RULE} AS rule, {_STATUS} AS status, count(*) AS number, "
            f"max({_TIME}) AS last FROM documents WHERE {condition} GROUP BY 1, 2",
            values,
        )
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            of_rule = found.setdefault(row["rule"], {"counts": {}, "last": ""})
            of_rule["counts"][row["status"]] = row["number"]
            of_rule["last"] = max(of_rule["last"], row["last"])
        return found

    def prune(self, model_id: str, before: int, before_time: str) -> int:
        """Delete what is about windows that ended before a time; return how many alerts.

        Args:
            model_id: The model.
            before: The time in microseconds since 1970.
            before_time: The same time as the API writes it.
        """
        with self.database.transaction():
            self.database.execute(
                "DELETE FROM alert_crossings WHERE model_id = ? AND window_end <= ?",
                (model_id, before),
            )
            return self.database.execute(
                "DELETE FROM documents WHERE kind = 'alert' AND model_id = ? "
                f"AND {_TIME} <= ? AND json_extract(document, '$.batch_id') IS NULL",
                (model_id, before_time.removesuffix("Z")),
            )

    def list_crossings(self, rule_id: str, subject: str, *, since: int) -> list[Crossing]:
        """Return the crossings of a rule that end at a time or later, the earliest first.

        Args:
            rule_id: The rule.
            subject: What it watches: key of the subject.
            since: The time in microseconds since 1970.
        """
        rows = self.database.rows(
            """SELECT window_end, window_start, value, row_count, expected, raised
               FROM alert_crossings
               WHERE rule_id = ? AND subject = ? AND window_end >= ?
               ORDER BY window_end, window_start""",
            (rule_id, subject, since),
        )
        return [
            Crossing(
                row["window_end"],
                row["window_start"],
                row["value"],
                row["row_count"],
                row["expected"],
                raised=bool(row["raised"]),
            )
            for row in rows
        ]

    def list_overlapping(
        self, rule_id: str, first: int, last: int, limit: int
    ) -> list[tuple[int, int]]:
        """Return start and end of the latest windows that raised alerts and overlap a span.

        Args:
            rule_id: The rule.
            first: Begin of the span in microseconds since 1970.
            last: Its end, inclusive.
            limit: Maximum number.
        """
        rows = self.database.rows(
            """SELECT DISTINCT window_start, window_end FROM alert_crossings
               WHERE rule_id = ? AND raised = 1 AND window_end > ? AND window_start <= ?
               ORDER BY window_end DESC LIMIT ?""",
            (rule_id, first, last, limit),
        )
        return [(row["window_start"], row["window_end"]) for row in rows]

    def find_last_raised(self, rule_id: str, subject: str, before: int) -> int | None:
        """Return the end of the last window before a time that raised an alert.

        Args:
            rule_id: The rule.
            subject: Key of the subject.
            before: The time in microseconds since 1970.
        """
        found = self.database.scalar(
            """SELECT max(window_end) FROM alert_crossings
               WHERE rule_id = ? AND subject = ? AND raised = 1 AND window_end < ?""",
            (rule_id, subject, before),
        )
        return None if found is None else int(found)

    def is_raised_between(self, rule_id: str, subject: str, after: int, before: int) -> bool:
        """Return whether an alert was raised between two times, exclusive.

        Args:
            rule_id: The rule.
            subject: Key of the subject.
            after: The one time in microseconds since 1970.
            before: The other.
        """
        statement = """SELECT 1 FROM alert_crossings WHERE rule_id = ? AND subject = ?
                       AND raised = 1 AND window_end > ? AND window_end < ?"""
        return self.database.scalar(statement, (rule_id, subject, after, before)) is not None

    def put_crossing(self, model_id: str, rule_id: str, subject: str, crossing: Crossing) -> None:
        """Store a crossing; one of the same window is replaced and stays raised if it was.

        Args:
            model_id: The model.
            rule_id: The rule.
            subject: Key of the subject.
            crossing: The crossing.
        """
        self.database.execute(
            """INSERT INTO alert_crossings (rule_id, subject, window_end, window_start, model_id,
                                            value, row_count, expected, raised)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (rule_id, subject, window_end, window_start) DO UPDATE
               SET value = excluded.value, row_count = excluded.row_count,
                   expected = excluded.expected""",
            (
                rule_id,
                subject,
                crossing.end,
                crossing.start,
                model_id,
                crossing.value,
                crossing.rows,
                crossing.expected,
                int(crossing.raised),
            ),
        )

    def delete_crossing(self, rule_id: str, subject: str, start: int, end: int) -> bool:
        """Delete the crossing of a window; return whether it had raised an alert.

        Args:
            rule_id: The rule.
            subject: Key of the subject.
            start: Start of the window in microseconds since 1970.
            end: Its end.
        """
        key = (rule_id, subject, end, start)
        condition = "rule_id = ? AND subject = ? AND window_end = ? AND window_start = ?"
        raised = self.database.scalar(f"SELECT raised FROM alert_crossings WHERE {condition}", key)
        if raised is not None:
            self.database.execute(f"DELETE FROM alert_crossings WHERE {condition}", key)
        return bool(raised)

    def mark_raised(
        self, rule_id: str, subject: str, crossings: Iterable[Crossing], *, raised: bool
    ) -> None:
        """Say of crossings whether they raise an alert.

        Args:
            rule_id: The rule.
            subject: Key of the subject.
            crossings: The crossings.
            raised: Whether they do.
        """
        for crossing in crossings:
            self.database.execute(
                """UPDATE alert_crossings SET raised = ?
                   WHERE rule_id = ? AND subject = ? AND window_end = ? AND window_start = ?""",
                (int(raised), rule_id, subject, crossing.end, crossing.start),
            )

    def forget_rule(self, rule_id: str) -> None:
        """Delete the crossings of a rule; its alerts are kept.

        Args:
            rule_id: The rule.
        """
        self.database.execute("DELETE FROM alert_crossings WHERE rule_id = ?", (rule_id,))
