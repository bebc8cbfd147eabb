from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import check_object as _check_object

if TYPE_CHECKING:
    from ..models.sage_maker_failure import SageMakerFailure
    from ..models.status_counts import StatusCounts


T = TypeVar("T", bound="SageMakerResponse")


@_attrs_define(kw_only=True)
class SageMakerResponse:
    """Outcome of a capture file.

    Attributes:
        counts (StatusCounts): How many rows of a request were taken and how many refused. Holds these three members and
            no other.
        failures (list[SageMakerFailure]): One entry a refused inference; empty when all were taken.
    """

    counts: StatusCounts
    failures: list[SageMakerFailure]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

    def to_dict(self) -> dict[str, Any]:
        counts = self.counts.to_dict()

        failures = []
        for failures_item_data in self.failures:
            failures_item = failures_item_data.to_dict()
            failures.append(failures_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"counts": counts, "failures": failures})

        return field_dict

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sage_maker_failure import SageMakerFailure  # noqa: PLC0415
        from ..models.status_counts import StatusCounts  # noqa: PLC0415

        _check_object("SageMakerResponse", src_dict)
        _fields_ = dict(src_dict)
        counts = StatusCounts.from_dict(_fields_.pop("counts"))

        failures = []
        _failures = _fields_.pop("failures")
        for failures_item_data in _failures or ():
            failures_item = SageMakerFailure.from_dict(failures_item_data)

            failures.append(failures_item)

        _model_ = cls(counts=counts, failures=failures)
        _model_._received = src_dict

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
