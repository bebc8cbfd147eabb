from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.metric_parameter_type import MetricParameterType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.metric_value_limits import MetricValueLimits


T = TypeVar("T", bound="MetricParameter")

_REQUIRED = frozenset({"name", "parameter_type"})


@_attrs_define(kw_only=True, repr=False)
class MetricParameter(_ApiObject):
    """A placeholder of a metric's query.

    Attributes:
        name (str): Name of the placeholder.
        parameter_type (MetricParameterType): Type of a parameter's values; `ATTRIBUTE` is the name of an attribute.
        id (None | str | Unset): Identifier given by the server.
        value_limits (MetricValueLimits | None | Unset): What the parameter may be.
        default (Any | Unset): The value or values used when none is given. An evaluation of a built-in metric of an
            attribute or a class covers all of them instead, a result for each.
    """

    name: str
    parameter_type: MetricParameterType
    id: None | str | Unset = UNSET
    value_limits: MetricValueLimits | None | Unset = UNSET
    default: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.metric_value_limits import MetricValueLimits  # noqa: PLC0415

        name = self.name

        parameter_type = self.parameter_type.value

        id: None | str | Unset
        if isinstance(self.id, Unset):
            id = UNSET
        else:
            id = self.id

        value_limits: dict[str, Any] | None | Unset
        if isinstance(self.value_limits, Unset):
            value_limits = UNSET
        elif isinstance(self.value_limits, MetricValueLimits):
            value_limits = self.value_limits.to_dict()
        else:
            value_limits = self.value_limits

        default = self.default

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"name": name, "parameter_type": parameter_type})
        if id is not UNSET:
            field_dict["id"] = id
        if value_limits is not UNSET:
            field_dict["value_limits"] = value_limits
        if default is not UNSET:
            field_dict["default"] = default

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_value_limits import MetricValueLimits  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        name = _fields_.pop("name", ABSENT)

        if "parameter_type" in _fields_:
            parameter_type = MetricParameterType(_fields_.pop("parameter_type"))

        else:
            parameter_type = ABSENT

        id: None | str | Unset = _fields_.pop("id", UNSET)

        def _parse_value_limits(data: object) -> MetricValueLimits | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                value_limits_type_0 = MetricValueLimits.from_dict(data)

                return value_limits_type_0
            raise TypeError(f"value_limits is {type(data).__name__}")

        value_limits = _parse_value_limits(_fields_.pop("value_limits", UNSET))

        default = _fields_.pop("default", UNSET)

        _model_ = cls(
            name=name,
            parameter_type=parameter_type,
            id=id,
            value_limits=value_limits,
            default=default,
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
