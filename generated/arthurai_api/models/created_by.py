from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.creator_type import CreatorType
from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="CreatedBy")

_REQUIRED = frozenset({"id", "type"})


@_attrs_define(kw_only=True, repr=False)
class CreatedBy(_ApiObject):
    """Who made something.

    Attributes:
        id (str): Identifier of the account.
        type_ (CreatorType): What kind of account made or changed something.
    """

    id: str
    type_: CreatorType
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        type_ = self.type_.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"id": id, "type": type_})

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        if "type" in _fields_:
            type_ = CreatorType(_fields_.pop("type"))

        else:
            type_ = ABSENT

        _model_ = cls(id=id, type_=type_)
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
