from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.what_if_value import WhatIfValue


T = TypeVar("T", bound="WhatIfRequest")

_REQUIRED = frozenset({"model_pipeline_input"})


@_attrs_define(kw_only=True, repr=False)
class WhatIfRequest(_ApiObject):
    """An input that the model has not seen.

    Attributes:
        model_pipeline_input (list[WhatIfValue]): Values of the input attributes.
    """

    model_pipeline_input: list[WhatIfValue]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_pipeline_input = []
        for model_pipeline_input_item_data in self.model_pipeline_input:
            model_pipeline_input_item = model_pipeline_input_item_data.to_dict()
            model_pipeline_input.append(model_pipeline_input_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"model_pipeline_input": model_pipeline_input})

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.what_if_value import WhatIfValue  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "model_pipeline_input" in _fields_:
            model_pipeline_input = []
            _model_pipeline_input = _fields_.pop("model_pipeline_input")
            for model_pipeline_input_item_data in _model_pipeline_input or ():
                model_pipeline_input_item = WhatIfValue.from_dict(model_pipeline_input_item_data)

                model_pipeline_input.append(model_pipeline_input_item)

        else:
            model_pipeline_input = ABSENT

        _model_ = cls(model_pipeline_input=model_pipeline_input)
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
