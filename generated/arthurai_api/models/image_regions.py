from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="ImageRegions")


@_attrs_define(kw_only=True, repr=False)
class ImageRegions(_ApiObject):
    """Importance of the segments by place of the prediction attribute, as text."""

    additional_properties: dict[str, list[list[float]]] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:

        field_dict: dict[str, Any] = {}
        for prop_name, prop in self.additional_properties.items():
            field_dict[prop_name] = []
            for componentsschemas_image_region_scores_item_data in prop:
                componentsschemas_image_region_scores_item = (
                    componentsschemas_image_region_scores_item_data
                )

                field_dict[prop_name].append(componentsschemas_image_region_scores_item)

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        _model_ = cls()
        _model_._keep(src_dict)

        additional_properties = {}
        for prop_name, prop_dict in _fields_.items():
            additional_property = []
            _additional_property = prop_dict
            for componentsschemas_image_region_scores_item_data in _additional_property or ():
                _componentsschemas_image_region_scores_item = (
                    componentsschemas_image_region_scores_item_data
                )
                if _componentsschemas_image_region_scores_item is None:
                    _componentsschemas_image_region_scores_item = []
                componentsschemas_image_region_scores_item = cast(
                    list[float], _componentsschemas_image_region_scores_item
                )

                additional_property.append(componentsschemas_image_region_scores_item)

            additional_properties[prop_name] = additional_property

        _model_.additional_properties = additional_properties
        return _model_

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> list[list[float]]:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: list[list[float]]) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
