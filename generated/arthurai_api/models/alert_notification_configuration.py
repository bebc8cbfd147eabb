from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.notification_type import NotificationType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertNotificationConfiguration")

_REQUIRED = frozenset({"id", "model_id", "type", "enabled"})


@_attrs_define(kw_only=True, repr=False)
class AlertNotificationConfiguration(_ApiObject):
    """Recipient of alerts of a model.

    Attributes:
        id (str): Identifier given by the server.
        model_id (str): The model.
        type_ (NotificationType): Way to tell somebody; `slack`, `teams` and `webhook` are additions of this server.
        enabled (bool): Whether it is in force.
        destination (None | str | Unset): Address.
        user_id (None | str | Unset): The user mailed to.
        signing_secret (None | str | Unset): Secret that signs its webhooks, in the answer to its creation only.
    """

    id: str
    model_id: str
    type_: NotificationType
    enabled: bool
    destination: None | str | Unset = UNSET
    user_id: None | str | Unset = UNSET
    signing_secret: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        model_id = self.model_id

        type_ = self.type_.value

        enabled = self.enabled

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

        signing_secret: None | str | Unset
        if isinstance(self.signing_secret, Unset):
            signing_secret = UNSET
        else:
            signing_secret = self.signing_secret

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"id": id, "model_id": model_id, "type": type_, "enabled": enabled})
        if destination is not UNSET:
            field_dict["destination"] = destination
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if signing_secret is not UNSET:
            field_dict["signing_secret"] = signing_secret

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        model_id = _fields_.pop("model_id", ABSENT)

        if "type" in _fields_:
            type_ = NotificationType(_fields_.pop("type"))

        else:
            type_ = ABSENT

        enabled = _fields_.pop("enabled", ABSENT)

        destination: None | str | Unset = _fields_.pop("destination", UNSET)

        user_id: None | str | Unset = _fields_.pop("user_id", UNSET)

        signing_secret: None | str | Unset = _fields_.pop("signing_secret", UNSET)

        _model_ = cls(
            id=id,
            model_id=model_id,
            type_=type_,
            enabled=enabled,
            destination=destination,
            user_id=user_id,
            signing_secret=signing_secret,
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
