from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.metric_result import MetricResult
    from ..models.query_filter import QueryFilter


T = TypeVar("T", bound="MetricEvaluationResponse")

_REQUIRED = frozenset({"name", "results"})


@_attrs_define(kw_only=True, repr=False)
class MetricEvaluationResponse(_ApiObject):
    """Values of a metric.

    Attributes:
        name (str): Name of the metric.
        results (list[MetricResult]): One entry per group and choice of parameters.
        filters (list[QueryFilter] | None | Unset): The requested conditions.
    """

    name: str
    results: list[MetricResult]
    filters: list[QueryFilter] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        results = []
        for results_item_data in self.results:
            results_item = results_item_data.to_dict()
            results.append(results_item)

        filters: list[dict[str, Any]] | None | Unset
        if isinstance(self.filters, Unset):
            filters = UNSET
        elif isinstance(self.filters, list):
            filters = []
            for filters_type_0_item_data in self.filters:
                filters_type_0_item = filters_type_0_item_data.to_dict()
                filters.append(filters_type_0_item)

        else:
            filters = self.filters

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"name": name, "results": results})
        if filters is not UNSET:
            field_dict["filters"] = filters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_result import MetricResult  # noqa: PLC0415
        from ..models.query_filter import QueryFilter  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        name = _fields_.pop("name", ABSENT)

        if "results" in _fields_:
            results = []
            _results = _fields_.pop("results")
            for results_item_data in _results or ():
                results_item = MetricResult.from_dict(results_item_data)

                results.append(results_item)

        else:
            results = ABSENT

        def _parse_filters(data: object) -> list[QueryFilter] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                filters_type_0 = []
                _filters_type_0 = data
                for filters_type_0_item_data in _filters_type_0 or ():
                    filters_type_0_item = QueryFilter.from_dict(filters_type_0_item_data)

                    filters_type_0.append(filters_type_0_item)

                return filters_type_0
            raise TypeError(f"filters is {type(data).__name__}")

        filters = _parse_filters(_fields_.pop("filters", UNSET))

        _model_ = cls(name=name, results=results, filters=filters)
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
