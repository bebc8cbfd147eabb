from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="InsightGroupCount")


@_attrs_define(kw_only=True, repr=False)
class InsightGroupCount(_ApiObject):
    """Number of insights of one batch or one window.

    Attributes:
        batch_id (str | Unset): The batch; batch models only.
        window_start (datetime.datetime | Unset): Begin of the window; streaming models only.
        timestamp (datetime.datetime | Unset): When the newest one was found.
        count (float | Unset): Number of insights.
    """

    batch_id: str | Unset = UNSET
    window_start: datetime.datetime | Unset = UNSET
    timestamp: datetime.datetime | Unset = UNSET
    count: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        batch_id = self.batch_id

        window_start: str | Unset = UNSET
        if not isinstance(self.window_start, Unset):
            window_start = self.window_start.isoformat()

        timestamp: str | Unset = UNSET
        if not isinstance(self.timestamp, Unset):
            timestamp = self.timestamp.isoformat()

        count = self.count

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if window_start is not UNSET:
            field_dict["window_start"] = window_start
        if timestamp is not UNSET:
            field_dict["timestamp"] = timestamp
        if count is not UNSET:
            field_dict["count"] = count

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        batch_id = _fields_.pop("batch_id", UNSET)

        _window_start = _fields_.pop("window_start", UNSET)
        window_start: datetime.datetime | Unset
        if isinstance(_window_start, Unset) or _window_start is None:
            window_start = UNSET
        else:
            window_start = datetime.datetime.fromisoformat(_window_start)

        _timestamp = _fields_.pop("timestamp", UNSET)
        timestamp: datetime.datetime | Unset
        if isinstance(_timestamp, Unset) or _timestamp is None:
            timestamp = UNSET
        else:
            timestamp = datetime.datetime.fromisoformat(_timestamp)

        count = _fields_.pop("count", UNSET)

        _model_ = cls(
            batch_id=batch_id, window_start=window_start, timestamp=timestamp, count=count
        )
        _model_._keep(src_dict)

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
