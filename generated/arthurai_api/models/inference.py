from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.attribute_values import AttributeValues


T = TypeVar("T", bound="Inference")

_REQUIRED = frozenset({"inference_timestamp", "partner_inference_id", "inference_data"})


@_attrs_define(kw_only=True, repr=False)
class Inference(_ApiObject):
    """One prediction with everything that went into it.

    Attributes:
        inference_timestamp (str): When the prediction was made, ISO 8601 with a zone.
        partner_inference_id (str): The caller's own key of the row; ground truth finds it by this.
        inference_data (AttributeValues): Values by attribute name. Numbers, text, booleans; timestamps as ISO 8601 with
            a zone; images as the file name in the zip; boxes as lists `[class_id, confidence, top_left_x, top_left_y,
            width, height]`; tokens as lists of strings; token likelihoods as lists of maps; ranked lists as lists of
            `{item_id, label, score}`; time series as lists of `{timestamp, value}`. Null is a missing value, not allowed
            for timestamps, predictions and ground truth.
        batch_id (None | str | Unset): The batch it belongs to; batch models only.
        ground_truth_timestamp (None | str | Unset): When the truth became known, ISO 8601 with a zone; needed with
            ground truth.
        ground_truth_data (AttributeValues | None | Unset): Values of the ground truth attributes.
    """

    inference_timestamp: str
    partner_inference_id: str
    inference_data: AttributeValues
    batch_id: None | str | Unset = UNSET
    ground_truth_timestamp: None | str | Unset = UNSET
    ground_truth_data: AttributeValues | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.attribute_values import AttributeValues  # noqa: PLC0415

        inference_timestamp = self.inference_timestamp

        partner_inference_id = self.partner_inference_id

        inference_data = self.inference_data.to_dict()

        batch_id: None | str | Unset
        if isinstance(self.batch_id, Unset):
            batch_id = UNSET
        else:
            batch_id = self.batch_id

        ground_truth_timestamp: None | str | Unset
        if isinstance(self.ground_truth_timestamp, Unset):
            ground_truth_timestamp = UNSET
        else:
            ground_truth_timestamp = self.ground_truth_timestamp

        ground_truth_data: dict[str, Any] | None | Unset
        if isinstance(self.ground_truth_data, Unset):
            ground_truth_data = UNSET
        elif isinstance(self.ground_truth_data, AttributeValues):
            ground_truth_data = self.ground_truth_data.to_dict()
        else:
            ground_truth_data = self.ground_truth_data

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "inference_timestamp": inference_timestamp,
                "partner_inference_id": partner_inference_id,
                "inference_data": inference_data,
            }
        )
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if ground_truth_timestamp is not UNSET:
            field_dict["ground_truth_timestamp"] = ground_truth_timestamp
        if ground_truth_data is not UNSET:
            field_dict["ground_truth_data"] = ground_truth_data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attribute_values import AttributeValues  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        inference_timestamp = _fields_.pop("inference_timestamp", ABSENT)

        partner_inference_id = _fields_.pop("partner_inference_id", ABSENT)

        if "inference_data" in _fields_:
            inference_data = AttributeValues.from_dict(_fields_.pop("inference_data"))

        else:
            inference_data = ABSENT

        batch_id: None | str | Unset = _fields_.pop("batch_id", UNSET)

        ground_truth_timestamp: None | str | Unset = _fields_.pop("ground_truth_timestamp", UNSET)

        def _parse_ground_truth_data(data: object) -> AttributeValues | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                ground_truth_data_type_0 = AttributeValues.from_dict(data)

                return ground_truth_data_type_0
            raise TypeError(f"ground_truth_data is {type(data).__name__}")

        ground_truth_data = _parse_ground_truth_data(_fields_.pop("ground_truth_data", UNSET))

        _model_ = cls(
            inference_timestamp=inference_timestamp,
            partner_inference_id=partner_inference_id,
            inference_data=inference_data,
            batch_id=batch_id,
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
