from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.token_importance import TokenImportance


T = TypeVar("T", bound="ImportanceScore")

_REQUIRED = frozenset({"attribute_name"})


@_attrs_define(kw_only=True, repr=False)
class ImportanceScore(_ApiObject):
    """Part of one attribute in a prediction; token by token for texts.

    Attributes:
        attribute_name (str): The attribute.
        explanation_value (float | Unset): Importance, with its sign; tabular models.
        tokens (list[TokenImportance] | Unset): Importance of each token; text models.
    """

    attribute_name: str
    explanation_value: float | Unset = UNSET
    tokens: list[TokenImportance] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attribute_name = self.attribute_name

        explanation_value = self.explanation_value

        tokens: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.tokens, Unset):
            tokens = []
            for tokens_item_data in self.tokens:
                tokens_item = tokens_item_data.to_dict()
                tokens.append(tokens_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"attribute_name": attribute_name})
        if explanation_value is not UNSET:
            field_dict["explanation_value"] = explanation_value
        if tokens is not UNSET:
            field_dict["tokens"] = tokens

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.token_importance import TokenImportance  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        attribute_name = _fields_.pop("attribute_name", ABSENT)

        explanation_value = _fields_.pop("explanation_value", UNSET)

        _tokens = _fields_.pop("tokens", UNSET)
        tokens: list[TokenImportance] | Unset = UNSET
        if _tokens is not UNSET:
            tokens = []
            for tokens_item_data in _tokens or ():
                tokens_item = TokenImportance.from_dict(tokens_item_data)

                tokens.append(tokens_item)

        _model_ = cls(
            attribute_name=attribute_name, explanation_value=explanation_value, tokens=tokens
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
