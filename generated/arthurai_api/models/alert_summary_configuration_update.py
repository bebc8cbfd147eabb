from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.summary_frequency import SummaryFrequency
from ..models.weekday import Weekday
from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="AlertSummaryConfigurationUpdate")


@_attrs_define(kw_only=True, repr=False)
class AlertSummaryConfigurationUpdate(_ApiObject):
    """Changes to a summary; members left out stay as they are.

    Attributes:
        name (None | str | Unset): New name.
        frequency (None | SummaryFrequency | Unset): New frequency.
        send_day_of_week (None | Unset | Weekday): New day of the week.
        send_time_of_day (None | str | Unset): New time of the day, `HH:MM` in UTC.
        models (list[str] | None | Unset): The models to report on from now on.
        enabled (bool | None | Unset): Whether it is sent.
    """

    name: None | str | Unset = UNSET
    frequency: None | SummaryFrequency | Unset = UNSET
    send_day_of_week: None | Unset | Weekday = UNSET
    send_time_of_day: None | str | Unset = UNSET
    models: list[str] | None | Unset = UNSET
    enabled: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name

        frequency: None | str | Unset
        if isinstance(self.frequency, Unset):
            frequency = UNSET
        elif isinstance(self.frequency, SummaryFrequency):
            frequency = self.frequency.value
        else:
            frequency = self.frequency

        send_day_of_week: None | str | Unset
        if isinstance(self.send_day_of_week, Unset):
            send_day_of_week = UNSET
        elif isinstance(self.send_day_of_week, Weekday):
            send_day_of_week = self.send_day_of_week.value
        else:
            send_day_of_week = self.send_day_of_week

        send_time_of_day: None | str | Unset
        if isinstance(self.send_time_of_day, Unset):
            send_time_of_day = UNSET
        else:
            send_time_of_day = self.send_time_of_day

        models: list[str] | None | Unset
        if isinstance(self.models, Unset):
            models = UNSET
        elif isinstance(self.models, list):
            models = self.models

        else:
            models = self.models

        enabled: bool | None | Unset
        if isinstance(self.enabled, Unset):
            enabled = UNSET
        else:
            enabled = self.enabled

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if frequency is not UNSET:
            field_dict["frequency"] = frequency
        if send_day_of_week is not UNSET:
            field_dict["send_day_of_week"] = send_day_of_week
        if send_time_of_day is not UNSET:
            field_dict["send_time_of_day"] = send_time_of_day
        if models is not UNSET:
            field_dict["models"] = models
        if enabled is not UNSET:
            field_dict["enabled"] = enabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        name: None | str | Unset = _fields_.pop("name", UNSET)

        def _parse_frequency(data: object) -> None | SummaryFrequency | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                frequency_type_0 = SummaryFrequency(data)

                return frequency_type_0
            raise TypeError(f"frequency is {type(data).__name__}")

        frequency = _parse_frequency(_fields_.pop("frequency", UNSET))

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

        send_time_of_day: None | str | Unset = _fields_.pop("send_time_of_day", UNSET)

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

        enabled: bool | None | Unset = _fields_.pop("enabled", UNSET)

        _model_ = cls(
            name=name,
            frequency=frequency,
            send_day_of_week=send_day_of_week,
            send_time_of_day=send_time_of_day,
            models=models,
            enabled=enabled,
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
