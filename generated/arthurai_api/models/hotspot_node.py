from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.hotspot_classes import HotspotClasses
    from ..models.hotspot_rules import HotspotRules


T = TypeVar("T", bound="HotspotNode")

_REQUIRED = frozenset({"rules", "accuracy", "impurity", "n_samples", "feature"})


@_attrs_define(kw_only=True, repr=False)
class HotspotNode(_ApiObject):
    """A region of the input. Its children split it at `cutoff` of `feature`.

    Attributes:
        rules (HotspotRules): Conditions on the way to a node: attribute, comparator, bound. Empty at the root.
        accuracy (float): Share of right predictions.
        impurity (float): How mixed right and wrong predictions are.
        n_samples (int): Rows in the region.
        feature (str): Attribute at which the region is cut.
        precision (float | Unset): Precision.
        recall (float | Unset): Recall.
        f1 (float | Unset): F1 score.
        cutoff (float | Unset): Where it is cut.
        gt_to_info (HotspotClasses | Unset): How the model does inside a node by ground truth class.
        left (HotspotNode | None | Unset): The part below the cut, if the region is cut.
        right (HotspotNode | None | Unset): The part above the cut, if the region is cut.
    """

    rules: HotspotRules
    accuracy: float
    impurity: float
    n_samples: int
    feature: str
    precision: float | Unset = UNSET
    recall: float | Unset = UNSET
    f1: float | Unset = UNSET
    cutoff: float | Unset = UNSET
    gt_to_info: HotspotClasses | Unset = UNSET
    left: HotspotNode | None | Unset = UNSET
    right: HotspotNode | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rules = self.rules.to_dict()

        accuracy = self.accuracy

        impurity = self.impurity

        n_samples = self.n_samples

        feature = self.feature

        precision = self.precision

        recall = self.recall

        f1 = self.f1

        cutoff = self.cutoff

        gt_to_info: dict[str, Any] | Unset = UNSET
        if not isinstance(self.gt_to_info, Unset):
            gt_to_info = self.gt_to_info.to_dict()

        left: dict[str, Any] | None | Unset
        if isinstance(self.left, Unset):
            left = UNSET
        elif isinstance(self.left, HotspotNode):
            left = self.left.to_dict()
        else:
            left = self.left

        right: dict[str, Any] | None | Unset
        if isinstance(self.right, Unset):
            right = UNSET
        elif isinstance(self.right, HotspotNode):
            right = self.right.to_dict()
        else:
            right = self.right

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rules": rules,
                "accuracy": accuracy,
                "impurity": impurity,
                "n_samples": n_samples,
                "feature": feature,
            }
        )
        if precision is not UNSET:
            field_dict["precision"] = precision
        if recall is not UNSET:
            field_dict["recall"] = recall
        if f1 is not UNSET:
            field_dict["f1"] = f1
        if cutoff is not UNSET:
            field_dict["cutoff"] = cutoff
        if gt_to_info is not UNSET:
            field_dict["gt_to_info"] = gt_to_info
        if left is not UNSET:
            field_dict["left"] = left
        if right is not UNSET:
            field_dict["right"] = right

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.hotspot_classes import HotspotClasses  # noqa: PLC0415
        from ..models.hotspot_rules import HotspotRules  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "rules" in _fields_:
            rules = HotspotRules.from_dict(_fields_.pop("rules"))

        else:
            rules = ABSENT

        accuracy = _fields_.pop("accuracy", ABSENT)

        impurity = _fields_.pop("impurity", ABSENT)

        n_samples = _fields_.pop("n_samples", ABSENT)

        feature = _fields_.pop("feature", ABSENT)

        precision = _fields_.pop("precision", UNSET)

        recall = _fields_.pop("recall", UNSET)

        f1 = _fields_.pop("f1", UNSET)

        cutoff = _fields_.pop("cutoff", UNSET)

        _gt_to_info = _fields_.pop("gt_to_info", UNSET)
        gt_to_info: HotspotClasses | Unset
        if isinstance(_gt_to_info, Unset) or _gt_to_info is None:
            gt_to_info = UNSET
        else:
            gt_to_info = HotspotClasses.from_dict(_gt_to_info)

        def _parse_left(data: object) -> HotspotNode | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                left_type_0 = HotspotNode.from_dict(data)

                return left_type_0
            raise TypeError(f"left is {type(data).__name__}")

        left = _parse_left(_fields_.pop("left", UNSET))

        def _parse_right(data: object) -> HotspotNode | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                right_type_0 = HotspotNode.from_dict(data)

                return right_type_0
            raise TypeError(f"right is {type(data).__name__}")

        right = _parse_right(_fields_.pop("right", UNSET))

        _model_ = cls(
            rules=rules,
            accuracy=accuracy,
            impurity=impurity,
            n_samples=n_samples,
            feature=feature,
            precision=precision,
            recall=recall,
            f1=f1,
            cutoff=cutoff,
            gt_to_info=gt_to_info,
            left=left,
            right=right,
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
