"""Lists of alert rules and alerts, whole or page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.checks import check_choice, read_list
from arthurai.common.html_display import DisplayedList
from arthurai.common.pagination import collect_pages, iterate_items
from arthurai.common.vocabulary import AlertStatus
from arthurai.model.alerts import Alert, AlertRule
from arthurai.model.base_model import require_connection
from arthurai.model.responses import check_page, parse_response, parse_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import AlertStatusFilter, Strings, Time
    from arthurai_api.models.paginated_alert_rules import PaginatedAlertRules
    from arthurai_api.models.paginated_alerts import PaginatedAlerts


def get_alert_rules(
    self: ArthurModelBase, page: int | None = 1, page_size: int = 20
) -> list[AlertRule]:
    """List the alert rules, a page of them or all.

    Args:
        page: Page number, from 1; `None` for all pages.
        page_size: Maximum number of rules per page.

    Returns:
        The rules; none beyond the last page.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: A number is not positive.
    """
    fetch = _rule_pages(self, page, page_size)
    found = collect_pages(fetch, lambda page: page.data) if page is None else fetch(page).data
    return DisplayedList(parse_response(AlertRule, rule) for rule in found or ())


def iter_alert_rules(self: ArthurModelBase, page_size: int = 20) -> Iterator[AlertRule]:
    """Iterate over all alert rules; each page is fetched when it is needed.

    Args:
        page_size: Maximum number of rules per request.

    Returns:
        The rules.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: The number is not positive.
    """
    fetch = _rule_pages(self, None, page_size)
    return (
        parse_response(AlertRule, rule) for rule in iterate_items(fetch, lambda page: page.data)
    )


def _rule_pages(
    model: ArthurModelBase, page: int | None, page_size: int
) -> Callable[[int], PaginatedAlertRules]:
    from arthurai_api.api.alert_rules import list_alert_rules

    session, model_id = require_connection(model, "have alert rules")
    check_page(page, page_size)

    def fetch(number: int) -> PaginatedAlertRules:
        return list_alert_rules.sync(
            model_id,
            client=session.api,
            page=number,
            page_size=page_size,
            include_alert_metadata=None,
        )

    return fetch


def get_alerts(
    self: ArthurModelBase,
    page: int | None = 1,
    page_size: int = 500,
    status: AlertStatusFilter | None = None,
    alert_rule_id: str | None = None,
    batch_id: str | Strings | None = None,
    start_time: Time | None = None,
    end_time: Time | None = None,
) -> list[Alert]:
    """List the alerts of the model, the oldest first.

    Args:
        page: Page number, from 1; `None` for all pages.
        page_size: Maximum number of alerts per page.
        status: Only `new`, `acknowledged` or `resolved` ones.
        alert_rule_id: Only those of this rule.
        batch_id: Only those of this batch, or of these.
        start_time: Only those from this time on; in UTC if it has no zone.
        end_time: Only those up to this time.

    Returns:
        The alerts; none beyond the last page.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: A number is not positive, a time is not in ISO 8601, or the status is
            unknown.
    """
    chosen = (status, alert_rule_id, batch_id, start_time, end_time)
    fetch = _alert_pages(self, page, page_size, *chosen)
    found = collect_pages(fetch, lambda page: page.data) if page is None else fetch(page).data
    return DisplayedList(parse_response(Alert, alert) for alert in found or ())


def iter_alerts(
    self: ArthurModelBase,
    page_size: int = 500,
    status: AlertStatusFilter | None = None,
    alert_rule_id: str | None = None,
    batch_id: str | Strings | None = None,
    start_time: Time | None = None,
    end_time: Time | None = None,
) -> Iterator[Alert]:
    """Iterate over the alerts of the model, the oldest first; pages are fetched when needed.

    Args:
        page_size: Maximum number of alerts per request.
        status: Only `new`, `acknowledged` or `resolved` ones. Of alerts whose status changes
            between two requests, some may be left out.
        alert_rule_id: Only those of this rule.
        batch_id: Only those of this batch, or of these.
        start_time: Only those from this time on; in UTC if it has no zone.
        end_time: Only those up to this time.

    Returns:
        The alerts.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: The number is not positive, a time is not in ISO 8601, or the status is
            unknown.
    """
    chosen = (status, alert_rule_id, batch_id, start_time, end_time)
    fetch = _alert_pages(self, None, page_size, *chosen)
    return (parse_response(Alert, alert) for alert in iterate_items(fetch, lambda page: page.data))


def _alert_pages(
    model: ArthurModelBase,
    page: int | None,
    page_size: int,
    status: AlertStatusFilter | None,
    alert_rule_id: str | None,
    batch_id: str | Strings | None,
    start_time: Time | None,
    end_time: Time | None,
) -> Callable[[int], PaginatedAlerts]:
    from arthurai_api.api.alerts import list_alerts
    from arthurai_api.models.alert_status import AlertStatus as ApiAlertStatus

    session, model_id = require_connection(model, "have alerts")
    check_page(page, page_size)
    if status is not None:
        status = check_choice("status", status, ("new", *AlertStatus.list()))
    since = None if start_time is None else parse_time("start_time", start_time)
    until = None if end_time is None else parse_time("end_time", end_time)
    batches = None if batch_id is None else read_list("batch_id", batch_id, "ids", single=True)

    def fetch(number: int) -> PaginatedAlerts:
        return list_alerts.sync(
            client=session.api,
            model_id=[model_id],
            status=None if status is None else ApiAlertStatus(status),
            alert_rule_id=alert_rule_id,
            batch_id=batches,
            start_time=since,
            end_time=until,
            page=number,
            page_size=page_size,
        )

    return fetch
