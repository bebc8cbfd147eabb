from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.usage_rollup import UsageRollup
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.usage_data import UsageData


T = TypeVar("T", bound="PaginatedUsageResponse")

_REQUIRED = frozenset({"data", "total_count", "rollup", "interval_start", "interval_end"})


@_attrs_define(kw_only=True, repr=False)
class PaginatedUsageResponse(_ApiObject):
    """Usage in an interval of time.

    Attributes:
        data (list[UsageData] | None): One entry for the organization, or one per model.
        total_count (int): Number of entries.
        rollup (UsageRollup): What usage is added up by.
        interval_start (datetime.datetime): First moment that counts, as really used.
        interval_end (datetime.datetime): First moment that counts no more, as really used.
        page (int | Unset): Number of this page; older servers only.
        page_size (int | Unset): Page size; older servers only.
    """

    data: list[UsageData] | None
    total_count: int
    rollup: UsageRollup
    interval_start: datetime.datetime
    interval_end: datetime.datetime
    page: int | Unset = UNSET
    page_size: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data: list[dict[str, Any]] | None
        if isinstance(self.data, list):
            data = []
            for data_type_0_item_data in self.data:
                data_type_0_item = data_type_0_item_data.to_dict()
                data.append(data_type_0_item)

        else:
            data = self.data

        total_count = self.total_count

        rollup = self.rollup.value

        interval_start = self.interval_start.isoformat()

        interval_end = self.interval_end.isoformat()

        page = self.page

        page_size = self.page_size

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "data": data,
                "total_count": total_count,
                "rollup": rollup,
                "interval_start": interval_start,
                "interval_end": interval_end,
            }
        )
        if page is not UNSET:
            field_dict["page"] = page
        if page_size is not UNSET:
            field_dict["page_size"] = page_size

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.usage_data import UsageData  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "data" in _fields_:

            def _parse_data(data: object) -> list[UsageData] | None:
                if data is None:
                    return data
                if isinstance(data, list):
                    data_type_0 = []
                    _data_type_0 = data
                    for data_type_0_item_data in _data_type_0 or ():
                        data_type_0_item = UsageData.from_dict(data_type_0_item_data)

                        data_type_0.append(data_type_0_item)

                    return data_type_0
                raise TypeError(f"data is {type(data).__name__}")

            data = _parse_data(_fields_.pop("data"))

        else:
            data = ABSENT

        total_count = _fields_.pop("total_count", ABSENT)

        if "rollup" in _fields_:
            rollup = UsageRollup(_fields_.pop("rollup"))

        else:
            rollup = ABSENT

        if "interval_start" in _fields_:
            interval_start = datetime.datetime.fromisoformat(_fields_.pop("interval_start"))

        else:
            interval_start = ABSENT

        if "interval_end" in _fields_:
            interval_end = datetime.datetime.fromisoformat(_fields_.pop("interval_end"))

        else:
            interval_end = ABSENT

        page = _fields_.pop("page", UNSET)

        page_size = _fields_.pop("page_size", UNSET)

        _model_ = cls(
            data=data,
            total_count=total_count,
            rollup=rollup,
            interval_start=interval_start,
            interval_end=interval_end,
            page=page,
            page_size=page_size,
        )
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
