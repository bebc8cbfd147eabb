from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.drift_metric import DriftMetric
from ..models.drift_missing_values import DriftMissingValues
from ..models.drift_rollup import DriftRollup
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.data_drift_base import DataDriftBase
    from ..models.data_drift_side import DataDriftSide
    from ..models.query_column import QueryColumn


T = TypeVar("T", bound="DataDriftRequest")

_REQUIRED = frozenset({"metric", "base"})


@_attrs_define(kw_only=True, repr=False)
class DataDriftRequest(_ApiObject):
    """Attributes whose distribution is compared between two sides. At least one of `properties`, `predicted_classes` and
    `ground_truth_classes` is needed, and `target` unless the metric is `Thresholds`.

        Attributes:
            metric (DriftMetric): How to measure the distance of two distributions; `Thresholds` asks for limits found from
                the base.
            base (DataDriftBase): The distribution that the target is compared with.
            properties (list[str] | None | Unset): Attributes to measure one by one.
            target (DataDriftSide | None | Unset): The side compared with the base.
            num_bins (int | None | Unset): Bins of continuous attributes; 20 when absent. A value that fills more than its
                share has a bin of its own.
            group_by (list[QueryColumn] | None | Unset): Attributes that split both sides.
            rollup (DriftRollup | None | Unset): Step by which the target is cut; the whole target when absent.
            time_zone (None | str | Unset): Time zone by whose clocks steps start, such as `Europe/Vienna`; UTC when absent.
                The starts are given in UTC.
            missing_values (DriftMissingValues | None | Unset): What missing values are; a bin of their own when absent.
            uncertainty (bool | None | Unset): Whether each row has a member `uncertainty` as well: for each value the rows
                of both sides, the bins, what the drift is expected to be without a change, what it then exceeds in 5 % of
                cases, and a p-value.
            predicted_classes (list[str] | None | Unset): Prediction attributes whose winner is measured as one class;
                `["*"]` for all.
            ground_truth_classes (list[str] | None | Unset): Ground truth attributes measured as one class; `["*"]` for all.
            sample (float | None | Unset): Share of the rows to read.
            disable_auto_sample (bool | None | Unset): Forbids the server to sample large tables on its own.
    """

    metric: DriftMetric
    base: DataDriftBase
    properties: list[str] | None | Unset = UNSET
    target: DataDriftSide | None | Unset = UNSET
    num_bins: int | None | Unset = UNSET
    group_by: list[QueryColumn] | None | Unset = UNSET
    rollup: DriftRollup | None | Unset = UNSET
    time_zone: None | str | Unset = UNSET
    missing_values: DriftMissingValues | None | Unset = UNSET
    uncertainty: bool | None | Unset = UNSET
    predicted_classes: list[str] | None | Unset = UNSET
    ground_truth_classes: list[str] | None | Unset = UNSET
    sample: float | None | Unset = UNSET
    disable_auto_sample: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.data_drift_side import DataDriftSide  # noqa: PLC0415

        metric = self.metric.value

        base = self.base.to_dict()

        properties: list[str] | None | Unset
        if isinstance(self.properties, Unset):
            properties = UNSET
        elif isinstance(self.properties, list):
            properties = self.properties

        else:
            properties = self.properties

        target: dict[str, Any] | None | Unset
        if isinstance(self.target, Unset):
            target = UNSET
        elif isinstance(self.target, DataDriftSide):
            target = self.target.to_dict()
        else:
            target = self.target

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

        uncertainty: bool | None | Unset
        if isinstance(self.uncertainty, Unset):
            uncertainty = UNSET
        else:
            uncertainty = self.uncertainty

        predicted_classes: list[str] | None | Unset
        if isinstance(self.predicted_classes, Unset):
            predicted_classes = UNSET
        elif isinstance(self.predicted_classes, list):
            predicted_classes = self.predicted_classes

        else:
            predicted_classes = self.predicted_classes

        ground_truth_classes: list[str] | None | Unset
        if isinstance(self.ground_truth_classes, Unset):
            ground_truth_classes = UNSET
        elif isinstance(self.ground_truth_classes, list):
            ground_truth_classes = self.ground_truth_classes

        else:
            ground_truth_classes = self.ground_truth_classes

        sample: float | None | Unset
        if isinstance(self.sample, Unset):
            sample = UNSET
        else:
            sample = self.sample

        disable_auto_sample: bool | None | Unset
        if isinstance(self.disable_auto_sample, Unset):
            disable_auto_sample = UNSET
        else:
            disable_auto_sample = self.disable_auto_sample

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"metric": metric, "base": base})
        if properties is not UNSET:
            field_dict["properties"] = properties
        if target is not UNSET:
            field_dict["target"] = target
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
        if uncertainty is not UNSET:
            field_dict["uncertainty"] = uncertainty
        if predicted_classes is not UNSET:
            field_dict["predicted_classes"] = predicted_classes
        if ground_truth_classes is not UNSET:
            field_dict["ground_truth_classes"] = ground_truth_classes
        if sample is not UNSET:
            field_dict["sample"] = sample
        if disable_auto_sample is not UNSET:
            field_dict["disable_auto_sample"] = disable_auto_sample

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.data_drift_base import DataDriftBase  # noqa: PLC0415
        from ..models.data_drift_side import DataDriftSide  # noqa: PLC0415
        from ..models.query_column import QueryColumn  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "metric" in _fields_:
            metric = DriftMetric(_fields_.pop("metric"))

        else:
            metric = ABSENT

        if "base" in _fields_:
            base = DataDriftBase.from_dict(_fields_.pop("base"))

        else:
            base = ABSENT

        def _parse_properties(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _properties_type_0 = data
                if _properties_type_0 is None:
                    _properties_type_0 = []
                properties_type_0 = cast(list[str], _properties_type_0)

                return properties_type_0
            raise TypeError(f"properties is {type(data).__name__}")

        properties = _parse_properties(_fields_.pop("properties", UNSET))

        def _parse_target(data: object) -> DataDriftSide | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                target_type_0 = DataDriftSide.from_dict(data)

                return target_type_0
            raise TypeError(f"target is {type(data).__name__}")

        target = _parse_target(_fields_.pop("target", UNSET))

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

        uncertainty: bool | None | Unset = _fields_.pop("uncertainty", UNSET)

        def _parse_predicted_classes(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _predicted_classes_type_0 = data
                if _predicted_classes_type_0 is None:
                    _predicted_classes_type_0 = []
                predicted_classes_type_0 = cast(list[str], _predicted_classes_type_0)

                return predicted_classes_type_0
            raise TypeError(f"predicted_classes is {type(data).__name__}")

        predicted_classes = _parse_predicted_classes(_fields_.pop("predicted_classes", UNSET))

        def _parse_ground_truth_classes(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _ground_truth_classes_type_0 = data
                if _ground_truth_classes_type_0 is None:
                    _ground_truth_classes_type_0 = []
                ground_truth_classes_type_0 = cast(list[str], _ground_truth_classes_type_0)

                return ground_truth_classes_type_0
            raise TypeError(f"ground_truth_classes is {type(data).__name__}")

        ground_truth_classes = _parse_ground_truth_classes(
            _fields_.pop("ground_truth_classes", UNSET)
        )

        sample: float | None | Unset = _fields_.pop("sample", UNSET)

        disable_auto_sample: bool | None | Unset = _fields_.pop("disable_auto_sample", UNSET)

        _model_ = cls(
            metric=metric,
            base=base,
            properties=properties,
            target=target,
            num_bins=num_bins,
            group_by=group_by,
            rollup=rollup,
            time_zone=time_zone,
            missing_values=missing_values,
            uncertainty=uncertainty,
            predicted_classes=predicted_classes,
            ground_truth_classes=ground_truth_classes,
            sample=sample,
            disable_auto_sample=disable_auto_sample,
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
