from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertCounts")


@_attrs_define(kw_only=True, repr=False)
class AlertCounts(_ApiObject):
    """Alerts of a rule by status.

    Attributes:
        new (float | Unset): Nothing done yet.
        acknowledged (float | Unset): Seen.
        resolved (float | Unset): Done with.
    """

    new: float | Unset = UNSET
    acknowledged: float | Unset = UNSET
    resolved: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        new = self.new

        acknowledged = self.acknowledged

        resolved = self.resolved

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if new is not UNSET:
            field_dict["new"] = new
        if acknowledged is not UNSET:
            field_dict["acknowledged"] = acknowledged
        if resolved is not UNSET:
            field_dict["resolved"] = resolved

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        new = _fields_.pop("new", UNSET)

        acknowledged = _fields_.pop("acknowledged", UNSET)

        resolved = _fields_.pop("resolved", UNSET)

        _model_ = cls(new=new, acknowledged=acknowledged, resolved=resolved)
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
