"""Import path of the official SDK; see `arthurai.model.alerts`."""

from arthurai.model.alerts import (
    Alert,
    AlertRule,
    AlertRuleBound,
    AlertRuleSeverity,
    AlertStatus,
    Metric,
    MetricType,
    validate_parameters_for_alert,
)

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
