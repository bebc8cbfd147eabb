from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertNotificationConfigurationRequest")

_REQUIRED = frozenset({"model_id", "type"})


@_attrs_define(kw_only=True, repr=False)
class AlertNotificationConfigurationRequest(_ApiObject):
    """Recipients of alerts of a model.

    Attributes:
        model_id (str): The model.
        type_ (str): Way to tell somebody: `email`, `pagerduty` or `servicenow`, and as additions of this server
            `slack`, `teams` or `webhook`, in any spelling of case.
        destination (None | str | Unset): Address; required except for e-mail, where the user's own is the default. For
            PagerDuty also a routing key of the Events API v2.
        user_id (None | str | Unset): The user to mail to; needed for e-mail.
        enabled (bool | None | Unset): Whether it is in force; yes when absent.
    """

    model_id: str
    type_: str
    destination: None | str | Unset = UNSET
    user_id: None | str | Unset = UNSET
    enabled: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_id = self.model_id

        type_ = self.type_

        destination: None | str | Unset
        if isinstance(self.destination, Unset):
            destination = UNSET
        else:
            destination = self.destination

        user_id: None | str | Unset
        if isinstance(self.user_id, Unset):
            user_id = UNSET
        else:
            user_id = self.user_id

        enabled: bool | None | Unset
        if isinstance(self.enabled, Unset):
            enabled = UNSET
        else:
            enabled = self.enabled

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"model_id": model_id, "type": type_})
        if destination is not UNSET:
            field_dict["destination"] = destination
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if enabled is not UNSET:
            field_dict["enabled"] = enabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        model_id = _fields_.pop("model_id", ABSENT)

        type_ = _fields_.pop("type", ABSENT)

        destination: None | str | Unset = _fields_.pop("destination", UNSET)

        user_id: None | str | Unset = _fields_.pop("user_id", UNSET)

        enabled: bool | None | Unset = _fields_.pop("enabled", UNSET)

        _model_ = cls(
            model_id=model_id,
            type_=type_,
            destination=destination,
            user_id=user_id,
            enabled=enabled,
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
