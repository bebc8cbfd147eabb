from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.image_regions import ImageRegions


T = TypeVar("T", bound="ImageExplanation")

_REQUIRED = frozenset({"lime_segment_mask", "lime_region_mapping"})


@_attrs_define(kw_only=True, repr=False)
class ImageExplanation(_ApiObject):
    """Which parts of an image a prediction comes from.

    Attributes:
        lime_segment_mask (list[list[int]]): Number of the segment that each pixel belongs to, row by row.
        lime_region_mapping (ImageRegions): Importance of the segments by place of the prediction attribute, as text.
    """

    lime_segment_mask: list[list[int]]
    lime_region_mapping: ImageRegions
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        lime_segment_mask = []
        for lime_segment_mask_item_data in self.lime_segment_mask:
            lime_segment_mask_item = lime_segment_mask_item_data

            lime_segment_mask.append(lime_segment_mask_item)

        lime_region_mapping = self.lime_region_mapping.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"lime_segment_mask": lime_segment_mask, "lime_region_mapping": lime_region_mapping}
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.image_regions import ImageRegions  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "lime_segment_mask" in _fields_:
            lime_segment_mask = []
            _lime_segment_mask = _fields_.pop("lime_segment_mask")
            for lime_segment_mask_item_data in _lime_segment_mask or ():
                _lime_segment_mask_item = lime_segment_mask_item_data
                if _lime_segment_mask_item is None:
                    _lime_segment_mask_item = []
                lime_segment_mask_item = cast(list[int], _lime_segment_mask_item)

                lime_segment_mask.append(lime_segment_mask_item)

        else:
            lime_segment_mask = ABSENT

        if "lime_region_mapping" in _fields_:
            lime_region_mapping = ImageRegions.from_dict(_fields_.pop("lime_region_mapping"))

        else:
            lime_region_mapping = ABSENT

        _model_ = cls(lime_segment_mask=lime_segment_mask, lime_region_mapping=lime_region_mapping)
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
