from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.hotspot_prediction_counts import HotspotPredictionCounts


T = TypeVar("T", bound="HotspotClassInfo")

_REQUIRED = frozenset({"class_f1", "class_precision", "class_recall", "count", "pred_to_count"})


@_attrs_define(kw_only=True, repr=False)
class HotspotClassInfo(_ApiObject):
    """How the model does on one class inside a node.

    Attributes:
        class_f1 (float): F1 score.
        class_precision (float): Precision.
        class_recall (float): Recall.
        count (int): Rows of this class.
        pred_to_count (HotspotPredictionCounts): Rows by predicted class.
    """

    class_f1: float
    class_precision: float
    class_recall: float
    count: int
    pred_to_count: HotspotPredictionCounts
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        class_f1 = self.class_f1

        class_precision = self.class_precision

        class_recall = self.class_recall

        count = self.count

        pred_to_count = self.pred_to_count.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "class_f1": class_f1,
                "class_precision": class_precision,
                "class_recall": class_recall,
                "count": count,
                "pred_to_count": pred_to_count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.hotspot_prediction_counts import HotspotPredictionCounts  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        class_f1 = _fields_.pop("class_f1", ABSENT)

        class_precision = _fields_.pop("class_precision", ABSENT)

        class_recall = _fields_.pop("class_recall", ABSENT)

        count = _fields_.pop("count", ABSENT)

        if "pred_to_count" in _fields_:
            pred_to_count = HotspotPredictionCounts.from_dict(_fields_.pop("pred_to_count"))

        else:
            pred_to_count = ABSENT

        _model_ = cls(
            class_f1=class_f1,
            class_precision=class_precision,
            class_recall=class_recall,
            count=count,
            pred_to_count=pred_to_count,
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
