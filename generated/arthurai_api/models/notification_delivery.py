from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.notification_delivery_status import NotificationDeliveryStatus
from ..models.notification_type import NotificationType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="NotificationDelivery")

_REQUIRED = frozenset(
    {"id", "type", "destination", "subject", "status", "attempts", "created_at", "updated_at"}
)


@_attrs_define(kw_only=True, repr=False)
class NotificationDelivery(_ApiObject):
    """A message about alerts, and what became of it.

    Attributes:
        id (str): Identifier of the message; webhooks carry it as webhook-id.
        type_ (NotificationType): Way to tell somebody; `slack`, `teams` and `webhook` are additions of this server.
        destination (str): Mail address, or scheme and host of a web address, whose path may be secret.
        subject (str): Its subject.
        status (NotificationDeliveryStatus): `waiting` for an attempt, `delivered`, `failed` for good, or `skipped`, as
            nothing is configured for it.
        attempts (int): How often it was tried.
        created_at (datetime.datetime): When it was made.
        updated_at (datetime.datetime): When its state last changed.
        model_id (None | str | Unset): The model that it is about.
        configuration_id (None | str | Unset): The configuration that it went out by.
        problem (None | str | Unset): Why the last attempt failed.
        next_attempt_at (datetime.datetime | None | Unset): When it is tried next.
    """

    id: str
    type_: NotificationType
    destination: str
    subject: str
    status: NotificationDeliveryStatus
    attempts: int
    created_at: datetime.datetime
    updated_at: datetime.datetime
    model_id: None | str | Unset = UNSET
    configuration_id: None | str | Unset = UNSET
    problem: None | str | Unset = UNSET
    next_attempt_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        type_ = self.type_.value

        destination = self.destination

        subject = self.subject

        status = self.status.value

        attempts = self.attempts

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        model_id: None | str | Unset
        if isinstance(self.model_id, Unset):
            model_id = UNSET
        else:
            model_id = self.model_id

        configuration_id: None | str | Unset
        if isinstance(self.configuration_id, Unset):
            configuration_id = UNSET
        else:
            configuration_id = self.configuration_id

        problem: None | str | Unset
        if isinstance(self.problem, Unset):
            problem = UNSET
        else:
            problem = self.problem

        next_attempt_at: None | str | Unset
        if isinstance(self.next_attempt_at, Unset):
            next_attempt_at = UNSET
        elif isinstance(self.next_attempt_at, datetime.datetime):
            next_attempt_at = self.next_attempt_at.isoformat()
        else:
            next_attempt_at = self.next_attempt_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "type": type_,
                "destination": destination,
                "subject": subject,
                "status": status,
                "attempts": attempts,
                "created_at": created_at,
                "updated_at": updated_at,
            }
        )
        if model_id is not UNSET:
            field_dict["model_id"] = model_id
        if configuration_id is not UNSET:
            field_dict["configuration_id"] = configuration_id
        if problem is not UNSET:
            field_dict["problem"] = problem
        if next_attempt_at is not UNSET:
            field_dict["next_attempt_at"] = next_attempt_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

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

        if "created_at" in _fields_:
            created_at = datetime.datetime.fromisoformat(_fields_.pop("created_at"))

        else:
            created_at = ABSENT

        if "updated_at" in _fields_:
            updated_at = datetime.datetime.fromisoformat(_fields_.pop("updated_at"))

        else:
            updated_at = ABSENT

        model_id: None | str | Unset = _fields_.pop("model_id", UNSET)

        configuration_id: None | str | Unset = _fields_.pop("configuration_id", UNSET)

        problem: None | str | Unset = _fields_.pop("problem", UNSET)

        def _parse_next_attempt_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                next_attempt_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_attempt_at_type_0
            raise TypeError(f"next_attempt_at is {type(data).__name__}")

        next_attempt_at = _parse_next_attempt_at(_fields_.pop("next_attempt_at", UNSET))

        _model_ = cls(
            id=id,
            type_=type_,
            destination=destination,
            subject=subject,
            status=status,
            attempts=attempts,
            created_at=created_at,
            updated_at=updated_at,
            model_id=model_id,
            configuration_id=configuration_id,
            problem=problem,
            next_attempt_at=next_attempt_at,
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
