from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.importance_score import ImportanceScore


T = TypeVar("T", bound="Explanation")

_REQUIRED = frozenset({"algorithm", "predicted_attribute_name", "importance_scores"})


@_attrs_define(kw_only=True, repr=False)
class Explanation(_ApiObject):
    """Why one prediction attribute has its value.

    Attributes:
        algorithm (str): `lime` or `shap`.
        predicted_attribute_name (str): The prediction attribute.
        importance_scores (list[ImportanceScore]): One entry per input attribute.
        reason (str | Unset): Why the row cannot be explained.
    """

    algorithm: str
    predicted_attribute_name: str
    importance_scores: list[ImportanceScore]
    reason: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        algorithm = self.algorithm

        predicted_attribute_name = self.predicted_attribute_name

        importance_scores = []
        for importance_scores_item_data in self.importance_scores:
            importance_scores_item = importance_scores_item_data.to_dict()
            importance_scores.append(importance_scores_item)

        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "algorithm": algorithm,
                "predicted_attribute_name": predicted_attribute_name,
                "importance_scores": importance_scores,
            }
        )
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.importance_score import ImportanceScore  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        algorithm = _fields_.pop("algorithm", ABSENT)

        predicted_attribute_name = _fields_.pop("predicted_attribute_name", ABSENT)

        if "importance_scores" in _fields_:
            importance_scores = []
            _importance_scores = _fields_.pop("importance_scores")
            for importance_scores_item_data in _importance_scores or ():
                importance_scores_item = ImportanceScore.from_dict(importance_scores_item_data)

                importance_scores.append(importance_scores_item)

        else:
            importance_scores = ABSENT

        reason = _fields_.pop("reason", UNSET)

        _model_ = cls(
            algorithm=algorithm,
            predicted_attribute_name=predicted_attribute_name,
            importance_scores=importance_scores,
            reason=reason,
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
