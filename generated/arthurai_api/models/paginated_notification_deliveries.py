from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.notification_delivery import NotificationDelivery


T = TypeVar("T", bound="PaginatedNotificationDeliveries")

_REQUIRED = frozenset({"data", "page", "page_size", "total_pages", "total_count"})


@_attrs_define(kw_only=True, repr=False)
class PaginatedNotificationDeliveries(_ApiObject):
    """One page of messages.

    Attributes:
        data (list[NotificationDelivery]): Messages on this page, the newest first.
        page (int): Number of this page, from 1.
        page_size (int): Page size in force.
        total_pages (int): Number of pages.
        total_count (int): Hits over all pages.
    """

    data: list[NotificationDelivery]
    page: int
    page_size: int
    total_pages: int
    total_count: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)

        page = self.page

        page_size = self.page_size

        total_pages = self.total_pages

        total_count = self.total_count

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "data": data,
                "page": page,
                "page_size": page_size,
                "total_pages": total_pages,
                "total_count": total_count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.notification_delivery import NotificationDelivery  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "data" in _fields_:
            data = []
            _data = _fields_.pop("data")
            for data_item_data in _data or ():
                data_item = NotificationDelivery.from_dict(data_item_data)

                data.append(data_item)

        else:
            data = ABSENT

        page = _fields_.pop("page", ABSENT)

        page_size = _fields_.pop("page_size", ABSENT)

        total_pages = _fields_.pop("total_pages", ABSENT)

        total_count = _fields_.pop("total_count", ABSENT)

        _model_ = cls(
            data=data,
            page=page,
            page_size=page_size,
            total_pages=total_pages,
            total_count=total_count,
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
