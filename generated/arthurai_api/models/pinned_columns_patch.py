from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="PinnedColumnsPatch")


@_attrs_define(kw_only=True, repr=False)
class PinnedColumnsPatch(_ApiObject):
    """Changes to the pinned columns; removals come first.

    Attributes:
        columns_to_add (list[str] | None | Unset): Names to put at the end.
        columns_to_remove (list[str] | None | Unset): Names to drop; each must be pinned now.
    """

    columns_to_add: list[str] | None | Unset = UNSET
    columns_to_remove: list[str] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        columns_to_add: list[str] | None | Unset
        if isinstance(self.columns_to_add, Unset):
            columns_to_add = UNSET
        elif isinstance(self.columns_to_add, list):
            columns_to_add = self.columns_to_add

        else:
            columns_to_add = self.columns_to_add

        columns_to_remove: list[str] | None | Unset
        if isinstance(self.columns_to_remove, Unset):
            columns_to_remove = UNSET
        elif isinstance(self.columns_to_remove, list):
            columns_to_remove = self.columns_to_remove

        else:
            columns_to_remove = self.columns_to_remove

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if columns_to_add is not UNSET:
            field_dict["columns_to_add"] = columns_to_add
        if columns_to_remove is not UNSET:
            field_dict["columns_to_remove"] = columns_to_remove

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)

        def _parse_columns_to_add(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _columns_to_add_type_0 = data
                if _columns_to_add_type_0 is None:
                    _columns_to_add_type_0 = []
                columns_to_add_type_0 = cast(list[str], _columns_to_add_type_0)

                return columns_to_add_type_0
            raise TypeError(f"columns_to_add is {type(data).__name__}")

        columns_to_add = _parse_columns_to_add(_fields_.pop("columns_to_add", UNSET))

        def _parse_columns_to_remove(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _columns_to_remove_type_0 = data
                if _columns_to_remove_type_0 is None:
                    _columns_to_remove_type_0 = []
                columns_to_remove_type_0 = cast(list[str], _columns_to_remove_type_0)

                return columns_to_remove_type_0
            raise TypeError(f"columns_to_remove is {type(data).__name__}")

        columns_to_remove = _parse_columns_to_remove(_fields_.pop("columns_to_remove", UNSET))

        _model_ = cls(columns_to_add=columns_to_add, columns_to_remove=columns_to_remove)
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
