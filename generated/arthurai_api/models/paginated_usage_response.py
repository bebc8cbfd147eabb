from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.usage_rollup import UsageRollup
from ..types import UNSET, Unset
from ..types import check_object as _check_object

if TYPE_CHECKING:
    from ..models.usage_data import UsageData


T = TypeVar("T", bound="PaginatedUsageResponse")


@_attrs_define(kw_only=True)
class PaginatedUsageResponse:
    """Usage in an interval of time.

    Attributes:
        data (list[UsageData] | None): One entry for the organisation, or one a model.
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
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

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

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.usage_data import UsageData  # noqa: PLC0415

        _check_object("PaginatedUsageResponse", src_dict)
        _fields_ = dict(src_dict)

        def _parse_data(data: object) -> list[UsageData] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                data_type_0 = []
                _data_type_0 = data
                for data_type_0_item_data in _data_type_0 or ():
                    data_type_0_item = UsageData.from_dict(data_type_0_item_data)

                    data_type_0.append(data_type_0_item)

                return data_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[UsageData] | None, data)

        data = _parse_data(_fields_.pop("data"))

        total_count = _fields_.pop("total_count")

        rollup = UsageRollup(_fields_.pop("rollup"))

        interval_start = datetime.datetime.fromisoformat(_fields_.pop("interval_start"))

        interval_end = datetime.datetime.fromisoformat(_fields_.pop("interval_end"))

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
