from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.insight_metric_type import InsightMetricType
from ..models.insight_status import InsightStatus
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.insight_region import InsightRegion


T = TypeVar("T", bound="Insight")

_REQUIRED = frozenset(
    {
        "id",
        "model_id",
        "run_id",
        "metric_type",
        "threshold_value",
        "metric_value",
        "region",
        "timestamp",
        "status",
    }
)


@_attrs_define(kw_only=True, repr=False)
class Insight(_ApiObject):
    """A region of the input where the model is weak.

    Attributes:
        id (str): Identifier given by the server.
        model_id (str): The model.
        run_id (str): The search that found it.
        metric_type (InsightMetricType): What an insight is about.
        threshold_value (float): Limit below which a region is worth telling.
        metric_value (float): Value in the region.
        region (InsightRegion): A region of the input by attribute; at most seven rules.
        timestamp (datetime.datetime): When it was found.
        status (InsightStatus): What has been done about an insight.
        batch_id (None | str | Unset): The batch; batch models only.
        window_start (datetime.datetime | None | Unset): Begin of the window; streaming models only.
        window_end (datetime.datetime | None | Unset): End of the window; streaming models only.
    """

    id: str
    model_id: str
    run_id: str
    metric_type: InsightMetricType
    threshold_value: float
    metric_value: float
    region: InsightRegion
    timestamp: datetime.datetime
    status: InsightStatus
    batch_id: None | str | Unset = UNSET
    window_start: datetime.datetime | None | Unset = UNSET
    window_end: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        model_id = self.model_id

        run_id = self.run_id

        metric_type = self.metric_type.value

        threshold_value = self.threshold_value

        metric_value = self.metric_value

        region = self.region.to_dict()

        timestamp = self.timestamp.isoformat()

        status = self.status.value

        batch_id: None | str | Unset
        if isinstance(self.batch_id, Unset):
            batch_id = UNSET
        else:
            batch_id = self.batch_id

        window_start: None | str | Unset
        if isinstance(self.window_start, Unset):
            window_start = UNSET
        elif isinstance(self.window_start, datetime.datetime):
            window_start = self.window_start.isoformat()
        else:
            window_start = self.window_start

        window_end: None | str | Unset
        if isinstance(self.window_end, Unset):
            window_end = UNSET
        elif isinstance(self.window_end, datetime.datetime):
            window_end = self.window_end.isoformat()
        else:
            window_end = self.window_end

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "model_id": model_id,
                "run_id": run_id,
                "metric_type": metric_type,
                "threshold_value": threshold_value,
                "metric_value": metric_value,
                "region": region,
                "timestamp": timestamp,
                "status": status,
            }
        )
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if window_start is not UNSET:
            field_dict["window_start"] = window_start
        if window_end is not UNSET:
            field_dict["window_end"] = window_end

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.insight_region import InsightRegion  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        model_id = _fields_.pop("model_id", ABSENT)

        run_id = _fields_.pop("run_id", ABSENT)

        if "metric_type" in _fields_:
            metric_type = InsightMetricType(_fields_.pop("metric_type"))

        else:
            metric_type = ABSENT

        threshold_value = _fields_.pop("threshold_value", ABSENT)

        metric_value = _fields_.pop("metric_value", ABSENT)

        if "region" in _fields_:
            region = InsightRegion.from_dict(_fields_.pop("region"))

        else:
            region = ABSENT

        if "timestamp" in _fields_:
            timestamp = datetime.datetime.fromisoformat(_fields_.pop("timestamp"))

        else:
            timestamp = ABSENT

        if "status" in _fields_:
            status = InsightStatus(_fields_.pop("status"))

        else:
            status = ABSENT

        batch_id: None | str | Unset = _fields_.pop("batch_id", UNSET)

        def _parse_window_start(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                window_start_type_0 = datetime.datetime.fromisoformat(data)

                return window_start_type_0
            raise TypeError(f"window_start is {type(data).__name__}")

        window_start = _parse_window_start(_fields_.pop("window_start", UNSET))

        def _parse_window_end(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                window_end_type_0 = datetime.datetime.fromisoformat(data)

                return window_end_type_0
            raise TypeError(f"window_end is {type(data).__name__}")

        window_end = _parse_window_end(_fields_.pop("window_end", UNSET))

        _model_ = cls(
            id=id,
            model_id=model_id,
            run_id=run_id,
            metric_type=metric_type,
            threshold_value=threshold_value,
            metric_value=metric_value,
            region=region,
            timestamp=timestamp,
            status=status,
            batch_id=batch_id,
            window_start=window_start,
            window_end=window_end,
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
