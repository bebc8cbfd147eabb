from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="DistributionAxis")

_REQUIRED = frozenset({"property"})


@_attrs_define(kw_only=True, repr=False)
class DistributionAxis(_ApiObject):
    """An axis that is cut into buckets.

    Attributes:
        property_ (str): Column on the axis.
        alias (None | str | Unset): Name of the axis in the response.
        num_bins (int | None | Unset): Number of buckets; 20 when absent.
    """

    property_: str
    alias: None | str | Unset = UNSET
    num_bins: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        property_ = self.property_

        alias: None | str | Unset
        if isinstance(self.alias, Unset):
            alias = UNSET
        else:
            alias = self.alias

        num_bins: int | None | Unset
        if isinstance(self.num_bins, Unset):
            num_bins = UNSET
        else:
            num_bins = self.num_bins

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"property": property_})
        if alias is not UNSET:
            field_dict["alias"] = alias
        if num_bins is not UNSET:
            field_dict["num_bins"] = num_bins

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        property_ = _fields_.pop("property", ABSENT)

        alias: None | str | Unset = _fields_.pop("alias", UNSET)

        num_bins: int | None | Unset = _fields_.pop("num_bins", UNSET)

        _model_ = cls(property_=property_, alias=alias, num_bins=num_bins)
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
