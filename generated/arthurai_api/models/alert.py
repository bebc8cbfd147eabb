from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.alert_severity import AlertSeverity
from ..models.alert_status import AlertStatus
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.alert_rule import AlertRule
    from ..models.metric_parameter_choice import MetricParameterChoice


T = TypeVar("T", bound="Alert")

_REQUIRED = frozenset(
    {"id", "timestamp", "metric_value", "message", "model_id", "status", "severity", "alert_rule"}
)


@_attrs_define(kw_only=True, repr=False)
class Alert(_ApiObject):
    """A threshold that was crossed.

    Attributes:
        id (str): Identifier given by the server.
        timestamp (datetime.datetime): When it was raised.
        metric_value (float): The value that crossed the threshold.
        message (str): What happened.
        model_id (str): The model.
        status (AlertStatus): Status of an alert.
        severity (AlertSeverity): Severity of an alert.
        alert_rule (AlertRule): When an alert is raised.
        window_start (None | str | Unset): Begin of the window, ISO 8601; streaming models only.
        window_end (None | str | Unset): End of the window, ISO 8601; streaming models only.
        batch_id (None | str | Unset): The batch; batch models only.
        organization_id (None | str | Unset): Owner of the model.
        row_count (int | None | Unset): Rows that the value rests on.
        truth_share (float | None | Unset): Share of the rows that have ground truth, for metrics that need it.
        metric_parameters (MetricParameterChoice | None | Unset): Attribute or class that the alert is about, for rules
            that cover several.
        resolved_by_evaluation (bool | None | Unset): Whether later rows refuted it, so that it was resolved by itself.
    """

    id: str
    timestamp: datetime.datetime
    metric_value: float
    message: str
    model_id: str
    status: AlertStatus
    severity: AlertSeverity
    alert_rule: AlertRule
    window_start: None | str | Unset = UNSET
    window_end: None | str | Unset = UNSET
    batch_id: None | str | Unset = UNSET
    organization_id: None | str | Unset = UNSET
    row_count: int | None | Unset = UNSET
    truth_share: float | None | Unset = UNSET
    metric_parameters: MetricParameterChoice | None | Unset = UNSET
    resolved_by_evaluation: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.metric_parameter_choice import MetricParameterChoice  # noqa: PLC0415

        id = self.id

        timestamp = self.timestamp.isoformat()

        metric_value = self.metric_value

        message = self.message

        model_id = self.model_id

        status = self.status.value

        severity = self.severity.value

        alert_rule = self.alert_rule.to_dict()

        window_start: None | str | Unset
        if isinstance(self.window_start, Unset):
            window_start = UNSET
        else:
            window_start = self.window_start

        window_end: None | str | Unset
        if isinstance(self.window_end, Unset):
            window_end = UNSET
        else:
            window_end = self.window_end

        batch_id: None | str | Unset
        if isinstance(self.batch_id, Unset):
            batch_id = UNSET
        else:
            batch_id = self.batch_id

        organization_id: None | str | Unset
        if isinstance(self.organization_id, Unset):
            organization_id = UNSET
        else:
            organization_id = self.organization_id

        row_count: int | None | Unset
        if isinstance(self.row_count, Unset):
            row_count = UNSET
        else:
            row_count = self.row_count

        truth_share: float | None | Unset
        if isinstance(self.truth_share, Unset):
            truth_share = UNSET
        else:
            truth_share = self.truth_share

        metric_parameters: dict[str, Any] | None | Unset
        if isinstance(self.metric_parameters, Unset):
            metric_parameters = UNSET
        elif isinstance(self.metric_parameters, MetricParameterChoice):
            metric_parameters = self.metric_parameters.to_dict()
        else:
            metric_parameters = self.metric_parameters

        resolved_by_evaluation: bool | None | Unset
        if isinstance(self.resolved_by_evaluation, Unset):
            resolved_by_evaluation = UNSET
        else:
            resolved_by_evaluation = self.resolved_by_evaluation

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "timestamp": timestamp,
                "metric_value": metric_value,
                "message": message,
                "model_id": model_id,
                "status": status,
                "severity": severity,
                "alert_rule": alert_rule,
            }
        )
        if window_start is not UNSET:
            field_dict["window_start"] = window_start
        if window_end is not UNSET:
            field_dict["window_end"] = window_end
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if organization_id is not UNSET:
            field_dict["organization_id"] = organization_id
        if row_count is not UNSET:
            field_dict["row_count"] = row_count
        if truth_share is not UNSET:
            field_dict["truth_share"] = truth_share
        if metric_parameters is not UNSET:
            field_dict["metric_parameters"] = metric_parameters
        if resolved_by_evaluation is not UNSET:
            field_dict["resolved_by_evaluation"] = resolved_by_evaluation

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_rule import AlertRule  # noqa: PLC0415
        from ..models.metric_parameter_choice import MetricParameterChoice  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        if "timestamp" in _fields_:
            timestamp = datetime.datetime.fromisoformat(_fields_.pop("timestamp"))

        else:
            timestamp = ABSENT

        metric_value = _fields_.pop("metric_value", ABSENT)

        message = _fields_.pop("message", ABSENT)

        model_id = _fields_.pop("model_id", ABSENT)

        if "status" in _fields_:
            status = AlertStatus(_fields_.pop("status"))

        else:
            status = ABSENT

        if "severity" in _fields_:
            severity = AlertSeverity(_fields_.pop("severity"))

        else:
            severity = ABSENT

        if "alert_rule" in _fields_:
            alert_rule = AlertRule.from_dict(_fields_.pop("alert_rule"))

        else:
            alert_rule = ABSENT

        window_start: None | str | Unset = _fields_.pop("window_start", UNSET)

        window_end: None | str | Unset = _fields_.pop("window_end", UNSET)

        batch_id: None | str | Unset = _fields_.pop("batch_id", UNSET)

        organization_id: None | str | Unset = _fields_.pop("organization_id", UNSET)

        row_count: int | None | Unset = _fields_.pop("row_count", UNSET)

        truth_share: float | None | Unset = _fields_.pop("truth_share", UNSET)

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

        resolved_by_evaluation: bool | None | Unset = _fields_.pop("resolved_by_evaluation", UNSET)

        _model_ = cls(
            id=id,
            timestamp=timestamp,
            metric_value=metric_value,
            message=message,
            model_id=model_id,
            status=status,
            severity=severity,
            alert_rule=alert_rule,
            window_start=window_start,
            window_end=window_end,
            batch_id=batch_id,
            organization_id=organization_id,
            row_count=row_count,
            truth_share=truth_share,
            metric_parameters=metric_parameters,
            resolved_by_evaluation=resolved_by_evaluation,
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
