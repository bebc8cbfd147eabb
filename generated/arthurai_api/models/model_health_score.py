from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import check_object as _check_object

T = TypeVar("T", bound="ModelHealthScore")


@_attrs_define(kw_only=True)
class ModelHealthScore:
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
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

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

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _check_object("ModelHealthScore", src_dict)
        _fields_ = dict(src_dict)
        model_id = _fields_.pop("model_id")

        def _parse_health_score(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        health_score = _parse_health_score(_fields_.pop("health_score"))

        def _parse_timestamp(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        timestamp = _parse_timestamp(_fields_.pop("timestamp"))

        _model_ = cls(model_id=model_id, health_score=health_score, timestamp=timestamp)
        _model_._received = src_dict

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
