from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import check_object as _check_object

T = TypeVar("T", bound="WhatIfValue")


@_attrs_define(kw_only=True)
class WhatIfValue:
    """Value of an attribute.

    Attributes:
        attribute_name (str): The attribute.
        attribute_value (bool | float | str): Its value.
    """

    attribute_name: str
    attribute_value: bool | float | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

    def to_dict(self) -> dict[str, Any]:
        attribute_name = self.attribute_name

        attribute_value: bool | float | str
        attribute_value = self.attribute_value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"attribute_name": attribute_name, "attribute_value": attribute_value})

        return field_dict

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _check_object("WhatIfValue", src_dict)
        _fields_ = dict(src_dict)
        attribute_name = _fields_.pop("attribute_name")

        def _parse_attribute_value(data: object) -> bool | float | str:
            return cast(bool | float | str, data)

        attribute_value = _parse_attribute_value(_fields_.pop("attribute_value"))

        _model_ = cls(attribute_name=attribute_name, attribute_value=attribute_value)
        _model_._received = src_dict

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
