from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.query_source import QuerySource
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.query_column import QueryColumn
    from ..models.query_filter import QueryFilter
    from ..models.query_order import QueryOrder
    from ..models.query_select_item import QuerySelectItem


T = TypeVar("T", bound="QueryRequest")

_REQUIRED = frozenset({"select"})


@_attrs_define(kw_only=True, repr=False)
class QueryRequest(_ApiObject):
    """A query over the rows of a model.

    Attributes:
        select (list[QuerySelectItem]): Output columns.
        from_ (None | QuerySource | Unset): Rows to read; inferences when absent. Without meaning beside a subquery.
        subquery (None | QueryRequest | Unset): A query whose result is read instead of a source.
        filter_ (list[QueryFilter] | None | Unset): Conditions on rows or, through aliases of aggregates, on groups.
        where (list[QueryFilter] | None | Unset): Another name of `filter`; both are joined.
        group_by (list[QueryColumn] | None | Unset): Grouping keys.
        order_by (list[QueryOrder] | None | Unset): Sorting, first key first.
        limit (int | None | Unset): Most rows to return.
        offset (int | None | Unset): Rows to skip first.
        sample (float | None | Unset): Share of the rows to read.
        disable_auto_sample (bool | None | Unset): Forbids the server to sample large tables on its own.
    """

    select: list[QuerySelectItem]
    from_: None | QuerySource | Unset = UNSET
    subquery: None | QueryRequest | Unset = UNSET
    filter_: list[QueryFilter] | None | Unset = UNSET
    where: list[QueryFilter] | None | Unset = UNSET
    group_by: list[QueryColumn] | None | Unset = UNSET
    order_by: list[QueryOrder] | None | Unset = UNSET
    limit: int | None | Unset = UNSET
    offset: int | None | Unset = UNSET
    sample: float | None | Unset = UNSET
    disable_auto_sample: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        select = []
        for select_item_data in self.select:
            select_item = select_item_data.to_dict()
            select.append(select_item)

        from_: None | str | Unset
        if isinstance(self.from_, Unset):
            from_ = UNSET
        elif isinstance(self.from_, QuerySource):
            from_ = self.from_.value
        else:
            from_ = self.from_

        subquery: dict[str, Any] | None | Unset
        if isinstance(self.subquery, Unset):
            subquery = UNSET
        elif isinstance(self.subquery, QueryRequest):
            subquery = self.subquery.to_dict()
        else:
            subquery = self.subquery

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

        where: list[dict[str, Any]] | None | Unset
        if isinstance(self.where, Unset):
            where = UNSET
        elif isinstance(self.where, list):
            where = []
            for where_type_0_item_data in self.where:
                where_type_0_item = where_type_0_item_data.to_dict()
                where.append(where_type_0_item)

        else:
            where = self.where

        group_by: list[dict[str, Any]] | None | Unset
        if isinstance(self.group_by, Unset):
            group_by = UNSET
        elif isinstance(self.group_by, list):
            group_by = []
            for group_by_type_0_item_data in self.group_by:
                group_by_type_0_item = group_by_type_0_item_data.to_dict()
                group_by.append(group_by_type_0_item)

        else:
            group_by = self.group_by

        order_by: list[dict[str, Any]] | None | Unset
        if isinstance(self.order_by, Unset):
            order_by = UNSET
        elif isinstance(self.order_by, list):
            order_by = []
            for order_by_type_0_item_data in self.order_by:
                order_by_type_0_item = order_by_type_0_item_data.to_dict()
                order_by.append(order_by_type_0_item)

        else:
            order_by = self.order_by

        limit: int | None | Unset
        if isinstance(self.limit, Unset):
            limit = UNSET
        else:
            limit = self.limit

        offset: int | None | Unset
        if isinstance(self.offset, Unset):
            offset = UNSET
        else:
            offset = self.offset

        sample: float | None | Unset
        if isinstance(self.sample, Unset):
            sample = UNSET
        else:
            sample = self.sample

        disable_auto_sample: bool | None | Unset
        if isinstance(self.disable_auto_sample, Unset):
            disable_auto_sample = UNSET
        else:
            disable_auto_sample = self.disable_auto_sample

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"select": select})
        if from_ is not UNSET:
            field_dict["from"] = from_
        if subquery is not UNSET:
            field_dict["subquery"] = subquery
        if filter_ is not UNSET:
            field_dict["filter"] = filter_
        if where is not UNSET:
            field_dict["where"] = where
        if group_by is not UNSET:
            field_dict["group_by"] = group_by
        if order_by is not UNSET:
            field_dict["order_by"] = order_by
        if limit is not UNSET:
            field_dict["limit"] = limit
        if offset is not UNSET:
            field_dict["offset"] = offset
        if sample is not UNSET:
            field_dict["sample"] = sample
        if disable_auto_sample is not UNSET:
            field_dict["disable_auto_sample"] = disable_auto_sample

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.query_column import QueryColumn  # noqa: PLC0415
        from ..models.query_filter import QueryFilter  # noqa: PLC0415
        from ..models.query_order import QueryOrder  # noqa: PLC0415
        from ..models.query_select_item import QuerySelectItem  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "select" in _fields_:
            select = []
            _select = _fields_.pop("select")
            for select_item_data in _select or ():
                select_item = QuerySelectItem.from_dict(select_item_data)

                select.append(select_item)

        else:
            select = ABSENT

        def _parse_from_(data: object) -> None | QuerySource | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                from_type_0 = QuerySource(data)

                return from_type_0
            raise TypeError(f"from is {type(data).__name__}")

        from_ = _parse_from_(_fields_.pop("from", UNSET))

        def _parse_subquery(data: object) -> None | QueryRequest | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                subquery_type_0 = QueryRequest.from_dict(data)

                return subquery_type_0
            raise TypeError(f"subquery is {type(data).__name__}")

        subquery = _parse_subquery(_fields_.pop("subquery", UNSET))

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

        def _parse_where(data: object) -> list[QueryFilter] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                where_type_0 = []
                _where_type_0 = data
                for where_type_0_item_data in _where_type_0 or ():
                    where_type_0_item = QueryFilter.from_dict(where_type_0_item_data)

                    where_type_0.append(where_type_0_item)

                return where_type_0
            raise TypeError(f"where is {type(data).__name__}")

        where = _parse_where(_fields_.pop("where", UNSET))

        def _parse_group_by(data: object) -> list[QueryColumn] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                group_by_type_0 = []
                _group_by_type_0 = data
                for group_by_type_0_item_data in _group_by_type_0 or ():
                    group_by_type_0_item = QueryColumn.from_dict(group_by_type_0_item_data)

                    group_by_type_0.append(group_by_type_0_item)

                return group_by_type_0
            raise TypeError(f"group_by is {type(data).__name__}")

        group_by = _parse_group_by(_fields_.pop("group_by", UNSET))

        def _parse_order_by(data: object) -> list[QueryOrder] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                order_by_type_0 = []
                _order_by_type_0 = data
                for order_by_type_0_item_data in _order_by_type_0 or ():
                    order_by_type_0_item = QueryOrder.from_dict(order_by_type_0_item_data)

                    order_by_type_0.append(order_by_type_0_item)

                return order_by_type_0
            raise TypeError(f"order_by is {type(data).__name__}")

        order_by = _parse_order_by(_fields_.pop("order_by", UNSET))

        limit: int | None | Unset = _fields_.pop("limit", UNSET)

        offset: int | None | Unset = _fields_.pop("offset", UNSET)

        sample: float | None | Unset = _fields_.pop("sample", UNSET)

        disable_auto_sample: bool | None | Unset = _fields_.pop("disable_auto_sample", UNSET)

        _model_ = cls(
            select=select,
            from_=from_,
            subquery=subquery,
            filter_=filter_,
            where=where,
            group_by=group_by,
            order_by=order_by,
            limit=limit,
            offset=offset,
            sample=sample,
            disable_auto_sample=disable_auto_sample,
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
