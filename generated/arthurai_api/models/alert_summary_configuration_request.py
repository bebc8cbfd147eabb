from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.summary_frequency import SummaryFrequency
from ..models.weekday import Weekday
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.alert_summary_subscriber_request import AlertSummarySubscriberRequest


T = TypeVar("T", bound="AlertSummaryConfigurationRequest")

_REQUIRED = frozenset({"name", "frequency", "send_time_of_day"})


@_attrs_define(kw_only=True, repr=False)
class AlertSummaryConfigurationRequest(_ApiObject):
    """A summary to send regularly.

    Attributes:
        name (str): Name; unique in the organization.
        frequency (SummaryFrequency): How often a summary goes out.
        send_time_of_day (str): Time of the day, `HH:MM` in UTC.
        send_day_of_week (None | Unset | Weekday): Day of the week; needed for weekly summaries.
        models (list[str] | None | Unset): Models to report on.
        subscribers (list[AlertSummarySubscriberRequest] | None | Unset): Whom to send it to.
    """

    name: str
    frequency: SummaryFrequency
    send_time_of_day: str
    send_day_of_week: None | Unset | Weekday = UNSET
    models: list[str] | None | Unset = UNSET
    subscribers: list[AlertSummarySubscriberRequest] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        frequency = self.frequency.value

        send_time_of_day = self.send_time_of_day

        send_day_of_week: None | str | Unset
        if isinstance(self.send_day_of_week, Unset):
            send_day_of_week = UNSET
        elif isinstance(self.send_day_of_week, Weekday):
            send_day_of_week = self.send_day_of_week.value
        else:
            send_day_of_week = self.send_day_of_week

        models: list[str] | None | Unset
        if isinstance(self.models, Unset):
            models = UNSET
        elif isinstance(self.models, list):
            models = self.models

        else:
            models = self.models

        subscribers: list[dict[str, Any]] | None | Unset
        if isinstance(self.subscribers, Unset):
            subscribers = UNSET
        elif isinstance(self.subscribers, list):
            subscribers = []
            for subscribers_type_0_item_data in self.subscribers:
                subscribers_type_0_item = subscribers_type_0_item_data.to_dict()
                subscribers.append(subscribers_type_0_item)

        else:
            subscribers = self.subscribers

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {"name": name, "frequency": frequency, "send_time_of_day": send_time_of_day}
        )
        if send_day_of_week is not UNSET:
            field_dict["send_day_of_week"] = send_day_of_week
        if models is not UNSET:
            field_dict["models"] = models
        if subscribers is not UNSET:
            field_dict["subscribers"] = subscribers

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_summary_subscriber_request import AlertSummarySubscriberRequest  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        name = _fields_.pop("name", ABSENT)

        if "frequency" in _fields_:
            frequency = SummaryFrequency(_fields_.pop("frequency"))

        else:
            frequency = ABSENT

        send_time_of_day = _fields_.pop("send_time_of_day", ABSENT)

        def _parse_send_day_of_week(data: object) -> None | Unset | Weekday:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                send_day_of_week_type_0 = Weekday(data)

                return send_day_of_week_type_0
            raise TypeError(f"send_day_of_week is {type(data).__name__}")

        send_day_of_week = _parse_send_day_of_week(_fields_.pop("send_day_of_week", UNSET))

        def _parse_models(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _models_type_0 = data
                if _models_type_0 is None:
                    _models_type_0 = []
                models_type_0 = cast(list[str], _models_type_0)

                return models_type_0
            raise TypeError(f"models is {type(data).__name__}")

        models = _parse_models(_fields_.pop("models", UNSET))

        def _parse_subscribers(data: object) -> list[AlertSummarySubscriberRequest] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                subscribers_type_0 = []
                _subscribers_type_0 = data
                for subscribers_type_0_item_data in _subscribers_type_0 or ():
                    subscribers_type_0_item = AlertSummarySubscriberRequest.from_dict(
                        subscribers_type_0_item_data
                    )

                    subscribers_type_0.append(subscribers_type_0_item)

                return subscribers_type_0
            raise TypeError(f"subscribers is {type(data).__name__}")

        subscribers = _parse_subscribers(_fields_.pop("subscribers", UNSET))

        _model_ = cls(
            name=name,
            frequency=frequency,
            send_time_of_day=send_time_of_day,
            send_day_of_week=send_day_of_week,
            models=models,
            subscribers=subscribers,
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
