from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.alert_bound import AlertBound
from ..models.alert_severity import AlertSeverity
from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertRulePatch")


@_attrs_define(kw_only=True, repr=False)
class AlertRulePatch(_ApiObject):
    """Changes to a rule; members left out stay as they are. A whole rule may be sent back: what cannot be changed is
    ignored.

        Attributes:
            name (None | str | Unset): New name.
            bound (AlertBound | None | Unset): New side.
            threshold (float | None | Unset): New limit.
            severity (AlertSeverity | None | Unset): New severity.
            lookback_period (float | None | Unset): New window in minutes.
            subsequent_alert_wait_time (float | None | Unset): New silence in minutes.
            enabled (bool | None | Unset): Whether the rule is evaluated.
            min_rows (int | None | Unset): New least number of rows.
            min_truth_share (float | None | Unset): New least share of rows with ground truth.
            confidence (float | None | Unset): How sure it must be from now on that a crossing is not sampling noise.
    """

    name: None | str | Unset = UNSET
    bound: AlertBound | None | Unset = UNSET
    threshold: float | None | Unset = UNSET
    severity: AlertSeverity | None | Unset = UNSET
    lookback_period: float | None | Unset = UNSET
    subsequent_alert_wait_time: float | None | Unset = UNSET
    enabled: bool | None | Unset = UNSET
    min_rows: int | None | Unset = UNSET
    min_truth_share: float | None | Unset = UNSET
    confidence: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        bound: None | str | Unset
        if isinstance(self.bound, Unset):
            bound = UNSET
        elif isinstance(self.bound, AlertBound):
            bound = self.bound.value
        else:
            bound = self.bound

        threshold: float | None | Unset
        if isinstance(self.threshold, Unset):
            threshold = UNSET
        else:
            threshold = self.threshold

        severity: None | str | Unset
        if isinstance(self.severity, Unset):
            severity = UNSET
        elif isinstance(self.severity, AlertSeverity):
            severity = self.severity.value
        else:
            severity = self.severity

        lookback_period: float | None | Unset
        if isinstance(self.lookback_period, Unset):
            lookback_period = UNSET
        else:
            lookback_period = self.lookback_period

        subsequent_alert_wait_time: float | None | Unset
        if isinstance(self.subsequent_alert_wait_time, Unset):
            subsequent_alert_wait_time = UNSET
        else:
            subsequent_alert_wait_time = self.subsequent_alert_wait_time

        enabled: bool | None | Unset
        if isinstance(self.enabled, Unset):
            enabled = UNSET
        else:
            enabled = self.enabled

        min_rows: int | None | Unset
        if isinstance(self.min_rows, Unset):
            min_rows = UNSET
        else:
            min_rows = self.min_rows

        min_truth_share: float | None | Unset
        if isinstance(self.min_truth_share, Unset):
            min_truth_share = UNSET
        else:
            min_truth_share = self.min_truth_share

        confidence: float | None | Unset
        if isinstance(self.confidence, Unset):
            confidence = UNSET
        else:
            confidence = self.confidence

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if bound is not UNSET:
            field_dict["bound"] = bound
        if threshold is not UNSET:
            field_dict["threshold"] = threshold
        if severity is not UNSET:
            field_dict["severity"] = severity
        if lookback_period is not UNSET:
            field_dict["lookback_period"] = lookback_period
        if subsequent_alert_wait_time is not UNSET:
            field_dict["subsequent_alert_wait_time"] = subsequent_alert_wait_time
        if enabled is not UNSET:
            field_dict["enabled"] = enabled
        if min_rows is not UNSET:
            field_dict["min_rows"] = min_rows
        if min_truth_share is not UNSET:
            field_dict["min_truth_share"] = min_truth_share
        if confidence is not UNSET:
            field_dict["confidence"] = confidence

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        name: None | str | Unset = _fields_.pop("name", UNSET)

        def _parse_bound(data: object) -> AlertBound | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                bound_type_0 = AlertBound(data)

                return bound_type_0
            raise TypeError(f"bound is {type(data).__name__}")

        bound = _parse_bound(_fields_.pop("bound", UNSET))

        threshold: float | None | Unset = _fields_.pop("threshold", UNSET)

        def _parse_severity(data: object) -> AlertSeverity | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                severity_type_0 = AlertSeverity(data)

                return severity_type_0
            raise TypeError(f"severity is {type(data).__name__}")

        severity = _parse_severity(_fields_.pop("severity", UNSET))

        lookback_period: float | None | Unset = _fields_.pop("lookback_period", UNSET)

        subsequent_alert_wait_time: float | None | Unset = _fields_.pop(
            "subsequent_alert_wait_time", UNSET
        )

        enabled: bool | None | Unset = _fields_.pop("enabled", UNSET)

        min_rows: int | None | Unset = _fields_.pop("min_rows", UNSET)

        min_truth_share: float | None | Unset = _fields_.pop("min_truth_share", UNSET)

        confidence: float | None | Unset = _fields_.pop("confidence", UNSET)

        _model_ = cls(
            name=name,
            bound=bound,
            threshold=threshold,
            severity=severity,
            lookback_period=lookback_period,
            subsequent_alert_wait_time=subsequent_alert_wait_time,
            enabled=enabled,
            min_rows=min_rows,
            min_truth_share=min_truth_share,
            confidence=confidence,
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
