from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.permission import Permission


T = TypeVar("T", bound="RoleDefinition")

_REQUIRED = frozenset({"role_name"})


@_attrs_define(kw_only=True, repr=False)
class RoleDefinition(_ApiObject):
    """A custom role of an organization.

    Attributes:
        role_name (str): Name; not one of the standard roles.
        permissions (list[Permission] | None | Unset): Rights that the role gives; operations must ask for each of them.
        inherited_role_names (list[str] | None | Unset): Standard roles, or roles of the same organization, whose rights
            it has as well.
    """

    role_name: str
    permissions: list[Permission] | None | Unset = UNSET
    inherited_role_names: list[str] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        role_name = self.role_name

        permissions: list[dict[str, Any]] | None | Unset
        if isinstance(self.permissions, Unset):
            permissions = UNSET
        elif isinstance(self.permissions, list):
            permissions = []
            for permissions_type_0_item_data in self.permissions:
                permissions_type_0_item = permissions_type_0_item_data.to_dict()
                permissions.append(permissions_type_0_item)

        else:
            permissions = self.permissions

        inherited_role_names: list[str] | None | Unset
        if isinstance(self.inherited_role_names, Unset):
            inherited_role_names = UNSET
        elif isinstance(self.inherited_role_names, list):
            inherited_role_names = self.inherited_role_names

        else:
            inherited_role_names = self.inherited_role_names

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"role_name": role_name})
        if permissions is not UNSET:
            field_dict["permissions"] = permissions
        if inherited_role_names is not UNSET:
            field_dict["inherited_role_names"] = inherited_role_names

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.permission import Permission  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        role_name = _fields_.pop("role_name", ABSENT)

        def _parse_permissions(data: object) -> list[Permission] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                permissions_type_0 = []
                _permissions_type_0 = data
                for permissions_type_0_item_data in _permissions_type_0 or ():
                    permissions_type_0_item = Permission.from_dict(permissions_type_0_item_data)

                    permissions_type_0.append(permissions_type_0_item)

                return permissions_type_0
            raise TypeError(f"permissions is {type(data).__name__}")

        permissions = _parse_permissions(_fields_.pop("permissions", UNSET))

        def _parse_inherited_role_names(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _inherited_role_names_type_0 = data
                if _inherited_role_names_type_0 is None:
                    _inherited_role_names_type_0 = []
                inherited_role_names_type_0 = cast(list[str], _inherited_role_names_type_0)

                return inherited_role_names_type_0
            raise TypeError(f"inherited_role_names is {type(data).__name__}")

        inherited_role_names = _parse_inherited_role_names(
            _fields_.pop("inherited_role_names", UNSET)
        )

        _model_ = cls(
            role_name=role_name, permissions=permissions, inherited_role_names=inherited_role_names
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
