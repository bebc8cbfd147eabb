from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.alert_rule_note import AlertRuleNote
    from ..models.alert_rule_outcomes import AlertRuleOutcomes
    from ..models.alert_rule_request import AlertRuleRequest
    from ..models.backtest_alert import BacktestAlert


T = TypeVar("T", bound="AlertRuleBacktest")

_REQUIRED = frozenset({"rule", "alerts", "outcomes", "suppressed", "notes"})


@_attrs_define(kw_only=True, repr=False)
class AlertRuleBacktest(_ApiObject):
    """What a rule would have done.

    Attributes:
        rule (AlertRuleRequest): When to raise an alert.
        alerts (list[BacktestAlert]): The alerts, the oldest first.
        outcomes (AlertRuleOutcomes): What evaluations came to. A rule that covers several attributes or classes is
            evaluated for each of them in each window.
        suppressed (int): Crossings within the wait time of an alert.
        notes (list[AlertRuleNote]): What the creator of such a rule should know.
    """

    rule: AlertRuleRequest
    alerts: list[BacktestAlert]
    outcomes: AlertRuleOutcomes
    suppressed: int
    notes: list[AlertRuleNote]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rule = self.rule.to_dict()

        alerts = []
        for alerts_item_data in self.alerts:
            alerts_item = alerts_item_data.to_dict()
            alerts.append(alerts_item)

        outcomes = self.outcomes.to_dict()

        suppressed = self.suppressed

        notes = []
        for notes_item_data in self.notes:
            notes_item = notes_item_data.to_dict()
            notes.append(notes_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rule": rule,
                "alerts": alerts,
                "outcomes": outcomes,
                "suppressed": suppressed,
                "notes": notes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_rule_note import AlertRuleNote  # noqa: PLC0415
        from ..models.alert_rule_outcomes import AlertRuleOutcomes  # noqa: PLC0415
        from ..models.alert_rule_request import AlertRuleRequest  # noqa: PLC0415
        from ..models.backtest_alert import BacktestAlert  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "rule" in _fields_:
            rule = AlertRuleRequest.from_dict(_fields_.pop("rule"))

        else:
            rule = ABSENT

        if "alerts" in _fields_:
            alerts = []
            _alerts = _fields_.pop("alerts")
            for alerts_item_data in _alerts or ():
                alerts_item = BacktestAlert.from_dict(alerts_item_data)

                alerts.append(alerts_item)

        else:
            alerts = ABSENT

        if "outcomes" in _fields_:
            outcomes = AlertRuleOutcomes.from_dict(_fields_.pop("outcomes"))

        else:
            outcomes = ABSENT

        suppressed = _fields_.pop("suppressed", ABSENT)

        if "notes" in _fields_:
            notes = []
            _notes = _fields_.pop("notes")
            for notes_item_data in _notes or ():
                notes_item = AlertRuleNote.from_dict(notes_item_data)

                notes.append(notes_item)

        else:
            notes = ABSENT

        _model_ = cls(
            rule=rule, alerts=alerts, outcomes=outcomes, suppressed=suppressed, notes=notes
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
