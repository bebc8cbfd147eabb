from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.metric_parameter_choice import MetricParameterChoice


T = TypeVar("T", bound="BacktestAlert")

_REQUIRED = frozenset({"timestamp", "metric_value", "message", "row_count"})


@_attrs_define(kw_only=True, repr=False)
class BacktestAlert(_ApiObject):
    """An alert that a rule would have raised.

    Attributes:
        timestamp (datetime.datetime): When it would have been raised.
        metric_value (float): The value that crossed the threshold.
        message (str): What happened.
        row_count (int): Rows that the value rests on.
        window_start (None | str | Unset): Begin of the window, ISO 8601; streaming models only.
        window_end (None | str | Unset): End of the window, ISO 8601; streaming models only.
        batch_id (None | str | Unset): The batch; batch models only.
        truth_share (float | None | Unset): Share of the rows that have ground truth.
        metric_parameters (MetricParameterChoice | None | Unset): Attribute or class that the alert is about.
    """

    timestamp: datetime.datetime
    metric_value: float
    message: str
    row_count: int
    window_start: None | str | Unset = UNSET
    window_end: None | str | Unset = UNSET
    batch_id: None | str | Unset = UNSET
    truth_share: float | None | Unset = UNSET
    metric_parameters: MetricParameterChoice | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.metric_parameter_choice import MetricParameterChoice  # noqa: PLC0415

        timestamp = self.timestamp.isoformat()

        metric_value = self.metric_value

        message = self.message

        row_count = self.row_count

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

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "timestamp": timestamp,
                "metric_value": metric_value,
                "message": message,
                "row_count": row_count,
            }
        )
        if window_start is not UNSET:
            field_dict["window_start"] = window_start
        if window_end is not UNSET:
            field_dict["window_end"] = window_end
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if truth_share is not UNSET:
            field_dict["truth_share"] = truth_share
        if metric_parameters is not UNSET:
            field_dict["metric_parameters"] = metric_parameters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_parameter_choice import MetricParameterChoice  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "timestamp" in _fields_:
            timestamp = datetime.datetime.fromisoformat(_fields_.pop("timestamp"))

        else:
            timestamp = ABSENT

        metric_value = _fields_.pop("metric_value", ABSENT)

        message = _fields_.pop("message", ABSENT)

        row_count = _fields_.pop("row_count", ABSENT)

        window_start: None | str | Unset = _fields_.pop("window_start", UNSET)

        window_end: None | str | Unset = _fields_.pop("window_end", UNSET)

        batch_id: None | str | Unset = _fields_.pop("batch_id", UNSET)

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

        _model_ = cls(
            timestamp=timestamp,
            metric_value=metric_value,
            message=message,
            row_count=row_count,
            window_start=window_start,
            window_end=window_end,
            batch_id=batch_id,
            truth_share=truth_share,
            metric_parameters=metric_parameters,
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
