from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.model_health_score import ModelHealthScore


T = TypeVar("T", bound="ModelHealthResponse")

_REQUIRED = frozenset({"results"})


@_attrs_define(kw_only=True, repr=False)
class ModelHealthResponse(_ApiObject):
    """Health of the models asked about.

    Attributes:
        results (list[ModelHealthScore]): One entry per model.
    """

    results: list[ModelHealthScore]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        results = []
        for results_item_data in self.results:
            results_item = results_item_data.to_dict()
            results.append(results_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"results": results})

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.model_health_score import ModelHealthScore  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "results" in _fields_:
            results = []
            _results = _fields_.pop("results")
            for results_item_data in _results or ():
                results_item = ModelHealthScore.from_dict(results_item_data)

                results.append(results_item)

        else:
            results = ABSENT

        _model_ = cls(results=results)
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
