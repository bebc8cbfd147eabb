from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="UpdateUserRequest")


@_attrs_define(kw_only=True, repr=False)
class UpdateUserRequest(_ApiObject):
    """Changes to somebody's account; members left out stay as they are.

    Attributes:
        old_password (None | str | Unset): Needed when a new password is given, unless the caller is a super
            administrator.
        new_password (None | str | Unset): Password to use from now on.
        first_name (None | str | Unset): Given name.
        last_name (None | str | Unset): Family name.
        email (None | str | Unset): E-mail address.
        username (None | str | Unset): Name to log in with, of printable characters and without surrounding spaces.
        show_intro_sequence (bool | None | Unset): Whether a dashboard shows its introduction again.
        help_mode_enabled (bool | None | Unset): Whether a dashboard shows its help texts.
        roles (list[str] | None | Unset): The one role that replaces the present one.
    """

    old_password: None | str | Unset = UNSET
    new_password: None | str | Unset = UNSET
    first_name: None | str | Unset = UNSET
    last_name: None | str | Unset = UNSET
    email: None | str | Unset = UNSET
    username: None | str | Unset = UNSET
    show_intro_sequence: bool | None | Unset = UNSET
    help_mode_enabled: bool | None | Unset = UNSET
    roles: list[str] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        old_password: None | str | Unset
        if isinstance(self.old_password, Unset):
            old_password = UNSET
        else:
            old_password = self.old_password

        new_password: None | str | Unset
        if isinstance(self.new_password, Unset):
            new_password = UNSET
        else:
            new_password = self.new_password

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

        email: None | str | Unset
        if isinstance(self.email, Unset):
            email = UNSET
        else:
            email = self.email

        username: None | str | Unset
        if isinstance(self.username, Unset):
            username = UNSET
        else:
            username = self.username

        show_intro_sequence: bool | None | Unset
        if isinstance(self.show_intro_sequence, Unset):
            show_intro_sequence = UNSET
        else:
            show_intro_sequence = self.show_intro_sequence

        help_mode_enabled: bool | None | Unset
        if isinstance(self.help_mode_enabled, Unset):
            help_mode_enabled = UNSET
        else:
            help_mode_enabled = self.help_mode_enabled

        roles: list[str] | None | Unset
        if isinstance(self.roles, Unset):
            roles = UNSET
        elif isinstance(self.roles, list):
            roles = self.roles

        else:
            roles = self.roles

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if old_password is not UNSET:
            field_dict["old_password"] = old_password
        if new_password is not UNSET:
            field_dict["new_password"] = new_password
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if email is not UNSET:
            field_dict["email"] = email
        if username is not UNSET:
            field_dict["username"] = username
        if show_intro_sequence is not UNSET:
            field_dict["show_intro_sequence"] = show_intro_sequence
        if help_mode_enabled is not UNSET:
            field_dict["help_mode_enabled"] = help_mode_enabled
        if roles is not UNSET:
            field_dict["roles"] = roles

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        old_password: None | str | Unset = _fields_.pop("old_password", UNSET)

        new_password: None | str | Unset = _fields_.pop("new_password", UNSET)

        first_name: None | str | Unset = _fields_.pop("first_name", UNSET)

        last_name: None | str | Unset = _fields_.pop("last_name", UNSET)

        email: None | str | Unset = _fields_.pop("email", UNSET)

        username: None | str | Unset = _fields_.pop("username", UNSET)

        show_intro_sequence: bool | None | Unset = _fields_.pop("show_intro_sequence", UNSET)

        help_mode_enabled: bool | None | Unset = _fields_.pop("help_mode_enabled", UNSET)

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

        _model_ = cls(
            old_password=old_password,
            new_password=new_password,
            first_name=first_name,
            last_name=last_name,
            email=email,
            username=username,
            show_intro_sequence=show_intro_sequence,
            help_mode_enabled=help_mode_enabled,
            roles=roles,
        )
        _model_._keep(src_dict)

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
