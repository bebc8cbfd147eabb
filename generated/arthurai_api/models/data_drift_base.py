from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.data_drift_base_source import DataDriftBaseSource
from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.query_filter import QueryFilter


T = TypeVar("T", bound="DataDriftBase")


@_attrs_define(kw_only=True, repr=False)
class DataDriftBase(_ApiObject):
    """The distribution that the target is compared with.

    Attributes:
        source (DataDriftBaseSource | None | Unset): Rows to read; the reference set when absent.
        filter_ (list[QueryFilter] | None | Unset): Conditions on the rows of this side.
    """

    source: DataDriftBaseSource | None | Unset = UNSET
    filter_: list[QueryFilter] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        source: None | str | Unset
        if isinstance(self.source, Unset):
            source = UNSET
        elif isinstance(self.source, DataDriftBaseSource):
            source = self.source.value
        else:
            source = self.source

        filter_: list[dict[str, Any]] | None | Unset
        if isinstance(self.filter_, Unset):
            filter_ = UNSET
        elif isinstance(self.filter_, list):
            filter_ = []
            for filter_type_0_item_data in self.filter_:
                filter_type_0_item = filter_type_0_item_data.to_dict()
                filter_.append(filter_type_0_item)

        else:
            filter_ = self.filter_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if source is not UNSET:
            field_dict["source"] = source
        if filter_ is not UNSET:
            field_dict["filter"] = filter_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.query_filter import QueryFilter  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)

        def _parse_source(data: object) -> DataDriftBaseSource | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                source_type_0 = DataDriftBaseSource(data)

                return source_type_0
            raise TypeError(f"source is {type(data).__name__}")

        source = _parse_source(_fields_.pop("source", UNSET))

        def _parse_filter_(data: object) -> list[QueryFilter] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                filter_type_0 = []
                _filter_type_0 = data
                for filter_type_0_item_data in _filter_type_0 or ():
                    filter_type_0_item = QueryFilter.from_dict(filter_type_0_item_data)

                    filter_type_0.append(filter_type_0_item)

                return filter_type_0
            raise TypeError(f"filter is {type(data).__name__}")

        filter_ = _parse_filter_(_fields_.pop("filter", UNSET))

        _model_ = cls(source=source, filter_=filter_)
        _model_._keep(src_dict)

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
