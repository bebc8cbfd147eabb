from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="DataDriftTableRow")


@_attrs_define(kw_only=True, repr=False)
class DataDriftTableRow(_ApiObject):
    """One bucket. Group keys come under the names of their attributes; borders are absent for categories.

    Attributes:
        bucket (None | str | Unset): `bucket_1` and so on in ascending order, or the category; null for missing values.
        rollup (str | Unset): Step of the target this row belongs to.
        group_by_property (Any | Unset): Placeholder in the published schema for the group keys.
        base_bucket_min (float | None | Unset): Lower border.
        base_bucket_max (float | None | Unset): Upper border.
        base_count_per_bucket (float | None | Unset): Base rows in the bucket.
        base_total (float | None | Unset): Base rows in all.
        base_probability_per_bucket (float | None | Unset): Share of the base in the bucket.
        base_ln_probability_per_bucket (float | None | Unset): Natural logarithm of that share.
        target_bucket_min (float | None | Unset): Lower border.
        target_bucket_max (float | None | Unset): Upper border.
        target_count_per_bucket (float | None | Unset): Target rows in the bucket.
        target_total (float | None | Unset): Target rows in all.
        target_probability_per_bucket (float | None | Unset): Share of the target in the bucket.
        target_ln_probability_per_bucket (float | None | Unset): Natural logarithm of that share.
        probability_difference (float | None | Unset): Base share less target share.
        ln_probability_difference (float | None | Unset): Difference of the logarithms.
        psi (float | None | Unset): Product of the two differences, this bucket's part of the index.
    """

    bucket: None | str | Unset = UNSET
    rollup: str | Unset = UNSET
    group_by_property: Any | Unset = UNSET
    base_bucket_min: float | None | Unset = UNSET
    base_bucket_max: float | None | Unset = UNSET
    base_count_per_bucket: float | None | Unset = UNSET
    base_total: float | None | Unset = UNSET
    base_probability_per_bucket: float | None | Unset = UNSET
    base_ln_probability_per_bucket: float | None | Unset = UNSET
    target_bucket_min: float | None | Unset = UNSET
    target_bucket_max: float | None | Unset = UNSET
    target_count_per_bucket: float | None | Unset = UNSET
    target_total: float | None | Unset = UNSET
    target_probability_per_bucket: float | None | Unset = UNSET
    target_ln_probability_per_bucket: float | None | Unset = UNSET
    probability_difference: float | None | Unset = UNSET
    ln_probability_difference: float | None | Unset = UNSET
    psi: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        bucket: None | str | Unset
        if isinstance(self.bucket, Unset):
            bucket = UNSET
        else:
            bucket = self.bucket

        rollup = self.rollup

        group_by_property = self.group_by_property

        base_bucket_min: float | None | Unset
        if isinstance(self.base_bucket_min, Unset):
            base_bucket_min = UNSET
        else:
            base_bucket_min = self.base_bucket_min

        base_bucket_max: float | None | Unset
        if isinstance(self.base_bucket_max, Unset):
            base_bucket_max = UNSET
        else:
            base_bucket_max = self.base_bucket_max

        base_count_per_bucket: float | None | Unset
        if isinstance(self.base_count_per_bucket, Unset):
            base_count_per_bucket = UNSET
        else:
            base_count_per_bucket = self.base_count_per_bucket

        base_total: float | None | Unset
        if isinstance(self.base_total, Unset):
            base_total = UNSET
        else:
            base_total = self.base_total

        base_probability_per_bucket: float | None | Unset
        if isinstance(self.base_probability_per_bucket, Unset):
            base_probability_per_bucket = UNSET
        else:
            base_probability_per_bucket = self.base_probability_per_bucket

        base_ln_probability_per_bucket: float | None | Unset
        if isinstance(self.base_ln_probability_per_bucket, Unset):
            base_ln_probability_per_bucket = UNSET
        else:
            base_ln_probability_per_bucket = self.base_ln_probability_per_bucket

        target_bucket_min: float | None | Unset
        if isinstance(self.target_bucket_min, Unset):
            target_bucket_min = UNSET
        else:
            target_bucket_min = self.target_bucket_min

        target_bucket_max: float | None | Unset
        if isinstance(self.target_bucket_max, Unset):
            target_bucket_max = UNSET
        else:
            target_bucket_max = self.target_bucket_max

        target_count_per_bucket: float | None | Unset
        if isinstance(self.target_count_per_bucket, Unset):
            target_count_per_bucket = UNSET
        else:
            target_count_per_bucket = self.target_count_per_bucket

        target_total: float | None | Unset
        if isinstance(self.target_total, Unset):
            target_total = UNSET
        else:
            target_total = self.target_total

        target_probability_per_bucket: float | None | Unset
        if isinstance(self.target_probability_per_bucket, Unset):
            target_probability_per_bucket = UNSET
        else:
            target_probability_per_bucket = self.target_probability_per_bucket

        target_ln_probability_per_bucket: float | None | Unset
        if isinstance(self.target_ln_probability_per_bucket, Unset):
            target_ln_probability_per_bucket = UNSET
        else:
            target_ln_probability_per_bucket = self.target_ln_probability_per_bucket

        probability_difference: float | None | Unset
        if isinstance(self.probability_difference, Unset):
            probability_difference = UNSET
        else:
            probability_difference = self.probability_difference

        ln_probability_difference: float | None | Unset
        if isinstance(self.ln_probability_difference, Unset):
            ln_probability_difference = UNSET
        else:
            ln_probability_difference = self.ln_probability_difference

        psi: float | None | Unset
        if isinstance(self.psi, Unset):
            psi = UNSET
        else:
            psi = self.psi

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if bucket is not UNSET:
            field_dict["bucket"] = bucket
        if rollup is not UNSET:
            field_dict["rollup"] = rollup
        if group_by_property is not UNSET:
            field_dict["group_by_property"] = group_by_property
        if base_bucket_min is not UNSET:
            field_dict["base_bucket_min"] = base_bucket_min
        if base_bucket_max is not UNSET:
            field_dict["base_bucket_max"] = base_bucket_max
        if base_count_per_bucket is not UNSET:
            field_dict["base_count_per_bucket"] = base_count_per_bucket
        if base_total is not UNSET:
            field_dict["base_total"] = base_total
        if base_probability_per_bucket is not UNSET:
            field_dict["base_probability_per_bucket"] = base_probability_per_bucket
        if base_ln_probability_per_bucket is not UNSET:
            field_dict["base_ln_probability_per_bucket"] = base_ln_probability_per_bucket
        if target_bucket_min is not UNSET:
            field_dict["target_bucket_min"] = target_bucket_min
        if target_bucket_max is not UNSET:
            field_dict["target_bucket_max"] = target_bucket_max
        if target_count_per_bucket is not UNSET:
            field_dict["target_count_per_bucket"] = target_count_per_bucket
        if target_total is not UNSET:
            field_dict["target_total"] = target_total
        if target_probability_per_bucket is not UNSET:
            field_dict["target_probability_per_bucket"] = target_probability_per_bucket
        if target_ln_probability_per_bucket is not UNSET:
            field_dict["target_ln_probability_per_bucket"] = target_ln_probability_per_bucket
        if probability_difference is not UNSET:
            field_dict["probability_difference"] = probability_difference
        if ln_probability_difference is not UNSET:
            field_dict["ln_probability_difference"] = ln_probability_difference
        if psi is not UNSET:
            field_dict["psi"] = psi

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        bucket: None | str | Unset = _fields_.pop("bucket", UNSET)

        rollup = _fields_.pop("rollup", UNSET)

        group_by_property = _fields_.pop("group_by_property", UNSET)

        base_bucket_min: float | None | Unset = _fields_.pop("base_bucket_min", UNSET)

        base_bucket_max: float | None | Unset = _fields_.pop("base_bucket_max", UNSET)

        base_count_per_bucket: float | None | Unset = _fields_.pop("base_count_per_bucket", UNSET)

        base_total: float | None | Unset = _fields_.pop("base_total", UNSET)

        base_probability_per_bucket: float | None | Unset = _fields_.pop(
            "base_probability_per_bucket", UNSET
        )

        base_ln_probability_per_bucket: float | None | Unset = _fields_.pop(
            "base_ln_probability_per_bucket", UNSET
        )

        target_bucket_min: float | None | Unset = _fields_.pop("target_bucket_min", UNSET)

        target_bucket_max: float | None | Unset = _fields_.pop("target_bucket_max", UNSET)

        target_count_per_bucket: float | None | Unset = _fields_.pop(
            "target_count_per_bucket", UNSET
        )

        target_total: float | None | Unset = _fields_.pop("target_total", UNSET)

        target_probability_per_bucket: float | None | Unset = _fields_.pop(
            "target_probability_per_bucket", UNSET
        )

        target_ln_probability_per_bucket: float | None | Unset = _fields_.pop(
            "target_ln_probability_per_bucket", UNSET
        )

        probability_difference: float | None | Unset = _fields_.pop("probability_difference", UNSET)

        ln_probability_difference: float | None | Unset = _fields_.pop(
            "ln_probability_difference", UNSET
        )

        psi: float | None | Unset = _fields_.pop("psi", UNSET)

        _model_ = cls(
            bucket=bucket,
            rollup=rollup,
            group_by_property=group_by_property,
            base_bucket_min=base_bucket_min,
            base_bucket_max=base_bucket_max,
            base_count_per_bucket=base_count_per_bucket,
            base_total=base_total,
            base_probability_per_bucket=base_probability_per_bucket,
            base_ln_probability_per_bucket=base_ln_probability_per_bucket,
            target_bucket_min=target_bucket_min,
            target_bucket_max=target_bucket_max,
            target_count_per_bucket=target_count_per_bucket,
            target_total=target_total,
            target_probability_per_bucket=target_probability_per_bucket,
            target_ln_probability_per_bucket=target_ln_probability_per_bucket,
            probability_difference=probability_difference,
            ln_probability_difference=ln_probability_difference,
            psi=psi,
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
