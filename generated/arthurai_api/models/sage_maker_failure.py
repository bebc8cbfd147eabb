from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="SageMakerFailure")

_REQUIRED = frozenset({"message", "status", "event_id", "inference_index_in_event"})


@_attrs_define(kw_only=True, repr=False)
class SageMakerFailure(_ApiObject):
    """A captured inference that was refused.

    Attributes:
        message (str): The reason.
        status (int): The reason as an HTTP status.
        event_id (str): Identifier of the capture event.
        inference_index_in_event (int): Place inside the event, from 0.
    """

    message: str
    status: int
    event_id: str
    inference_index_in_event: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        message = self.message

        status = self.status

        event_id = self.event_id

        inference_index_in_event = self.inference_index_in_event

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "message": message,
                "status": status,
                "event_id": event_id,
                "inference_index_in_event": inference_index_in_event,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        message = _fields_.pop("message", ABSENT)

        status = _fields_.pop("status", ABSENT)

        event_id = _fields_.pop("event_id", ABSENT)

        inference_index_in_event = _fields_.pop("inference_index_in_event", ABSENT)

        _model_ = cls(
            message=message,
            status=status,
            event_id=event_id,
            inference_index_in_event=inference_index_in_event,
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
