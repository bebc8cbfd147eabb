from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.summary_subscriber_type import SummarySubscriberType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertSummarySubscriber")

_REQUIRED = frozenset({"id", "type", "enabled"})


@_attrs_define(kw_only=True, repr=False)
class AlertSummarySubscriber(_ApiObject):
    """Somebody who gets a summary.

    Attributes:
        id (str): Identifier given by the server.
        type_ (SummarySubscriberType): Way a summary is sent.
        enabled (bool): Whether the summary is sent to them.
        summary_id (str | Unset): The summary; missing in responses of older servers.
        user_id (None | str | Unset): The user.
        destination (None | str | Unset): Address.
    """

    id: str
    type_: SummarySubscriberType
    enabled: bool
    summary_id: str | Unset = UNSET
    user_id: None | str | Unset = UNSET
    destination: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        type_ = self.type_.value

        enabled = self.enabled

        summary_id = self.summary_id

        user_id: None | str | Unset
        if isinstance(self.user_id, Unset):
            user_id = UNSET
        else:
            user_id = self.user_id

        destination: None | str | Unset
        if isinstance(self.destination, Unset):
            destination = UNSET
        else:
            destination = self.destination

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"id": id, "type": type_, "enabled": enabled})
        if summary_id is not UNSET:
            field_dict["summary_id"] = summary_id
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if destination is not UNSET:
            field_dict["destination"] = destination

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        if "type" in _fields_:
            type_ = SummarySubscriberType(_fields_.pop("type"))

        else:
            type_ = ABSENT

        enabled = _fields_.pop("enabled", ABSENT)

        summary_id = _fields_.pop("summary_id", UNSET)

        user_id: None | str | Unset = _fields_.pop("user_id", UNSET)

        destination: None | str | Unset = _fields_.pop("destination", UNSET)

        _model_ = cls(
            id=id,
            type_=type_,
            enabled=enabled,
            summary_id=summary_id,
            user_id=user_id,
            destination=destination,
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
