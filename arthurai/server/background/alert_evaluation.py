"""Evaluation of the alert rules of one model."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.query import QueryError
from arthurai.server.query.sql import select
from arthurai.server.resources.alert_rules.service import list_rules, to_api
from arthurai.server.resources.metrics.evaluation import compute_value
from arthurai.server.resources.metrics.service import MetricCatalog
from arthurai.server.storage.documents.sqlite_database import new_id
from arthurai.server.storage.warehouse.datasets import COMPLETED
from arthurai.server.storage.warehouse.errors import DataStoreError
from arthurai.server.timestamps import format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arthurai.common.documents import Metric
    from arthurai.server.context import Notifier, Stores
    from arthurai.server.document_kinds import StoredAlertRule
    from arthurai.server.storage.documents.stored_models import StoredModel

    Window = tuple[datetime, datetime]
    PastAlert = tuple[datetime, str | None]

logger = logging.getLogger("arthurai.server.background")

_MAX_WINDOWS: Final = 500
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - times of the data store are UTC without zone


class AlertEvaluator:
    """Evaluates the enabled rules of a model and stores the alerts that fire."""

    def __init__(self, stores: Stores, notifier: Notifier, record: StoredModel) -> None:
        self._stores = stores
        self._data = stores.data
        self._notifier = notifier
        self._record = record
        self._rules = [rule for rule in list_rules(stores, record) if rule["enabled"]]
        self._alerts = stores.control.documents(Kind.ALERT)
        self._known: dict[str, list[PastAlert]] = {}
        self._metrics: dict[str, Metric] = {}
        self._last: dict[str, float] = {}

    def evaluate_batch(self, batch_id: str) -> int:
        """Evaluate all rules over one batch once it is closed; return the number of new alerts.

        A rule raises one alert per batch, however often the batch is evaluated: ground truth may
        still arrive after the batch was closed.

        Args:
            batch_id: The batch.
        """
        if not self._is_closed(batch_id):
            return 0
        filters = [{"property": "batch_id", "comparator": "eq", "value": batch_id}]
        fired = 0
        for rule in self._rules:
            if any(known == batch_id for _, known in self._past_alerts(rule)):
                continue
            value = self._compute_value(rule, filters)
            if value is not None and _is_crossed(rule, value):
                moment = format_timestamp(datetime.now(UTC))
                self._fire(rule, value, moment, {"batch_id": batch_id})
                fired += 1
        self._store_values()
        return fired

    def evaluate_span(self, first: datetime, last: datetime, now: datetime) -> int:
        """Evaluate all rules over the windows that new data fall in; return the new alerts.

        Recent data are evaluated in the window that ends now, older data in consecutive windows of
        the same length, so that data sent late raise the alerts they would have raised in time.

        Args:
            first: Earliest inference time among the data, UTC without zone.
            last: Latest one.
            now: The current time, UTC without zone.
        """
        fired = 0
        for rule in self._rules:
            length = timedelta(minutes=rule["lookback_period"])
            for window in self._past_windows(first, min(last, now - length), length):
                fired += self._evaluate_window(rule, window)
            if last >= now - length:
                fired += self._evaluate_window(rule, (now - length, now))
        self._store_values()
        return fired

    def evaluate_current_window(self, now: datetime) -> int:
        """Evaluate all rules over the window that ends now; return the number of new alerts.

        Args:
            now: The current time, UTC without zone.
        """
        fired = 0
        for rule in self._rules:
            length = timedelta(minutes=rule["lookback_period"])
            fired += self._evaluate_window(rule, (now - length, now))
        self._store_values()
        return fired

    def _is_closed(self, batch_id: str) -> bool:
        try:
            return self._data.batch(self._record.schema, batch_id).status == COMPLETED
        except DataStoreError:
            return False

    def _past_windows(self, first: datetime, last: datetime, length: timedelta) -> Iterator[Window]:
        """Yield the windows between two moments that hold data, oldest first."""
        if first > last:
            return
        step = length / timedelta(microseconds=1)
        place = "CAST(floor(epoch_us(inference_timestamp) / CAST($3 AS DOUBLE)) AS BIGINT) AS place"
        sql = select(
            [f"DISTINCT {place}"],
            self._data.relation(self._record.schema, "inference"),
            ["inference_timestamp >= $1", "inference_timestamp <= $2"],
            order_by=["place DESC"],
            limit=f"LIMIT {_MAX_WINDOWS + 1:d}",
        )
        places = [row[0] for row in self._data.fetch(sql, [first, last, step])[1]]
        if len(places) > _MAX_WINDOWS:
            logger.warning(
                "model %s: data over more than %d windows of %s; the oldest are not evaluated",
                self._record.id,
                _MAX_WINDOWS,
                length,
            )
        for index in reversed(places[:_MAX_WINDOWS]):
            start = _EPOCH + index * length
            yield start, start + length

    def _evaluate_window(self, rule: StoredAlertRule, window: Window) -> int:
        start, end = (format_timestamp(moment) for moment in window)
        filters = [
            {"property": "inference_timestamp", "comparator": "gte", "value": start},
            {"property": "inference_timestamp", "comparator": "lt", "value": end},
        ]
        if self._is_silent(rule, window[1]):
            return 0
        value = self._compute_value(rule, filters)
        if value is None or not _is_crossed(rule, value):
            return 0
        self._fire(rule, value, end, {"window_start": start, "window_end": end})
        return 1

    def _is_silent(self, rule: Mapping[str, Any], moment: datetime) -> bool:
        """Return whether the rule must wait before it raises another alert."""
        wait = timedelta(minutes=rule["subsequent_alert_wait_time"])
        moment = moment.replace(tzinfo=UTC)
        return any(
            raised == moment or moment - wait < raised < moment + wait
            for raised, _ in self._past_alerts(rule)
        )

    def _past_alerts(self, rule: Mapping[str, Any]) -> list[PastAlert]:
        """Return time and batch of the alerts that a rule has raised."""
        found = self._known.get(rule["id"])
        if found is None:
            alerts = self._alerts.list(
                self._record.organization_id, model_id=self._record.id, alert_rule_id=rule["id"]
            )
            found = [
                (parse_timestamp(alert["timestamp"], "alert"), alert.get("batch_id"))
                for alert in alerts
            ]
            self._known[rule["id"]] = found
        return found

    def _metric(self, metric_id: str) -> Metric:
        if metric_id not in self._metrics:
            self._metrics[metric_id] = MetricCatalog(self._stores, self._record).get(metric_id)
        return self._metrics[metric_id]

    def _compute_value(
        self, rule: Mapping[str, Any], filters: list[dict[str, Any]]
    ) -> float | None:
        try:
            value = compute_value(
                self._metric(rule["metric_id"]),
                rule["metric_parameters"],
                [*rule["filters"], *filters],
                self._record.schema,
                self._data,
            )
        except (ApiError, QueryError) as error:
            logger.warning("alert rule %s cannot be evaluated: %s", rule["id"], error)
            return None
        if value is not None:
            self._last[rule["id"]] = value
        return value

    def _store_values(self) -> None:
        """Store the last value of each rule."""
        states = self._stores.control.documents(Kind.ALERT_RULE_STATE)
        for rule_id, value in self._last.items():
            state = {"id": rule_id, "last_metric_value": value}
            states.put(self._record.organization_id, rule_id, state, model_id=self._record.id)

    def _fire(
        self, rule: StoredAlertRule, value: float, moment: str, where: dict[str, Any]
    ) -> None:
        side = "above" if rule["bound"] == "upper" else "below"
        alert = {
            "id": new_id(),
            "timestamp": moment,
            "metric_value": value,
            "message": (
                f"{rule['metric_name']} is {value:.6g}, {side} the {rule['severity']} threshold "
                f"{rule['threshold']:g} of {rule['name']}"
            ),
            "model_id": self._record.id,
            "status": "new",
            "severity": rule["severity"],
            "alert_rule": to_api(rule),
            "alert_rule_id": rule["id"],
            "organization_id": self._record.organization_id,
            **where,
        }
        organization_id = self._record.organization_id
        self._alerts.put(organization_id, alert["id"], alert, model_id=self._record.id)
        self._past_alerts(rule).append((parse_timestamp(moment, "alert"), where.get("batch_id")))
        self._notifier.notify_of_alert(organization_id, alert)


def _is_crossed(rule: Mapping[str, Any], value: float) -> bool:
    threshold = float(rule["threshold"])
    return value > threshold if rule["bound"] == "upper" else value < threshold
