from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="NewUserRequest")

_REQUIRED = frozenset({"email", "username", "password", "roles"})


@_attrs_define(kw_only=True, repr=False)
class NewUserRequest(_ApiObject):
    """A person to give an account to.

    Attributes:
        email (str): E-mail address.
        username (str): Name to log in with, of printable characters and without surrounding spaces.
        password (str): First password.
        roles (list[str]): The one role in the organization: `Administrator`, `Model Owner`, `User` or a custom role.
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

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        email = _fields_.pop("email", ABSENT)

        username = _fields_.pop("username", ABSENT)

        password = _fields_.pop("password", ABSENT)

        if "roles" in _fields_:
            _roles = _fields_.pop("roles")
            if _roles is None:
                _roles = []
            roles = cast(list[str], _roles)

        else:
            roles = ABSENT

        first_name: None | str | Unset = _fields_.pop("first_name", UNSET)

        last_name: None | str | Unset = _fields_.pop("last_name", UNSET)

        alert_notifications_enabled: bool | None | Unset = _fields_.pop(
            "alert_notifications_enabled", UNSET
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
