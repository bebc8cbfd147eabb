from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.expected_value import ExpectedValue
    from ..models.explanation import Explanation


T = TypeVar("T", bound="ExplanationResult")

_REQUIRED = frozenset({"explanation"})


@_attrs_define(kw_only=True, repr=False)
class ExplanationResult(_ApiObject):
    """Why an inference came out as it did.

    Attributes:
        explanation (list[Explanation]): One entry per prediction attribute.
        expected_value (list[ExpectedValue] | Unset): Base values, with SHAP.
    """

    explanation: list[Explanation]
    expected_value: list[ExpectedValue] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        explanation = []
        for explanation_item_data in self.explanation:
            explanation_item = explanation_item_data.to_dict()
            explanation.append(explanation_item)

        expected_value: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.expected_value, Unset):
            expected_value = []
            for expected_value_item_data in self.expected_value:
                expected_value_item = expected_value_item_data.to_dict()
                expected_value.append(expected_value_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"explanation": explanation})
        if expected_value is not UNSET:
            field_dict["expected_value"] = expected_value

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.expected_value import ExpectedValue  # noqa: PLC0415
        from ..models.explanation import Explanation  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "explanation" in _fields_:
            explanation = []
            _explanation = _fields_.pop("explanation")
            for explanation_item_data in _explanation or ():
                explanation_item = Explanation.from_dict(explanation_item_data)

                explanation.append(explanation_item)

        else:
            explanation = ABSENT

        _expected_value = _fields_.pop("expected_value", UNSET)
        expected_value: list[ExpectedValue] | Unset = UNSET
        if _expected_value is not UNSET:
            expected_value = []
            for expected_value_item_data in _expected_value or ():
                expected_value_item = ExpectedValue.from_dict(expected_value_item_data)

                expected_value.append(expected_value_item)

        _model_ = cls(explanation=explanation, expected_value=expected_value)
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
