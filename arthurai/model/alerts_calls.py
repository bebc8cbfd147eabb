"""Alert rules and alerts of a model: making, listing and changing them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from arthurai.common.checks import check_choice
from arthurai.common.exceptions import MethodNotApplicableError, UserTypeError, UserValueError
from arthurai.model.alerts import (
    Alert,
    AlertRule,
    AlertRuleBound,
    AlertRuleSeverity,
    AlertStatus,
    Metric,
    validate_parameters_for_alert,
)
from arthurai.model.metrics import known_metric
from arthurai.model.responses import (
    all_items,
    connected,
    filter_items,
    items_of,
    moment,
    page_numbers,
    received,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from arthurai.model.base_model import ModelRecord


def create_alert_rule(
    model: ModelRecord,
    metric_id: Metric | str,
    bound: str,
    threshold: float,
    severity: str,
    name: str | None = None,
    lookback_period: float | None = None,
    subsequent_alert_wait_time: float | None = None,
    metric_parameters: Mapping[str, Any] | None = None,
    filters: Iterable[Any] | None = None,
) -> AlertRule:
    """Make a rule; see ``ArthurModel.create_alert_rule``."""
    from arthurai_api.api.alert_rules import create_alert_rule as create_alert_rule_operation

    rule = AlertRule(
        bound=bound,
        threshold=threshold,
        metric_id=metric_id.id if isinstance(metric_id, Metric) else metric_id,
        severity=severity,
        name=name,
        lookback_period=lookback_period,
        subsequent_alert_wait_time=subsequent_alert_wait_time,
        metric_parameters=validate_parameters_for_alert(metric_parameters),
        filters=filter_items(filters),
    )
    _check(rule)
    session, model_id = connected(model, "have alert rules")
    with known_metric(metric_id):
        answer = session.call_json(create_alert_rule_operation, model_id, body=rule.to_dict())
    return received(AlertRule, answer)


def get_alert_rules(
    model: ModelRecord, page: int | None = 1, page_size: int = 20
) -> list[AlertRule]:
    """List rules; see ``ArthurModel.get_alert_rules``."""
    from arthurai_api.api.alert_rules import list_alert_rules

    session, model_id = connected(model, "have alert rules")
    page_numbers(page, page_size)

    def fetch(number: int) -> Any:
        return session.call_json(
            list_alert_rules,
            model_id,
            page=number,
            page_size=page_size,
            include_alert_metadata=None,
        )

    found = all_items(fetch) if page is None else items_of(fetch(page))
    return [received(AlertRule, fields) for fields in found]


def update_alert_rule(
    model: ModelRecord, alert_rule: AlertRule, alert_rule_id: str | None = None
) -> AlertRule:
    """Change a rule; see ``ArthurModel.update_alert_rule``."""
    from arthurai_api.api.alert_rules import update_alert_rule as update_alert_rule_operation

    if not isinstance(alert_rule, AlertRule):
        raise UserTypeError(f"alert_rule needs an AlertRule, got {type(alert_rule).__name__}.")
    if None not in {alert_rule.id, alert_rule_id} and alert_rule.id != alert_rule_id:
        raise UserValueError(
            f"alert_rule_id={alert_rule_id!r}, but the rule has the id {alert_rule.id!r}. Set "
            "alert_rule.id to None to write its values into another rule."
        )
    rule_id = alert_rule.id or alert_rule_id
    if rule_id is None:
        raise MethodNotApplicableError(
            "The rule has no id: make it with create_alert_rule(), fetch it with "
            "get_alert_rules(), or pass alert_rule_id."
        )
    _check(alert_rule)
    fields = alert_rule.to_dict()
    fields.pop("id", None)
    session, model_id = connected(model, "have alert rules")
    answer = session.call_json(update_alert_rule_operation, model_id, rule_id, body=fields)
    return received(AlertRule, answer)


def delete_alert_rule(model: ModelRecord, alert_rule: AlertRule | str) -> None:
    """Delete a rule; see ``ArthurModel.delete_alert_rule``."""
    from arthurai_api.api.alert_rules import delete_alert_rule as delete_alert_rule_operation

    rule_id = alert_rule.id if isinstance(alert_rule, AlertRule) else alert_rule
    if rule_id is None:
        raise MethodNotApplicableError("The rule has no id: it was never made on the platform.")
    session, model_id = connected(model, "have alert rules")
    session.call_json(delete_alert_rule_operation, model_id, rule_id)


def get_alerts(
    model: ModelRecord,
    page: int | None = 1,
    page_size: int = 500,
    status: str | None = None,
    alert_rule_id: str | None = None,
    batch_id: str | Sequence[str] | None = None,
    start_time: datetime | str | None = None,
    end_time: datetime | str | None = None,
) -> list[Alert]:
    """List alerts; see ``ArthurModel.get_alerts``."""
    from arthurai_api.api.alerts import list_alerts

    session, model_id = connected(model, "have alerts")
    page_numbers(page, page_size)
    if status is not None:
        check_choice("status", status, ("new", *AlertStatus.list()))
    since = None if start_time is None else moment("start_time", start_time)
    until = None if end_time is None else moment("end_time", end_time)

    def fetch(number: int) -> Any:
        return session.call_json(
            list_alerts,
            model_id=[model_id],
            status=status,
            alert_rule_id=alert_rule_id,
            batch_id=batch_id,
            start_time=since,
            end_time=until,
            page=number,
            page_size=page_size,
        )

    found = all_items(fetch) if page is None else items_of(fetch(page))
    return [received(Alert, fields) for fields in found]


def update_alert(model: ModelRecord, status: str, alert_id: Alert | str) -> Alert:
    """Set the status of an alert; see ``ArthurModel.update_alert``."""
    from arthurai_api.api.alerts import update_alert as update_alert_operation

    session, _ = connected(model, "have alerts")
    body = {"status": check_choice("status", status, AlertStatus.list())}
    identifier = alert_id.id if isinstance(alert_id, Alert) else alert_id
    return received(Alert, session.call_json(update_alert_operation, identifier, body=body))


def _check(rule: AlertRule) -> None:
    check_choice("bound", rule.bound, AlertRuleBound.list())
    check_choice("severity", rule.severity, AlertRuleSeverity.list())
    if not isinstance(rule.metric_id, str) or not rule.metric_id:
        raise UserTypeError(f"metric_id needs the id of a metric, got {rule.metric_id!r}.")
    _finite("threshold", rule.threshold)
    for name in ("lookback_period", "subsequent_alert_wait_time"):
        minutes = getattr(rule, name)
        if minutes is not None:
            _finite(name, minutes)
            if minutes < 0:
                raise UserValueError(f"{name} needs minutes from 0 on, got {minutes!r}.")


def _finite(name: str, value: Any) -> None:
    try:
        finite = not isinstance(value, bool | str) and math.isfinite(value)
    except TypeError:
        finite = False
    if not finite:
        raise UserValueError(f"{name} needs a finite number, got {value!r}.")
