from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.alert_rule import AlertRule
    from ..models.alert_rule_note import AlertRuleNote
    from ..models.alert_rule_outcomes import AlertRuleOutcomes
    from ..models.metric_parameter_choice import MetricParameterChoice


T = TypeVar("T", bound="AlertRuleExplanation")

_REQUIRED = frozenset(
    {
        "alert_rule",
        "summary",
        "covers",
        "notes",
        "last_evaluated_at",
        "last_metric_value",
        "last_outcomes",
    }
)


@_attrs_define(kw_only=True, repr=False)
class AlertRuleExplanation(_ApiObject):
    """What a rule watches, and what came of it.

    Attributes:
        alert_rule (AlertRule): When an alert is raised.
        summary (str): The rule in a sentence.
        covers (list[MetricParameterChoice]): Parameters of the metric; one choice for each attribute or class that it
            watches.
        notes (list[AlertRuleNote]): What stands in its way.
        last_evaluated_at (None | str): When it was evaluated last, ISO 8601.
        last_metric_value (float | None): Value at that time.
        last_outcomes (AlertRuleOutcomes | None): What the last evaluation came to.
    """

    alert_rule: AlertRule
    summary: str
    covers: list[MetricParameterChoice]
    notes: list[AlertRuleNote]
    last_evaluated_at: None | str
    last_metric_value: float | None
    last_outcomes: AlertRuleOutcomes | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.alert_rule_outcomes import AlertRuleOutcomes  # noqa: PLC0415

        alert_rule = self.alert_rule.to_dict()

        summary = self.summary

        covers = []
        for covers_item_data in self.covers:
            covers_item = covers_item_data.to_dict()
            covers.append(covers_item)

        notes = []
        for notes_item_data in self.notes:
            notes_item = notes_item_data.to_dict()
            notes.append(notes_item)

        last_evaluated_at: None | str
        last_evaluated_at = self.last_evaluated_at

        last_metric_value: float | None
        last_metric_value = self.last_metric_value

        last_outcomes: dict[str, Any] | None
        if isinstance(self.last_outcomes, AlertRuleOutcomes):
            last_outcomes = self.last_outcomes.to_dict()
        else:
            last_outcomes = self.last_outcomes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "alert_rule": alert_rule,
                "summary": summary,
                "covers": covers,
                "notes": notes,
                "last_evaluated_at": last_evaluated_at,
                "last_metric_value": last_metric_value,
                "last_outcomes": last_outcomes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_rule import AlertRule  # noqa: PLC0415
        from ..models.alert_rule_note import AlertRuleNote  # noqa: PLC0415
        from ..models.alert_rule_outcomes import AlertRuleOutcomes  # noqa: PLC0415
        from ..models.metric_parameter_choice import MetricParameterChoice  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "alert_rule" in _fields_:
            alert_rule = AlertRule.from_dict(_fields_.pop("alert_rule"))

        else:
            alert_rule = ABSENT

        summary = _fields_.pop("summary", ABSENT)

        if "covers" in _fields_:
            covers = []
            _covers = _fields_.pop("covers")
            for covers_item_data in _covers or ():
                covers_item = MetricParameterChoice.from_dict(covers_item_data)

                covers.append(covers_item)

        else:
            covers = ABSENT

        if "notes" in _fields_:
            notes = []
            _notes = _fields_.pop("notes")
            for notes_item_data in _notes or ():
                notes_item = AlertRuleNote.from_dict(notes_item_data)

                notes.append(notes_item)

        else:
            notes = ABSENT

        if "last_evaluated_at" in _fields_:
            last_evaluated_at: None | str = _fields_.pop("last_evaluated_at")

        else:
            last_evaluated_at = ABSENT

        if "last_metric_value" in _fields_:
            last_metric_value: float | None = _fields_.pop("last_metric_value")

        else:
            last_metric_value = ABSENT

        if "last_outcomes" in _fields_:

            def _parse_last_outcomes(data: object) -> AlertRuleOutcomes | None:
                if data is None:
                    return data
                if isinstance(data, dict):
                    last_outcomes_type_0 = AlertRuleOutcomes.from_dict(data)

                    return last_outcomes_type_0
                raise TypeError(f"last_outcomes is {type(data).__name__}")

            last_outcomes = _parse_last_outcomes(_fields_.pop("last_outcomes"))

        else:
            last_outcomes = ABSENT

        _model_ = cls(
            alert_rule=alert_rule,
            summary=summary,
            covers=covers,
            notes=notes,
            last_evaluated_at=last_evaluated_at,
            last_metric_value=last_metric_value,
            last_outcomes=last_outcomes,
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
