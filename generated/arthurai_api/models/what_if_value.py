from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="WhatIfValue")

_REQUIRED = frozenset({"attribute_name", "attribute_value"})


@_attrs_define(kw_only=True, repr=False)
class WhatIfValue(_ApiObject):
    """Value of an attribute.

    Attributes:
        attribute_name (str): The attribute.
        attribute_value (bool | float | str): Its value.
    """

    attribute_name: str
    attribute_value: bool | float | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attribute_name = self.attribute_name

        attribute_value: bool | float | str
        attribute_value = self.attribute_value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"attribute_name": attribute_name, "attribute_value": attribute_value})

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        attribute_name = _fields_.pop("attribute_name", ABSENT)

        if "attribute_value" in _fields_:
            attribute_value: bool | float | str = _fields_.pop("attribute_value")

        else:
            attribute_value = ABSENT

        _model_ = cls(attribute_name=attribute_name, attribute_value=attribute_value)
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
