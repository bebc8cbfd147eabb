"""Notifications of alerts: at once, and in daily or weekly summaries."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson

from arthurai.server.delivery.message import Message, is_url
from arthurai.server.delivery.message_formats import EMAIL, PAGERDUTY
from arthurai.server.delivery.summary_reports import list_models, write_report
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.identifiers import new_id
from arthurai.server.storage.documents.stored_alerts import AlertFilter
from arthurai.server.timestamps import format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from arthurai.common.documents import AlertSummaryReport
    from arthurai.server.context import Stores
    from arthurai.server.delivery.mail_and_webhooks import Delivery
    from arthurai.server.delivery.message import AlertEvent
    from arthurai.server.delivery.summary_reports import ModelLine
    from arthurai.server.document_kinds import StoredSummaryConfiguration

    Claim: TypeAlias = Callable[[], bool]

logger = logging.getLogger("arthurai.server.delivery.notifications")

WEEKDAYS: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
PERIODS: Final[Mapping[str, timedelta]] = {
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
}
CHECK_SECONDS: Final = 20.0
"""How often the clock looks for summaries that are due."""
_EVENTS: Final[Mapping[str, AlertEvent]] = {
    "new": "trigger",
    "acknowledged": "acknowledge",
    "resolved": "resolve",
}


def _always() -> bool:
    return True


class Notifications:
    """Sends messages about alerts to those who are configured to receive them."""

    def __init__(
        self, stores: Stores, delivery: Delivery, *, report_dir: Path | None = None
    ) -> None:
        """Notify by a delivery.

        Args:
            stores: The stores.
            delivery: Sends the messages.
            report_dir: Where summaries are written to as well; `None` for nowhere.
        """
        self._stores = stores
        self._control = stores.control
        self._delivery = delivery
        self._report_dir = report_dir

    def notify_of_alert(
        self, organization_id: str, alert: Mapping[str, Any], claim: Claim = _always
    ) -> int:
        """Notify everybody who is configured for the model of an alert; return how many.

        Args:
            organization_id: The organization of the alert.
            alert: The alert.
            claim: Returns whether that is the caller's to do, inside of a transaction.
        """
        model_id = alert["model_id"]
        return self._send(
            organization_id,
            model_id,
            _describe(alert),
            self._configurations(organization_id, model_id),
            incident_id=alert["id"],
            claim=claim,
        )

    def notify_of_status(
        self, organization_id: str, alert: Mapping[str, Any], claim: Claim = _always
    ) -> int:
        """Notify the services that keep incidents of a new status of an alert; return how many.

        Args:
            organization_id: The organization of the alert.
            alert: The alert.
            claim: Returns whether that is the caller's to do, inside of a transaction.
        """
        return self._send(
            organization_id,
            alert["model_id"],
            _describe(alert),
            [
                c
                for c in self._configurations(organization_id, alert["model_id"])
                if _has_incidents(c)
            ],
            event=_EVENTS[alert["status"]],
            incident_id=alert["id"],
            claim=claim,
        )

    def notify(
        self,
        organization_id: str,
        model_id: str,
        content: Mapping[str, Any],
        *,
        configuration_id: str | None = None,
    ) -> int:
        """Send a notification by the enabled configurations of a model; return how many.

        Args:
            organization_id: The organization of the model.
            model_id: The model.
            content: An `AlertNotificationRequest`.
            configuration_id: Use only this configuration.
        """
        configurations = [
            configuration
            for configuration in self._configurations(organization_id, model_id)
            if configuration_id in {None, configuration["id"]}
        ]
        return self._send(organization_id, model_id, content, configurations)

    def _configurations(self, organization_id: str, model_id: str) -> list[Any]:
        """Return the enabled configurations of a model."""
        found = self._control.documents(Kind.ALERT_NOTIFICATION_CONFIGURATION)
        return [c for c in found.list(organization_id, model_id=model_id) if c["enabled"]]

    def _send(
        self,
        organization_id: str,
        model_id: str,
        content: Mapping[str, Any],
        configurations: Sequence[Mapping[str, Any]],
        *,
        event: AlertEvent = "trigger",
        incident_id: str | None = None,
        claim: Claim = _always,
    ) -> int:
        """Send a notification by some configurations; return how many were used."""
        if not configurations:  # as for most models: do not look anything up
            claim()
            return 0
        name = self._model_name(model_id)
        subject = f"Arthur: {content['alert_priority']} alert for {name}"
        lines = (content["alert_description"], f"Time: {content['alert_timestamp']}")
        text = "\n".join([*lines, f"Model: {name} ({model_id})"])
        messages = []
        for configuration in configurations:
            destination: str | None = str(configuration["destination"])
            if configuration["type"] == EMAIL:
                destination = self._address(str(configuration["user_id"]))
            if destination is None:
                continue
            messages.append(
                Message(
                    destination,
                    subject,
                    text,
                    content,
                    configuration_id=configuration["id"],
                    type=configuration["type"],
                    organization_id=organization_id,
                    model_id=model_id,
                    event=event,
                    incident_id=incident_id,
                )
            )
        return len(messages) if self._delivery.send_once(messages, claim) else 0

    def _model_name(self, model_id: str) -> str:
        """Return what people call a model."""
        try:
            record = self._control.models.get(None, model_id)
        except ApiError:
            return model_id
        return str(record.document.get("display_name") or record.partner_model_id)

    def _address(self, user_id: str) -> str | None:
        """Return the current address of a user, or `None` if they are no longer active."""
        user = self._control.users.find_active(user_id)
        return None if user is None else user.email

    def build_report(self, summary: Mapping[str, Any], until: datetime) -> AlertSummaryReport:
        """Return the content of a summary.

        Args:
            summary: The configuration.
            until: End of the period, in UTC.
        """
        since = until - PERIODS[summary["frequency"]]
        counted: Counter[tuple[str, str, str]] = Counter()
        wanted = AlertFilter(
            summary["organization_id"],
            model_ids=tuple(summary["models"]),
            since=format_timestamp(since),
            until=format_timestamp(until),
        )
        for alert in self._control.alerts.find(wanted) if summary["models"] else ():
            if parse_timestamp(alert["timestamp"], "alert") < until:
                rule = alert["alert_rule"]
                counted[alert["model_id"], rule.get("name") or "", str(rule["threshold"])] += 1
        return {
            "report_id": new_id(),
            "configuration_id": summary["id"],
            "time_frame": f"{format_timestamp(since)} to {format_timestamp(until)}",
            "data": [
                {
                    "model_id": model_id,
                    "alert_check_name": name,
                    "alert_check_threshold": threshold,
                    "alert_count": count,
                }
                for (model_id, name, threshold), count in sorted(counted.items())
            ],
        }

    def send_summary(
        self, summary: Mapping[str, Any], until: datetime, claim: Claim = _always
    ) -> int | None:
        """Send a summary to its enabled subscribers; return how many.

        Args:
            summary: The configuration.
            until: End of the period, in UTC.
            claim: Returns whether that is the caller's to do, inside of a transaction.

        Returns:
            The number of subscribers; `None` when it is not the caller's to send.
        """
        report = self.build_report(summary, until)
        lines = [
            f"{line['alert_count']} alert{'s' * (line['alert_count'] != 1)} of "
            f"{line['alert_check_name']} (model {self._model_name(line['model_id'])})"
            for line in report["data"]
        ]
        period = (until - PERIODS[summary["frequency"]], until)
        models = list_models(self._stores, report, summary["models"], period)
        said = [model.text for model in models]
        text = "\n".join([report["time_frame"], *(lines or ["no alerts"]), *said])
        subject, organization_id = f"Arthur: {summary['name']}", summary["organization_id"]
        found = [self._address(s["user_id"]) for s in summary["subscribers"] if s["enabled"]]
        messages = [
            Message(address, subject, text, report, organization_id=organization_id)
            for address in found
            if address is not None
        ]
        if not self._delivery.send_once(messages, claim):
            return None
        self._write(summary, report, models, until)
        logger.info(
            "alert summary %r of %s sent to %d subscribers",
            summary["name"],
            report["time_frame"],
            len(messages),
            extra={"report": orjson.dumps(report).decode()},
        )
        return len(messages)

    def _write(
        self,
        summary: Mapping[str, Any],
        report: AlertSummaryReport,
        models: Sequence[ModelLine],
        until: datetime,
    ) -> None:
        """Write a summary to the folder of reports; a failure is logged."""
        if self._report_dir is None:
            return
        day = until.date().isoformat()
        try:
            written = write_report(self._report_dir, summary["name"], report, models, day)
        except OSError as error:
            logger.warning("cannot write the report %r: %s", summary["name"], error)
            return
        logger.info("report %s written", written[-1])

    def send_due(self, moment: datetime) -> int:
        """Send the summaries that are due; return how many.

        Args:
            moment: The current time, in UTC.
        """
        sent = 0
        summaries = self._control.documents(Kind.ALERT_SUMMARY_CONFIGURATION)
        for summary in summaries.list(None):
            due = find_last_due(summary, moment)
            if not summary["enabled"] or due <= parse_timestamp(summary["last_sent"], "last_sent"):
                continue
            claim = partial(self._mark_sent, summary, format_timestamp(moment))
            if self.send_summary(summary, due, claim) is not None:
                sent += 1
        return sent

    def _mark_sent(self, summary: StoredSummaryConfiguration, moment: str) -> bool:
        """Note that a summary is sent, unless it was sent or changed since it was read."""
        marked = False

        def mark(current: StoredSummaryConfiguration) -> None:
            nonlocal marked
            marked = current == summary
            if marked:
                current["last_sent"] = moment

        summaries = self._control.documents(Kind.ALERT_SUMMARY_CONFIGURATION)
        summaries.change(summary["organization_id"], summary["id"], mark)
        return marked


def _describe(alert: Mapping[str, Any]) -> dict[str, Any]:
    """Return an alert as an `AlertNotificationRequest`."""
    return {
        "model_id": alert["model_id"],
        "alert_timestamp": alert["timestamp"],
        "alert_description": alert["message"],
        "alert_priority": alert["severity"],
    }


def _has_incidents(configuration: Mapping[str, Any]) -> bool:
    """Return whether a channel keeps one incident for all events of an alert."""
    return configuration["type"] == PAGERDUTY and is_url(str(configuration["destination"]))


def find_last_due(summary: Mapping[str, Any], moment: datetime) -> datetime:
    """Return the last time at which a summary was due, up to now.

    Args:
        summary: The configuration.
        moment: The current time, in UTC.
    """
    hour, minute = (int(part) for part in summary["send_time_of_day"].split(":"))
    due = moment.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if summary["frequency"] == "weekly":
        due -= timedelta(days=(due.weekday() - WEEKDAYS.index(summary["send_day_of_week"])) % 7)
    return due if due <= moment else due - PERIODS[summary["frequency"]]
