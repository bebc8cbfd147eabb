from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="User")

_REQUIRED = frozenset({"id", "email"})


@_attrs_define(kw_only=True, repr=False)
class User(_ApiObject):
    """A person with an account.

    Attributes:
        id (str): Identifier given by the server.
        email (str): E-mail address.
        first_name (None | str | Unset): Given name.
        last_name (None | str | Unset): Family name.
        username (None | str | Unset): Name to log in with.
        roles (list[str] | None | Unset): Roles in the current organization.
        active (bool | Unset): False once the account has been deleted.
        alert_notifications_enabled (bool | Unset): Whether alert mails are sent to this person.
        show_intro_sequence (bool | Unset): Hint for a dashboard that its introduction is still to be shown.
        help_mode_enabled (bool | Unset): Hint for a dashboard to show its help texts.
        created_at (datetime.datetime | Unset): When the account was made.
    """

    id: str
    email: str
    first_name: None | str | Unset = UNSET
    last_name: None | str | Unset = UNSET
    username: None | str | Unset = UNSET
    roles: list[str] | None | Unset = UNSET
    active: bool | Unset = UNSET
    alert_notifications_enabled: bool | Unset = UNSET
    show_intro_sequence: bool | Unset = UNSET
    help_mode_enabled: bool | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        email = self.email

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

        username: None | str | Unset
        if isinstance(self.username, Unset):
            username = UNSET
        else:
            username = self.username

        roles: list[str] | None | Unset
        if isinstance(self.roles, Unset):
            roles = UNSET
        elif isinstance(self.roles, list):
            roles = self.roles

        else:
            roles = self.roles

        active = self.active

        alert_notifications_enabled = self.alert_notifications_enabled

        show_intro_sequence = self.show_intro_sequence

        help_mode_enabled = self.help_mode_enabled

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"id": id, "email": email})
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if username is not UNSET:
            field_dict["username"] = username
        if roles is not UNSET:
            field_dict["roles"] = roles
        if active is not UNSET:
            field_dict["active"] = active
        if alert_notifications_enabled is not UNSET:
            field_dict["alert_notifications_enabled"] = alert_notifications_enabled
        if show_intro_sequence is not UNSET:
            field_dict["show_intro_sequence"] = show_intro_sequence
        if help_mode_enabled is not UNSET:
            field_dict["help_mode_enabled"] = help_mode_enabled
        if created_at is not UNSET:
            field_dict["created_at"] = created_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        email = _fields_.pop("email", ABSENT)

        first_name: None | str | Unset = _fields_.pop("first_name", UNSET)

        last_name: None | str | Unset = _fields_.pop("last_name", UNSET)

        username: None | str | Unset = _fields_.pop("username", UNSET)

        def _parse_roles(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _roles_type_0 = data
                if _roles_type_0 is None:
                    _roles_type_0 = []
                roles_type_0 = cast(list[str], _roles_type_0)

                return roles_type_0
            raise TypeError(f"roles is {type(data).__name__}")

        roles = _parse_roles(_fields_.pop("roles", UNSET))

        active = _fields_.pop("active", UNSET)

        alert_notifications_enabled = _fields_.pop("alert_notifications_enabled", UNSET)

        show_intro_sequence = _fields_.pop("show_intro_sequence", UNSET)

        help_mode_enabled = _fields_.pop("help_mode_enabled", UNSET)

        _created_at = _fields_.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset) or _created_at is None:
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        _model_ = cls(
            id=id,
            email=email,
            first_name=first_name,
            last_name=last_name,
            username=username,
            roles=roles,
            active=active,
            alert_notifications_enabled=alert_notifications_enabled,
            show_intro_sequence=show_intro_sequence,
            help_mode_enabled=help_mode_enabled,
            created_at=created_at,
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
