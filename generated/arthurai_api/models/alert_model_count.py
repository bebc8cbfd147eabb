from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertModelCount")

_REQUIRED = frozenset({"model_id", "count"})


@_attrs_define(kw_only=True, repr=False)
class AlertModelCount(_ApiObject):
    """Number of alerts of one model, on one day when they are counted by day.

    Attributes:
        model_id (str): The model.
        count (int): Number of alerts.
        date (None | str | Unset): The day, `YYYY-MM-DD`; with `group_by_date`.
    """

    model_id: str
    count: int
    date: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_id = self.model_id

        count = self.count

        date: None | str | Unset
        if isinstance(self.date, Unset):
            date = UNSET
        else:
            date = self.date

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"model_id": model_id, "count": count})
        if date is not UNSET:
            field_dict["date"] = date

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        model_id = _fields_.pop("model_id", ABSENT)

        count = _fields_.pop("count", ABSENT)

        date: None | str | Unset = _fields_.pop("date", UNSET)

        _model_ = cls(model_id=model_id, count=count, date=date)
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
