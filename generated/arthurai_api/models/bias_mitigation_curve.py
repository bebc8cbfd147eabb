from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.bias_constraint import BiasConstraint
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.bias_curve_point import BiasCurvePoint


T = TypeVar("T", bound="BiasMitigationCurve")

_REQUIRED = frozenset(
    {
        "id",
        "model_id",
        "attribute_id",
        "constraint",
        "x_label",
        "y_label",
        "optimization_index",
        "data_points",
    }
)


@_attrs_define(kw_only=True, repr=False)
class BiasMitigationCurve(_ApiObject):
    """What thresholds lead to for one group of an attribute. Point i of all groups of one constraint belongs together. A
    group of a continuous attribute has no `categorical_value`; an open end has no member either.

        Attributes:
            id (str): Identifier given by the server.
            model_id (str): The model.
            attribute_id (str): The attribute that makes the groups.
            constraint (BiasConstraint): What fairness means.
            x_label (str): What runs along x.
            y_label (str): What runs along y.
            optimization_index (int): Index of the best point; the same for all groups.
            data_points (list[BiasCurvePoint]): The curve.
            attribute_name (str | Unset): Its name.
            categorical_value (str | Unset): The group, for categorical attributes.
            continuous_start (float | str | Unset): Lower end of the group, not included.
            continuous_end (float | str | Unset): Upper end of the group, included.
            rows (int | Unset): Reference rows of the group, which the curve rests on.
    """

    id: str
    model_id: str
    attribute_id: str
    constraint: BiasConstraint
    x_label: str
    y_label: str
    optimization_index: int
    data_points: list[BiasCurvePoint]
    attribute_name: str | Unset = UNSET
    categorical_value: str | Unset = UNSET
    continuous_start: float | str | Unset = UNSET
    continuous_end: float | str | Unset = UNSET
    rows: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        model_id = self.model_id

        attribute_id = self.attribute_id

        constraint = self.constraint.value

        x_label = self.x_label

        y_label = self.y_label

        optimization_index = self.optimization_index

        data_points = []
        for data_points_item_data in self.data_points:
            data_points_item = data_points_item_data.to_dict()
            data_points.append(data_points_item)

        attribute_name = self.attribute_name

        categorical_value = self.categorical_value

        continuous_start: float | str | Unset
        if isinstance(self.continuous_start, Unset):
            continuous_start = UNSET
        else:
            continuous_start = self.continuous_start

        continuous_end: float | str | Unset
        if isinstance(self.continuous_end, Unset):
            continuous_end = UNSET
        else:
            continuous_end = self.continuous_end

        rows = self.rows

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "model_id": model_id,
                "attribute_id": attribute_id,
                "constraint": constraint,
                "x_label": x_label,
                "y_label": y_label,
                "optimization_index": optimization_index,
                "data_points": data_points,
            }
        )
        if attribute_name is not UNSET:
            field_dict["attribute_name"] = attribute_name
        if categorical_value is not UNSET:
            field_dict["categorical_value"] = categorical_value
        if continuous_start is not UNSET:
            field_dict["continuous_start"] = continuous_start
        if continuous_end is not UNSET:
            field_dict["continuous_end"] = continuous_end
        if rows is not UNSET:
            field_dict["rows"] = rows

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bias_curve_point import BiasCurvePoint  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        model_id = _fields_.pop("model_id", ABSENT)

        attribute_id = _fields_.pop("attribute_id", ABSENT)

        if "constraint" in _fields_:
            constraint = BiasConstraint(_fields_.pop("constraint"))

        else:
            constraint = ABSENT

        x_label = _fields_.pop("x_label", ABSENT)

        y_label = _fields_.pop("y_label", ABSENT)

        optimization_index = _fields_.pop("optimization_index", ABSENT)

        if "data_points" in _fields_:
            data_points = []
            _data_points = _fields_.pop("data_points")
            for data_points_item_data in _data_points or ():
                data_points_item = BiasCurvePoint.from_dict(data_points_item_data)

                data_points.append(data_points_item)

        else:
            data_points = ABSENT

        attribute_name = _fields_.pop("attribute_name", UNSET)

        categorical_value = _fields_.pop("categorical_value", UNSET)

        continuous_start: float | str | Unset = _fields_.pop("continuous_start", UNSET)

        continuous_end: float | str | Unset = _fields_.pop("continuous_end", UNSET)

        rows = _fields_.pop("rows", UNSET)

        _model_ = cls(
            id=id,
            model_id=model_id,
            attribute_id=attribute_id,
            constraint=constraint,
            x_label=x_label,
            y_label=y_label,
            optimization_index=optimization_index,
            data_points=data_points,
            attribute_name=attribute_name,
            categorical_value=categorical_value,
            continuous_start=continuous_start,
            continuous_end=continuous_end,
            rows=rows,
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
