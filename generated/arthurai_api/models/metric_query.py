from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="MetricQuery")


@_attrs_define(kw_only=True, repr=False)
class MetricQuery(_ApiObject):
    """A query request that selects exactly one function, or a drift request with one result. It may hold placeholders `{{
    parameter_name }}`; the server looks into it when the metric is evaluated.

    """

    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        _model_ = cls()
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
