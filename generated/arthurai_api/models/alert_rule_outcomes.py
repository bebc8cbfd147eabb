from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertRuleOutcomes")

_REQUIRED = frozenset(
    {
        "windows",
        "evaluations",
        "crossed",
        "few_rows",
        "waiting_for_truth",
        "within_noise",
        "no_value",
        "failed",
        "left_out",
    }
)


@_attrs_define(kw_only=True, repr=False)
class AlertRuleOutcomes(_ApiObject):
    """What evaluations came to. A rule that covers several attributes or classes is evaluated for each of them in each
    window.

        Attributes:
            windows (int): Windows or batches that hold rows.
            evaluations (int): Evaluations made.
            crossed (int): Values beyond the threshold that count.
            few_rows (int): Left out for having too few rows.
            waiting_for_truth (int): Left out for lack of ground truth so far.
            within_noise (int): Beyond the threshold by no more than sampling noise.
            no_value (int): Without a value.
            failed (int): That the metric could not be computed for.
            left_out (int): Oldest windows or batches that a backtest leaves out; alerts that an evaluation leaves out.
    """

    windows: int
    evaluations: int
    crossed: int
    few_rows: int
    waiting_for_truth: int
    within_noise: int
    no_value: int
    failed: int
    left_out: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        windows = self.windows

        evaluations = self.evaluations

        crossed = self.crossed

        few_rows = self.few_rows

        waiting_for_truth = self.waiting_for_truth

        within_noise = self.within_noise

        no_value = self.no_value

        failed = self.failed

        left_out = self.left_out

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "windows": windows,
                "evaluations": evaluations,
                "crossed": crossed,
                "few_rows": few_rows,
                "waiting_for_truth": waiting_for_truth,
                "within_noise": within_noise,
                "no_value": no_value,
                "failed": failed,
                "left_out": left_out,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        windows = _fields_.pop("windows", ABSENT)

        evaluations = _fields_.pop("evaluations", ABSENT)

        crossed = _fields_.pop("crossed", ABSENT)

        few_rows = _fields_.pop("few_rows", ABSENT)

        waiting_for_truth = _fields_.pop("waiting_for_truth", ABSENT)

        within_noise = _fields_.pop("within_noise", ABSENT)

        no_value = _fields_.pop("no_value", ABSENT)

        failed = _fields_.pop("failed", ABSENT)

        left_out = _fields_.pop("left_out", ABSENT)

        _model_ = cls(
            windows=windows,
            evaluations=evaluations,
            crossed=crossed,
            few_rows=few_rows,
            waiting_for_truth=waiting_for_truth,
            within_noise=within_noise,
            no_value=no_value,
            failed=failed,
            left_out=left_out,
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
