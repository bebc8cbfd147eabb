from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AttributeBin")


@_attrs_define(kw_only=True, repr=False)
class AttributeBin(_ApiObject):
    """A range of values that counts as one group. An end that is absent or null is open.

    Attributes:
        continuous_start (float | None | Unset): Lower end, not included.
        continuous_end (float | None | Unset): Upper end, included.
    """

    continuous_start: float | None | Unset = UNSET
    continuous_end: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        continuous_start: float | None | Unset
        if isinstance(self.continuous_start, Unset):
            continuous_start = UNSET
        else:
            continuous_start = self.continuous_start

        continuous_end: float | None | Unset
        if isinstance(self.continuous_end, Unset):
            continuous_end = UNSET
        else:
            continuous_end = self.continuous_end

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if continuous_start is not UNSET:
            field_dict["continuous_start"] = continuous_start
        if continuous_end is not UNSET:
            field_dict["continuous_end"] = continuous_end

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        continuous_start: float | None | Unset = _fields_.pop("continuous_start", UNSET)

        continuous_end: float | None | Unset = _fields_.pop("continuous_end", UNSET)

        _model_ = cls(continuous_start=continuous_start, continuous_end=continuous_end)
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
