from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.query_row import QueryRow


T = TypeVar("T", bound="QueryResult")

_REQUIRED = frozenset({"query_result"})


@_attrs_define(kw_only=True, repr=False)
class QueryResult(_ApiObject):
    """Result rows of a query.

    Attributes:
        query_result (list[QueryRow]): The rows; empty when nothing matches.
        sampling_threshold (float | Unset): Share of the rows that was read; 1 means all.
    """

    query_result: list[QueryRow]
    sampling_threshold: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        query_result = []
        for query_result_item_data in self.query_result:
            query_result_item = query_result_item_data.to_dict()
            query_result.append(query_result_item)

        sampling_threshold = self.sampling_threshold

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"query_result": query_result})
        if sampling_threshold is not UNSET:
            field_dict["sampling_threshold"] = sampling_threshold

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.query_row import QueryRow  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "query_result" in _fields_:
            query_result = []
            _query_result = _fields_.pop("query_result")
            for query_result_item_data in _query_result or ():
                query_result_item = QueryRow.from_dict(query_result_item_data)

                query_result.append(query_result_item)

        else:
            query_result = ABSENT

        sampling_threshold = _fields_.pop("sampling_threshold", UNSET)

        _model_ = cls(query_result=query_result, sampling_threshold=sampling_threshold)
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
