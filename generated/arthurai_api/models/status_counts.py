from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="StatusCounts")

_REQUIRED = frozenset({"success", "failure", "total"})


@_attrs_define(kw_only=True, repr=False)
class StatusCounts(_ApiObject):
    """How many rows of a request were accepted and how many refused; exactly these three members.

    Attributes:
        success (int): Rows accepted.
        failure (int): Rows refused.
        total (int): Sum of the two.
    """

    success: int
    failure: int
    total: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        success = self.success

        failure = self.failure

        total = self.total

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"success": success, "failure": failure, "total": total})

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        success = _fields_.pop("success", ABSENT)

        failure = _fields_.pop("failure", ABSENT)

        total = _fields_.pop("total", ABSENT)

        _model_ = cls(success=success, failure=failure, total=total)
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
