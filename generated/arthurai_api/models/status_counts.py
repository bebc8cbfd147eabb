from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import check_object as _check_object

T = TypeVar("T", bound="StatusCounts")


@_attrs_define(kw_only=True)
class StatusCounts:
    """How many rows of a request were taken and how many refused. Holds these three members and no other.

    Attributes:
        success (int): Rows accepted.
        failure (int): Rows refused.
        total (int): Sum of the two.
    """

    success: int
    failure: int
    total: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

    def to_dict(self) -> dict[str, Any]:
        success = self.success

        failure = self.failure

        total = self.total

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"success": success, "failure": failure, "total": total})

        return field_dict

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _check_object("StatusCounts", src_dict)
        _fields_ = dict(src_dict)
        success = _fields_.pop("success")

        failure = _fields_.pop("failure")

        total = _fields_.pop("total")

        _model_ = cls(success=success, failure=failure, total=total)
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
