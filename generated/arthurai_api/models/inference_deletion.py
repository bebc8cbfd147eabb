from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="InferenceDeletion")

_REQUIRED = frozenset({"inferences", "waiting_ground_truths"})


@_attrs_define(kw_only=True, repr=False)
class InferenceDeletion(_ApiObject):
    """What the deletion of an inference has deleted.

    Attributes:
        inferences (int): Rows stored under the id.
        waiting_ground_truths (int): Ground truth that waited for an inference of the id, 0 or 1.
    """

    inferences: int
    waiting_ground_truths: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        inferences = self.inferences

        waiting_ground_truths = self.waiting_ground_truths

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"inferences": inferences, "waiting_ground_truths": waiting_ground_truths}
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        inferences = _fields_.pop("inferences", ABSENT)

        waiting_ground_truths = _fields_.pop("waiting_ground_truths", ABSENT)

        _model_ = cls(inferences=inferences, waiting_ground_truths=waiting_ground_truths)
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
