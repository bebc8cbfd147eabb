from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.attribute_values import AttributeValues


T = TypeVar("T", bound="ReferenceRow")

_REQUIRED = frozenset({"reference_data"})


@_attrs_define(kw_only=True, repr=False)
class ReferenceRow(_ApiObject):
    """Item of a JSON file of reference data.

    Attributes:
        reference_data (AttributeValues): Values by attribute name. Numbers, text, booleans; timestamps as ISO 8601 with
            a zone; images as the file name in the zip; boxes as lists `[class_id, confidence, top_left_x, top_left_y,
            width, height]`; tokens as lists of strings; token likelihoods as lists of maps; ranked lists as lists of
            `{item_id, label, score}`; time series as lists of `{timestamp, value}`. Null is a missing value, not allowed
            for timestamps, predictions and ground truth.
    """

    reference_data: AttributeValues
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        reference_data = self.reference_data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"reference_data": reference_data})

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attribute_values import AttributeValues  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "reference_data" in _fields_:
            reference_data = AttributeValues.from_dict(_fields_.pop("reference_data"))

        else:
            reference_data = ABSENT

        _model_ = cls(reference_data=reference_data)
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
