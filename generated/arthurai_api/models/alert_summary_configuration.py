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
    from ..models.alert_summary_subscriber import AlertSummarySubscriber


T = TypeVar("T", bound="AlertSummaryConfiguration")

_REQUIRED = frozenset(
    {
        "id",
        "name",
        "organization_id",
        "frequency",
        "send_time_of_day",
        "models",
        "subscribers",
        "enabled",
    }
)


@_attrs_define(kw_only=True, repr=False)
class AlertSummaryConfiguration(_ApiObject):
    """A summary of alerts that is sent regularly.

    Attributes:
        id (str): Identifier given by the server.
        name (str): Name.
        organization_id (str): The organization.
        frequency (SummaryFrequency): How often a summary goes out.
        send_time_of_day (str): Time of the day, `HH:MM` in UTC.
        models (list[str]): Models it reports on.
        subscribers (list[AlertSummarySubscriber]): Who gets it.
        enabled (bool): Whether it is sent.
        owner_user_id (None | str | Unset): Who made it.
        send_day_of_week (None | Unset | Weekday): Day of the week; weekly summaries only.
    """

    id: str
    name: str
    organization_id: str
    frequency: SummaryFrequency
    send_time_of_day: str
    models: list[str]
    subscribers: list[AlertSummarySubscriber]
    enabled: bool
    owner_user_id: None | str | Unset = UNSET
    send_day_of_week: None | Unset | Weekday = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        organization_id = self.organization_id

        frequency = self.frequency.value

        send_time_of_day = self.send_time_of_day

        models = self.models

        subscribers = []
        for subscribers_item_data in self.subscribers:
            subscribers_item = subscribers_item_data.to_dict()
            subscribers.append(subscribers_item)

        enabled = self.enabled

        owner_user_id: None | str | Unset
        if isinstance(self.owner_user_id, Unset):
            owner_user_id = UNSET
        else:
            owner_user_id = self.owner_user_id

        send_day_of_week: None | str | Unset
        if isinstance(self.send_day_of_week, Unset):
            send_day_of_week = UNSET
        elif isinstance(self.send_day_of_week, Weekday):
            send_day_of_week = self.send_day_of_week.value
        else:
            send_day_of_week = self.send_day_of_week

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "organization_id": organization_id,
                "frequency": frequency,
                "send_time_of_day": send_time_of_day,
                "models": models,
                "subscribers": subscribers,
                "enabled": enabled,
            }
        )
        if owner_user_id is not UNSET:
            field_dict["owner_user_id"] = owner_user_id
        if send_day_of_week is not UNSET:
            field_dict["send_day_of_week"] = send_day_of_week

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_summary_subscriber import AlertSummarySubscriber  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        name = _fields_.pop("name", ABSENT)

        organization_id = _fields_.pop("organization_id", ABSENT)

        if "frequency" in _fields_:
            frequency = SummaryFrequency(_fields_.pop("frequency"))

        else:
            frequency = ABSENT

        send_time_of_day = _fields_.pop("send_time_of_day", ABSENT)

        if "models" in _fields_:
            _models = _fields_.pop("models")
            if _models is None:
                _models = []
            models = cast(list[str], _models)

        else:
            models = ABSENT

        if "subscribers" in _fields_:
            subscribers = []
            _subscribers = _fields_.pop("subscribers")
            for subscribers_item_data in _subscribers or ():
                subscribers_item = AlertSummarySubscriber.from_dict(subscribers_item_data)

                subscribers.append(subscribers_item)

        else:
            subscribers = ABSENT

        enabled = _fields_.pop("enabled", ABSENT)

        owner_user_id: None | str | Unset = _fields_.pop("owner_user_id", UNSET)

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

        _model_ = cls(
            id=id,
            name=name,
            organization_id=organization_id,
            frequency=frequency,
            send_time_of_day=send_time_of_day,
            models=models,
            subscribers=subscribers,
            enabled=enabled,
            owner_user_id=owner_user_id,
            send_day_of_week=send_day_of_week,
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
