from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.summary_subscriber_type import SummarySubscriberType
from ..types import UNSET, Unset
from ..types import check_object as _check_object

T = TypeVar("T", bound="AlertSummarySubscriber")


@_attrs_define(kw_only=True)
class AlertSummarySubscriber:
    """Somebody who gets a summary.

    Attributes:
        id (str): Identifier given by the server.
        type_ (SummarySubscriberType): Way a summary is sent.
        enabled (bool): Whether the summary is sent to them.
        summary_id (str | Unset): The summary; missing in answers of older servers.
        user_id (None | str | Unset): The user.
        destination (None | str | Unset): Address.
    """

    id: str
    type_: SummarySubscriberType
    enabled: bool
    summary_id: str | Unset = UNSET
    user_id: None | str | Unset = UNSET
    destination: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)
    _received: Mapping[str, Any] | None = _attrs_field(
        default=None, init=False, eq=False, repr=False
    )

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        type_ = self.type_.value

        enabled = self.enabled

        summary_id = self.summary_id

        user_id: None | str | Unset
        if isinstance(self.user_id, Unset):
            user_id = UNSET
        else:
            user_id = self.user_id

        destination: None | str | Unset
        if isinstance(self.destination, Unset):
            destination = UNSET
        else:
            destination = self.destination

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"id": id, "type": type_, "enabled": enabled})
        if summary_id is not UNSET:
            field_dict["summary_id"] = summary_id
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if destination is not UNSET:
            field_dict["destination"] = destination

        return field_dict

    def as_received(self) -> dict[str, Any]:
        """Return the object as `from_dict` read it: with its order, its nulls and its spelling of times"""
        return self.to_dict() if self._received is None else dict(self._received)

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        _check_object("AlertSummarySubscriber", src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id")

        type_ = SummarySubscriberType(_fields_.pop("type"))

        enabled = _fields_.pop("enabled")

        summary_id = _fields_.pop("summary_id", UNSET)

        def _parse_user_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        user_id = _parse_user_id(_fields_.pop("user_id", UNSET))

        def _parse_destination(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        destination = _parse_destination(_fields_.pop("destination", UNSET))

        _model_ = cls(
            id=id,
            type_=type_,
            enabled=enabled,
            summary_id=summary_id,
            user_id=user_id,
            destination=destination,
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
