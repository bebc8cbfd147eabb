from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="DatasetCloseRequest")

_REQUIRED = frozenset({"status"})


@_attrs_define(kw_only=True, repr=False)
class DatasetCloseRequest(_ApiObject):
    """Says that no more rows will come.

    Attributes:
        status (str): `uploaded`; for reference data also `started`, which drops what was sent and begins anew.
        total_record_count (int | None | Unset): How many rows the caller sent, so that losses are noticed.
    """

    status: str
    total_record_count: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

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

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        status = _fields_.pop("status", ABSENT)

        total_record_count: int | None | Unset = _fields_.pop("total_record_count", UNSET)

        _model_ = cls(status=status, total_record_count=total_record_count)
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
