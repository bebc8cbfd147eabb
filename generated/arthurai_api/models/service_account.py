from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="ServiceAccount")

_REQUIRED = frozenset({"id", "organization_id", "description", "token"})


@_attrs_define(kw_only=True, repr=False)
class ServiceAccount(_ApiObject):
    """An API key and what it may do.

    Attributes:
        id (str): Identifier given by the server.
        organization_id (str): The organization that it gives access to.
        description (str): What the key is for; serves as its name.
        token (str): The key itself. A secret.
        role (None | str | Unset): Name of its role, not only of those that can be given.
    """

    id: str
    organization_id: str
    description: str
    token: str
    role: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        organization_id = self.organization_id

        description = self.description

        token = self.token

        role: None | str | Unset
        if isinstance(self.role, Unset):
            role = UNSET
        else:
            role = self.role

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "organization_id": organization_id,
                "description": description,
                "token": token,
            }
        )
        if role is not UNSET:
            field_dict["role"] = role

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        organization_id = _fields_.pop("organization_id", ABSENT)

        description = _fields_.pop("description", ABSENT)

        token = _fields_.pop("token", ABSENT)

        role: None | str | Unset = _fields_.pop("role", UNSET)

        _model_ = cls(
            id=id, organization_id=organization_id, description=description, token=token, role=role
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
