from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.input_type import InputType
from ..models.output_type import OutputType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.attribute import Attribute
    from ..models.model_explainability_request import ModelExplainabilityRequest


T = TypeVar("T", bound="ModelRequest")

_REQUIRED = frozenset({"partner_model_id", "input_type", "output_type"})


@_attrs_define(kw_only=True, repr=False)
class ModelRequest(_ApiObject):
    """A model to create. Members of `Model` that are not listed here may come along and are ignored.

    Attributes:
        partner_model_id (str): Identifier of the caller's own choice; not yet used by an active model.
        input_type (InputType): Type of the inputs of a model.
        output_type (OutputType): Type of the outputs of a model. Binary classifiers are `MULTICLASS` with one or two
            predictions.
        display_name (None | str | Unset): Name shown to people.
        description (None | str | Unset): What the model does.
        is_batch (bool | None | Unset): Whether inferences come in closed batches; no when absent.
        attributes (list[Attribute] | None | Unset): Columns of the model: at least one input (`PIPELINE_INPUT` or
            `NON_INPUT_DATA`) and one `PREDICTED_VALUE`. None can be added once there are inferences.
        tags (list[str] | None | Unset): Labels for finding the model.
        classifier_threshold (float | None | Unset): Score from which a binary classifier's prediction counts as
            positive; 0.5 when absent.
        text_delimiter (None | str | Unset): Regular expression that splits text into words; `\\W+` when absent.
        pixel_height (int | None | Unset): Height in pixels to which images are resized; at most 50,000,000 pixels in
            all.
        pixel_width (int | None | Unset): Width in pixels to which images are resized; at most 50,000,000 pixels in all.
        image_class_labels (list[str] | None | Unset): Class names in the order of their class ids.
        expected_throughput_gb_per_day (int | None | Unset): Expected amount of data; a hint for sizing.
        model_group_id (None | str | Unset): Group to add a version to; a new group when absent.
        version_label (None | str | Unset): Free name of this version.
        accuracy_enabled (bool | None | Unset): Whether dashboards show accuracy.
        explainability_enabled (ModelExplainabilityRequest | None | Unset): Explainability to set up at once; rarely
            used.
    """

    partner_model_id: str
    input_type: InputType
    output_type: OutputType
    display_name: None | str | Unset = UNSET
    description: None | str | Unset = UNSET
    is_batch: bool | None | Unset = UNSET
    attributes: list[Attribute] | None | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    classifier_threshold: float | None | Unset = UNSET
    text_delimiter: None | str | Unset = UNSET
    pixel_height: int | None | Unset = UNSET
    pixel_width: int | None | Unset = UNSET
    image_class_labels: list[str] | None | Unset = UNSET
    expected_throughput_gb_per_day: int | None | Unset = UNSET
    model_group_id: None | str | Unset = UNSET
    version_label: None | str | Unset = UNSET
    accuracy_enabled: bool | None | Unset = UNSET
    explainability_enabled: ModelExplainabilityRequest | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.model_explainability_request import ModelExplainabilityRequest  # noqa: PLC0415

        partner_model_id = self.partner_model_id

        input_type = self.input_type.value

        output_type = self.output_type.value

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

        is_batch: bool | None | Unset
        if isinstance(self.is_batch, Unset):
            is_batch = UNSET
        else:
            is_batch = self.is_batch

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

        classifier_threshold: float | None | Unset
        if isinstance(self.classifier_threshold, Unset):
            classifier_threshold = UNSET
        else:
            classifier_threshold = self.classifier_threshold

        text_delimiter: None | str | Unset
        if isinstance(self.text_delimiter, Unset):
            text_delimiter = UNSET
        else:
            text_delimiter = self.text_delimiter

        pixel_height: int | None | Unset
        if isinstance(self.pixel_height, Unset):
            pixel_height = UNSET
        else:
            pixel_height = self.pixel_height

        pixel_width: int | None | Unset
        if isinstance(self.pixel_width, Unset):
            pixel_width = UNSET
        else:
            pixel_width = self.pixel_width

        image_class_labels: list[str] | None | Unset
        if isinstance(self.image_class_labels, Unset):
            image_class_labels = UNSET
        elif isinstance(self.image_class_labels, list):
            image_class_labels = self.image_class_labels

        else:
            image_class_labels = self.image_class_labels

        expected_throughput_gb_per_day: int | None | Unset
        if isinstance(self.expected_throughput_gb_per_day, Unset):
            expected_throughput_gb_per_day = UNSET
        else:
            expected_throughput_gb_per_day = self.expected_throughput_gb_per_day

        model_group_id: None | str | Unset
        if isinstance(self.model_group_id, Unset):
            model_group_id = UNSET
        else:
            model_group_id = self.model_group_id

        version_label: None | str | Unset
        if isinstance(self.version_label, Unset):
            version_label = UNSET
        else:
            version_label = self.version_label

        accuracy_enabled: bool | None | Unset
        if isinstance(self.accuracy_enabled, Unset):
            accuracy_enabled = UNSET
        else:
            accuracy_enabled = self.accuracy_enabled

        explainability_enabled: dict[str, Any] | None | Unset
        if isinstance(self.explainability_enabled, Unset):
            explainability_enabled = UNSET
        elif isinstance(self.explainability_enabled, ModelExplainabilityRequest):
            explainability_enabled = self.explainability_enabled.to_dict()
        else:
            explainability_enabled = self.explainability_enabled

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "partner_model_id": partner_model_id,
                "input_type": input_type,
                "output_type": output_type,
            }
        )
        if display_name is not UNSET:
            field_dict["display_name"] = display_name
        if description is not UNSET:
            field_dict["description"] = description
        if is_batch is not UNSET:
            field_dict["is_batch"] = is_batch
        if attributes is not UNSET:
            field_dict["attributes"] = attributes
        if tags is not UNSET:
            field_dict["tags"] = tags
        if classifier_threshold is not UNSET:
            field_dict["classifier_threshold"] = classifier_threshold
        if text_delimiter is not UNSET:
            field_dict["text_delimiter"] = text_delimiter
        if pixel_height is not UNSET:
            field_dict["pixel_height"] = pixel_height
        if pixel_width is not UNSET:
            field_dict["pixel_width"] = pixel_width
        if image_class_labels is not UNSET:
            field_dict["image_class_labels"] = image_class_labels
        if expected_throughput_gb_per_day is not UNSET:
            field_dict["expected_throughput_gb_per_day"] = expected_throughput_gb_per_day
        if model_group_id is not UNSET:
            field_dict["model_group_id"] = model_group_id
        if version_label is not UNSET:
            field_dict["version_label"] = version_label
        if accuracy_enabled is not UNSET:
            field_dict["accuracy_enabled"] = accuracy_enabled
        if explainability_enabled is not UNSET:
            field_dict["explainability_enabled"] = explainability_enabled

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attribute import Attribute  # noqa: PLC0415
        from ..models.model_explainability_request import ModelExplainabilityRequest  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        partner_model_id = _fields_.pop("partner_model_id", ABSENT)

        if "input_type" in _fields_:
            input_type = InputType(_fields_.pop("input_type"))

        else:
            input_type = ABSENT

        if "output_type" in _fields_:
            output_type = OutputType(_fields_.pop("output_type"))

        else:
            output_type = ABSENT

        display_name: None | str | Unset = _fields_.pop("display_name", UNSET)

        description: None | str | Unset = _fields_.pop("description", UNSET)

        is_batch: bool | None | Unset = _fields_.pop("is_batch", UNSET)

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

        classifier_threshold: float | None | Unset = _fields_.pop("classifier_threshold", UNSET)

        text_delimiter: None | str | Unset = _fields_.pop("text_delimiter", UNSET)

        pixel_height: int | None | Unset = _fields_.pop("pixel_height", UNSET)

        pixel_width: int | None | Unset = _fields_.pop("pixel_width", UNSET)

        def _parse_image_class_labels(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _image_class_labels_type_0 = data
                if _image_class_labels_type_0 is None:
                    _image_class_labels_type_0 = []
                image_class_labels_type_0 = cast(list[str], _image_class_labels_type_0)

                return image_class_labels_type_0
            raise TypeError(f"image_class_labels is {type(data).__name__}")

        image_class_labels = _parse_image_class_labels(_fields_.pop("image_class_labels", UNSET))

        expected_throughput_gb_per_day: int | None | Unset = _fields_.pop(
            "expected_throughput_gb_per_day", UNSET
        )

        model_group_id: None | str | Unset = _fields_.pop("model_group_id", UNSET)

        version_label: None | str | Unset = _fields_.pop("version_label", UNSET)

        accuracy_enabled: bool | None | Unset = _fields_.pop("accuracy_enabled", UNSET)

        def _parse_explainability_enabled(
            data: object,
        ) -> ModelExplainabilityRequest | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                explainability_enabled_type_0 = ModelExplainabilityRequest.from_dict(data)

                return explainability_enabled_type_0
            raise TypeError(f"explainability_enabled is {type(data).__name__}")

        explainability_enabled = _parse_explainability_enabled(
            _fields_.pop("explainability_enabled", UNSET)
        )

        _model_ = cls(
            partner_model_id=partner_model_id,
            input_type=input_type,
            output_type=output_type,
            display_name=display_name,
            description=description,
            is_batch=is_batch,
            attributes=attributes,
            tags=tags,
            classifier_threshold=classifier_threshold,
            text_delimiter=text_delimiter,
            pixel_height=pixel_height,
            pixel_width=pixel_width,
            image_class_labels=image_class_labels,
            expected_throughput_gb_per_day=expected_throughput_gb_per_day,
            model_group_id=model_group_id,
            version_label=version_label,
            accuracy_enabled=accuracy_enabled,
            explainability_enabled=explainability_enabled,
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
