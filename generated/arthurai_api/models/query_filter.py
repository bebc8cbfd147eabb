from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import check_object as _check_object

T = TypeVar("T", bound="QueryFilter")


@_attrs_define(kw_only=True)
class QueryFilter:
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
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

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

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _check_object("QueryFilter", src_dict)
        _fields_ = dict(src_dict)
        comparator = _fields_.pop("comparator")

        def _parse_property_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        property_ = _parse_property_(_fields_.pop("property", UNSET))

        def _parse_alias(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        alias = _parse_alias(_fields_.pop("alias", UNSET))

        value = _fields_.pop("value", UNSET)

        def _parse_value_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        value_type = _parse_value_type(_fields_.pop("value_type", UNSET))

        _model_ = cls(
            comparator=comparator,
            property_=property_,
            alias=alias,
            value=value,
            value_type=value_type,
        )
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
