"""Alert rules and alerts of a model.

Made by `python -m scripts.async_layer` from `arthurai/model/alerts.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.aio.model.base_model import require_connection
from arthurai.common.checks import check_choice
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.vocabulary import AlertStatus
from arthurai.model.alerts import Alert, AlertRule, _check_rule, build_rule, report_notes
from arthurai.model.metrics import resolve_metric
from arthurai.model.responses import parse_response
from arthurai.upload.send_rules import resolve_strict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.metrics import Metric
    from arthurai.transport.async_session import AsyncSession
    from arthurai.typing import AlertRuleBoundName, AlertRuleSeverityName, AlertStatusName, Filters

_SET_BY_SERVER: Final = ("id", "metric_name", "notes")
_AFTER_ALL_ROWS: Final = "9999-01-01T00:00:00Z"


async def create_alert_rule(
    self: ArthurModelBase,
    metric_id: Metric | str,
    bound: AlertRuleBoundName,
    threshold: float,
    severity: AlertRuleSeverityName,
    name: str | None = None,
    lookback_period: float | None = None,
    subsequent_alert_wait_time: float | None = None,
    metric_parameters: Mapping[str, Any] | None = None,
    filters: Filters | None = None,
    *,
    min_rows: int | None = None,
    min_truth_share: float | None = None,
    confidence: float | None = None,
    strict: bool | None = None,
) -> AlertRule:
    """Create a rule that raises an alert when a metric crosses a threshold.

    What keeps the rule from firing, and that it covers several attributes or classes, is in the
    `notes` of the rule and in the log. In strict mode a rule with notes is refused.

    Args:
        metric_id: The metric or its id.
        bound: A member of `AlertRuleBound`: `upper` fires above
            the threshold, `lower` below it.
        threshold: The threshold, in the unit of the metric.
        severity: A member of `AlertRuleSeverity`.
        name: Name of the rule; generated when omitted.
        lookback_period: Length of the window that is watched, in minutes; by default 5, and a day
            for metrics of performance and drift. Batch models are watched batch by batch.
        subsequent_alert_wait_time: Pause after an alert, in minutes; a day by default.
        metric_parameters: One value for each parameter of the metric; its defaults when omitted.
            Without the attribute or class that a built-in metric is about, the rule covers all,
            with an alert for each.
        filters: Conditions on the rows, as JSON, or conditions such as `col("income") > 1000`.
        min_rows: Least number of rows that a value must rest on; 100 by default, and 0 for metrics
            that count or add up rows or take their largest or smallest value.
        min_truth_share: Least share of the rows of a window that must have ground truth, from 0 to
            1, for metrics that need it; 0.5 by default.
        confidence: How sure it must be that the crossing is not sampling noise, from 0 (ignore
            noise) to less than 1; by default 0.9999 for drift, 0.95 for rates, else 0.
        strict: Refuse a rule with notes, before it is created; by default as `ArthurAI` and
            `ARTHUR_STRICT` say, else no.

    Returns:
        The rule as the server stores it, with `notes`.

    Raises:
        ArthurUserError: The server has notes about the rule, in strict mode.
        MethodNotApplicableError: The model is not saved.
        UserValueError: An argument is not one of the choices, or not a finite number.
        ResponseClientError: The metric does not exist, or does not yield a single number.
    """
    from arthurai_api.api.alert_rules import create_alert_rule as create_alert_rule_operation

    rule = build_rule(
        metric_id,
        bound,
        threshold,
        severity,
        name=name,
        lookback_period=lookback_period,
        subsequent_alert_wait_time=subsequent_alert_wait_time,
        metric_parameters=metric_parameters,
        filters=filters,
        min_rows=min_rows,
        min_truth_share=min_truth_share,
        confidence=confidence,
    )
    session, model_id = require_connection(self, "have alert rules")
    if resolve_strict(strict, session):
        await _check_notes(session, model_id, rule, "created")
    with resolve_metric(metric_id):
        request = session.api.build(create_alert_rule_operation.build_request, model_id)
        created = await session.api.exchange(
            request, create_alert_rule_operation.parse_response, json=rule.to_dict()
        )
    found = parse_response(AlertRule, created)
    report_notes(found.name, found.notes)
    return found


async def _check_notes(
    session: AsyncSession, model_id: str, rule: AlertRule, change: Literal["created", "changed"]
) -> None:
    """Raise if the server has notes about a rule that is not stored yet.

    A server that cannot try rules has no notes either; what it refuses, the change itself tells.
    """
    from arthurai_api.api.alert_rules import backtest_alert_rule as operation

    request = session.api.build(operation.build_request, model_id)
    members = rule.to_dict()
    for name in _SET_BY_SERVER:
        members.pop(name, None)
    body = {"rule": members, "start_time": _AFTER_ALL_ROWS}
    try:
        tried = await session.api.exchange(request, operation.parse_response, json=body)
    except ResponseClientError:
        return
    if tried.notes:
        messages = "".join(f"\n  - {note.message}" for note in tried.notes)
        raise ArthurUserError(
            f"the alert rule was not {change}, because of these notes in strict mode:{messages}\n"
            "Change the rule, or pass strict=False to store it all the same"
        )


async def update_alert_rule(
    self: ArthurModelBase,
    alert_rule: AlertRule,
    alert_rule_id: str | None = None,
    *,
    strict: bool | None = None,
) -> AlertRule:
    """Change name, bound, threshold, severity, times or `enabled` of an alert rule.

    As with `create_alert_rule`, what keeps the rule from firing is in its `notes` and in the log.

    Args:
        alert_rule: The rule with its new values; the object is not changed.
        alert_rule_id: Which rule to change, for a rule without an id.
        strict: Refuse values that the server has notes about, before they are stored; by default
            as `ArthurAI` and `ARTHUR_STRICT` say, else no.

    Returns:
        The rule as the server stores it, with `notes`.

    Raises:
        ArthurUserError: The server has notes about the rule, in strict mode.
        MethodNotApplicableError: The rule has no id, or the model is not saved.
        UserValueError: A field has an impossible value, or there are two different ids.
        ResponseClientError: The rule does not exist.
    """
    from arthurai_api.api.alert_rules import update_alert_rule as update_alert_rule_operation

    if not isinstance(alert_rule, AlertRule):
        raise UserTypeError(f"alert_rule must be an AlertRule, got {type(alert_rule).__name__}")
    if None not in {alert_rule.id, alert_rule_id} and alert_rule.id != alert_rule_id:
        raise UserValueError(
            f"alert_rule_id={alert_rule_id!r}, but the rule has the id {alert_rule.id!r}. Set "
            "alert_rule.id to None to write its values into another rule"
        )
    rule_id = alert_rule.id or alert_rule_id
    if rule_id is None:
        raise MethodNotApplicableError(
            "the rule has no id: create it with create_alert_rule(), fetch it with "
            "get_alert_rules(), or pass alert_rule_id"
        )
    _check_rule(alert_rule)
    fields = alert_rule.to_dict()
    for name in ("id", "notes"):
        fields.pop(name, None)
    session, model_id = require_connection(self, "have alert rules")
    if resolve_strict(strict, session):
        await _check_notes(session, model_id, alert_rule, "changed")
    request = session.api.build(update_alert_rule_operation.build_request, model_id, rule_id)
    updated = await session.api.exchange(
        request, update_alert_rule_operation.parse_response, json=fields
    )
    found = parse_response(AlertRule, updated)
    report_notes(found.name, found.notes)
    return found


async def delete_alert_rule(self: ArthurModelBase, alert_rule: AlertRule | str) -> None:
    """Delete an alert rule; its alerts are kept.

    Args:
        alert_rule: The rule or its id.

    Raises:
        MethodNotApplicableError: The rule has no id, or the model is not saved.
        ResponseClientError: The rule does not exist.
    """
    from arthurai_api.api.alert_rules import delete_alert_rule as delete_alert_rule_operation

    rule_id = alert_rule.id if isinstance(alert_rule, AlertRule) else alert_rule
    if rule_id is None:
        raise MethodNotApplicableError("the rule has no id: it was never created on the server")
    session, model_id = require_connection(self, "have alert rules")
    await delete_alert_rule_operation.asyncio(model_id, rule_id, client=session.api)


async def update_alert(
    self: ArthurModelBase, status: AlertStatusName, alert_id: Alert | str
) -> Alert:
    """Set the status of an alert.

    Args:
        status: A member of `AlertStatus`: `resolved` or
            `acknowledged`.
        alert_id: The alert or its id.

    Returns:
        The alert as the server stores it.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: `status` is neither of the two.
        ResponseClientError: The alert does not exist.
    """
    from arthurai_api.api.alerts import update_alert as update_alert_operation
    from arthurai_api.models.alert_status_change import AlertStatusChange
    from arthurai_api.models.alert_status_request import AlertStatusRequest

    session, _ = require_connection(self, "have alerts")
    change = AlertStatusChange(check_choice("status", status, AlertStatus.list()))
    updated = await update_alert_operation.asyncio(
        alert_id.id if isinstance(alert_id, Alert) else alert_id,
        client=session.api,
        body=AlertStatusRequest(status=change),
    )
    return parse_response(Alert, updated)
