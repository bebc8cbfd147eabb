"""Import path of the official SDK; see `arthurai.model.alerts` and `arthurai.model.metrics`."""

from arthurai.common.vocabulary import AlertRuleBound, AlertRuleSeverity, AlertStatus
from arthurai.model.alerts import Alert, AlertRule, validate_parameters_for_alert
from arthurai.model.metrics import Metric, MetricType

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
