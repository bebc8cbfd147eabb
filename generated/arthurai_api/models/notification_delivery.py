from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.notification_delivery_status import NotificationDeliveryStatus
from ..models.notification_type import NotificationType
from ..types import ABSENT
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="NotificationDelivery")

_REQUIRED = frozenset(
    {
        "id",
        "model_id",
        "configuration_id",
        "type",
        "destination",
        "subject",
        "status",
        "attempts",
        "problem",
        "next_attempt_at",
        "created_at",
        "updated_at",
    }
)


@_attrs_define(kw_only=True, repr=False)
class NotificationDelivery(_ApiObject):
    """A message about alerts, and what became of it.

    Attributes:
        id (str): Identifier of the message; webhooks carry it as webhook-id.
        model_id (None | str): The model that it is about.
        configuration_id (None | str): The configuration that it went out by.
        type_ (NotificationType): Way to tell somebody; `slack`, `teams` and `webhook` are additions of this server.
        destination (str): Mail address, or scheme and host of a web address, whose path may be secret.
        subject (str): Its subject.
        status (NotificationDeliveryStatus): `waiting` for an attempt, `delivered`, `failed` for good, or `skipped`, as
            nothing is configured for it.
        attempts (int): How often it was tried.
        problem (None | str): Why the last attempt failed.
        next_attempt_at (datetime.datetime | None): When it is tried next.
        created_at (datetime.datetime): When it was made.
        updated_at (datetime.datetime): When its state last changed.
    """

    id: str
    model_id: None | str
    configuration_id: None | str
    type_: NotificationType
    destination: str
    subject: str
    status: NotificationDeliveryStatus
    attempts: int
    problem: None | str
    next_attempt_at: datetime.datetime | None
    created_at: datetime.datetime
    updated_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        model_id: None | str
        model_id = self.model_id

        configuration_id: None | str
        configuration_id = self.configuration_id

        type_ = self.type_.value

        destination = self.destination

        subject = self.subject

        status = self.status.value

        attempts = self.attempts

        problem: None | str
        problem = self.problem

        next_attempt_at: None | str
        if isinstance(self.next_attempt_at, datetime.datetime):
            next_attempt_at = self.next_attempt_at.isoformat()
        else:
            next_attempt_at = self.next_attempt_at

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "model_id": model_id,
                "configuration_id": configuration_id,
                "type": type_,
                "destination": destination,
                "subject": subject,
                "status": status,
                "attempts": attempts,
                "problem": problem,
                "next_attempt_at": next_attempt_at,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        if "model_id" in _fields_:
            model_id: None | str = _fields_.pop("model_id")

        else:
            model_id = ABSENT

        if "configuration_id" in _fields_:
            configuration_id: None | str = _fields_.pop("configuration_id")

        else:
            configuration_id = ABSENT

        if "type" in _fields_:
            type_ = NotificationType(_fields_.pop("type"))

        else:
            type_ = ABSENT

        destination = _fields_.pop("destination", ABSENT)

        subject = _fields_.pop("subject", ABSENT)

        if "status" in _fields_:
            status = NotificationDeliveryStatus(_fields_.pop("status"))

        else:
            status = ABSENT

        attempts = _fields_.pop("attempts", ABSENT)

        if "problem" in _fields_:
            problem: None | str = _fields_.pop("problem")

        else:
            problem = ABSENT

        if "next_attempt_at" in _fields_:

            def _parse_next_attempt_at(data: object) -> datetime.datetime | None:
                if data is None:
                    return data
                if isinstance(data, str):
                    next_attempt_at_type_0 = datetime.datetime.fromisoformat(data)

                    return next_attempt_at_type_0
                raise TypeError(f"next_attempt_at is {type(data).__name__}")

            next_attempt_at = _parse_next_attempt_at(_fields_.pop("next_attempt_at"))

        else:
            next_attempt_at = ABSENT

        if "created_at" in _fields_:
            created_at = datetime.datetime.fromisoformat(_fields_.pop("created_at"))

        else:
            created_at = ABSENT

        if "updated_at" in _fields_:
            updated_at = datetime.datetime.fromisoformat(_fields_.pop("updated_at"))

        else:
            updated_at = ABSENT

        _model_ = cls(
            id=id,
            model_id=model_id,
            configuration_id=configuration_id,
            type_=type_,
            destination=destination,
            subject=subject,
            status=status,
            attempts=attempts,
            problem=problem,
            next_attempt_at=next_attempt_at,
            created_at=created_at,
            updated_at=updated_at,
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
