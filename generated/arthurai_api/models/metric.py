from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.creator_type import CreatorType
from ..models.metric_rollup import MetricRollup
from ..models.metric_type import MetricType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.metric_parameter import MetricParameter
    from ..models.metric_query import MetricQuery


T = TypeVar("T", bound="Metric")

_REQUIRED = frozenset({"id", "name", "endpoint", "query", "is_default"})


@_attrs_define(kw_only=True, repr=False)
class Metric(_ApiObject):
    """A named query with parameters.

    Attributes:
        id (str): Identifier given by the server.
        name (str): Name; unique in the model.
        endpoint (str): Path of the query endpoint that runs it.
        query (MetricQuery): A query request that selects exactly one function, or a drift request with one result. It
            may hold placeholders `{{ parameter_name }}`; the server looks into it when the metric is evaluated.
        is_default (bool): Whether it is built in.
        type_ (MetricType | None | Unset): What the metric is about; with `expand=type`.
        attribute (None | str | Unset): The attribute it is about.
        parameters (list[MetricParameter] | None | Unset): Placeholders of the query.
        valid_rollups (list[MetricRollup] | None | Unset): Steps it can be evaluated by.
        last_updated_by (None | str | Unset): Who changed it last; null for built-in ones.
        last_updated_by_type (CreatorType | None | Unset): Kind of that account.
        created_at (datetime.datetime | None | Unset): When it was made.
        updated_at (datetime.datetime | None | Unset): When it was last changed.
    """

    id: str
    name: str
    endpoint: str
    query: MetricQuery
    is_default: bool
    type_: MetricType | None | Unset = UNSET
    attribute: None | str | Unset = UNSET
    parameters: list[MetricParameter] | None | Unset = UNSET
    valid_rollups: list[MetricRollup] | None | Unset = UNSET
    last_updated_by: None | str | Unset = UNSET
    last_updated_by_type: CreatorType | None | Unset = UNSET
    created_at: datetime.datetime | None | Unset = UNSET
    updated_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        endpoint = self.endpoint

        query = self.query.to_dict()

        is_default = self.is_default

        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        elif isinstance(self.type_, MetricType):
            type_ = self.type_.value
        else:
            type_ = self.type_

        attribute: None | str | Unset
        if isinstance(self.attribute, Unset):
            attribute = UNSET
        else:
            attribute = self.attribute

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

        valid_rollups: list[str] | None | Unset
        if isinstance(self.valid_rollups, Unset):
            valid_rollups = UNSET
        elif isinstance(self.valid_rollups, list):
            valid_rollups = []
            for valid_rollups_type_0_item_data in self.valid_rollups:
                valid_rollups_type_0_item = valid_rollups_type_0_item_data.value
                valid_rollups.append(valid_rollups_type_0_item)

        else:
            valid_rollups = self.valid_rollups

        last_updated_by: None | str | Unset
        if isinstance(self.last_updated_by, Unset):
            last_updated_by = UNSET
        else:
            last_updated_by = self.last_updated_by

        last_updated_by_type: None | str | Unset
        if isinstance(self.last_updated_by_type, Unset):
            last_updated_by_type = UNSET
        elif isinstance(self.last_updated_by_type, CreatorType):
            last_updated_by_type = self.last_updated_by_type.value
        else:
            last_updated_by_type = self.last_updated_by_type

        created_at: None | str | Unset
        if isinstance(self.created_at, Unset):
            created_at = UNSET
        elif isinstance(self.created_at, datetime.datetime):
            created_at = self.created_at.isoformat()
        else:
            created_at = self.created_at

        updated_at: None | str | Unset
        if isinstance(self.updated_at, Unset):
            updated_at = UNSET
        elif isinstance(self.updated_at, datetime.datetime):
            updated_at = self.updated_at.isoformat()
        else:
            updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"id": id, "name": name, "endpoint": endpoint, "query": query, "is_default": is_default}
        )
        if type_ is not UNSET:
            field_dict["type"] = type_
        if attribute is not UNSET:
            field_dict["attribute"] = attribute
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if valid_rollups is not UNSET:
            field_dict["valid_rollups"] = valid_rollups
        if last_updated_by is not UNSET:
            field_dict["last_updated_by"] = last_updated_by
        if last_updated_by_type is not UNSET:
            field_dict["last_updated_by_type"] = last_updated_by_type
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_parameter import MetricParameter  # noqa: PLC0415
        from ..models.metric_query import MetricQuery  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        name = _fields_.pop("name", ABSENT)

        endpoint = _fields_.pop("endpoint", ABSENT)

        if "query" in _fields_:
            query = MetricQuery.from_dict(_fields_.pop("query"))

        else:
            query = ABSENT

        is_default = _fields_.pop("is_default", ABSENT)

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

        attribute: None | str | Unset = _fields_.pop("attribute", UNSET)

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

        def _parse_valid_rollups(data: object) -> list[MetricRollup] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                valid_rollups_type_0 = []
                _valid_rollups_type_0 = data
                for valid_rollups_type_0_item_data in _valid_rollups_type_0 or ():
                    valid_rollups_type_0_item = MetricRollup(valid_rollups_type_0_item_data)

                    valid_rollups_type_0.append(valid_rollups_type_0_item)

                return valid_rollups_type_0
            raise TypeError(f"valid_rollups is {type(data).__name__}")

        valid_rollups = _parse_valid_rollups(_fields_.pop("valid_rollups", UNSET))

        last_updated_by: None | str | Unset = _fields_.pop("last_updated_by", UNSET)

        def _parse_last_updated_by_type(data: object) -> CreatorType | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                last_updated_by_type_type_0 = CreatorType(data)

                return last_updated_by_type_type_0
            raise TypeError(f"last_updated_by_type is {type(data).__name__}")

        last_updated_by_type = _parse_last_updated_by_type(
            _fields_.pop("last_updated_by_type", UNSET)
        )

        def _parse_created_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                created_at_type_0 = datetime.datetime.fromisoformat(data)

                return created_at_type_0
            raise TypeError(f"created_at is {type(data).__name__}")

        created_at = _parse_created_at(_fields_.pop("created_at", UNSET))

        def _parse_updated_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                updated_at_type_0 = datetime.datetime.fromisoformat(data)

                return updated_at_type_0
            raise TypeError(f"updated_at is {type(data).__name__}")

        updated_at = _parse_updated_at(_fields_.pop("updated_at", UNSET))

        _model_ = cls(
            id=id,
            name=name,
            endpoint=endpoint,
            query=query,
            is_default=is_default,
            type_=type_,
            attribute=attribute,
            parameters=parameters,
            valid_rollups=valid_rollups,
            last_updated_by=last_updated_by,
            last_updated_by_type=last_updated_by_type,
            created_at=created_at,
            updated_at=updated_at,
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
