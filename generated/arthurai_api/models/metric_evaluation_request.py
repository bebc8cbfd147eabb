from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.metric_rollup import MetricRollup
from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.metric_parameter_values import MetricParameterValues
    from ..models.query_filter import QueryFilter


T = TypeVar("T", bound="MetricEvaluationRequest")


@_attrs_define(kw_only=True, repr=False)
class MetricEvaluationRequest(_ApiObject):
    """How to evaluate a metric; an empty object gives one number.

    Attributes:
        rollup (MetricRollup | None | Unset): Step by which to evaluate.
        time_zone (None | str | Unset): Time zone by whose clocks steps start, such as `Europe/Vienna`; UTC when absent.
            The starts are given in UTC.
        group_by (None | str | Unset): Attribute whose values or bins split the results.
        parameters (MetricParameterValues | None | Unset): Values of the parameters; defaults where absent.
        uncertainty (bool | None | Unset): Whether each value is to say how many rows it rests on, and its sampling
            error.
        filters (list[QueryFilter] | None | Unset): Conditions on rows.
    """

    rollup: MetricRollup | None | Unset = UNSET
    time_zone: None | str | Unset = UNSET
    group_by: None | str | Unset = UNSET
    parameters: MetricParameterValues | None | Unset = UNSET
    uncertainty: bool | None | Unset = UNSET
    filters: list[QueryFilter] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.metric_parameter_values import MetricParameterValues  # noqa: PLC0415

        rollup: None | str | Unset
        if isinstance(self.rollup, Unset):
            rollup = UNSET
        elif isinstance(self.rollup, MetricRollup):
            rollup = self.rollup.value
        else:
            rollup = self.rollup

        time_zone: None | str | Unset
        if isinstance(self.time_zone, Unset):
            time_zone = UNSET
        else:
            time_zone = self.time_zone

        group_by: None | str | Unset
        if isinstance(self.group_by, Unset):
            group_by = UNSET
        else:
            group_by = self.group_by

        parameters: dict[str, Any] | None | Unset
        if isinstance(self.parameters, Unset):
            parameters = UNSET
        elif isinstance(self.parameters, MetricParameterValues):
            parameters = self.parameters.to_dict()
        else:
            parameters = self.parameters

        uncertainty: bool | None | Unset
        if isinstance(self.uncertainty, Unset):
            uncertainty = UNSET
        else:
            uncertainty = self.uncertainty

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
        field_dict.update({})
        if rollup is not UNSET:
            field_dict["rollup"] = rollup
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if group_by is not UNSET:
            field_dict["group_by"] = group_by
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if uncertainty is not UNSET:
            field_dict["uncertainty"] = uncertainty
        if filters is not UNSET:
            field_dict["filters"] = filters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_parameter_values import MetricParameterValues  # noqa: PLC0415
        from ..models.query_filter import QueryFilter  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)

        def _parse_rollup(data: object) -> MetricRollup | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                rollup_type_0 = MetricRollup(data)

                return rollup_type_0
            raise TypeError(f"rollup is {type(data).__name__}")

        rollup = _parse_rollup(_fields_.pop("rollup", UNSET))

        time_zone: None | str | Unset = _fields_.pop("time_zone", UNSET)

        group_by: None | str | Unset = _fields_.pop("group_by", UNSET)

        def _parse_parameters(data: object) -> MetricParameterValues | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                parameters_type_0 = MetricParameterValues.from_dict(data)

                return parameters_type_0
            raise TypeError(f"parameters is {type(data).__name__}")

        parameters = _parse_parameters(_fields_.pop("parameters", UNSET))

        uncertainty: bool | None | Unset = _fields_.pop("uncertainty", UNSET)

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

        _model_ = cls(
            rollup=rollup,
            time_zone=time_zone,
            group_by=group_by,
            parameters=parameters,
            uncertainty=uncertainty,
            filters=filters,
        )
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
