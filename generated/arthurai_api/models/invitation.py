from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="Invitation")

_REQUIRED = frozenset({"email", "organization_id", "invited_by"})


@_attrs_define(kw_only=True, repr=False)
class Invitation(_ApiObject):
    """An invitation that still opens an account.

    Attributes:
        email (str): The address that was invited.
        organization_id (str): The organization it was invited to.
        invited_by (str): Id of the user or the API key that invited.
        created_at (datetime.datetime | Unset): When the address was invited.
        expires_at (datetime.datetime | Unset): When the invitation ends.
    """

    email: str
    organization_id: str
    invited_by: str
    created_at: datetime.datetime | Unset = UNSET
    expires_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        organization_id = self.organization_id

        invited_by = self.invited_by

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        expires_at: str | Unset = UNSET
        if not isinstance(self.expires_at, Unset):
            expires_at = self.expires_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"email": email, "organization_id": organization_id, "invited_by": invited_by}
        )
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        email = _fields_.pop("email", ABSENT)

        organization_id = _fields_.pop("organization_id", ABSENT)

        invited_by = _fields_.pop("invited_by", ABSENT)

        _created_at = _fields_.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset) or _created_at is None:
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        _expires_at = _fields_.pop("expires_at", UNSET)
        expires_at: datetime.datetime | Unset
        if isinstance(_expires_at, Unset) or _expires_at is None:
            expires_at = UNSET
        else:
            expires_at = datetime.datetime.fromisoformat(_expires_at)

        _model_ = cls(
            email=email,
            organization_id=organization_id,
            invited_by=invited_by,
            created_at=created_at,
            expires_at=expires_at,
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
