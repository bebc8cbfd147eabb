"""Alert rules and alerts of a model."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from arthurai.common.checks import check_choice, spell_choice
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
    wrap_errors,
)
from arthurai.common.vocabulary import AlertRuleBound, AlertRuleSeverity, AlertStatus
from arthurai.model.base_model import require_connection
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass
from arthurai.model.metrics import Metric, resolve_metric
from arthurai.model.responses import (
    filters_to_json,
    parse_response,
)
from arthurai.upload.send_rules import resolve_strict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.transport.session import Session
    from arthurai.typing import (
        AlertRuleBoundName,
        AlertRuleSeverityName,
        AlertStatusName,
        Filters,
    )

logger = logging.getLogger(__name__)

_CHOICES: Final = {"bound": AlertRuleBound.values(), "severity": AlertRuleSeverity.values()}
_SET_BY_SERVER: Final = ("id", "metric_name", "notes")
_AFTER_ALL_ROWS: Final = "9999-01-01T00:00:00Z"


@wrap_errors
@dataclass
class AlertRule(ArthurBaseJsonDataclass):
    """Condition on which an alert is raised.

    Attributes:
        bound: `upper` fires above the threshold, `lower` below it; equal never fires.
        threshold: The threshold, in the unit of the metric.
        metric_id: The metric that is watched.
        severity: `warning` or `critical`.
        name: Name of the rule; generated when omitted.
        lookback_period: Length of the window of a streaming model, in minutes.
        subsequent_alert_wait_time: Pause after an alert, in minutes.
        enabled: Whether the rule is evaluated.
        id: Identifier assigned by the server.
        metric_name: Name of the metric.
        metric_parameters: One value for each parameter of the metric.
        filters: Conditions on the rows in addition to those of the metric.
        min_rows: Least number of rows that a value must rest on.
        min_truth_share: Least share of the rows of a window with ground truth, for metrics that
            need it.
        confidence: How sure it must be that a crossing is not sampling noise.
        notes: What the server says about the rule: dictionaries with `code` and `message`.
    """

    _shown_fields: ClassVar[tuple[str, ...]] = (
        *("name", "metric_name", "bound", "threshold", "severity", "enabled", "id"),
    )

    bound: str
    threshold: float
    metric_id: str
    severity: str
    name: str | None = None
    lookback_period: float | None = None
    subsequent_alert_wait_time: float | None = None
    enabled: bool = True
    id: str | None = None
    metric_name: str | None = None
    metric_parameters: dict[str, Any] | None = None
    filters: list[dict[str, Any]] | None = None
    min_rows: int | None = None
    min_truth_share: float | None = None
    confidence: float | None = None
    notes: list[dict[str, str]] | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, spell_choice(value, _CHOICES.get(name, ())))


@wrap_errors
@dataclass
class Alert(ArthurBaseJsonDataclass):
    """A rule that fired.

    Attributes:
        id: Identifier assigned by the server.
        timestamp: When it fired, ISO 8601.
        metric_value: Value of the metric at that time.
        message: What happened, in words.
        model_id: The model.
        status: `new`, `acknowledged` or `resolved`.
        alert_rule: The rule at that time.
        window_start: Start of the window of a streaming model, ISO 8601.
        window_end: End of the window, ISO 8601.
        batch_id: The batch of a batch model.
        row_count: Rows that the value rests on.
        truth_share: Share of the rows with ground truth, for metrics that need it.
        metric_parameters: Parameters of the metric: the attribute or class the alert is about.
        resolved_by_evaluation: Whether later rows refuted it, so that it was resolved by itself.
    """

    _nested: ClassVar[Mapping[str, type[ArthurBaseJsonDataclass]]] = {"alert_rule": AlertRule}
    _shown_fields: ClassVar[tuple[str, ...]] = (
        *("timestamp", "status", "message", "metric_value", "batch_id", "id"),
    )

    id: str
    timestamp: str
    metric_value: float
    message: str
    model_id: str
    status: str
    alert_rule: AlertRule
    window_start: str | None = None
    window_end: str | None = None
    batch_id: str | None = None
    row_count: int | None = None
    truth_share: float | None = None
    metric_parameters: dict[str, Any] | None = None
    resolved_by_evaluation: bool | None = None


def create_alert_rule(
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
        _check_notes(session, model_id, rule, "created")
    with resolve_metric(metric_id):
        request = session.api.build(create_alert_rule_operation.build_request, model_id)
        created = session.api.exchange(
            request, create_alert_rule_operation.parse_response, json=rule.to_dict()
        )
    found = parse_response(AlertRule, created)
    report_notes(found.name, found.notes)
    return found


def _check_notes(
    session: Session, model_id: str, rule: AlertRule, change: Literal["created", "changed"]
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
        tried = session.api.exchange(request, operation.parse_response, json=body)
    except ResponseClientError:
        return
    if tried.notes:
        messages = "".join(f"\n  - {note.message}" for note in tried.notes)
        raise ArthurUserError(
            f"the alert rule was not {change}, because of these notes in strict mode:{messages}\n"
            "Change the rule, or pass strict=False to store it all the same"
        )


def build_rule(
    metric_id: Metric | str,
    bound: str,
    threshold: float,
    severity: str,
    *,
    metric_parameters: Mapping[str, Any] | None,
    filters: Filters | None,
    **members: Any,
) -> AlertRule:
    """Return a rule after a check of its members.

    Args:
        metric_id: The metric or its id.
        bound: A member of `AlertRuleBound`.
        threshold: The threshold.
        severity: A member of `AlertRuleSeverity`.
        metric_parameters: Values by parameter name.
        filters: Conditions on the rows.
        members: Further fields of `AlertRule`.

    Raises:
        UserValueError: A member has an impossible value.
        UserTypeError: A member is of another type.
    """
    rule = AlertRule(
        bound=bound,
        threshold=threshold,
        metric_id=metric_id.id if isinstance(metric_id, Metric) else metric_id,
        severity=severity,
        metric_parameters=validate_parameters_for_alert(metric_parameters),
        filters=filters_to_json(filters),
        **members,
    )
    _check_rule(rule)
    return rule


def report_notes(name: str | None, notes: Iterable[Mapping[str, str]] | None) -> None:
    """Log what the server says about a rule.

    Args:
        name: Name of the rule.
        notes: Dictionaries with `code` and `message`.
    """
    for note in notes or ():
        logger.warning("alert rule %r: %s", name, note["message"])


def update_alert_rule(
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
        _check_notes(session, model_id, alert_rule, "changed")
    request = session.api.build(update_alert_rule_operation.build_request, model_id, rule_id)
    updated = session.api.exchange(request, update_alert_rule_operation.parse_response, json=fields)
    found = parse_response(AlertRule, updated)
    report_notes(found.name, found.notes)
    return found


def delete_alert_rule(self: ArthurModelBase, alert_rule: AlertRule | str) -> None:
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
    delete_alert_rule_operation.sync(model_id, rule_id, client=session.api)


def update_alert(self: ArthurModelBase, status: AlertStatusName, alert_id: Alert | str) -> Alert:
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
    updated = update_alert_operation.sync(
        alert_id.id if isinstance(alert_id, Alert) else alert_id,
        client=session.api,
        body=AlertStatusRequest(status=change),
    )
    return parse_response(Alert, updated)


def _check_rule(rule: AlertRule) -> None:
    check_choice("bound", rule.bound, AlertRuleBound.list())
    check_choice("severity", rule.severity, AlertRuleSeverity.list())
    if not isinstance(rule.metric_id, str) or not rule.metric_id:
        raise UserTypeError(f"metric_id must be the id of a metric, got {rule.metric_id!r}")
    _check_finite("threshold", rule.threshold)
    for name in ("lookback_period", "subsequent_alert_wait_time"):
        minutes = getattr(rule, name)
        if minutes is not None:
            _check_finite(name, minutes)
            if minutes < 0:
                raise UserValueError(f"{name} must be 0 or more minutes, got {minutes!r}")
    rows = rule.min_rows
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or rows < 0):
        raise UserValueError(f"min_rows must be an integer of at least 0, got {rows!r}")
    for name, is_open in (("min_truth_share", False), ("confidence", True)):
        share = getattr(rule, name)
        if share is not None:
            _check_finite(name, share)
            if share < 0 or share > 1 or (is_open and share == 1):
                upper = "less than 1" if is_open else "1"
                raise UserValueError(f"{name} must be a number from 0 to {upper}, got {share!r}")


def _check_finite(name: str, value: Any) -> None:
    try:
        finite = not isinstance(value, bool | str) and math.isfinite(value)
    except (TypeError, ValueError, OverflowError):
        finite = False
    if not finite:
        raise UserValueError(f"{name} must be a finite number, got {value!r}")


def validate_parameters_for_alert(metric_parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Check the parameters of a metric that an alert rule watches: one value each.

    Args:
        metric_parameters: Value by parameter name. Lists of one value stand for the value, empty
            lists for no value.

    Returns:
        One value by parameter name.

    Raises:
        UserTypeError: The parameters are not a dictionary, or one of them is a dictionary.
        UserValueError: There are several values for a parameter.
    """
    if metric_parameters is None:
        return {}
    if not isinstance(metric_parameters, Mapping):
        raise UserTypeError(
            f"metric_parameters must be a dictionary of values by name, got {metric_parameters!r}"
        )
    single = {}
    for name, value in metric_parameters.items():
        if isinstance(value, Mapping):
            raise UserTypeError(f"metric_parameters[{name!r}] must be a value, got {value!r}")
        if not isinstance(value, list | tuple):
            single[name] = value
        elif len(value) == 1:
            single[name] = value[0]
        elif value:
            raise UserValueError(
                f"metric_parameters[{name!r}] must be one value, got {len(value)}: {value!r}. "
                "A rule watches one number; create one rule for each"
            )
    return single
