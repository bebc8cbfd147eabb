from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="InviteRequest")

_REQUIRED = frozenset({"invite_emails"})


@_attrs_define(kw_only=True, repr=False)
class InviteRequest(_ApiObject):
    """Users to invite to an organization.

    Attributes:
        invite_emails (list[str]): Addresses to invite.
        return_direct_links (bool | None | Unset): True sends no mail and returns the sign-up links instead; false when
            absent.
        custom_dashboard_url (None | str | Unset): Host to use in the links.
        organization_id (None | str | Unset): The organization to invite to. Required from super administrators, refused
            from others.
    """

    invite_emails: list[str]
    return_direct_links: bool | None | Unset = UNSET
    custom_dashboard_url: None | str | Unset = UNSET
    organization_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        invite_emails = self.invite_emails

        return_direct_links: bool | None | Unset
        if isinstance(self.return_direct_links, Unset):
            return_direct_links = UNSET
        else:
            return_direct_links = self.return_direct_links

        custom_dashboard_url: None | str | Unset
        if isinstance(self.custom_dashboard_url, Unset):
            custom_dashboard_url = UNSET
        else:
            custom_dashboard_url = self.custom_dashboard_url

        organization_id: None | str | Unset
        if isinstance(self.organization_id, Unset):
            organization_id = UNSET
        else:
            organization_id = self.organization_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"invite_emails": invite_emails})
        if return_direct_links is not UNSET:
            field_dict["return_direct_links"] = return_direct_links
        if custom_dashboard_url is not UNSET:
            field_dict["custom_dashboard_url"] = custom_dashboard_url
        if organization_id is not UNSET:
            field_dict["organization_id"] = organization_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "invite_emails" in _fields_:
            _invite_emails = _fields_.pop("invite_emails")
            if _invite_emails is None:
                _invite_emails = []
            invite_emails = cast(list[str], _invite_emails)

        else:
            invite_emails = ABSENT

        return_direct_links: bool | None | Unset = _fields_.pop("return_direct_links", UNSET)

        custom_dashboard_url: None | str | Unset = _fields_.pop("custom_dashboard_url", UNSET)

        organization_id: None | str | Unset = _fields_.pop("organization_id", UNSET)

        _model_ = cls(
            invite_emails=invite_emails,
            return_direct_links=return_direct_links,
            custom_dashboard_url=custom_dashboard_url,
            organization_id=organization_id,
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
