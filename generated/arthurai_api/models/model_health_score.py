from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="ModelHealthScore")

_REQUIRED = frozenset({"model_id", "health_score", "timestamp"})


@_attrs_define(kw_only=True, repr=False)
class ModelHealthScore(_ApiObject):
    """Health of one model. Without score and timestamp it was never computed; without score alone the last month brought
    no data.

        Attributes:
            model_id (str): The model.
            health_score (float | None): The score, 100 being best.
            timestamp (None | str): When it was computed, ISO 8601.
    """

    model_id: str
    health_score: float | None
    timestamp: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_id = self.model_id

        health_score: float | None
        health_score = self.health_score

        timestamp: None | str
        timestamp = self.timestamp

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"model_id": model_id, "health_score": health_score, "timestamp": timestamp}
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        model_id = _fields_.pop("model_id", ABSENT)

        if "health_score" in _fields_:
            health_score: float | None = _fields_.pop("health_score")

        else:
            health_score = ABSENT

        if "timestamp" in _fields_:
            timestamp: None | str = _fields_.pop("timestamp")

        else:
            timestamp = ABSENT

        _model_ = cls(model_id=model_id, health_score=health_score, timestamp=timestamp)
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
