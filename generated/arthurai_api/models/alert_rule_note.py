from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertRuleNote")

_REQUIRED = frozenset({"code", "message"})


@_attrs_define(kw_only=True, repr=False)
class AlertRuleNote(_ApiObject):
    """Something that whoever makes or reads a rule should know.

    Attributes:
        code (str): Short name, e.g. `covers_all` or `too_few_rows`.
        message (str): What it means and what to do.
    """

    code: str
    message: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        message = self.message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"code": code, "message": message})

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        code = _fields_.pop("code", ABSENT)

        message = _fields_.pop("message", ABSENT)

        _model_ = cls(code=code, message=message)
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
