from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..types import ABSENT, File
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="SageMakerForm")

_REQUIRED = frozenset({"inference_data"})


@_attrs_define(kw_only=True, repr=False)
class SageMakerForm(_ApiObject):
    """A file of SageMaker Data Capture.

    Attributes:
        inference_data (File): JSON lines, one capture event a line; the file name ends in `.jsonl`.
    """

    inference_data: File
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        inference_data = self.inference_data.to_tuple()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"inference_data": inference_data})

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(("inference_data", self.inference_data.to_tuple()))

        for prop_name, prop in self.additional_properties.items():
            files.append(
                (
                    prop_name,
                    (
                        None,
                        (prop if isinstance(prop, str) else json.dumps(prop)).encode(),
                        "text/plain",
                    ),
                )
            )

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "inference_data" in _fields_:
            inference_data = File(payload=BytesIO(_fields_.pop("inference_data")))

        else:
            inference_data = ABSENT

        _model_ = cls(inference_data=inference_data)
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
