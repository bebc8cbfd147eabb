from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import check_object as _check_object

T = TypeVar("T", bound="InviteRequest")


@_attrs_define(kw_only=True)
class InviteRequest:
    """People to invite into an organisation.

    Attributes:
        invite_emails (list[str]): Addresses to invite.
        return_direct_links (bool | None | Unset): True sends no mail and returns the sign-up links instead; false when
            absent.
        custom_dashboard_url (None | str | Unset): Host to use in the links.
        organization_id (None | str | Unset): The organisation to invite to. Super administrators must give it, nobody
            else may.
    """

    invite_emails: list[str]
    return_direct_links: bool | None | Unset = UNSET
    custom_dashboard_url: None | str | Unset = UNSET
    organization_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

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

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _check_object("InviteRequest", src_dict)
        _fields_ = dict(src_dict)
        _invite_emails = _fields_.pop("invite_emails")
        if _invite_emails is None:
            _invite_emails = []
        invite_emails = cast(list[str], _invite_emails)

        def _parse_return_direct_links(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        return_direct_links = _parse_return_direct_links(_fields_.pop("return_direct_links", UNSET))

        def _parse_custom_dashboard_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        custom_dashboard_url = _parse_custom_dashboard_url(
            _fields_.pop("custom_dashboard_url", UNSET)
        )

        def _parse_organization_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        organization_id = _parse_organization_id(_fields_.pop("organization_id", UNSET))

        _model_ = cls(
            invite_emails=invite_emails,
            return_direct_links=return_direct_links,
            custom_dashboard_url=custom_dashboard_url,
            organization_id=organization_id,
        )
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
