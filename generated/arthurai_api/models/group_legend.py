from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.attribute_bin import AttributeBin


T = TypeVar("T", bound="GroupLegend")


@_attrs_define(kw_only=True, repr=False)
class GroupLegend(_ApiObject):
    """What makes a group: a value of a categorical attribute or a bin of a continuous one.

    Attributes:
        name (None | str | Unset): The value.
        bin_ (AttributeBin | None | Unset): The bin.
    """

    name: None | str | Unset = UNSET
    bin_: AttributeBin | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.attribute_bin import AttributeBin  # noqa: PLC0415

        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        bin_: dict[str, Any] | None | Unset
        if isinstance(self.bin_, Unset):
            bin_ = UNSET
        elif isinstance(self.bin_, AttributeBin):
            bin_ = self.bin_.to_dict()
        else:
            bin_ = self.bin_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if bin_ is not UNSET:
            field_dict["bin"] = bin_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attribute_bin import AttributeBin  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        name: None | str | Unset = _fields_.pop("name", UNSET)

        def _parse_bin_(data: object) -> AttributeBin | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                bin_type_0 = AttributeBin.from_dict(data)

                return bin_type_0
            raise TypeError(f"bin is {type(data).__name__}")

        bin_ = _parse_bin_(_fields_.pop("bin", UNSET))

        _model_ = cls(name=name, bin_=bin_)
        _model_._keep(src_dict)

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
