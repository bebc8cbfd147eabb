from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ExpectedValue")


@_attrs_define
class ExpectedValue:
    """Base value of a prediction attribute.

    Attributes:
        predicted_attribute_name (str): The prediction attribute.
        expected_value (float): The base value.
    """

    predicted_attribute_name: str
    expected_value: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        predicted_attribute_name = self.predicted_attribute_name

        expected_value = self.expected_value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "predicted_attribute_name": predicted_attribute_name,
                "expected_value": expected_value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _fields_ = dict(src_dict)
        predicted_attribute_name = _fields_.pop("predicted_attribute_name")

        expected_value = _fields_.pop("expected_value")

        _model_ = cls(
            predicted_attribute_name=predicted_attribute_name,
            expected_value=expected_value,
        )

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
