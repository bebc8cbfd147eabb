from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import check_object as _check_object

T = TypeVar("T", bound="BiasGroup")


@_attrs_define(kw_only=True)
class BiasGroup:
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
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

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

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _check_object("BiasGroup", src_dict)
        _fields_ = dict(src_dict)
        attribute_id = _fields_.pop("attribute_id", UNSET)

        attribute_name = _fields_.pop("attribute_name", UNSET)

        def _parse_categorical_value(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        categorical_value = _parse_categorical_value(_fields_.pop("categorical_value", UNSET))

        def _parse_continuous_start(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        continuous_start = _parse_continuous_start(_fields_.pop("continuous_start", UNSET))

        def _parse_continuous_end(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        continuous_end = _parse_continuous_end(_fields_.pop("continuous_end", UNSET))

        _model_ = cls(
            attribute_id=attribute_id,
            attribute_name=attribute_name,
            categorical_value=categorical_value,
            continuous_start=continuous_start,
            continuous_end=continuous_end,
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
