"""Trying alert rules on the past, and asking what stands in their way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from arthurai.common.exceptions import MethodNotApplicableError
from arthurai.common.html_display import DisplayedList
from arthurai.common.vocabulary import AlertRuleSeverity
from arthurai.model.alerts import AlertRule, build_rule, report_notes
from arthurai.model.base_model import require_connection
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass
from arthurai.model.metrics import Metric, resolve_metric
from arthurai.model.responses import format_time, parse_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import AlertRuleBoundName, AlertRuleSeverityName, Filters, Time


@dataclass
class BacktestAlert(ArthurBaseJsonDataclass):
    """An alert that a rule would have raised.

    Attributes:
        timestamp: When, ISO 8601.
        metric_value: Value of the metric at that time.
        message: What happened, in words.
        row_count: Rows that the value rests on.
        window_start: Start of the window of a streaming model, ISO 8601.
        window_end: End of the window, ISO 8601.
        batch_id: The batch of a batch model.
        truth_share: Share of the rows with ground truth, for metrics that need it.
        metric_parameters: Parameters of the metric: the attribute or class the alert is about.
    """

    _shown_fields: ClassVar[tuple[str, ...]] = (
        *("timestamp", "message", "metric_value", "row_count", "batch_id"),
    )

    timestamp: str
    metric_value: float
    message: str
    row_count: int | None = None
    window_start: str | None = None
    window_end: str | None = None
    batch_id: str | None = None
    truth_share: float | None = None
    metric_parameters: dict[str, Any] | None = None


@dataclass
class AlertRuleBacktest(ArthurBaseJsonDataclass):
    """What a rule would have done.

    Attributes:
        rule: The rule with the defaults of the server.
        alerts: The alerts, the oldest first.
        outcomes: Number of windows and what their evaluations came to, by name.
        suppressed: Crossings within the wait time of an alert.
        notes: What the creator of such a rule should know: dictionaries with `code` and `message`.
    """

    _nested: ClassVar[Mapping[str, type[ArthurBaseJsonDataclass]]] = {
        "rule": AlertRule,
        "alerts": BacktestAlert,
    }

    rule: AlertRule
    alerts: list[BacktestAlert]
    outcomes: dict[str, int]
    suppressed: int = 0
    notes: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.alerts = DisplayedList(self.alerts)


@dataclass
class AlertRuleExplanation(ArthurBaseJsonDataclass):
    """What a rule watches, and what came of it.

    Attributes:
        alert_rule: The rule.
        summary: The rule in a sentence.
        covers: Parameters of the metric, one choice for each attribute or class that it watches.
        notes: What stands in its way: dictionaries with `code` and `message`.
        last_evaluated_at: When it was evaluated last, ISO 8601.
        last_metric_value: Value at that time.
        last_outcomes: What the last evaluation came to, by name.
    """

    _nested: ClassVar[Mapping[str, type[ArthurBaseJsonDataclass]]] = {"alert_rule": AlertRule}

    alert_rule: AlertRule
    summary: str
    covers: list[dict[str, Any]]
    notes: list[dict[str, str]] = field(default_factory=list)
    last_evaluated_at: str | None = None
    last_metric_value: float | None = None
    last_outcomes: dict[str, int] | None = None

    def __str__(self) -> str:
        lines = [self.summary, *(f"- {note['message']}" for note in self.notes)]
        if self.last_outcomes is not None:
            counts = ", ".join(f"{name} {number}" for name, number in self.last_outcomes.items())
            lines.append(f"last evaluated {self.last_evaluated_at}: {counts}")
        return "\n".join(lines)


def backtest_alert_rule(
    self: ArthurModelBase,
    metric_id: Metric | str,
    bound: AlertRuleBoundName,
    threshold: float,
    severity: AlertRuleSeverityName = AlertRuleSeverity.Warning,
    name: str | None = None,
    lookback_period: float | None = None,
    subsequent_alert_wait_time: float | None = None,
    metric_parameters: Mapping[str, Any] | None = None,
    filters: Filters | None = None,
    *,
    min_rows: int | None = None,
    min_truth_share: float | None = None,
    confidence: float | None = None,
    start_time: Time | None = None,
    end_time: Time | None = None,
) -> AlertRuleBacktest:
    """Say when a rule would have raised alerts on the rows that are stored, without creating it.

    An addition of this server. It evaluates the latest 500 windows or batches at most.

    Args:
        metric_id: The metric or its id.
        bound: A member of `AlertRuleBound`.
        threshold: The threshold, in the unit of the metric.
        severity: A member of `AlertRuleSeverity`.
        name: Name of the rule.
        lookback_period: As for `create_alert_rule`, like the following arguments.
        subsequent_alert_wait_time: Pause after an alert, in minutes.
        metric_parameters: One value for each parameter of the metric.
        filters: Conditions on the rows.
        min_rows: Least number of rows that a value must rest on.
        min_truth_share: Least share of the rows of a window with ground truth.
        confidence: How sure it must be that the crossing is not sampling noise.
        start_time: Earliest inference time, or earliest last change of a batch; in UTC if it has no
            zone. All when omitted.
        end_time: Latest time.

    Returns:
        The alerts it would have raised, with value and number of rows, and what became of the
        other windows.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: An argument is not one of the choices, or not a finite number.
        ResponseClientError: The metric does not exist, or does not yield a single number.
    """
    from arthurai_api.api.alert_rules import backtest_alert_rule as operation

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
    body: dict[str, Any] = {"rule": rule.to_dict()}
    for key, value in (("start_time", start_time), ("end_time", end_time)):
        if value is not None:
            body[key] = format_time(key, value)
    session, model_id = require_connection(self, "have alert rules")
    with resolve_metric(metric_id):
        request = session.api.build(operation.build_request, model_id)
        answer = session.api.exchange(request, operation.parse_response, json=body)
    found = parse_response(AlertRuleBacktest, answer)
    report_notes(found.rule.name, found.notes)
    return found


def explain_alert_rule(self: ArthurModelBase, alert_rule: AlertRule | str) -> AlertRuleExplanation:
    """Say what a rule watches, what its last evaluation came to, and what stands in its way.

    An addition of this server. Printing the result shows it as text.

    Args:
        alert_rule: The rule or its id.

    Raises:
        MethodNotApplicableError: The rule has no id, or the model is not saved.
        ResponseClientError: The rule does not exist.
    """
    from arthurai_api.api.alert_rules import explain_alert_rule as operation

    rule_id = alert_rule.id if isinstance(alert_rule, AlertRule) else alert_rule
    if rule_id is None:
        raise MethodNotApplicableError("the rule has no id: it was never created on the server")
    session, model_id = require_connection(self, "have alert rules")
    answer = operation.sync(model_id, rule_id, client=session.api)
    return parse_response(AlertRuleExplanation, answer)
