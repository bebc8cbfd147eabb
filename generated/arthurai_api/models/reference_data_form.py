from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..types import UNSET, File, FileTypes, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="ReferenceDataForm")


@_attrs_define(kw_only=True, repr=False)
class ReferenceDataForm(_ApiObject):
    """A file of reference rows. Parquet has one column per attribute, JSON is an array of `ReferenceRow`; one of the two
    data parts is needed.

        Attributes:
            reference_data (File | Unset): The rows, Parquet or JSON.
            reference_data_parquet (File | Unset): The rows as Parquet; older name of the part.
            image_data (File | Unset): Zip with one image per row, or a single image, each a PNG, JPEG, GIF or TIFF file;
                image models only.
    """

    reference_data: File | Unset = UNSET
    reference_data_parquet: File | Unset = UNSET
    image_data: File | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        reference_data: FileTypes | Unset = UNSET
        if not isinstance(self.reference_data, Unset):
            reference_data = self.reference_data.to_tuple()

        reference_data_parquet: FileTypes | Unset = UNSET
        if not isinstance(self.reference_data_parquet, Unset):
            reference_data_parquet = self.reference_data_parquet.to_tuple()

        image_data: FileTypes | Unset = UNSET
        if not isinstance(self.image_data, Unset):
            image_data = self.image_data.to_tuple()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if reference_data is not UNSET:
            field_dict["reference_data"] = reference_data
        if reference_data_parquet is not UNSET:
            field_dict["reference_data.parquet"] = reference_data_parquet
        if image_data is not UNSET:
            field_dict["image_data"] = image_data

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        if not isinstance(self.reference_data, Unset):
            files.append(("reference_data", self.reference_data.to_tuple()))

        if not isinstance(self.reference_data_parquet, Unset):
            files.append(("reference_data.parquet", self.reference_data_parquet.to_tuple()))

        if not isinstance(self.image_data, Unset):
            files.append(("image_data", self.image_data.to_tuple()))

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
        _reference_data = _fields_.pop("reference_data", UNSET)
        reference_data: File | Unset
        if isinstance(_reference_data, Unset) or _reference_data is None:
            reference_data = UNSET
        else:
            reference_data = File(payload=BytesIO(_reference_data))

        _reference_data_parquet = _fields_.pop("reference_data.parquet", UNSET)
        reference_data_parquet: File | Unset
        if isinstance(_reference_data_parquet, Unset) or _reference_data_parquet is None:
            reference_data_parquet = UNSET
        else:
            reference_data_parquet = File(payload=BytesIO(_reference_data_parquet))

        _image_data = _fields_.pop("image_data", UNSET)
        image_data: File | Unset
        if isinstance(_image_data, Unset) or _image_data is None:
            image_data = UNSET
        else:
            image_data = File(payload=BytesIO(_image_data))

        _model_ = cls(
            reference_data=reference_data,
            reference_data_parquet=reference_data_parquet,
            image_data=image_data,
        )
        _model_._keep(src_dict)

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
