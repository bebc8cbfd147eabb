from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import check_object as _check_object

T = TypeVar("T", bound="DatasetCloseRequest")


@_attrs_define(kw_only=True)
class DatasetCloseRequest:
    """Says that no more rows will come.

    Attributes:
        status (str): The word `uploaded`.
        total_record_count (int | None | Unset): How many rows the caller sent, so that losses are noticed.
    """

    status: str
    total_record_count: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        total_record_count: int | None | Unset
        if isinstance(self.total_record_count, Unset):
            total_record_count = UNSET
        else:
            total_record_count = self.total_record_count

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"status": status})
        if total_record_count is not UNSET:
            field_dict["total_record_count"] = total_record_count

        return field_dict

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _check_object("DatasetCloseRequest", src_dict)
        _fields_ = dict(src_dict)
        status = _fields_.pop("status")

        def _parse_total_record_count(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        total_record_count = _parse_total_record_count(_fields_.pop("total_record_count", UNSET))

        _model_ = cls(status=status, total_record_count=total_record_count)
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
