from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.summary_frequency import SummaryFrequency
from ..models.weekday import Weekday
from ..types import UNSET, Unset
from ..types import check_object as _check_object

if TYPE_CHECKING:
    from ..models.alert_summary_subscriber_request import AlertSummarySubscriberRequest


T = TypeVar("T", bound="AlertSummaryConfigurationRequest")


@_attrs_define(kw_only=True)
class AlertSummaryConfigurationRequest:
    """A summary to send regularly.

    Attributes:
        name (str): Name; unique in the organisation.
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
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

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

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_summary_subscriber_request import AlertSummarySubscriberRequest  # noqa: PLC0415

        _check_object("AlertSummaryConfigurationRequest", src_dict)
        _fields_ = dict(src_dict)
        name = _fields_.pop("name")

        frequency = SummaryFrequency(_fields_.pop("frequency"))

        send_time_of_day = _fields_.pop("send_time_of_day")

        def _parse_send_day_of_week(data: object) -> None | Unset | Weekday:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                send_day_of_week_type_0 = Weekday(data)

                return send_day_of_week_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | Weekday, data)

        send_day_of_week = _parse_send_day_of_week(_fields_.pop("send_day_of_week", UNSET))

        def _parse_models(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                _models_type_0 = data
                if _models_type_0 is None:
                    _models_type_0 = []
                models_type_0 = cast(list[str], _models_type_0)

                return models_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        models = _parse_models(_fields_.pop("models", UNSET))

        def _parse_subscribers(data: object) -> list[AlertSummarySubscriberRequest] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                subscribers_type_0 = []
                _subscribers_type_0 = data
                for subscribers_type_0_item_data in _subscribers_type_0 or ():
                    subscribers_type_0_item = AlertSummarySubscriberRequest.from_dict(
                        subscribers_type_0_item_data
                    )

                    subscribers_type_0.append(subscribers_type_0_item)

                return subscribers_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[AlertSummarySubscriberRequest] | None | Unset, data)

        subscribers = _parse_subscribers(_fields_.pop("subscribers", UNSET))

        _model_ = cls(
            name=name,
            frequency=frequency,
            send_time_of_day=send_time_of_day,
            send_day_of_week=send_day_of_week,
            models=models,
            subscribers=subscribers,
        )
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
