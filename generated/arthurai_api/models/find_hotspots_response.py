from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.hotspot_node import HotspotNode


T = TypeVar("T", bound="FindHotspotsResponse")

_REQUIRED = frozenset({"data"})


@_attrs_define(kw_only=True, repr=False)
class FindHotspotsResponse(_ApiObject):
    """Trees of regions where the model is weak.

    Attributes:
        data (list[HotspotNode]): The roots.
    """

    data: list[HotspotNode]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"data": data})

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.hotspot_node import HotspotNode  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "data" in _fields_:
            data = []
            _data = _fields_.pop("data")
            for data_item_data in _data or ():
                data_item = HotspotNode.from_dict(data_item_data)

                data.append(data_item)

        else:
            data = ABSENT

        _model_ = cls(data=data)
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
