"""Metrics, alert rules and alerts as users handle them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from arthurai.common.constants import ListableStrEnum
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass

__all__ = [
    "Alert",
    "AlertRule",
    "AlertRuleBound",
    "AlertRuleSeverity",
    "AlertStatus",
    "Metric",
    "MetricType",
    "validate_parameters_for_alert",
]


class AlertRuleBound(ListableStrEnum):
    """On which side of the threshold a rule fires."""

    Upper = "upper"
    Lower = "lower"


class AlertRuleSeverity(ListableStrEnum):
    """How grave an alert is."""

    Warning = "warning"
    Critical = "critical"


class AlertStatus(ListableStrEnum):
    """What became of an alert; new ones have the status ``new``, which cannot be set."""

    Resolved = "resolved"
    Acknowledged = "acknowledged"


class MetricType(ListableStrEnum):
    """What a metric is about."""

    ModelOutputMetric = "model_output_metric"
    ModelInputDataMetric = "model_input_data_metric"
    ModelPerformanceMetric = "model_performance_metric"
    ModelDataDriftMetric = "model_data_drift_metric"


@dataclass
class AlertRule(ArthurBaseJsonDataclass):
    """When to raise an alert.

    Attributes:
        bound: ``upper`` fires above the threshold, ``lower`` below it; equal never fires.
        threshold: The threshold, in the unit of the metric.
        metric_id: The metric that is watched.
        severity: ``warning`` or ``critical``.
        name: Name of the rule; made up by the platform where absent.
        lookback_period: Length of the window of a streaming model, in minutes.
        subsequent_alert_wait_time: Silence after an alert, in minutes.
        enabled: Whether the rule is evaluated.
        id: Identifier given by the platform.
        metric_name: Name of the metric.
        metric_parameters: One value for each parameter of the metric.
        filters: Conditions on the rows besides those of the metric.
    """

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


@dataclass
class Alert(ArthurBaseJsonDataclass):
    """A rule that fired.

    Attributes:
        id: Identifier given by the platform.
        timestamp: When it fired, ISO 8601.
        metric_value: Value of the metric then.
        message: What happened, in words.
        model_id: The model.
        status: ``new``, ``acknowledged`` or ``resolved``.
        alert_rule: The rule as it was then.
        window_start: Start of the window of a streaming model, ISO 8601.
        window_end: End of the window, ISO 8601.
        batch_id: The batch of a batch model.
    """

    _nested: ClassVar[Mapping[str, type[ArthurBaseJsonDataclass]]] = {"alert_rule": AlertRule}

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


@dataclass
class Metric(ArthurBaseJsonDataclass):
    """A named query with parameters.

    Attributes:
        id: Identifier given by the platform.
        name: Name, unique in the model.
        query: The query; it may hold placeholders ``{{ parameter_name }}``.
        is_default: Whether the platform made it.
        type: A member of :class:`MetricType`.
        attribute: The attribute it is about.
        parameters: The parameters with their types, limits and defaults.
        valid_rollups: The steps by which it can be evaluated.
    """

    id: str
    name: str
    query: dict[str, Any]
    is_default: bool
    type: str | None = None
    attribute: str | None = None
    parameters: list[dict[str, Any]] | None = None
    valid_rollups: list[str] | None = None


def validate_parameters_for_alert(metric_parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Check the parameters of a metric that an alert rule watches: one value each.

    Args:
        metric_parameters: Value by parameter name. Lists of one value stand for the value, empty
            lists for no value.

    Returns:
        One value by parameter name.

    Raises:
        UserTypeError: The parameters are no dictionary, or one of them is a dictionary.
        UserValueError: There are several values for a parameter.
    """
    if metric_parameters is None:
        return {}
    if not isinstance(metric_parameters, Mapping):
        raise UserTypeError(
            f"metric_parameters needs a dictionary of values by name, got {metric_parameters!r}."
        )
    single = {}
    for name, value in metric_parameters.items():
        if isinstance(value, Mapping):
            raise UserTypeError(f"metric_parameters[{name!r}] needs a value, got {value!r}.")
        if not isinstance(value, list | tuple):
            single[name] = value
        elif len(value) == 1:
            single[name] = value[0]
        elif value:
            raise UserValueError(
                f"metric_parameters[{name!r}] needs one value, because a rule watches one number; "
                f"got {len(value)}: {value!r}. Make one rule for each."
            )
    return single
