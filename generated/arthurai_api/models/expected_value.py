from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="ExpectedValue")

_REQUIRED = frozenset({"predicted_attribute_name", "expected_value"})


@_attrs_define(kw_only=True, repr=False)
class ExpectedValue(_ApiObject):
    """Base value of a prediction attribute.

    Attributes:
        predicted_attribute_name (str): The prediction attribute.
        expected_value (float): The base value.
        rows (int | Unset): Rows of the reference set that the base value is the mean over.
        standard_error (float | None | Unset): Standard error of the base value as the mean over the whole sample; 0
            where it is that mean.
    """

    predicted_attribute_name: str
    expected_value: float
    rows: int | Unset = UNSET
    standard_error: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        predicted_attribute_name = self.predicted_attribute_name

        expected_value = self.expected_value

        rows = self.rows

        standard_error: float | None | Unset
        if isinstance(self.standard_error, Unset):
            standard_error = UNSET
        else:
            standard_error = self.standard_error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"predicted_attribute_name": predicted_attribute_name, "expected_value": expected_value}
        )
        if rows is not UNSET:
            field_dict["rows"] = rows
        if standard_error is not UNSET:
            field_dict["standard_error"] = standard_error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        predicted_attribute_name = _fields_.pop("predicted_attribute_name", ABSENT)

        expected_value = _fields_.pop("expected_value", ABSENT)

        rows = _fields_.pop("rows", UNSET)

        standard_error: float | None | Unset = _fields_.pop("standard_error", UNSET)

        _model_ = cls(
            predicted_attribute_name=predicted_attribute_name,
            expected_value=expected_value,
            rows=rows,
            standard_error=standard_error,
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
