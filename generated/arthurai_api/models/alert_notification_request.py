from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.alert_severity import AlertSeverity
from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertNotificationRequest")

_REQUIRED = frozenset({"model_id", "alert_timestamp", "alert_description", "alert_priority"})


@_attrs_define(kw_only=True, repr=False)
class AlertNotificationRequest(_ApiObject):
    """What to tell about an alert.

    Attributes:
        model_id (str): The model.
        alert_timestamp (datetime.datetime): When the alert was raised.
        alert_description (str): What happened.
        alert_priority (AlertSeverity): Severity of an alert.
    """

    model_id: str
    alert_timestamp: datetime.datetime
    alert_description: str
    alert_priority: AlertSeverity
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_id = self.model_id

        alert_timestamp = self.alert_timestamp.isoformat()

        alert_description = self.alert_description

        alert_priority = self.alert_priority.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "model_id": model_id,
                "alert_timestamp": alert_timestamp,
                "alert_description": alert_description,
                "alert_priority": alert_priority,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        model_id = _fields_.pop("model_id", ABSENT)

        if "alert_timestamp" in _fields_:
            alert_timestamp = datetime.datetime.fromisoformat(_fields_.pop("alert_timestamp"))

        else:
            alert_timestamp = ABSENT

        alert_description = _fields_.pop("alert_description", ABSENT)

        if "alert_priority" in _fields_:
            alert_priority = AlertSeverity(_fields_.pop("alert_priority"))

        else:
            alert_priority = ABSENT

        _model_ = cls(
            model_id=model_id,
            alert_timestamp=alert_timestamp,
            alert_description=alert_description,
            alert_priority=alert_priority,
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
