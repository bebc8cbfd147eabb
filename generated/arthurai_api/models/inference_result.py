from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="InferenceResult")

_REQUIRED = frozenset({"status", "message"})


@_attrs_define(kw_only=True, repr=False)
class InferenceResult(_ApiObject):
    """Outcome of one row.

    Attributes:
        status (int): As an HTTP status: 200 taken, 4xx the caller's fault, 5xx the server's.
        message (str): `success` or the reason.
        partner_inference_id (str | Unset): The caller's key of the row.
    """

    status: int
    message: str
    partner_inference_id: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        message = self.message

        partner_inference_id = self.partner_inference_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"status": status, "message": message})
        if partner_inference_id is not UNSET:
            field_dict["partner_inference_id"] = partner_inference_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        status = _fields_.pop("status", ABSENT)

        message = _fields_.pop("message", ABSENT)

        partner_inference_id = _fields_.pop("partner_inference_id", UNSET)

        _model_ = cls(status=status, message=message, partner_inference_id=partner_inference_id)
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
