from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.alert_summary_report_line import AlertSummaryReportLine


T = TypeVar("T", bound="AlertSummaryReport")

_REQUIRED = frozenset({"report_id", "configuration_id", "time_frame", "data"})


@_attrs_define(kw_only=True, repr=False)
class AlertSummaryReport(_ApiObject):
    """What a summary says. No operation returns it; it is what subscribers receive.

    Attributes:
        report_id (str): Identifier of this report.
        configuration_id (str): The summary it comes from.
        time_frame (str): The time it covers.
        data (list[AlertSummaryReportLine]): One line per model and rule.
    """

    report_id: str
    configuration_id: str
    time_frame: str
    data: list[AlertSummaryReportLine]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        report_id = self.report_id

        configuration_id = self.configuration_id

        time_frame = self.time_frame

        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "report_id": report_id,
                "configuration_id": configuration_id,
                "time_frame": time_frame,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.alert_summary_report_line import AlertSummaryReportLine  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        report_id = _fields_.pop("report_id", ABSENT)

        configuration_id = _fields_.pop("configuration_id", ABSENT)

        time_frame = _fields_.pop("time_frame", ABSENT)

        if "data" in _fields_:
            data = []
            _data = _fields_.pop("data")
            for data_item_data in _data or ():
                data_item = AlertSummaryReportLine.from_dict(data_item_data)

                data.append(data_item)

        else:
            data = ABSENT

        _model_ = cls(
            report_id=report_id, configuration_id=configuration_id, time_frame=time_frame, data=data
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
