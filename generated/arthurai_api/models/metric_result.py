from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.metric_parameter_values import MetricParameterValues
    from ..models.metric_result_group import MetricResultGroup
    from ..models.metric_result_value import MetricResultValue


T = TypeVar("T", bound="MetricResult")

_REQUIRED = frozenset({"name", "values"})


@_attrs_define(kw_only=True, repr=False)
class MetricResult(_ApiObject):
    """A series for one group and one choice of parameters.

    Attributes:
        name (str): Name of the number in each value.
        values (list[MetricResultValue]): The series.
        parameters (MetricParameterValues | Unset): Values by parameter name: one value, or a list for one result per
            choice.
        group (MetricResultGroup | Unset): Group of a result by attribute name.
    """

    name: str
    values: list[MetricResultValue]
    parameters: MetricParameterValues | Unset = UNSET
    group: MetricResultGroup | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        values = []
        for values_item_data in self.values:
            values_item = values_item_data.to_dict()
            values.append(values_item)

        parameters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.parameters, Unset):
            parameters = self.parameters.to_dict()

        group: dict[str, Any] | Unset = UNSET
        if not isinstance(self.group, Unset):
            group = self.group.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"name": name, "values": values})
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if group is not UNSET:
            field_dict["group"] = group

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_parameter_values import MetricParameterValues  # noqa: PLC0415
        from ..models.metric_result_group import MetricResultGroup  # noqa: PLC0415
        from ..models.metric_result_value import MetricResultValue  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        name = _fields_.pop("name", ABSENT)

        if "values" in _fields_:
            values = []
            _values = _fields_.pop("values")
            for values_item_data in _values or ():
                values_item = MetricResultValue.from_dict(values_item_data)

                values.append(values_item)

        else:
            values = ABSENT

        _parameters = _fields_.pop("parameters", UNSET)
        parameters: MetricParameterValues | Unset
        if isinstance(_parameters, Unset) or _parameters is None:
            parameters = UNSET
        else:
            parameters = MetricParameterValues.from_dict(_parameters)

        _group = _fields_.pop("group", UNSET)
        group: MetricResultGroup | Unset
        if isinstance(_group, Unset) or _group is None:
            group = UNSET
        else:
            group = MetricResultGroup.from_dict(_group)

        _model_ = cls(name=name, values=values, parameters=parameters, group=group)
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
