from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.distribution_axis import DistributionAxis
    from ..models.distribution_value import DistributionValue
    from ..models.query_filter import QueryFilter


T = TypeVar("T", bound="DistributionsRequest")

_REQUIRED = frozenset({"x", "y"})


@_attrs_define(kw_only=True, repr=False)
class DistributionsRequest(_ApiObject):
    """A two-dimensional histogram: first `x` is cut into buckets, then `y` inside each.

    Attributes:
        x (DistributionAxis): An axis that is cut into buckets.
        y (DistributionAxis): An axis that is cut into buckets.
        values (list[DistributionValue] | None | Unset): What to report for each cell.
        filter_ (list[QueryFilter] | None | Unset): Conditions on rows.
    """

    x: DistributionAxis
    y: DistributionAxis
    values: list[DistributionValue] | None | Unset = UNSET
    filter_: list[QueryFilter] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        x = self.x.to_dict()

        y = self.y.to_dict()

        values: list[dict[str, Any]] | None | Unset
        if isinstance(self.values, Unset):
            values = UNSET
        elif isinstance(self.values, list):
            values = []
            for values_type_0_item_data in self.values:
                values_type_0_item = values_type_0_item_data.to_dict()
                values.append(values_type_0_item)

        else:
            values = self.values

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

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"x": x, "y": y})
        if values is not UNSET:
            field_dict["values"] = values
        if filter_ is not UNSET:
            field_dict["filter"] = filter_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.distribution_axis import DistributionAxis  # noqa: PLC0415
        from ..models.distribution_value import DistributionValue  # noqa: PLC0415
        from ..models.query_filter import QueryFilter  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "x" in _fields_:
            x = DistributionAxis.from_dict(_fields_.pop("x"))

        else:
            x = ABSENT

        if "y" in _fields_:
            y = DistributionAxis.from_dict(_fields_.pop("y"))

        else:
            y = ABSENT

        def _parse_values(data: object) -> list[DistributionValue] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                values_type_0 = []
                _values_type_0 = data
                for values_type_0_item_data in _values_type_0 or ():
                    values_type_0_item = DistributionValue.from_dict(values_type_0_item_data)

                    values_type_0.append(values_type_0_item)

                return values_type_0
            raise TypeError(f"values is {type(data).__name__}")

        values = _parse_values(_fields_.pop("values", UNSET))

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

        _model_ = cls(x=x, y=y, values=values, filter_=filter_)
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
