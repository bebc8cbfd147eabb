from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.metric_value_categories import MetricValueCategories
    from ..models.metric_value_range import MetricValueRange


T = TypeVar("T", bound="MetricValueLimits")


@_attrs_define(kw_only=True, repr=False)
class MetricValueLimits(_ApiObject):
    """What a parameter may be: exactly one of a range and a set of choices.

    Attributes:
        range_ (MetricValueRange | None | Unset): Numbers that are allowed.
        categorical (MetricValueCategories | None | Unset): Choices that are allowed.
    """

    range_: MetricValueRange | None | Unset = UNSET
    categorical: MetricValueCategories | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.metric_value_categories import MetricValueCategories  # noqa: PLC0415
        from ..models.metric_value_range import MetricValueRange  # noqa: PLC0415

        range_: dict[str, Any] | None | Unset
        if isinstance(self.range_, Unset):
            range_ = UNSET
        elif isinstance(self.range_, MetricValueRange):
            range_ = self.range_.to_dict()
        else:
            range_ = self.range_

        categorical: dict[str, Any] | None | Unset
        if isinstance(self.categorical, Unset):
            categorical = UNSET
        elif isinstance(self.categorical, MetricValueCategories):
            categorical = self.categorical.to_dict()
        else:
            categorical = self.categorical

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if range_ is not UNSET:
            field_dict["range"] = range_
        if categorical is not UNSET:
            field_dict["categorical"] = categorical

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_value_categories import MetricValueCategories  # noqa: PLC0415
        from ..models.metric_value_range import MetricValueRange  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)

        def _parse_range_(data: object) -> MetricValueRange | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                range_type_0 = MetricValueRange.from_dict(data)

                return range_type_0
            raise TypeError(f"range is {type(data).__name__}")

        range_ = _parse_range_(_fields_.pop("range", UNSET))

        def _parse_categorical(data: object) -> MetricValueCategories | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                categorical_type_0 = MetricValueCategories.from_dict(data)

                return categorical_type_0
            raise TypeError(f"categorical is {type(data).__name__}")

        categorical = _parse_categorical(_fields_.pop("categorical", UNSET))

        _model_ = cls(range_=range_, categorical=categorical)
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
