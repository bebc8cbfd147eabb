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

T = TypeVar("T", bound="InferenceFileForm")


@_attrs_define(kw_only=True, repr=False)
class InferenceFileForm(_ApiObject):
    """A file of inferences or of ground truth, exactly one of the two. Parquet and JSON are told apart by the content; a
    Parquet file has one column per attribute besides `partner_inference_id`, `inference_timestamp`, `batch_id` and
    `ground_truth_timestamp`; a JSON file is an array of `Inference` or of `InferenceGroundTruth`.

        Attributes:
            inference_data (File | Unset): File of inferences.
            ground_truth_data (File | Unset): File of ground truth.
            batch_id (str | Unset): Batch of all rows; overrides the one in the file. Empty means none.
            image_data (File | Unset): Zip with the images that the rows name, each a PNG, JPEG, GIF or TIFF file; image
                models only.
    """

    inference_data: File | Unset = UNSET
    ground_truth_data: File | Unset = UNSET
    batch_id: str | Unset = UNSET
    image_data: File | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        inference_data: FileTypes | Unset = UNSET
        if not isinstance(self.inference_data, Unset):
            inference_data = self.inference_data.to_tuple()

        ground_truth_data: FileTypes | Unset = UNSET
        if not isinstance(self.ground_truth_data, Unset):
            ground_truth_data = self.ground_truth_data.to_tuple()

        batch_id = self.batch_id

        image_data: FileTypes | Unset = UNSET
        if not isinstance(self.image_data, Unset):
            image_data = self.image_data.to_tuple()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if inference_data is not UNSET:
            field_dict["inference_data"] = inference_data
        if ground_truth_data is not UNSET:
            field_dict["ground_truth_data"] = ground_truth_data
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if image_data is not UNSET:
            field_dict["image_data"] = image_data

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        if not isinstance(self.inference_data, Unset):
            files.append(("inference_data", self.inference_data.to_tuple()))

        if not isinstance(self.ground_truth_data, Unset):
            files.append(("ground_truth_data", self.ground_truth_data.to_tuple()))

        if not isinstance(self.batch_id, Unset):
            files.append(("batch_id", (None, str(self.batch_id).encode(), "text/plain")))

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
        _inference_data = _fields_.pop("inference_data", UNSET)
        inference_data: File | Unset
        if isinstance(_inference_data, Unset) or _inference_data is None:
            inference_data = UNSET
        else:
            inference_data = File(payload=BytesIO(_inference_data))

        _ground_truth_data = _fields_.pop("ground_truth_data", UNSET)
        ground_truth_data: File | Unset
        if isinstance(_ground_truth_data, Unset) or _ground_truth_data is None:
            ground_truth_data = UNSET
        else:
            ground_truth_data = File(payload=BytesIO(_ground_truth_data))

        batch_id = _fields_.pop("batch_id", UNSET)

        _image_data = _fields_.pop("image_data", UNSET)
        image_data: File | Unset
        if isinstance(_image_data, Unset) or _image_data is None:
            image_data = UNSET
        else:
            image_data = File(payload=BytesIO(_image_data))

        _model_ = cls(
            inference_data=inference_data,
            ground_truth_data=ground_truth_data,
            batch_id=batch_id,
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
