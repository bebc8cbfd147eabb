from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="QueryFilter")

_REQUIRED = frozenset({"comparator"})


@_attrs_define(kw_only=True, repr=False)
class QueryFilter(_ApiObject):
    """A condition on `property` or on `alias`, exactly one of them. All conditions of a list must hold.

    Attributes:
        comparator (str): One of `eq`, `ne`, `lt`, `lte`, `gt`, `gte`, `in`, `like`, `NotNull`, `IsNull`, in any
            spelling of case.
        property_ (None | str | Unset): Name of a column.
        alias (None | str | Unset): Alias of a select item.
        value (Any | Unset): What to compare with; a list for `in`, nothing for the null tests.
        value_type (None | str | Unset): Type to read the value as.
    """

    comparator: str
    property_: None | str | Unset = UNSET
    alias: None | str | Unset = UNSET
    value: Any | Unset = UNSET
    value_type: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        comparator = self.comparator

        property_: None | str | Unset
        if isinstance(self.property_, Unset):
            property_ = UNSET
        else:
            property_ = self.property_

        alias: None | str | Unset
        if isinstance(self.alias, Unset):
            alias = UNSET
        else:
            alias = self.alias

        value = self.value

        value_type: None | str | Unset
        if isinstance(self.value_type, Unset):
            value_type = UNSET
        else:
            value_type = self.value_type

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"comparator": comparator})
        if property_ is not UNSET:
            field_dict["property"] = property_
        if alias is not UNSET:
            field_dict["alias"] = alias
        if value is not UNSET:
            field_dict["value"] = value
        if value_type is not UNSET:
            field_dict["value_type"] = value_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        comparator = _fields_.pop("comparator", ABSENT)

        property_: None | str | Unset = _fields_.pop("property", UNSET)

        alias: None | str | Unset = _fields_.pop("alias", UNSET)

        value = _fields_.pop("value", UNSET)

        value_type: None | str | Unset = _fields_.pop("value_type", UNSET)

        _model_ = cls(
            comparator=comparator,
            property_=property_,
            alias=alias,
            value=value,
            value_type=value_type,
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
