from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.stage import Stage
from ..models.value_type import ValueType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.attribute_bin import AttributeBin
    from ..models.attribute_category import AttributeCategory


T = TypeVar("T", bound="Attribute")

_REQUIRED = frozenset({"name", "value_type", "stage"})


@_attrs_define(kw_only=True, repr=False)
class Attribute(_ApiObject):
    """A column of a model.

    Attributes:
        name (str): Unique in the model. Letters, digits and underscores, not starting with a digit.
        value_type (ValueType): Type of the values of an attribute.
        stage (Stage): Role of an attribute in a model.
        id (None | str | Unset): Given by the server; send it back to mean the same column, leave it out for a new one.
        label (None | str | Unset): Readable name.
        position (int | None | Unset): Order inside the stage, from 0; needed for `PIPELINE_INPUT`.
        categorical (bool | None | Unset): Whether the values are a limited set; no when absent.
        min_range (float | None | Unset): Smallest value to expect. Given together with the largest or not at all; not
            enforced.
        max_range (float | None | Unset): Largest value to expect.
        monitor_for_bias (bool | None | Unset): Whether groups made by this column are compared for bias.
        categories (list[AttributeCategory] | None | Unset): Values of a categorical attribute that is not unique; never
            together with bins.
        bins (list[AttributeBin] | None | Unset): Ranges that group a continuous attribute.
        is_unique (bool | None | Unset): Whether nearly all values differ; not enforced.
        is_positive_predicted_attribute (bool | None | Unset): Marks the prediction of the positive class of a binary
            classifier.
        attribute_link (None | str | Unset): Name of the partner: the ground truth of a prediction, or the other way
            round.
        gt_class_link (None | str | Unset): Value of the `GROUND_TRUTH_CLASS` attribute that this prediction predicts.
        token_attribute_link (None | str | Unset): Name of the partner: the tokens of a text, or the other way round.
        implicit (bool | None | Unset): Whether the server made this column itself.
    """

    name: str
    value_type: ValueType
    stage: Stage
    id: None | str | Unset = UNSET
    label: None | str | Unset = UNSET
    position: int | None | Unset = UNSET
    categorical: bool | None | Unset = UNSET
    min_range: float | None | Unset = UNSET
    max_range: float | None | Unset = UNSET
    monitor_for_bias: bool | None | Unset = UNSET
    categories: list[AttributeCategory] | None | Unset = UNSET
    bins: list[AttributeBin] | None | Unset = UNSET
    is_unique: bool | None | Unset = UNSET
    is_positive_predicted_attribute: bool | None | Unset = UNSET
    attribute_link: None | str | Unset = UNSET
    gt_class_link: None | str | Unset = UNSET
    token_attribute_link: None | str | Unset = UNSET
    implicit: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        value_type = self.value_type.value

        stage = self.stage.value

        id: None | str | Unset
        if isinstance(self.id, Unset):
            id = UNSET
        else:
            id = self.id

        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        position: int | None | Unset
        if isinstance(self.position, Unset):
            position = UNSET
        else:
            position = self.position

        categorical: bool | None | Unset
        if isinstance(self.categorical, Unset):
            categorical = UNSET
        else:
            categorical = self.categorical

        min_range: float | None | Unset
        if isinstance(self.min_range, Unset):
            min_range = UNSET
        else:
            min_range = self.min_range

        max_range: float | None | Unset
        if isinstance(self.max_range, Unset):
            max_range = UNSET
        else:
            max_range = self.max_range

        monitor_for_bias: bool | None | Unset
        if isinstance(self.monitor_for_bias, Unset):
            monitor_for_bias = UNSET
        else:
            monitor_for_bias = self.monitor_for_bias

        categories: list[dict[str, Any]] | None | Unset
        if isinstance(self.categories, Unset):
            categories = UNSET
        elif isinstance(self.categories, list):
            categories = []
            for categories_type_0_item_data in self.categories:
                categories_type_0_item = categories_type_0_item_data.to_dict()
                categories.append(categories_type_0_item)

        else:
            categories = self.categories

        bins: list[dict[str, Any]] | None | Unset
        if isinstance(self.bins, Unset):
            bins = UNSET
        elif isinstance(self.bins, list):
            bins = []
            for bins_type_0_item_data in self.bins:
                bins_type_0_item = bins_type_0_item_data.to_dict()
                bins.append(bins_type_0_item)

        else:
            bins = self.bins

        is_unique: bool | None | Unset
        if isinstance(self.is_unique, Unset):
            is_unique = UNSET
        else:
            is_unique = self.is_unique

        is_positive_predicted_attribute: bool | None | Unset
        if isinstance(self.is_positive_predicted_attribute, Unset):
            is_positive_predicted_attribute = UNSET
        else:
            is_positive_predicted_attribute = self.is_positive_predicted_attribute

        attribute_link: None | str | Unset
        if isinstance(self.attribute_link, Unset):
            attribute_link = UNSET
        else:
            attribute_link = self.attribute_link

        gt_class_link: None | str | Unset
        if isinstance(self.gt_class_link, Unset):
            gt_class_link = UNSET
        else:
            gt_class_link = self.gt_class_link

        token_attribute_link: None | str | Unset
        if isinstance(self.token_attribute_link, Unset):
            token_attribute_link = UNSET
        else:
            token_attribute_link = self.token_attribute_link

        implicit: bool | None | Unset
        if isinstance(self.implicit, Unset):
            implicit = UNSET
        else:
            implicit = self.implicit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"name": name, "value_type": value_type, "stage": stage})
        if id is not UNSET:
            field_dict["id"] = id
        if label is not UNSET:
            field_dict["label"] = label
        if position is not UNSET:
            field_dict["position"] = position
        if categorical is not UNSET:
            field_dict["categorical"] = categorical
        if min_range is not UNSET:
            field_dict["min_range"] = min_range
        if max_range is not UNSET:
            field_dict["max_range"] = max_range
        if monitor_for_bias is not UNSET:
            field_dict["monitor_for_bias"] = monitor_for_bias
        if categories is not UNSET:
            field_dict["categories"] = categories
        if bins is not UNSET:
            field_dict["bins"] = bins
        if is_unique is not UNSET:
            field_dict["is_unique"] = is_unique
        if is_positive_predicted_attribute is not UNSET:
            field_dict["is_positive_predicted_attribute"] = is_positive_predicted_attribute
        if attribute_link is not UNSET:
            field_dict["attribute_link"] = attribute_link
        if gt_class_link is not UNSET:
            field_dict["gt_class_link"] = gt_class_link
        if token_attribute_link is not UNSET:
            field_dict["token_attribute_link"] = token_attribute_link
        if implicit is not UNSET:
            field_dict["implicit"] = implicit

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attribute_bin import AttributeBin  # noqa: PLC0415
        from ..models.attribute_category import AttributeCategory  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        name = _fields_.pop("name", ABSENT)

        if "value_type" in _fields_:
            value_type = ValueType(_fields_.pop("value_type"))

        else:
            value_type = ABSENT

        if "stage" in _fields_:
            stage = Stage(_fields_.pop("stage"))

        else:
            stage = ABSENT

        id: None | str | Unset = _fields_.pop("id", UNSET)

        label: None | str | Unset = _fields_.pop("label", UNSET)

        position: int | None | Unset = _fields_.pop("position", UNSET)

        categorical: bool | None | Unset = _fields_.pop("categorical", UNSET)

        min_range: float | None | Unset = _fields_.pop("min_range", UNSET)

        max_range: float | None | Unset = _fields_.pop("max_range", UNSET)

        monitor_for_bias: bool | None | Unset = _fields_.pop("monitor_for_bias", UNSET)

        def _parse_categories(data: object) -> list[AttributeCategory] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                categories_type_0 = []
                _categories_type_0 = data
                for categories_type_0_item_data in _categories_type_0 or ():
                    categories_type_0_item = AttributeCategory.from_dict(
                        categories_type_0_item_data
                    )

                    categories_type_0.append(categories_type_0_item)

                return categories_type_0
            raise TypeError(f"categories is {type(data).__name__}")

        categories = _parse_categories(_fields_.pop("categories", UNSET))

        def _parse_bins(data: object) -> list[AttributeBin] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                bins_type_0 = []
                _bins_type_0 = data
                for bins_type_0_item_data in _bins_type_0 or ():
                    bins_type_0_item = AttributeBin.from_dict(bins_type_0_item_data)

                    bins_type_0.append(bins_type_0_item)

                return bins_type_0
            raise TypeError(f"bins is {type(data).__name__}")

        bins = _parse_bins(_fields_.pop("bins", UNSET))

        is_unique: bool | None | Unset = _fields_.pop("is_unique", UNSET)

        is_positive_predicted_attribute: bool | None | Unset = _fields_.pop(
            "is_positive_predicted_attribute", UNSET
        )

        attribute_link: None | str | Unset = _fields_.pop("attribute_link", UNSET)

        gt_class_link: None | str | Unset = _fields_.pop("gt_class_link", UNSET)

        token_attribute_link: None | str | Unset = _fields_.pop("token_attribute_link", UNSET)

        implicit: bool | None | Unset = _fields_.pop("implicit", UNSET)

        _model_ = cls(
            name=name,
            value_type=value_type,
            stage=stage,
            id=id,
            label=label,
            position=position,
            categorical=categorical,
            min_range=min_range,
            max_range=max_range,
            monitor_for_bias=monitor_for_bias,
            categories=categories,
            bins=bins,
            is_unique=is_unique,
            is_positive_predicted_attribute=is_positive_predicted_attribute,
            attribute_link=attribute_link,
            gt_class_link=gt_class_link,
            token_attribute_link=token_attribute_link,
            implicit=implicit,
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
