from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.alert_bound import AlertBound
from ..models.alert_severity import AlertSeverity
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.metric_parameter_choice import MetricParameterChoice
    from ..models.query_filter import QueryFilter


T = TypeVar("T", bound="AlertRuleRequest")

_REQUIRED = frozenset({"metric_id", "bound", "threshold", "severity"})


@_attrs_define(kw_only=True, repr=False)
class AlertRuleRequest(_ApiObject):
    """When to raise an alert.

    Attributes:
        metric_id (str): The metric to watch.
        bound (AlertBound): When a rule raises an alert: `upper` above the threshold, `lower` below it.
        threshold (float): Limit of the metric's value; equality raises nothing.
        severity (AlertSeverity): Severity of an alert.
        name (None | str | Unset): Name; made from metric and bound when absent.
        lookback_period (float | None | Unset): Window in minutes, streaming models only; when absent 5, and a day for
            metrics of performance and drift.
        subsequent_alert_wait_time (float | None | Unset): Minutes of silence after an alert, streaming models only;
            1440 when absent.
        enabled (bool | None | Unset): Whether the rule is evaluated; yes when absent.
        metric_parameters (MetricParameterChoice | None | Unset): Values of the metric's parameters.
        filters (list[QueryFilter] | None | Unset): Further conditions on rows.
        min_rows (int | None | Unset): Least number of rows that a value must rest on; when absent 100, and 0 for
            metrics that count or add up rows or take their largest or smallest value.
        min_truth_share (float | None | Unset): Least share of the rows of a window that must have ground truth, for
            metrics that need it; 0.5 when absent.
        confidence (float | None | Unset): How sure it must be that the crossing is not sampling noise; 0 ignores noise.
            When absent 0.9999 for drift, 0.95 for rates, else 0.
    """

    metric_id: str
    bound: AlertBound
    threshold: float
    severity: AlertSeverity
    name: None | str | Unset = UNSET
    lookback_period: float | None | Unset = UNSET
    subsequent_alert_wait_time: float | None | Unset = UNSET
    enabled: bool | None | Unset = UNSET
    metric_parameters: MetricParameterChoice | None | Unset = UNSET
    filters: list[QueryFilter] | None | Unset = UNSET
    min_rows: int | None | Unset = UNSET
    min_truth_share: float | None | Unset = UNSET
    confidence: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.metric_parameter_choice import MetricParameterChoice  # noqa: PLC0415

        metric_id = self.metric_id

        bound = self.bound.value

        threshold = self.threshold

        severity = self.severity.value

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        lookback_period: float | None | Unset
        if isinstance(self.lookback_period, Unset):
            lookback_period = UNSET
        else:
            lookback_period = self.lookback_period

        subsequent_alert_wait_time: float | None | Unset
        if isinstance(self.subsequent_alert_wait_time, Unset):
            subsequent_alert_wait_time = UNSET
        else:
            subsequent_alert_wait_time = self.subsequent_alert_wait_time

        enabled: bool | None | Unset
        if isinstance(self.enabled, Unset):
            enabled = UNSET
        else:
            enabled = self.enabled

        metric_parameters: dict[str, Any] | None | Unset
        if isinstance(self.metric_parameters, Unset):
            metric_parameters = UNSET
        elif isinstance(self.metric_parameters, MetricParameterChoice):
            metric_parameters = self.metric_parameters.to_dict()
        else:
            metric_parameters = self.metric_parameters

        filters: list[dict[str, Any]] | None | Unset
        if isinstance(self.filters, Unset):
            filters = UNSET
        elif isinstance(self.filters, list):
            filters = []
            for filters_type_0_item_data in self.filters:
                filters_type_0_item = filters_type_0_item_data.to_dict()
                filters.append(filters_type_0_item)

        else:
            filters = self.filters

        min_rows: int | None | Unset
        if isinstance(self.min_rows, Unset):
            min_rows = UNSET
        else:
            min_rows = self.min_rows

        min_truth_share: float | None | Unset
        if isinstance(self.min_truth_share, Unset):
            min_truth_share = UNSET
        else:
            min_truth_share = self.min_truth_share

        confidence: float | None | Unset
        if isinstance(self.confidence, Unset):
            confidence = UNSET
        else:
            confidence = self.confidence

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"metric_id": metric_id, "bound": bound, "threshold": threshold, "severity": severity}
        )
        if name is not UNSET:
            field_dict["name"] = name
        if lookback_period is not UNSET:
            field_dict["lookback_period"] = lookback_period
        if subsequent_alert_wait_time is not UNSET:
            field_dict["subsequent_alert_wait_time"] = subsequent_alert_wait_time
        if enabled is not UNSET:
            field_dict["enabled"] = enabled
        if metric_parameters is not UNSET:
            field_dict["metric_parameters"] = metric_parameters
        if filters is not UNSET:
            field_dict["filters"] = filters
        if min_rows is not UNSET:
            field_dict["min_rows"] = min_rows
        if min_truth_share is not UNSET:
            field_dict["min_truth_share"] = min_truth_share
        if confidence is not UNSET:
            field_dict["confidence"] = confidence

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_parameter_choice import MetricParameterChoice  # noqa: PLC0415
        from ..models.query_filter import QueryFilter  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        metric_id = _fields_.pop("metric_id", ABSENT)

        if "bound" in _fields_:
            bound = AlertBound(_fields_.pop("bound"))

        else:
            bound = ABSENT

        threshold = _fields_.pop("threshold", ABSENT)

        if "severity" in _fields_:
            severity = AlertSeverity(_fields_.pop("severity"))

        else:
            severity = ABSENT

        name: None | str | Unset = _fields_.pop("name", UNSET)

        lookback_period: float | None | Unset = _fields_.pop("lookback_period", UNSET)

        subsequent_alert_wait_time: float | None | Unset = _fields_.pop(
            "subsequent_alert_wait_time", UNSET
        )

        enabled: bool | None | Unset = _fields_.pop("enabled", UNSET)

        def _parse_metric_parameters(data: object) -> MetricParameterChoice | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                metric_parameters_type_0 = MetricParameterChoice.from_dict(data)

                return metric_parameters_type_0
            raise TypeError(f"metric_parameters is {type(data).__name__}")

        metric_parameters = _parse_metric_parameters(_fields_.pop("metric_parameters", UNSET))

        def _parse_filters(data: object) -> list[QueryFilter] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                filters_type_0 = []
                _filters_type_0 = data
                for filters_type_0_item_data in _filters_type_0 or ():
                    filters_type_0_item = QueryFilter.from_dict(filters_type_0_item_data)

                    filters_type_0.append(filters_type_0_item)

                return filters_type_0
            raise TypeError(f"filters is {type(data).__name__}")

        filters = _parse_filters(_fields_.pop("filters", UNSET))

        min_rows: int | None | Unset = _fields_.pop("min_rows", UNSET)

        min_truth_share: float | None | Unset = _fields_.pop("min_truth_share", UNSET)

        confidence: float | None | Unset = _fields_.pop("confidence", UNSET)

        _model_ = cls(
            metric_id=metric_id,
            bound=bound,
            threshold=threshold,
            severity=severity,
            name=name,
            lookback_period=lookback_period,
            subsequent_alert_wait_time=subsequent_alert_wait_time,
            enabled=enabled,
            metric_parameters=metric_parameters,
            filters=filters,
            min_rows=min_rows,
            min_truth_share=min_truth_share,
            confidence=confidence,
        )
        _model_._keep(src_dict, _REQUIRED)

        _model_.additional_properties = _fields_
        return _model_

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
