from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertSummaryReportLine")

_REQUIRED = frozenset({"model_id", "alert_check_name", "alert_check_threshold", "alert_count"})


@_attrs_define(kw_only=True, repr=False)
class AlertSummaryReportLine(_ApiObject):
    """Alerts of one check of one model.

    Attributes:
        model_id (str): The model.
        alert_check_name (str): Name of the rule.
        alert_check_threshold (str): Its threshold as text.
        alert_count (float): Number of alerts.
        hyperlink (None | str | Unset): Where to read more.
    """

    model_id: str
    alert_check_name: str
    alert_check_threshold: str
    alert_count: float
    hyperlink: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_id = self.model_id

        alert_check_name = self.alert_check_name

        alert_check_threshold = self.alert_check_threshold

        alert_count = self.alert_count

        hyperlink: None | str | Unset
        if isinstance(self.hyperlink, Unset):
            hyperlink = UNSET
        else:
            hyperlink = self.hyperlink

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "model_id": model_id,
                "alert_check_name": alert_check_name,
                "alert_check_threshold": alert_check_threshold,
                "alert_count": alert_count,
            }
        )
        if hyperlink is not UNSET:
            field_dict["hyperlink"] = hyperlink

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        model_id = _fields_.pop("model_id", ABSENT)

        alert_check_name = _fields_.pop("alert_check_name", ABSENT)

        alert_check_threshold = _fields_.pop("alert_check_threshold", ABSENT)

        alert_count = _fields_.pop("alert_count", ABSENT)

        hyperlink: None | str | Unset = _fields_.pop("hyperlink", UNSET)

        _model_ = cls(
            model_id=model_id,
            alert_check_name=alert_check_name,
            alert_check_threshold=alert_check_threshold,
            alert_count=alert_count,
            hyperlink=hyperlink,
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
