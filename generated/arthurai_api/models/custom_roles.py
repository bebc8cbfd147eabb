from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import check_object as _check_object

if TYPE_CHECKING:
    from ..models.role_definition import RoleDefinition


T = TypeVar("T", bound="CustomRoles")


@_attrs_define(kw_only=True)
class CustomRoles:
    """A set of custom roles.

    Attributes:
        roles (list[RoleDefinition] | None): The roles.
    """

    roles: list[RoleDefinition] | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

    def to_dict(self) -> dict[str, Any]:
        roles: list[dict[str, Any]] | None
        if isinstance(self.roles, list):
            roles = []
            for roles_type_0_item_data in self.roles:
                roles_type_0_item = roles_type_0_item_data.to_dict()
                roles.append(roles_type_0_item)

        else:
            roles = self.roles

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"roles": roles})

        return field_dict

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.role_definition import RoleDefinition  # noqa: PLC0415

        _check_object("CustomRoles", src_dict)
        _fields_ = dict(src_dict)

        def _parse_roles(data: object) -> list[RoleDefinition] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                roles_type_0 = []
                _roles_type_0 = data
                for roles_type_0_item_data in _roles_type_0 or ():
                    roles_type_0_item = RoleDefinition.from_dict(roles_type_0_item_data)

                    roles_type_0.append(roles_type_0_item)

                return roles_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[RoleDefinition] | None, data)

        roles = _parse_roles(_fields_.pop("roles"))

        _model_ = cls(roles=roles)
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
