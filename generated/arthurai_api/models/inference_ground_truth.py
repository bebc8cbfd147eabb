from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.attribute_values import AttributeValues


T = TypeVar("T", bound="InferenceGroundTruth")

_REQUIRED = frozenset({"partner_inference_id", "ground_truth_timestamp", "ground_truth_data"})


@_attrs_define(kw_only=True, repr=False)
class InferenceGroundTruth(_ApiObject):
    """What turned out to be true for one earlier inference.

    Attributes:
        partner_inference_id (str): Key of the inference.
        ground_truth_timestamp (str): When the truth became known, ISO 8601 with a zone.
        ground_truth_data (AttributeValues): Values by attribute name. Numbers, text, booleans; timestamps as ISO 8601
            with a zone; images as the file name in the zip; boxes as lists `[class_id, confidence, top_left_x, top_left_y,
            width, height]`; tokens as lists of strings; token likelihoods as lists of maps; ranked lists as lists of
            `{item_id, label, score}`; time series as lists of `{timestamp, value}`. Null is a missing value, not allowed
            for timestamps, predictions and ground truth.
    """

    partner_inference_id: str
    ground_truth_timestamp: str
    ground_truth_data: AttributeValues
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        partner_inference_id = self.partner_inference_id

        ground_truth_timestamp = self.ground_truth_timestamp

        ground_truth_data = self.ground_truth_data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "partner_inference_id": partner_inference_id,
                "ground_truth_timestamp": ground_truth_timestamp,
                "ground_truth_data": ground_truth_data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attribute_values import AttributeValues  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        partner_inference_id = _fields_.pop("partner_inference_id", ABSENT)

        ground_truth_timestamp = _fields_.pop("ground_truth_timestamp", ABSENT)

        if "ground_truth_data" in _fields_:
            ground_truth_data = AttributeValues.from_dict(_fields_.pop("ground_truth_data"))

        else:
            ground_truth_data = ABSENT

        _model_ = cls(
            partner_inference_id=partner_inference_id,
            ground_truth_timestamp=ground_truth_timestamp,
            ground_truth_data=ground_truth_data,
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
