from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.alert_rule_request import AlertRuleRequest


T = TypeVar("T", bound="AlertRuleBacktestRequest")

_REQUIRED = frozenset({"rule"})


@_attrs_define(kw_only=True, repr=False)
class AlertRuleBacktestRequest(_ApiObject):
    """A rule to try on the rows that are stored; it is not created.

    Attributes:
        rule (AlertRuleRequest): When to raise an alert.
        start_time (datetime.datetime | None | Unset): Earliest inference time, or earliest last change of a batch; all
            when absent.
        end_time (datetime.datetime | None | Unset): Latest inference time, or latest last change of a batch; all when
            absent.
    """

    rule: AlertRuleRequest
    start_time: datetime.datetime | None | Unset = UNSET
    end_time: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rule = self.rule.to_dict()

        start_time: None | str | Unset
        if isinstance(self.start_time, Unset):
            start_time = UNSET
        elif isinstance(self.start_time, datetime.datetime):
            start_time = self.start_time.isoformat()
        else:
            start_time = self.start_time

        end_time: None | str | Unset
        if isinstance(self.end_time, Unset):
            end_time = UNSET
        elif isinstance(self.end_time, datetime.datetime):
            end_time = self.end_time.isoformat()
        else:
            end_time = self.end_time

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"rule": rule})
        if start_time is not UNSET:
            field_dict["start_time"] = start_time
        if end_time is not UNSET:
            field_dict["end_time"] = end_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_rule_request import AlertRuleRequest  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "rule" in _fields_:
            rule = AlertRuleRequest.from_dict(_fields_.pop("rule"))

        else:
            rule = ABSENT

        def _parse_start_time(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                start_time_type_0 = datetime.datetime.fromisoformat(data)

                return start_time_type_0
            raise TypeError(f"start_time is {type(data).__name__}")

        start_time = _parse_start_time(_fields_.pop("start_time", UNSET))

        def _parse_end_time(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                end_time_type_0 = datetime.datetime.fromisoformat(data)

                return end_time_type_0
            raise TypeError(f"end_time is {type(data).__name__}")

        end_time = _parse_end_time(_fields_.pop("end_time", UNSET))

        _model_ = cls(rule=rule, start_time=start_time, end_time=end_time)
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
