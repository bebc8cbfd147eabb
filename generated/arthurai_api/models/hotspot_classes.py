from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.hotspot_class_info import HotspotClassInfo


T = TypeVar("T", bound="HotspotClasses")


@_attrs_define(kw_only=True, repr=False)
class HotspotClasses(_ApiObject):
    """How the model does inside a node by ground truth class."""

    additional_properties: dict[str, HotspotClassInfo] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = prop.to_dict()

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.hotspot_class_info import HotspotClassInfo  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        _model_ = cls()
        _model_._keep(src_dict)

        additional_properties = {}
        for prop_name, prop_dict in _fields_.items():
            additional_property = HotspotClassInfo.from_dict(prop_dict)

            additional_properties[prop_name] = additional_property

        _model_.additional_properties = additional_properties
        return _model_

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> HotspotClassInfo:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: HotspotClassInfo) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
