from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.metric_rollup import MetricRollup
from ..types import UNSET, Unset
from ..types import check_object as _check_object

if TYPE_CHECKING:
    from ..models.metric_parameter_values import MetricParameterValues
    from ..models.query_filter import QueryFilter


T = TypeVar("T", bound="MetricEvaluationRequest")


@_attrs_define(kw_only=True)
class MetricEvaluationRequest:
    """How to evaluate a metric; an empty object gives one number.

    Attributes:
        rollup (MetricRollup | None | Unset): Step by which to evaluate.
        group_by (None | str | Unset): Attribute whose values or bins split the results.
        parameters (MetricParameterValues | None | Unset): Values of the parameters; defaults where absent.
        filters (list[QueryFilter] | None | Unset): Conditions on rows.
    """

    rollup: MetricRollup | None | Unset = UNSET
    group_by: None | str | Unset = UNSET
    parameters: MetricParameterValues | None | Unset = UNSET
    filters: list[QueryFilter] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

    def to_dict(self) -> dict[str, Any]:
        from ..models.metric_parameter_values import MetricParameterValues  # noqa: PLC0415

        rollup: None | str | Unset
        if isinstance(self.rollup, Unset):
            rollup = UNSET
        elif isinstance(self.rollup, MetricRollup):
            rollup = self.rollup.value
        else:
            rollup = self.rollup

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
        if group_by is not UNSET:
            field_dict["group_by"] = group_by
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if filters is not UNSET:
            field_dict["filters"] = filters

        return field_dict

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_parameter_values import MetricParameterValues  # noqa: PLC0415
        from ..models.query_filter import QueryFilter  # noqa: PLC0415

        _check_object("MetricEvaluationRequest", src_dict)
        _fields_ = dict(src_dict)

        def _parse_rollup(data: object) -> MetricRollup | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                rollup_type_0 = MetricRollup(data)

                return rollup_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MetricRollup | None | Unset, data)

        rollup = _parse_rollup(_fields_.pop("rollup", UNSET))

        def _parse_group_by(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        group_by = _parse_group_by(_fields_.pop("group_by", UNSET))

        def _parse_parameters(data: object) -> MetricParameterValues | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                parameters_type_0 = MetricParameterValues.from_dict(data)

                return parameters_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MetricParameterValues | None | Unset, data)

        parameters = _parse_parameters(_fields_.pop("parameters", UNSET))

        def _parse_filters(data: object) -> list[QueryFilter] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                filters_type_0 = []
                _filters_type_0 = data
                for filters_type_0_item_data in _filters_type_0 or ():
                    filters_type_0_item = QueryFilter.from_dict(filters_type_0_item_data)

                    filters_type_0.append(filters_type_0_item)

                return filters_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[QueryFilter] | None | Unset, data)

        filters = _parse_filters(_fields_.pop("filters", UNSET))

        _model_ = cls(rollup=rollup, group_by=group_by, parameters=parameters, filters=filters)
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
