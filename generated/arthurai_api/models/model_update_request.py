from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.attribute import Attribute


T = TypeVar("T", bound="ModelUpdateRequest")


@_attrs_define(kw_only=True, repr=False)
class ModelUpdateRequest(_ApiObject):
    """Changes to a model; members left out stay as they are. A whole model may be sent back: what cannot be changed is
    ignored.

        Attributes:
            display_name (None | str | Unset): Name shown to people.
            description (None | str | Unset): What the model does.
            attributes (list[Attribute] | None | Unset): The new set of columns. Free before the first inference; afterwards
                only ground truth attributes and labels may differ.
            tags (list[str] | None | Unset): Labels to add, or the new set of labels when `overwrite_tags` is true.
            overwrite_tags (bool | None | Unset): Whether `tags` replaces the present set; no when absent.
            classifier_threshold (float | None | Unset): New threshold; only before the first inference.
    """

    display_name: None | str | Unset = UNSET
    description: None | str | Unset = UNSET
    attributes: list[Attribute] | None | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    overwrite_tags: bool | None | Unset = UNSET
    classifier_threshold: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        display_name: None | str | Unset
        if isinstance(self.display_name, Unset):
            display_name = UNSET
        else:
            display_name = self.display_name

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        attributes: list[dict[str, Any]] | None | Unset
        if isinstance(self.attributes, Unset):
            attributes = UNSET
        elif isinstance(self.attributes, list):
            attributes = []
            for attributes_type_0_item_data in self.attributes:
                attributes_type_0_item = attributes_type_0_item_data.to_dict()
                attributes.append(attributes_type_0_item)

        else:
            attributes = self.attributes

        tags: list[str] | None | Unset
        if isinstance(self.tags, Unset):
            tags = UNSET
        elif isinstance(self.tags, list):
            tags = self.tags

        else:
            tags = self.tags

        overwrite_tags: bool | None | Unset
        if isinstance(self.overwrite_tags, Unset):
            overwrite_tags = UNSET
        else:
            overwrite_tags = self.overwrite_tags

        classifier_threshold: float | None | Unset
        if isinstance(self.classifier_threshold, Unset):
            classifier_threshold = UNSET
        else:
            classifier_threshold = self.classifier_threshold

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if display_name is not UNSET:
            field_dict["display_name"] = display_name
        if description is not UNSET:
            field_dict["description"] = description
        if attributes is not UNSET:
            field_dict["attributes"] = attributes
        if tags is not UNSET:
            field_dict["tags"] = tags
        if overwrite_tags is not UNSET:
            field_dict["overwrite_tags"] = overwrite_tags
        if classifier_threshold is not UNSET:
            field_dict["classifier_threshold"] = classifier_threshold

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attribute import Attribute  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        display_name: None | str | Unset = _fields_.pop("display_name", UNSET)

        description: None | str | Unset = _fields_.pop("description", UNSET)

        def _parse_attributes(data: object) -> list[Attribute] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                attributes_type_0 = []
                _attributes_type_0 = data
                for attributes_type_0_item_data in _attributes_type_0 or ():
                    attributes_type_0_item = Attribute.from_dict(attributes_type_0_item_data)

                    attributes_type_0.append(attributes_type_0_item)

                return attributes_type_0
            raise TypeError(f"attributes is {type(data).__name__}")

        attributes = _parse_attributes(_fields_.pop("attributes", UNSET))

        def _parse_tags(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _tags_type_0 = data
                if _tags_type_0 is None:
                    _tags_type_0 = []
                tags_type_0 = cast(list[str], _tags_type_0)

                return tags_type_0
            raise TypeError(f"tags is {type(data).__name__}")

        tags = _parse_tags(_fields_.pop("tags", UNSET))

        overwrite_tags: bool | None | Unset = _fields_.pop("overwrite_tags", UNSET)

        classifier_threshold: float | None | Unset = _fields_.pop("classifier_threshold", UNSET)

        _model_ = cls(
            display_name=display_name,
            description=description,
            attributes=attributes,
            tags=tags,
            overwrite_tags=overwrite_tags,
            classifier_threshold=classifier_threshold,
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
