"""Trying alert rules on the past, and asking what stands in their way.

Made by `python -m scripts.async_layer` from `arthurai/model/alert_backtests.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.aio.model.base_model import require_connection
from arthurai.common.exceptions import MethodNotApplicableError
from arthurai.common.vocabulary import AlertRuleSeverity
from arthurai.model.alert_backtests import AlertRuleBacktest, AlertRuleExplanation
from arthurai.model.alerts import AlertRule, build_rule, report_notes
from arthurai.model.metrics import resolve_metric
from arthurai.model.responses import format_time, parse_response

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.metrics import Metric
    from arthurai.typing import AlertRuleBoundName, AlertRuleSeverityName, Filters, Time


async def backtest_alert_rule(
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
        answer = await session.api.exchange(request, operation.parse_response, json=body)
    found = parse_response(AlertRuleBacktest, answer)
    report_notes(found.rule.name, found.notes)
    return found


async def explain_alert_rule(
    self: ArthurModelBase, alert_rule: AlertRule | str
) -> AlertRuleExplanation:
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
    answer = await operation.asyncio(model_id, rule_id, client=session.api)
    return parse_response(AlertRuleExplanation, answer)
