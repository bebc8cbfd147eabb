from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.dataset_status import DatasetStatus
from ..models.dataset_type import DatasetType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="Dataset")

_REQUIRED = frozenset({"model_id", "type", "records", "status"})


@_attrs_define(kw_only=True, repr=False)
class Dataset(_ApiObject):
    """A batch or the reference set.

    Attributes:
        model_id (str): The model.
        type_ (DatasetType): What a dataset contains.
        records (int): Rows stored.
        status (DatasetStatus): Status of a dataset.
        batch_id (str | Unset): The caller's name of the batch; batches only.
        partner_record_count (int | Unset): Rows announced when it was closed.
        created_at (str | Unset): When its first row came, ISO 8601.
        updated_at (str | Unset): When it last changed, ISO 8601.
    """

    model_id: str
    type_: DatasetType
    records: int
    status: DatasetStatus
    batch_id: str | Unset = UNSET
    partner_record_count: int | Unset = UNSET
    created_at: str | Unset = UNSET
    updated_at: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_id = self.model_id

        type_ = self.type_.value

        records = self.records

        status = self.status.value

        batch_id = self.batch_id

        partner_record_count = self.partner_record_count

        created_at = self.created_at

        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"model_id": model_id, "type": type_, "records": records, "status": status}
        )
        if batch_id is not UNSET:
            field_dict["batch_id"] = batch_id
        if partner_record_count is not UNSET:
            field_dict["partner_record_count"] = partner_record_count
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        model_id = _fields_.pop("model_id", ABSENT)

        if "type" in _fields_:
            type_ = DatasetType(_fields_.pop("type"))

        else:
            type_ = ABSENT

        records = _fields_.pop("records", ABSENT)

        if "status" in _fields_:
            status = DatasetStatus(_fields_.pop("status"))

        else:
            status = ABSENT

        batch_id = _fields_.pop("batch_id", UNSET)

        partner_record_count = _fields_.pop("partner_record_count", UNSET)

        created_at = _fields_.pop("created_at", UNSET)

        updated_at = _fields_.pop("updated_at", UNSET)

        _model_ = cls(
            model_id=model_id,
            type_=type_,
            records=records,
            status=status,
            batch_id=batch_id,
            partner_record_count=partner_record_count,
            created_at=created_at,
            updated_at=updated_at,
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
