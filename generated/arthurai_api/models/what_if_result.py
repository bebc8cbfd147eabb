from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.expected_value import ExpectedValue
    from ..models.explanation import Explanation
    from ..models.what_if_value import WhatIfValue


T = TypeVar("T", bound="WhatIfResult")

_REQUIRED = frozenset({"predicted_values", "explanation", "expected_value"})


@_attrs_define(kw_only=True, repr=False)
class WhatIfResult(_ApiObject):
    """What the model makes of that input.

    Attributes:
        predicted_values (list[WhatIfValue]): Values of the prediction attributes.
        explanation (list[Explanation]): One entry per prediction attribute.
        expected_value (list[ExpectedValue]): Base values.
    """

    predicted_values: list[WhatIfValue]
    explanation: list[Explanation]
    expected_value: list[ExpectedValue]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        predicted_values = []
        for predicted_values_item_data in self.predicted_values:
            predicted_values_item = predicted_values_item_data.to_dict()
            predicted_values.append(predicted_values_item)

        explanation = []
        for explanation_item_data in self.explanation:
            explanation_item = explanation_item_data.to_dict()
            explanation.append(explanation_item)

        expected_value = []
        for expected_value_item_data in self.expected_value:
            expected_value_item = expected_value_item_data.to_dict()
            expected_value.append(expected_value_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "predicted_values": predicted_values,
                "explanation": explanation,
                "expected_value": expected_value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.expected_value import ExpectedValue  # noqa: PLC0415
        from ..models.explanation import Explanation  # noqa: PLC0415
        from ..models.what_if_value import WhatIfValue  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "predicted_values" in _fields_:
            predicted_values = []
            _predicted_values = _fields_.pop("predicted_values")
            for predicted_values_item_data in _predicted_values or ():
                predicted_values_item = WhatIfValue.from_dict(predicted_values_item_data)

                predicted_values.append(predicted_values_item)

        else:
            predicted_values = ABSENT

        if "explanation" in _fields_:
            explanation = []
            _explanation = _fields_.pop("explanation")
            for explanation_item_data in _explanation or ():
                explanation_item = Explanation.from_dict(explanation_item_data)

                explanation.append(explanation_item)

        else:
            explanation = ABSENT

        if "expected_value" in _fields_:
            expected_value = []
            _expected_value = _fields_.pop("expected_value")
            for expected_value_item_data in _expected_value or ():
                expected_value_item = ExpectedValue.from_dict(expected_value_item_data)

                expected_value.append(expected_value_item)

        else:
            expected_value = ABSENT

        _model_ = cls(
            predicted_values=predicted_values,
            explanation=explanation,
            expected_value=expected_value,
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
