from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="TokenImportance")

_REQUIRED = frozenset({"token", "position", "explanation_value"})


@_attrs_define(kw_only=True, repr=False)
class TokenImportance(_ApiObject):
    """Part of one token in a prediction.

    Attributes:
        token (str): The token.
        position (int): Place in the text, from 0.
        explanation_value (float): Importance, with its sign.
    """

    token: str
    position: int
    explanation_value: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        token = self.token

        position = self.position

        explanation_value = self.explanation_value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"token": token, "position": position, "explanation_value": explanation_value}
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        token = _fields_.pop("token", ABSENT)

        position = _fields_.pop("position", ABSENT)

        explanation_value = _fields_.pop("explanation_value", ABSENT)

        _model_ = cls(token=token, position=position, explanation_value=explanation_value)
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
