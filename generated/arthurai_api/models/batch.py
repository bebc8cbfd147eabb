from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.dataset_status import DatasetStatus
from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="Batch")

_REQUIRED = frozenset(
    {
        "model_id",
        "batch_id",
        "records",
        "partner_record_count",
        "status",
        "created_at",
        "updated_at",
    }
)


@_attrs_define(kw_only=True, repr=False)
class Batch(_ApiObject):
    """A closed or still open group of inferences.

    Attributes:
        model_id (str): The model.
        batch_id (str): The caller's name of the batch.
        records (int): Rows stored.
        partner_record_count (int): Rows announced when it was closed; 0 before.
        status (DatasetStatus): Status of a dataset.
        created_at (str): When its first row came, ISO 8601.
        updated_at (str): When it last changed, ISO 8601.
    """

    model_id: str
    batch_id: str
    records: int
    partner_record_count: int
    status: DatasetStatus
    created_at: str
    updated_at: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model_id = self.model_id

        batch_id = self.batch_id

        records = self.records

        partner_record_count = self.partner_record_count

        status = self.status.value

        created_at = self.created_at

        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "model_id": model_id,
                "batch_id": batch_id,
                "records": records,
                "partner_record_count": partner_record_count,
                "status": status,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        model_id = _fields_.pop("model_id", ABSENT)

        batch_id = _fields_.pop("batch_id", ABSENT)

        records = _fields_.pop("records", ABSENT)

        partner_record_count = _fields_.pop("partner_record_count", ABSENT)

        if "status" in _fields_:
            status = DatasetStatus(_fields_.pop("status"))

        else:
            status = ABSENT

        created_at = _fields_.pop("created_at", ABSENT)

        updated_at = _fields_.pop("updated_at", ABSENT)

        _model_ = cls(
            model_id=model_id,
            batch_id=batch_id,
            records=records,
            partner_record_count=partner_record_count,
            status=status,
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
