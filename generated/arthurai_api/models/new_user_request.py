from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import check_object as _check_object

T = TypeVar("T", bound="NewUserRequest")


@_attrs_define(kw_only=True)
class NewUserRequest:
    """A person to give an account to.

    Attributes:
        email (str): E-mail address.
        username (str): Name to log in with.
        password (str): First password.
        roles (list[str]): Roles in the organisation: `Administrator`, `Model Owner`, `User` or a custom role.
        first_name (None | str | Unset): Given name.
        last_name (None | str | Unset): Family name.
        alert_notifications_enabled (bool | None | Unset): Whether to send alert mails; no when absent.
    """

    email: str
    username: str
    password: str
    roles: list[str]
    first_name: None | str | Unset = UNSET
    last_name: None | str | Unset = UNSET
    alert_notifications_enabled: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        username = self.username

        password = self.password

        roles = self.roles

        first_name: None | str | Unset
        if isinstance(self.first_name, Unset):
            first_name = UNSET
        else:
            first_name = self.first_name

        last_name: None | str | Unset
        if isinstance(self.last_name, Unset):
            last_name = UNSET
        else:
            last_name = self.last_name

        alert_notifications_enabled: bool | None | Unset
        if isinstance(self.alert_notifications_enabled, Unset):
            alert_notifications_enabled = UNSET
        else:
            alert_notifications_enabled = self.alert_notifications_enabled

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"email": email, "username": username, "password": password, "roles": roles}
        )
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if alert_notifications_enabled is not UNSET:
            field_dict["alert_notifications_enabled"] = alert_notifications_enabled

        return field_dict

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _check_object("NewUserRequest", src_dict)
        _fields_ = dict(src_dict)
        email = _fields_.pop("email")

        username = _fields_.pop("username")

        password = _fields_.pop("password")

        _roles = _fields_.pop("roles")
        if _roles is None:
            _roles = []
        roles = cast(list[str], _roles)

        def _parse_first_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        first_name = _parse_first_name(_fields_.pop("first_name", UNSET))

        def _parse_last_name(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        last_name = _parse_last_name(_fields_.pop("last_name", UNSET))

        def _parse_alert_notifications_enabled(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        alert_notifications_enabled = _parse_alert_notifications_enabled(
            _fields_.pop("alert_notifications_enabled", UNSET)
        )

        _model_ = cls(
            email=email,
            username=username,
            password=password,
            roles=roles,
            first_name=first_name,
            last_name=last_name,
            alert_notifications_enabled=alert_notifications_enabled,
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
