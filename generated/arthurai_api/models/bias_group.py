from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="BiasGroup")


@_attrs_define(kw_only=True, repr=False)
class BiasGroup(_ApiObject):
    """A group of people, or of things, that is watched for bias.

    Attributes:
        attribute_id (str | Unset): The attribute that makes the group.
        attribute_name (str | Unset): Name of that attribute.
        categorical_value (None | str | Unset): The value that all members share, for categorical attributes.
        continuous_start (float | None | Unset): Lower end, not included, for continuous attributes.
        continuous_end (float | None | Unset): Upper end, included, for continuous attributes.
    """

    attribute_id: str | Unset = UNSET
    attribute_name: str | Unset = UNSET
    categorical_value: None | str | Unset = UNSET
    continuous_start: float | None | Unset = UNSET
    continuous_end: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attribute_id = self.attribute_id

        attribute_name = self.attribute_name

        categorical_value: None | str | Unset
        if isinstance(self.categorical_value, Unset):
            categorical_value = UNSET
        else:
            categorical_value = self.categorical_value

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
        if attribute_id is not UNSET:
            field_dict["attribute_id"] = attribute_id
        if attribute_name is not UNSET:
            field_dict["attribute_name"] = attribute_name
        if categorical_value is not UNSET:
            field_dict["categorical_value"] = categorical_value
        if continuous_start is not UNSET:
            field_dict["continuous_start"] = continuous_start
        if continuous_end is not UNSET:
            field_dict["continuous_end"] = continuous_end

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        attribute_id = _fields_.pop("attribute_id", UNSET)

        attribute_name = _fields_.pop("attribute_name", UNSET)

        categorical_value: None | str | Unset = _fields_.pop("categorical_value", UNSET)

        continuous_start: float | None | Unset = _fields_.pop("continuous_start", UNSET)

        continuous_end: float | None | Unset = _fields_.pop("continuous_end", UNSET)

        _model_ = cls(
            attribute_id=attribute_id,
            attribute_name=attribute_name,
            categorical_value=categorical_value,
            continuous_start=continuous_start,
            continuous_end=continuous_end,
        )
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
