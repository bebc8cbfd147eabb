from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.query_parameters import QueryParameters


T = TypeVar("T", bound="QuerySelectItem")


@_attrs_define(kw_only=True, repr=False)
class QuerySelectItem(_ApiObject):
    """An output column: exactly one of `property` and `function`.

    Attributes:
        property_ (None | str | Unset): Name of a column, or `*` for all.
        function (None | str | Unset): Name of a function.
        alias (None | str | Unset): Name of the output column.
        parameters (None | QueryParameters | Unset): Arguments of the function.
        stage (None | str | Unset): Stage of the attribute that is meant when two stages use the same name.
    """

    property_: None | str | Unset = UNSET
    function: None | str | Unset = UNSET
    alias: None | str | Unset = UNSET
    parameters: None | QueryParameters | Unset = UNSET
    stage: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.query_parameters import QueryParameters  # noqa: PLC0415

        property_: None | str | Unset
        if isinstance(self.property_, Unset):
            property_ = UNSET
        else:
            property_ = self.property_

        function: None | str | Unset
        if isinstance(self.function, Unset):
            function = UNSET
        else:
            function = self.function

        alias: None | str | Unset
        if isinstance(self.alias, Unset):
            alias = UNSET
        else:
            alias = self.alias

        parameters: dict[str, Any] | None | Unset
        if isinstance(self.parameters, Unset):
            parameters = UNSET
        elif isinstance(self.parameters, QueryParameters):
            parameters = self.parameters.to_dict()
        else:
            parameters = self.parameters

        stage: None | str | Unset
        if isinstance(self.stage, Unset):
            stage = UNSET
        else:
            stage = self.stage

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if property_ is not UNSET:
            field_dict["property"] = property_
        if function is not UNSET:
            field_dict["function"] = function
        if alias is not UNSET:
            field_dict["alias"] = alias
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if stage is not UNSET:
            field_dict["stage"] = stage

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.query_parameters import QueryParameters  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        property_: None | str | Unset = _fields_.pop("property", UNSET)

        function: None | str | Unset = _fields_.pop("function", UNSET)

        alias: None | str | Unset = _fields_.pop("alias", UNSET)

        def _parse_parameters(data: object) -> None | QueryParameters | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                parameters_type_0 = QueryParameters.from_dict(data)

                return parameters_type_0
            raise TypeError(f"parameters is {type(data).__name__}")

        parameters = _parse_parameters(_fields_.pop("parameters", UNSET))

        stage: None | str | Unset = _fields_.pop("stage", UNSET)

        _model_ = cls(
            property_=property_, function=function, alias=alias, parameters=parameters, stage=stage
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
