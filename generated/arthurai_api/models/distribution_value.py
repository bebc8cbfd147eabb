from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="DistributionValue")

_REQUIRED = frozenset({"property"})


@_attrs_define(kw_only=True, repr=False)
class DistributionValue(_ApiObject):
    """What to report for each cell.

    Attributes:
        property_ (str): Column to look at.
        function (None | str | Unset): `count`, `sum`, `abs`, `max`, `min` or `avg`; the raw values when absent.
        alias (None | str | Unset): Name of the value in the response.
    """

    property_: str
    function: None | str | Unset = UNSET
    alias: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        property_ = self.property_

        function: None | str | Unset
        if isinstance(self.function, Unset):
            function = UNSET
        else:
            function = self.function

        alias: None | str | Unset
        if isinstance(self.alias, Unset):
            alias = UNSET
        else:
            alias = self.alias

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"property": property_})
        if function is not UNSET:
            field_dict["function"] = function
        if alias is not UNSET:
            field_dict["alias"] = alias

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        property_ = _fields_.pop("property", ABSENT)

        function: None | str | Unset = _fields_.pop("function", UNSET)

        alias: None | str | Unset = _fields_.pop("alias", UNSET)

        _model_ = cls(property_=property_, function=function, alias=alias)
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
