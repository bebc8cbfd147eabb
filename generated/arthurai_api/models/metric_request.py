from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.metric_type import MetricType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.metric_parameter import MetricParameter
    from ..models.metric_query import MetricQuery


T = TypeVar("T", bound="MetricRequest")

_REQUIRED = frozenset({"name", "query"})


@_attrs_define(kw_only=True, repr=False)
class MetricRequest(_ApiObject):
    """A metric of one's own. When a metric is replaced, an absent `endpoint` keeps the present one; when one is created,
    it is needed.

        Attributes:
            name (str): Unique in the model and not the name of a built-in metric.
            query (MetricQuery): A query request that selects exactly one function, or a drift request with one result. It
                may hold placeholders `{{ parameter_name }}`; the server looks into it when the metric is evaluated.
            endpoint (None | str | Unset): Path of the query endpoint that runs it.
            type_ (MetricType | None | Unset): What the metric is about; derived from the query when absent.
            parameters (list[MetricParameter] | None | Unset): Placeholders of the query.
    """

    name: str
    query: MetricQuery
    endpoint: None | str | Unset = UNSET
    type_: MetricType | None | Unset = UNSET
    parameters: list[MetricParameter] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        query = self.query.to_dict()

        endpoint: None | str | Unset
        if isinstance(self.endpoint, Unset):
            endpoint = UNSET
        else:
            endpoint = self.endpoint

        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        elif isinstance(self.type_, MetricType):
            type_ = self.type_.value
        else:
            type_ = self.type_

        parameters: list[dict[str, Any]] | None | Unset
        if isinstance(self.parameters, Unset):
            parameters = UNSET
        elif isinstance(self.parameters, list):
            parameters = []
            for parameters_type_0_item_data in self.parameters:
                parameters_type_0_item = parameters_type_0_item_data.to_dict()
                parameters.append(parameters_type_0_item)

        else:
            parameters = self.parameters

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"name": name, "query": query})
        if endpoint is not UNSET:
            field_dict["endpoint"] = endpoint
        if type_ is not UNSET:
            field_dict["type"] = type_
        if parameters is not UNSET:
            field_dict["parameters"] = parameters

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_parameter import MetricParameter  # noqa: PLC0415
        from ..models.metric_query import MetricQuery  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        name = _fields_.pop("name", ABSENT)

        if "query" in _fields_:
            query = MetricQuery.from_dict(_fields_.pop("query"))

        else:
            query = ABSENT

        endpoint: None | str | Unset = _fields_.pop("endpoint", UNSET)

        def _parse_type_(data: object) -> MetricType | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                type_type_0 = MetricType(data)

                return type_type_0
            raise TypeError(f"type is {type(data).__name__}")

        type_ = _parse_type_(_fields_.pop("type", UNSET))

        def _parse_parameters(data: object) -> list[MetricParameter] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                parameters_type_0 = []
                _parameters_type_0 = data
                for parameters_type_0_item_data in _parameters_type_0 or ():
                    parameters_type_0_item = MetricParameter.from_dict(parameters_type_0_item_data)

                    parameters_type_0.append(parameters_type_0_item)

                return parameters_type_0
            raise TypeError(f"parameters is {type(data).__name__}")

        parameters = _parse_parameters(_fields_.pop("parameters", UNSET))

        _model_ = cls(name=name, query=query, endpoint=endpoint, type_=type_, parameters=parameters)
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
