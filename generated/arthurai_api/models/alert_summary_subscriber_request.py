from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.summary_subscriber_type import SummarySubscriberType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertSummarySubscriberRequest")

_REQUIRED = frozenset({"type"})


@_attrs_define(kw_only=True, repr=False)
class AlertSummarySubscriberRequest(_ApiObject):
    """Somebody to send a summary to.

    Attributes:
        type_ (SummarySubscriberType): Way a summary is sent.
        user_id (None | str | Unset): The user; needed for e-mail.
        destination (None | str | Unset): Address; if given, it must be that user's.
    """

    type_: SummarySubscriberType
    user_id: None | str | Unset = UNSET
    destination: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_.value

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
        field_dict.update({"type": type_})
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if destination is not UNSET:
            field_dict["destination"] = destination

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "type" in _fields_:
            type_ = SummarySubscriberType(_fields_.pop("type"))

        else:
            type_ = ABSENT

        user_id: None | str | Unset = _fields_.pop("user_id", UNSET)

        destination: None | str | Unset = _fields_.pop("destination", UNSET)

        _model_ = cls(type_=type_, user_id=user_id, destination=destination)
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
