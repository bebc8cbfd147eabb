from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.invite_response_user_invite_links import InviteResponseUserInviteLinks


T = TypeVar("T", bound="InviteResponse")


@_attrs_define(kw_only=True, repr=False)
class InviteResponse(_ApiObject):
    """Links to hand to the invited people.

    Attributes:
        user_invite_links (InviteResponseUserInviteLinks | Unset): Sign-up link by e-mail address.
    """

    user_invite_links: InviteResponseUserInviteLinks | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        user_invite_links: dict[str, Any] | Unset = UNSET
        if not isinstance(self.user_invite_links, Unset):
            user_invite_links = self.user_invite_links.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if user_invite_links is not UNSET:
            field_dict["user_invite_links"] = user_invite_links

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.invite_response_user_invite_links import InviteResponseUserInviteLinks  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        _user_invite_links = _fields_.pop("user_invite_links", UNSET)
        user_invite_links: InviteResponseUserInviteLinks | Unset
        if isinstance(_user_invite_links, Unset) or _user_invite_links is None:
            user_invite_links = UNSET
        else:
            user_invite_links = InviteResponseUserInviteLinks.from_dict(_user_invite_links)

        _model_ = cls(user_invite_links=user_invite_links)
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
