from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.drift_missing_values import DriftMissingValues
from ..models.drift_rollup import DriftRollup
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.data_drift_base import DataDriftBase
    from ..models.data_drift_side import DataDriftSide
    from ..models.query_column import QueryColumn


T = TypeVar("T", bound="DataDriftTableRequest")

_REQUIRED = frozenset({"property", "base", "target"})


@_attrs_define(kw_only=True, repr=False)
class DataDriftTableRequest(_ApiObject):
    """An attribute whose population stability index is wanted bucket by bucket.

    Attributes:
        property_ (str): The attribute.
        base (DataDriftBase): The distribution that the target is compared with.
        target (DataDriftSide): The distribution that is compared with the base.
        num_bins (int | None | Unset): Bins of a continuous attribute; 20 when absent.
        group_by (list[QueryColumn] | None | Unset): Attributes that split both sides.
        rollup (DriftRollup | None | Unset): Step by which the target is cut; the whole target when absent.
        time_zone (None | str | Unset): Time zone by whose clocks steps start, such as `Europe/Vienna`; UTC when absent.
            The starts are given in UTC.
        missing_values (DriftMissingValues | None | Unset): What missing values are; a bin of their own when absent.
    """

    property_: str
    base: DataDriftBase
    target: DataDriftSide
    num_bins: int | None | Unset = UNSET
    group_by: list[QueryColumn] | None | Unset = UNSET
    rollup: DriftRollup | None | Unset = UNSET
    time_zone: None | str | Unset = UNSET
    missing_values: DriftMissingValues | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        property_ = self.property_

        base = self.base.to_dict()

        target = self.target.to_dict()

        num_bins: int | None | Unset
        if isinstance(self.num_bins, Unset):
            num_bins = UNSET
        else:
            num_bins = self.num_bins

        group_by: list[dict[str, Any]] | None | Unset
        if isinstance(self.group_by, Unset):
            group_by = UNSET
        elif isinstance(self.group_by, list):
            group_by = []
            for group_by_type_0_item_data in self.group_by:
                group_by_type_0_item = group_by_type_0_item_data.to_dict()
                group_by.append(group_by_type_0_item)

        else:
            group_by = self.group_by

        rollup: None | str | Unset
        if isinstance(self.rollup, Unset):
            rollup = UNSET
        elif isinstance(self.rollup, DriftRollup):
            rollup = self.rollup.value
        else:
            rollup = self.rollup

        time_zone: None | str | Unset
        if isinstance(self.time_zone, Unset):
            time_zone = UNSET
        else:
            time_zone = self.time_zone

        missing_values: None | str | Unset
        if isinstance(self.missing_values, Unset):
            missing_values = UNSET
        elif isinstance(self.missing_values, DriftMissingValues):
            missing_values = self.missing_values.value
        else:
            missing_values = self.missing_values

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"property": property_, "base": base, "target": target})
        if num_bins is not UNSET:
            field_dict["num_bins"] = num_bins
        if group_by is not UNSET:
            field_dict["group_by"] = group_by
        if rollup is not UNSET:
            field_dict["rollup"] = rollup
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if missing_values is not UNSET:
            field_dict["missing_values"] = missing_values

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.data_drift_base import DataDriftBase  # noqa: PLC0415
        from ..models.data_drift_side import DataDriftSide  # noqa: PLC0415
        from ..models.query_column import QueryColumn  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        property_ = _fields_.pop("property", ABSENT)

        if "base" in _fields_:
            base = DataDriftBase.from_dict(_fields_.pop("base"))

        else:
            base = ABSENT

        if "target" in _fields_:
            target = DataDriftSide.from_dict(_fields_.pop("target"))

        else:
            target = ABSENT

        num_bins: int | None | Unset = _fields_.pop("num_bins", UNSET)

        def _parse_group_by(data: object) -> list[QueryColumn] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                group_by_type_0 = []
                _group_by_type_0 = data
                for group_by_type_0_item_data in _group_by_type_0 or ():
                    group_by_type_0_item = QueryColumn.from_dict(group_by_type_0_item_data)

                    group_by_type_0.append(group_by_type_0_item)

                return group_by_type_0
            raise TypeError(f"group_by is {type(data).__name__}")

        group_by = _parse_group_by(_fields_.pop("group_by", UNSET))

        def _parse_rollup(data: object) -> DriftRollup | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                rollup_type_0 = DriftRollup(data)

                return rollup_type_0
            raise TypeError(f"rollup is {type(data).__name__}")

        rollup = _parse_rollup(_fields_.pop("rollup", UNSET))

        time_zone: None | str | Unset = _fields_.pop("time_zone", UNSET)

        def _parse_missing_values(data: object) -> DriftMissingValues | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                missing_values_type_0 = DriftMissingValues(data)

                return missing_values_type_0
            raise TypeError(f"missing_values is {type(data).__name__}")

        missing_values = _parse_missing_values(_fields_.pop("missing_values", UNSET))

        _model_ = cls(
            property_=property_,
            base=base,
            target=target,
            num_bins=num_bins,
            group_by=group_by,
            rollup=rollup,
            time_zone=time_zone,
            missing_values=missing_values,
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
