"""The calls of a model that watch it: metrics, alerts, fairness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import arthur_excepted
from arthurai.model import alerts_calls, metrics
from arthurai.model.bias.bias_wrapper import ArthurBiasWrapper
from arthurai.model.enrichments_calls import EnrichmentCalls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from arthurai.model.alerts import Alert, AlertRule, Metric
    from arthurai.model.responses import Frame


class MonitoringCalls(EnrichmentCalls):
    """Metrics, alert rules, alerts and fairness."""

    @property
    def bias(self) -> ArthurBiasWrapper:
        """Fairness: ``bias.metrics`` by group, and ``bias.mitigation_threshold``."""
        return ArthurBiasWrapper(self)

    @arthur_excepted("failed to create the metric")
    def create_metric(
        self,
        name: str,
        query: Mapping[str, Any],
        is_data_drift: bool = False,
        metric_type: str | None = None,
        parameters: Iterable[Mapping[str, Any]] | None = None,
    ) -> str:
        """Make a metric: a named query that gives one number, which alert rules can watch.

        Args:
            name: Name, unique in the model and none of the built-in metrics.
            query: The query, as JSON or made with :mod:`arthurai.query`; one item is selected, and
                it may hold placeholders ``{{ parameter_name }}``.
            is_data_drift: Whether it is a drift query.
            metric_type: A member of :class:`~arthurai.model.alerts.MetricType`; the platform
                derives it where absent.
            parameters: The placeholders: ``name``, ``parameter_type``, ``value_limits`` and
                ``default`` of each.

        Returns:
            The id of the metric.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: ``metric_type`` is no metric type.
            ResponseClientError: The platform does not accept the metric.
        """
        return metrics.create_metric(self, name, query, is_data_drift, metric_type, parameters)

    @arthur_excepted("failed to fetch the metrics")
    def get_metrics(
        self,
        default_metrics: bool = False,
        metric_type: str | None = None,
        metric_id: str | None = None,
        metric_name: str | None = None,
        attribute_name: str | None = None,
    ) -> list[Metric]:
        """Fetch metrics, all pages of them.

        Args:
            default_metrics: Only the built-in ones.
            metric_type: Only those of a member of :class:`~arthurai.model.alerts.MetricType`.
            metric_id: The one with this id; the other arguments do not matter then.
            metric_name: Only those of this name.
            attribute_name: Only those about this attribute.

        Returns:
            The metrics.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: ``metric_type`` is no metric type.
            ResponseClientError: There is no metric with the id.
        """
        return metrics.get_metrics(
            self, default_metrics, metric_type, metric_id, metric_name, attribute_name
        )

    @arthur_excepted("failed to evaluate the metric")
    def evaluate_metric(
        self,
        metric: Metric | str,
        *,
        rollup: str | None = None,
        group_by: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        filters: Iterable[Any] | None = None,
        as_frame: Frame | None = None,
    ) -> Any:
        """Compute a metric, over all inferences or step by step.

        Args:
            metric: The metric or its id.
            rollup: ``minute``, ``hour``, ``day``, ``month``, ``year`` or ``batch_id`` for a series,
                ``reference`` for the value in the reference data.
            group_by: Attribute with categories or bins; one result for each of them.
            parameters: Value by parameter name; a list gives one result for each choice.
            filters: Conditions on the rows, as JSON or such as ``col("income") > 1000``.
            as_frame: ``pandas``, ``polars`` or ``pyarrow`` for a table with one row a value.

        Returns:
            The evaluation as the API gives it: ``name``, ``filters`` and ``results``; or a table
            with the group, the parameters, ``rollup`` and ``value``.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: ``rollup`` or ``as_frame`` is none of the choices.
            ResponseClientError: There is no such metric, or the arguments do not fit it.
        """
        return metrics.evaluate_metric(
            self,
            metric,
            rollup=rollup,
            group_by=group_by,
            parameters=parameters,
            filters=filters,
            as_frame=as_frame,
        )

    @arthur_excepted("failed to delete the metric")
    def delete_metric(self, metric: Metric | str) -> None:
        """Delete a metric of one's own; alert rules on it are switched off.

        Args:
            metric: The metric or its id.

        Raises:
            MethodNotApplicableError: The model is not saved.
            ResponseClientError: There is no such metric, or it is a built-in one.
        """
        metrics.delete_metric(self, metric)

    @arthur_excepted("failed to create the alert rule")
    def create_alert_rule(
        self,
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
        """Have an alert raised when a metric crosses a threshold.

        Args:
            metric_id: The metric or its id.
            bound: A member of :class:`~arthurai.model.alerts.AlertRuleBound`: ``upper`` fires above
                the threshold, ``lower`` below it.
            threshold: The threshold, in the unit of the metric.
            severity: A member of :class:`~arthurai.model.alerts.AlertRuleSeverity`.
            name: Name of the rule; made up where absent.
            lookback_period: Length of the window that is watched, in minutes; 5 where absent.
                Batch models are watched batch by batch.
            subsequent_alert_wait_time: Silence after an alert, in minutes; a day where absent.
            metric_parameters: One value for each parameter of the metric; its defaults where
                absent.
            filters: Conditions on the rows, as JSON or such as ``col("income") > 1000``.

        Returns:
            The rule as the platform keeps it.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: An argument is none of the choices, or no finite number.
            ResponseClientError: There is no such metric, or it gives no single number.
        """
        return alerts_calls.create_alert_rule(
            self,
            metric_id,
            bound,
            threshold,
            severity,
            name,
            lookback_period,
            subsequent_alert_wait_time,
            metric_parameters,
            filters,
        )

    @arthur_excepted("failed to list the alert rules")
    def get_alert_rules(self, page: int | None = 1, page_size: int = 20) -> list[AlertRule]:
        """List the alert rules, a page of them or all.

        Args:
            page: Number of the page, from 1 on; ``None`` for all pages.
            page_size: Most rules of a page.

        Returns:
            The rules; none beyond the last page.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: A number is below 1.
        """
        return alerts_calls.get_alert_rules(self, page, page_size)

    @arthur_excepted("failed to update the alert rule")
    def update_alert_rule(
        self, alert_rule: AlertRule, alert_rule_id: str | None = None
    ) -> AlertRule:
        """Change name, bound, threshold, severity, times or ``enabled`` of an alert rule.

        Args:
            alert_rule: The rule as it shall be; it stays as it is.
            alert_rule_id: Which rule to change, for a rule without an id.

        Returns:
            The rule as the platform keeps it.

        Raises:
            MethodNotApplicableError: There is no id, or the model is not saved.
            UserValueError: A field has an impossible value, or there are two different ids.
            ResponseClientError: There is no such rule.
        """
        return alerts_calls.update_alert_rule(self, alert_rule, alert_rule_id)

    @arthur_excepted("failed to delete the alert rule")
    def delete_alert_rule(self, alert_rule: AlertRule | str) -> None:
        """Delete an alert rule; its alerts stay.

        Args:
            alert_rule: The rule or its id.

        Raises:
            MethodNotApplicableError: There is no id, or the model is not saved.
            ResponseClientError: There is no such rule.
        """
        alerts_calls.delete_alert_rule(self, alert_rule)

    @arthur_excepted("failed to list the alerts")
    def get_alerts(
        self,
        page: int | None = 1,
        page_size: int = 500,
        status: str | None = None,
        alert_rule_id: str | None = None,
        batch_id: str | Sequence[str] | None = None,
        start_time: datetime | str | None = None,
        end_time: datetime | str | None = None,
    ) -> list[Alert]:
        """List the alerts of the model, the oldest first.

        Args:
            page: Number of the page, from 1 on; ``None`` for all pages.
            page_size: Most alerts of a page.
            status: Only ``new``, ``acknowledged`` or ``resolved`` ones.
            alert_rule_id: Only those of this rule.
            batch_id: Only those of this batch, or of these.
            start_time: Only those from this time on; in UTC where it has no zone.
            end_time: Only those up to this time.

        Returns:
            The alerts; none beyond the last page.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: A number is below 1, a time is no ISO 8601, or there is no such status.
        """
        return alerts_calls.get_alerts(
            self, page, page_size, status, alert_rule_id, batch_id, start_time, end_time
        )

    @arthur_excepted("failed to update the alert")
    def update_alert(self, status: str, alert_id: Alert | str) -> Alert:
        """Say what became of an alert.

        Args:
            status: A member of :class:`~arthurai.model.alerts.AlertStatus`: ``resolved`` or
                ``acknowledged``.
            alert_id: The alert or its id.

        Returns:
            The alert as the platform keeps it.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: ``status`` is none of the two.
            ResponseClientError: There is no such alert.
        """
        return alerts_calls.update_alert(self, status, alert_id)
