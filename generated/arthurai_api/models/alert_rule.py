from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.alert_bound import AlertBound
from ..models.alert_severity import AlertSeverity
from ..models.creator_type import CreatorType
from ..models.metric_type import MetricType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.alert_counts import AlertCounts
    from ..models.alert_rule_note import AlertRuleNote
    from ..models.metric_parameter_choice import MetricParameterChoice
    from ..models.metric_query import MetricQuery
    from ..models.query_filter import QueryFilter


T = TypeVar("T", bound="AlertRule")

_REQUIRED = frozenset(
    {
        "id",
        "name",
        "metric_id",
        "bound",
        "threshold",
        "severity",
        "lookback_period",
        "subsequent_alert_wait_time",
        "enabled",
        "metric_query",
        "metric_type",
    }
)


@_attrs_define(kw_only=True, repr=False)
class AlertRule(_ApiObject):
    """When an alert is raised.

    Attributes:
        id (str): Identifier given by the server.
        name (str): Name.
        metric_id (str): The metric it watches.
        bound (AlertBound): When a rule raises an alert: `upper` above the threshold, `lower` below it.
        threshold (float): Limit of the metric's value.
        severity (AlertSeverity): Severity of an alert.
        lookback_period (float): Window in minutes.
        subsequent_alert_wait_time (float): Minutes of silence after an alert.
        enabled (bool): Whether the rule is evaluated.
        metric_query (MetricQuery): A query request that selects exactly one function, or a drift request with one
            result. It may hold placeholders `{{ parameter_name }}`; the server looks into it when the metric is evaluated.
        metric_type (MetricType): What a metric is about. `model_input_data_metric` and `model_data_bound_metric` mean
            the same.
        metric_parameters (MetricParameterChoice | None | Unset): Values of the metric's parameters.
        filters (list[QueryFilter] | None | Unset): Further conditions on rows.
        metric_name (None | str | Unset): Name of the metric.
        attribute_name (None | str | Unset): The attribute that the metric is about.
        last_updated_by (None | str | Unset): Who changed it last; null for rules the server made.
        last_updated_by_type (CreatorType | None | Unset): Kind of that account.
        last_updated_at (None | str | Unset): When it was last changed, ISO 8601.
        alert_counts (AlertCounts | None | Unset): Its alerts by status; with `include_alert_metadata`.
        last_metric_value (float | None | Unset): Value at the last evaluation; with `include_alert_metadata`.
        last_triggered (None | str | Unset): When it last raised an alert, ISO 8601; with `include_alert_metadata`.
        min_rows (int | None | Unset): Least number of rows.
        min_truth_share (float | None | Unset): Least share of rows with ground truth; null when the metric needs none.
        confidence (float | None | Unset): How sure it must be that a crossing is not sampling noise.
        notes (list[AlertRuleNote] | None | Unset): What its creator should know; in the answers to its creation and
            change.
    """

    id: str
    name: str
    metric_id: str
    bound: AlertBound
    threshold: float
    severity: AlertSeverity
    lookback_period: float
    subsequent_alert_wait_time: float
    enabled: bool
    metric_query: MetricQuery
    metric_type: MetricType
    metric_parameters: MetricParameterChoice | None | Unset = UNSET
    filters: list[QueryFilter] | None | Unset = UNSET
    metric_name: None | str | Unset = UNSET
    attribute_name: None | str | Unset = UNSET
    last_updated_by: None | str | Unset = UNSET
    last_updated_by_type: CreatorType | None | Unset = UNSET
    last_updated_at: None | str | Unset = UNSET
    alert_counts: AlertCounts | None | Unset = UNSET
    last_metric_value: float | None | Unset = UNSET
    last_triggered: None | str | Unset = UNSET
    min_rows: int | None | Unset = UNSET
    min_truth_share: float | None | Unset = UNSET
    confidence: float | None | Unset = UNSET
    notes: list[AlertRuleNote] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.alert_counts import AlertCounts  # noqa: PLC0415
        from ..models.metric_parameter_choice import MetricParameterChoice  # noqa: PLC0415

        id = self.id

        name = self.name

        metric_id = self.metric_id

        bound = self.bound.value

        threshold = self.threshold

        severity = self.severity.value

        lookback_period = self.lookback_period

        subsequent_alert_wait_time = self.subsequent_alert_wait_time

        enabled = self.enabled

        metric_query = self.metric_query.to_dict()

        metric_type = self.metric_type.value

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

        metric_name: None | str | Unset
        if isinstance(self.metric_name, Unset):
            metric_name = UNSET
        else:
            metric_name = self.metric_name

        attribute_name: None | str | Unset
        if isinstance(self.attribute_name, Unset):
            attribute_name = UNSET
        else:
            attribute_name = self.attribute_name

        last_updated_by: None | str | Unset
        if isinstance(self.last_updated_by, Unset):
            last_updated_by = UNSET
        else:
            last_updated_by = self.last_updated_by

        last_updated_by_type: None | str | Unset
        if isinstance(self.last_updated_by_type, Unset):
            last_updated_by_type = UNSET
        elif isinstance(self.last_updated_by_type, CreatorType):
            last_updated_by_type = self.last_updated_by_type.value
        else:
            last_updated_by_type = self.last_updated_by_type

        last_updated_at: None | str | Unset
        if isinstance(self.last_updated_at, Unset):
            last_updated_at = UNSET
        else:
            last_updated_at = self.last_updated_at

        alert_counts: dict[str, Any] | None | Unset
        if isinstance(self.alert_counts, Unset):
            alert_counts = UNSET
        elif isinstance(self.alert_counts, AlertCounts):
            alert_counts = self.alert_counts.to_dict()
        else:
            alert_counts = self.alert_counts

        last_metric_value: float | None | Unset
        if isinstance(self.last_metric_value, Unset):
            last_metric_value = UNSET
        else:
            last_metric_value = self.last_metric_value

        last_triggered: None | str | Unset
        if isinstance(self.last_triggered, Unset):
            last_triggered = UNSET
        else:
            last_triggered = self.last_triggered

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

        notes: list[dict[str, Any]] | None | Unset
        if isinstance(self.notes, Unset):
            notes = UNSET
        elif isinstance(self.notes, list):
            notes = []
            for notes_type_0_item_data in self.notes:
                notes_type_0_item = notes_type_0_item_data.to_dict()
                notes.append(notes_type_0_item)

        else:
            notes = self.notes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "metric_id": metric_id,
                "bound": bound,
                "threshold": threshold,
                "severity": severity,
                "lookback_period": lookback_period,
                "subsequent_alert_wait_time": subsequent_alert_wait_time,
                "enabled": enabled,
                "metric_query": metric_query,
                "metric_type": metric_type,
            }
        )
        if metric_parameters is not UNSET:
            field_dict["metric_parameters"] = metric_parameters
        if filters is not UNSET:
            field_dict["filters"] = filters
        if metric_name is not UNSET:
            field_dict["metric_name"] = metric_name
        if attribute_name is not UNSET:
            field_dict["attribute_name"] = attribute_name
        if last_updated_by is not UNSET:
            field_dict["last_updated_by"] = last_updated_by
        if last_updated_by_type is not UNSET:
            field_dict["last_updated_by_type"] = last_updated_by_type
        if last_updated_at is not UNSET:
            field_dict["last_updated_at"] = last_updated_at
        if alert_counts is not UNSET:
            field_dict["alert_counts"] = alert_counts
        if last_metric_value is not UNSET:
            field_dict["last_metric_value"] = last_metric_value
        if last_triggered is not UNSET:
            field_dict["last_triggered"] = last_triggered
        if min_rows is not UNSET:
            field_dict["min_rows"] = min_rows
        if min_truth_share is not UNSET:
            field_dict["min_truth_share"] = min_truth_share
        if confidence is not UNSET:
            field_dict["confidence"] = confidence
        if notes is not UNSET:
            field_dict["notes"] = notes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_counts import AlertCounts  # noqa: PLC0415
        from ..models.alert_rule_note import AlertRuleNote  # noqa: PLC0415
        from ..models.metric_parameter_choice import MetricParameterChoice  # noqa: PLC0415
        from ..models.metric_query import MetricQuery  # noqa: PLC0415
        from ..models.query_filter import QueryFilter  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        name = _fields_.pop("name", ABSENT)

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

        lookback_period = _fields_.pop("lookback_period", ABSENT)

        subsequent_alert_wait_time = _fields_.pop("subsequent_alert_wait_time", ABSENT)

        enabled = _fields_.pop("enabled", ABSENT)

        if "metric_query" in _fields_:
            metric_query = MetricQuery.from_dict(_fields_.pop("metric_query"))

        else:
            metric_query = ABSENT

        if "metric_type" in _fields_:
            metric_type = MetricType(_fields_.pop("metric_type"))

        else:
            metric_type = ABSENT

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

        metric_name: None | str | Unset = _fields_.pop("metric_name", UNSET)

        attribute_name: None | str | Unset = _fields_.pop("attribute_name", UNSET)

        last_updated_by: None | str | Unset = _fields_.pop("last_updated_by", UNSET)

        def _parse_last_updated_by_type(data: object) -> CreatorType | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                last_updated_by_type_type_0 = CreatorType(data)

                return last_updated_by_type_type_0
            raise TypeError(f"last_updated_by_type is {type(data).__name__}")

        last_updated_by_type = _parse_last_updated_by_type(
            _fields_.pop("last_updated_by_type", UNSET)
        )

        last_updated_at: None | str | Unset = _fields_.pop("last_updated_at", UNSET)

        def _parse_alert_counts(data: object) -> AlertCounts | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                alert_counts_type_0 = AlertCounts.from_dict(data)

                return alert_counts_type_0
            raise TypeError(f"alert_counts is {type(data).__name__}")

        alert_counts = _parse_alert_counts(_fields_.pop("alert_counts", UNSET))

        last_metric_value: float | None | Unset = _fields_.pop("last_metric_value", UNSET)

        last_triggered: None | str | Unset = _fields_.pop("last_triggered", UNSET)

        min_rows: int | None | Unset = _fields_.pop("min_rows", UNSET)

        min_truth_share: float | None | Unset = _fields_.pop("min_truth_share", UNSET)

        confidence: float | None | Unset = _fields_.pop("confidence", UNSET)

        def _parse_notes(data: object) -> list[AlertRuleNote] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                notes_type_0 = []
                _notes_type_0 = data
                for notes_type_0_item_data in _notes_type_0 or ():
                    notes_type_0_item = AlertRuleNote.from_dict(notes_type_0_item_data)

                    notes_type_0.append(notes_type_0_item)

                return notes_type_0
            raise TypeError(f"notes is {type(data).__name__}")

        notes = _parse_notes(_fields_.pop("notes", UNSET))

        _model_ = cls(
            id=id,
            name=name,
            metric_id=metric_id,
            bound=bound,
            threshold=threshold,
            severity=severity,
            lookback_period=lookback_period,
            subsequent_alert_wait_time=subsequent_alert_wait_time,
            enabled=enabled,
            metric_query=metric_query,
            metric_type=metric_type,
            metric_parameters=metric_parameters,
            filters=filters,
            metric_name=metric_name,
            attribute_name=attribute_name,
            last_updated_by=last_updated_by,
            last_updated_by_type=last_updated_by_type,
            last_updated_at=last_updated_at,
            alert_counts=alert_counts,
            last_metric_value=last_metric_value,
            last_triggered=last_triggered,
            min_rows=min_rows,
            min_truth_share=min_truth_share,
            confidence=confidence,
            notes=notes,
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
