from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AuthenticationInfo")

_REQUIRED = frozenset(
    {"organization_ids", "issuer", "username", "first_name", "last_name", "email", "roles"}
)


@_attrs_define(kw_only=True, repr=False)
class AuthenticationInfo(_ApiObject):
    """Owner of a token; works for users, for callers of a foreign identity provider and for API keys.

    Attributes:
        organization_ids (list[str]): Organizations that the token opens.
        issuer (str): The identity provider that vouches for the caller.
        username (str): Name of the caller; a fixed one for API keys.
        first_name (str): Given name.
        last_name (str): Family name.
        email (str): E-mail address; empty for API keys.
        roles (list[str]): Roles of the caller; exactly one for internal tokens, several are possible for foreign ones.
        internal_user_id (None | str | Unset): Set for users of Arthur itself.
        external_user_id (None | str | Unset): Set for users of a foreign identity provider.
        service_account_id (None | str | Unset): Set for API keys.
    """

    organization_ids: list[str]
    issuer: str
    username: str
    first_name: str
    last_name: str
    email: str
    roles: list[str]
    internal_user_id: None | str | Unset = UNSET
    external_user_id: None | str | Unset = UNSET
    service_account_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        organization_ids = self.organization_ids

        issuer = self.issuer

        username = self.username

        first_name = self.first_name

        last_name = self.last_name

        email = self.email

        roles = self.roles

        internal_user_id: None | str | Unset
        if isinstance(self.internal_user_id, Unset):
            internal_user_id = UNSET
        else:
            internal_user_id = self.internal_user_id

        external_user_id: None | str | Unset
        if isinstance(self.external_user_id, Unset):
            external_user_id = UNSET
        else:
            external_user_id = self.external_user_id

        service_account_id: None | str | Unset
        if isinstance(self.service_account_id, Unset):
            service_account_id = UNSET
        else:
            service_account_id = self.service_account_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "organization_ids": organization_ids,
                "issuer": issuer,
                "username": username,
                "first_name": first_name,
                "last_name": last_name,
                "email": email,
                "roles": roles,
            }
        )
        if internal_user_id is not UNSET:
            field_dict["internal_user_id"] = internal_user_id
        if external_user_id is not UNSET:
            field_dict["external_user_id"] = external_user_id
        if service_account_id is not UNSET:
            field_dict["service_account_id"] = service_account_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "organization_ids" in _fields_:
            _organization_ids = _fields_.pop("organization_ids")
            if _organization_ids is None:
                _organization_ids = []
            organization_ids = cast(list[str], _organization_ids)

        else:
            organization_ids = ABSENT

        issuer = _fields_.pop("issuer", ABSENT)

        username = _fields_.pop("username", ABSENT)

        first_name = _fields_.pop("first_name", ABSENT)

        last_name = _fields_.pop("last_name", ABSENT)

        email = _fields_.pop("email", ABSENT)

        if "roles" in _fields_:
            _roles = _fields_.pop("roles")
            if _roles is None:
                _roles = []
            roles = cast(list[str], _roles)

        else:
            roles = ABSENT

        internal_user_id: None | str | Unset = _fields_.pop("internal_user_id", UNSET)

        external_user_id: None | str | Unset = _fields_.pop("external_user_id", UNSET)

        service_account_id: None | str | Unset = _fields_.pop("service_account_id", UNSET)

        _model_ = cls(
            organization_ids=organization_ids,
            issuer=issuer,
            username=username,
            first_name=first_name,
            last_name=last_name,
            email=email,
            roles=roles,
            internal_user_id=internal_user_id,
            external_user_id=external_user_id,
            service_account_id=service_account_id,
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
