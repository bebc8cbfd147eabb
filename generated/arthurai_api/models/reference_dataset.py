from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.dataset_status import DatasetStatus
from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="ReferenceDataset")


@_attrs_define(kw_only=True, repr=False)
class ReferenceDataset(_ApiObject):
    """The reference set of a model; hardly anything of it is filled before the first upload.

    Attributes:
        model_id (str | Unset): The model.
        records (int | Unset): Rows stored.
        partner_record_count (int | Unset): Rows announced when it was closed.
        status (DatasetStatus | Unset): Status of a dataset.
        created_at (str | Unset): When its first row came, ISO 8601.
        updated_at (str | Unset): When it last changed, ISO 8601.
    """

    model_id: str | Unset = UNSET
    records: int | Unset = UNSET
    partner_record_count: int | Unset = UNSET
    status: DatasetStatus | Unset = UNSET
    created_at: str | Unset = UNSET
    updated_at: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_id = self.model_id

        records = self.records

        partner_record_count = self.partner_record_count

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        created_at = self.created_at

        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if model_id is not UNSET:
            field_dict["model_id"] = model_id
        if records is not UNSET:
            field_dict["records"] = records
        if partner_record_count is not UNSET:
            field_dict["partner_record_count"] = partner_record_count
        if status is not UNSET:
            field_dict["status"] = status
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        model_id = _fields_.pop("model_id", UNSET)

        records = _fields_.pop("records", UNSET)

        partner_record_count = _fields_.pop("partner_record_count", UNSET)

        _status = _fields_.pop("status", UNSET)
        status: DatasetStatus | Unset
        if isinstance(_status, Unset) or _status is None:
            status = UNSET
        else:
            status = DatasetStatus(_status)

        created_at = _fields_.pop("created_at", UNSET)

        updated_at = _fields_.pop("updated_at", UNSET)

        _model_ = cls(
            model_id=model_id,
            records=records,
            partner_record_count=partner_record_count,
            status=status,
            created_at=created_at,
            updated_at=updated_at,
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
