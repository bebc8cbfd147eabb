from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.organization_limits import OrganizationLimits
    from ..models.role_definition import RoleDefinition


T = TypeVar("T", bound="Organization")

_REQUIRED = frozenset({"id", "name"})


@_attrs_define(kw_only=True, repr=False)
class Organization(_ApiObject):
    """A tenant; models, users and keys belong to exactly one or, for users, to several.

    Attributes:
        id (str): Identifier given by the server.
        name (str): Name shown to people.
        plan (None | str | Unset): Plan in force, for instance `enterprise`.
        bucket_name (None | str | Unset): Name of the storage of its files.
        bucket_url (None | str | Unset): Address of that storage.
        created_at (datetime.datetime | None | Unset): When it was made.
        updated_at (datetime.datetime | None | Unset): When it was last changed.
        license_plan (None | OrganizationLimits | Unset): Limits of the plan; filled with `expand=license_plan`.
        roles (list[RoleDefinition] | None | Unset): Custom roles; filled with `expand=roles`.
    """

    id: str
    name: str
    plan: None | str | Unset = UNSET
    bucket_name: None | str | Unset = UNSET
    bucket_url: None | str | Unset = UNSET
    created_at: datetime.datetime | None | Unset = UNSET
    updated_at: datetime.datetime | None | Unset = UNSET
    license_plan: None | OrganizationLimits | Unset = UNSET
    roles: list[RoleDefinition] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.organization_limits import OrganizationLimits  # noqa: PLC0415

        id = self.id

        name = self.name

        plan: None | str | Unset
        if isinstance(self.plan, Unset):
            plan = UNSET
        else:
            plan = self.plan

        bucket_name: None | str | Unset
        if isinstance(self.bucket_name, Unset):
            bucket_name = UNSET
        else:
            bucket_name = self.bucket_name

        bucket_url: None | str | Unset
        if isinstance(self.bucket_url, Unset):
            bucket_url = UNSET
        else:
            bucket_url = self.bucket_url

        created_at: None | str | Unset
        if isinstance(self.created_at, Unset):
            created_at = UNSET
        elif isinstance(self.created_at, datetime.datetime):
            created_at = self.created_at.isoformat()
        else:
            created_at = self.created_at

        updated_at: None | str | Unset
        if isinstance(self.updated_at, Unset):
            updated_at = UNSET
        elif isinstance(self.updated_at, datetime.datetime):
            updated_at = self.updated_at.isoformat()
        else:
            updated_at = self.updated_at

        license_plan: dict[str, Any] | None | Unset
        if isinstance(self.license_plan, Unset):
            license_plan = UNSET
        elif isinstance(self.license_plan, OrganizationLimits):
            license_plan = self.license_plan.to_dict()
        else:
            license_plan = self.license_plan

        roles: list[dict[str, Any]] | None | Unset
        if isinstance(self.roles, Unset):
            roles = UNSET
        elif isinstance(self.roles, list):
            roles = []
            for roles_type_0_item_data in self.roles:
                roles_type_0_item = roles_type_0_item_data.to_dict()
                roles.append(roles_type_0_item)

        else:
            roles = self.roles

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"id": id, "name": name})
        if plan is not UNSET:
            field_dict["plan"] = plan
        if bucket_name is not UNSET:
            field_dict["bucket_name"] = bucket_name
        if bucket_url is not UNSET:
            field_dict["bucket_url"] = bucket_url
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if license_plan is not UNSET:
            field_dict["license_plan"] = license_plan
        if roles is not UNSET:
            field_dict["roles"] = roles

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.organization_limits import OrganizationLimits  # noqa: PLC0415
        from ..models.role_definition import RoleDefinition  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        name = _fields_.pop("name", ABSENT)

        plan: None | str | Unset = _fields_.pop("plan", UNSET)

        bucket_name: None | str | Unset = _fields_.pop("bucket_name", UNSET)

        bucket_url: None | str | Unset = _fields_.pop("bucket_url", UNSET)

        def _parse_created_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                created_at_type_0 = datetime.datetime.fromisoformat(data)

                return created_at_type_0
            raise TypeError(f"created_at is {type(data).__name__}")

        created_at = _parse_created_at(_fields_.pop("created_at", UNSET))

        def _parse_updated_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                updated_at_type_0 = datetime.datetime.fromisoformat(data)

                return updated_at_type_0
            raise TypeError(f"updated_at is {type(data).__name__}")

        updated_at = _parse_updated_at(_fields_.pop("updated_at", UNSET))

        def _parse_license_plan(data: object) -> None | OrganizationLimits | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                license_plan_type_0 = OrganizationLimits.from_dict(data)

                return license_plan_type_0
            raise TypeError(f"license_plan is {type(data).__name__}")

        license_plan = _parse_license_plan(_fields_.pop("license_plan", UNSET))

        def _parse_roles(data: object) -> list[RoleDefinition] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                roles_type_0 = []
                _roles_type_0 = data
                for roles_type_0_item_data in _roles_type_0 or ():
                    roles_type_0_item = RoleDefinition.from_dict(roles_type_0_item_data)

                    roles_type_0.append(roles_type_0_item)

                return roles_type_0
            raise TypeError(f"roles is {type(data).__name__}")

        roles = _parse_roles(_fields_.pop("roles", UNSET))

        _model_ = cls(
            id=id,
            name=name,
            plan=plan,
            bucket_name=bucket_name,
            bucket_url=bucket_url,
            created_at=created_at,
            updated_at=updated_at,
            license_plan=license_plan,
            roles=roles,
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
