from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import check_object as _check_object

T = TypeVar("T", bound="AlertNotificationConfigurationRequest")


@_attrs_define(kw_only=True)
class AlertNotificationConfigurationRequest:
    """Whom to tell about alerts of a model.

    Attributes:
        model_id (str): The model.
        type_ (str): Way to tell somebody: `email`, `pagerduty` or `servicenow`, in any spelling of case.
        destination (None | str | Unset): Address; needed unless the way is e-mail, where the user's own is taken.
        user_id (None | str | Unset): The user to mail to; needed for e-mail.
        enabled (bool | None | Unset): Whether it is in force; yes when absent.
    """

    model_id: str
    type_: str
    destination: None | str | Unset = UNSET
    user_id: None | str | Unset = UNSET
    enabled: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

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

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _check_object("AlertNotificationConfigurationRequest", src_dict)
        _fields_ = dict(src_dict)
        model_id = _fields_.pop("model_id")

        type_ = _fields_.pop("type")

        def _parse_destination(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        destination = _parse_destination(_fields_.pop("destination", UNSET))

        def _parse_user_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        user_id = _parse_user_id(_fields_.pop("user_id", UNSET))

        def _parse_enabled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        enabled = _parse_enabled(_fields_.pop("enabled", UNSET))

        _model_ = cls(
            model_id=model_id,
            type_=type_,
            destination=destination,
            user_id=user_id,
            enabled=enabled,
        )
        _model_._received = src_dict

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
