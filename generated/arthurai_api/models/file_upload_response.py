from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.alert_rule_note import AlertRuleNote
    from ..models.file_upload_failure import FileUploadFailure
    from ..models.status_counts import StatusCounts


T = TypeVar("T", bound="FileUploadResponse")

_REQUIRED = frozenset({"counts", "failures"})


@_attrs_define(kw_only=True, repr=False)
class FileUploadResponse(_ApiObject):
    """Outcome of a file.

    Attributes:
        counts (StatusCounts): How many rows of a request were accepted and how many refused; exactly these three
            members.
        failures (list[FileUploadFailure]): One entry per refused row; empty when all were accepted.
        notes (list[AlertRuleNote] | Unset): What the rows mean for alert rules: which of them cannot fire on such rows.
            Said once.
    """

    counts: StatusCounts
    failures: list[FileUploadFailure]
    notes: list[AlertRuleNote] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        counts = self.counts.to_dict()

        failures = []
        for failures_item_data in self.failures:
            failures_item = failures_item_data.to_dict()
            failures.append(failures_item)

        notes: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.notes, Unset):
            notes = []
            for notes_item_data in self.notes:
                notes_item = notes_item_data.to_dict()
                notes.append(notes_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"counts": counts, "failures": failures})
        if notes is not UNSET:
            field_dict["notes"] = notes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_rule_note import AlertRuleNote  # noqa: PLC0415
        from ..models.file_upload_failure import FileUploadFailure  # noqa: PLC0415
        from ..models.status_counts import StatusCounts  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "counts" in _fields_:
            counts = StatusCounts.from_dict(_fields_.pop("counts"))

        else:
            counts = ABSENT

        if "failures" in _fields_:
            failures = []
            _failures = _fields_.pop("failures")
            for failures_item_data in _failures or ():
                failures_item = FileUploadFailure.from_dict(failures_item_data)

                failures.append(failures_item)

        else:
            failures = ABSENT

        _notes = _fields_.pop("notes", UNSET)
        notes: list[AlertRuleNote] | Unset = UNSET
        if _notes is not UNSET:
            notes = []
            for notes_item_data in _notes or ():
                notes_item = AlertRuleNote.from_dict(notes_item_data)

                notes.append(notes_item)

        _model_ = cls(counts=counts, failures=failures, notes=notes)
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
