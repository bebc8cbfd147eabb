from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.input_type import InputType
from ..models.model_status import ModelStatus
from ..models.output_type import OutputType
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.attribute import Attribute
    from ..models.created_by import CreatedBy
    from ..models.model_explainability import ModelExplainability


T = TypeVar("T", bound="Model")

_REQUIRED = frozenset({"id", "partner_model_id", "input_type", "output_type", "created_by"})


@_attrs_define(kw_only=True, repr=False)
class Model(_ApiObject):
    """A monitored model. Some members are filled only when `expand` asks for them.

    Attributes:
        id (str): Identifier given by the server.
        partner_model_id (str): Given by the caller; unique among the active models of an organization, never changed.
        input_type (InputType): Type of the inputs of a model.
        output_type (OutputType): Type of the outputs of a model. Binary classifiers are `MULTICLASS` with one or two
            predictions.
        created_by (CreatedBy): Who made something.
        display_name (None | str | Unset): Name shown to people.
        description (None | str | Unset): What the model does.
        is_batch (bool | Unset): Whether inferences come in closed batches instead of a stream.
        archived (bool | Unset): Whether the model has been archived.
        status (ModelStatus | Unset): Status of a model.
        created_at (datetime.datetime | None | Unset): When the model was made.
        updated_at (datetime.datetime | None | Unset): When the model was last changed.
        attributes (list[Attribute] | Unset): Columns of the model; always there right after creation, else with
            `expand=attributes`.
        tags (list[str] | None | Unset): Labels for finding the model.
        classifier_threshold (float | None | Unset): Score from which a binary classifier's prediction counts as
            positive.
        text_delimiter (None | str | Unset): Regular expression that splits text into words; NLP only.
        pixel_height (int | None | Unset): Height in pixels to which images are resized.
        pixel_width (int | None | Unset): Width in pixels to which images are resized.
        image_class_labels (list[str] | None | Unset): Class names in the order of their class ids.
        expected_throughput_gb_per_day (int | None | Unset): Expected amount of data; with `expand` of that name.
        model_group_id (str | Unset): The group of all versions of this model.
        version_sequence_num (int | Unset): Place in the group, from 1.
        version_label (None | str | Unset): Free name of this version.
        explainability (ModelExplainability | None | Unset): How explanations are set up.
        organization_id (str | Unset): Owner of the model; with `expand=organization_id`.
        accuracy_enabled (bool | Unset): Whether dashboards show accuracy.
        model_group_name (None | str | Unset): Name of the group; with `expand=model_group_name`.
        total_inference_count (int | None | Unset): Inferences so far; with `expand=inference_stats`.
        average_inference_count (float | None | Unset): Inferences per day over the last month; with
            `expand=inference_stats`.
        last_inference_timestamp (None | str | Unset): Time of the newest inference, ISO 8601; with
            `expand=inference_stats`.
        health_score (float | None | Unset): Overall health; with `expand=health_scores`.
        accuracy_health_score (float | None | Unset): Health of the accuracy; with `expand=health_scores`.
        drift_health_score (float | None | Unset): Health in view of drift; with `expand=health_scores`.
        ingestion_health_score (float | None | Unset): Health of the data flow; with `expand=health_scores`.
        critical_alert_count (float | None | Unset): Critical alerts that are not resolved; with
            `expand=critical_alert_count`.
        is_binary_classifier (bool | Unset): Whether this is a binary classifier; with `expand` of that name.
        has_reference_set_data (bool | Unset): Whether reference data have been uploaded; with `expand` of that name.
        has_ground_truth_inferences (bool | Unset): Whether any inference has its ground truth; with `expand` of that
            name.
    """

    id: str
    partner_model_id: str
    input_type: InputType
    output_type: OutputType
    created_by: CreatedBy
    display_name: None | str | Unset = UNSET
    description: None | str | Unset = UNSET
    is_batch: bool | Unset = UNSET
    archived: bool | Unset = UNSET
    status: ModelStatus | Unset = UNSET
    created_at: datetime.datetime | None | Unset = UNSET
    updated_at: datetime.datetime | None | Unset = UNSET
    attributes: list[Attribute] | Unset = UNSET
    tags: list[str] | None | Unset = UNSET
    classifier_threshold: float | None | Unset = UNSET
    text_delimiter: None | str | Unset = UNSET
    pixel_height: int | None | Unset = UNSET
    pixel_width: int | None | Unset = UNSET
    image_class_labels: list[str] | None | Unset = UNSET
    expected_throughput_gb_per_day: int | None | Unset = UNSET
    model_group_id: str | Unset = UNSET
    version_sequence_num: int | Unset = UNSET
    version_label: None | str | Unset = UNSET
    explainability: ModelExplainability | None | Unset = UNSET
    organization_id: str | Unset = UNSET
    accuracy_enabled: bool | Unset = UNSET
    model_group_name: None | str | Unset = UNSET
    total_inference_count: int | None | Unset = UNSET
    average_inference_count: float | None | Unset = UNSET
    last_inference_timestamp: None | str | Unset = UNSET
    health_score: float | None | Unset = UNSET
    accuracy_health_score: float | None | Unset = UNSET
    drift_health_score: float | None | Unset = UNSET
    ingestion_health_score: float | None | Unset = UNSET
    critical_alert_count: float | None | Unset = UNSET
    is_binary_classifier: bool | Unset = UNSET
    has_reference_set_data: bool | Unset = UNSET
    has_ground_truth_inferences: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.model_explainability import ModelExplainability  # noqa: PLC0415

        id = self.id

        partner_model_id = self.partner_model_id

        input_type = self.input_type.value

        output_type = self.output_type.value

        created_by = self.created_by.to_dict()

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

        is_batch = self.is_batch

        archived = self.archived

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        created_at: None | str | Unset
        if isinstance(self.created_at, Unset):
            created_at = UNSET
        elif isinstance(self.created_at, datetime.datetime):
            created_at = self.created_at.isoformat()
        else:
            created_at = self.created_at

        updated_at: None | str | Unset
        if isinstance(self.updated_at, Unset):
            updated_at = UNSET
        elif isinstance(self.updated_at, datetime.datetime):
            updated_at = self.updated_at.isoformat()
        else:
            updated_at = self.updated_at

        attributes: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.attributes, Unset):
            attributes = []
            for attributes_item_data in self.attributes:
                attributes_item = attributes_item_data.to_dict()
                attributes.append(attributes_item)

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

        model_group_id = self.model_group_id

        version_sequence_num = self.version_sequence_num

        version_label: None | str | Unset
        if isinstance(self.version_label, Unset):
            version_label = UNSET
        else:
            version_label = self.version_label

        explainability: dict[str, Any] | None | Unset
        if isinstance(self.explainability, Unset):
            explainability = UNSET
        elif isinstance(self.explainability, ModelExplainability):
            explainability = self.explainability.to_dict()
        else:
            explainability = self.explainability

        organization_id = self.organization_id

        accuracy_enabled = self.accuracy_enabled

        model_group_name: None | str | Unset
        if isinstance(self.model_group_name, Unset):
            model_group_name = UNSET
        else:
            model_group_name = self.model_group_name

        total_inference_count: int | None | Unset
        if isinstance(self.total_inference_count, Unset):
            total_inference_count = UNSET
        else:
            total_inference_count = self.total_inference_count

        average_inference_count: float | None | Unset
        if isinstance(self.average_inference_count, Unset):
            average_inference_count = UNSET
        else:
            average_inference_count = self.average_inference_count

        last_inference_timestamp: None | str | Unset
        if isinstance(self.last_inference_timestamp, Unset):
            last_inference_timestamp = UNSET
        else:
            last_inference_timestamp = self.last_inference_timestamp

        health_score: float | None | Unset
        if isinstance(self.health_score, Unset):
            health_score = UNSET
        else:
            health_score = self.health_score

        accuracy_health_score: float | None | Unset
        if isinstance(self.accuracy_health_score, Unset):
            accuracy_health_score = UNSET
        else:
            accuracy_health_score = self.accuracy_health_score

        drift_health_score: float | None | Unset
        if isinstance(self.drift_health_score, Unset):
            drift_health_score = UNSET
        else:
            drift_health_score = self.drift_health_score

        ingestion_health_score: float | None | Unset
        if isinstance(self.ingestion_health_score, Unset):
            ingestion_health_score = UNSET
        else:
            ingestion_health_score = self.ingestion_health_score

        critical_alert_count: float | None | Unset
        if isinstance(self.critical_alert_count, Unset):
            critical_alert_count = UNSET
        else:
            critical_alert_count = self.critical_alert_count

        is_binary_classifier = self.is_binary_classifier

        has_reference_set_data = self.has_reference_set_data

        has_ground_truth_inferences = self.has_ground_truth_inferences

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "partner_model_id": partner_model_id,
                "input_type": input_type,
                "output_type": output_type,
                "created_by": created_by,
            }
        )
        if display_name is not UNSET:
            field_dict["display_name"] = display_name
        if description is not UNSET:
            field_dict["description"] = description
        if is_batch is not UNSET:
            field_dict["is_batch"] = is_batch
        if archived is not UNSET:
            field_dict["archived"] = archived
        if status is not UNSET:
            field_dict["status"] = status
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
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
        if version_sequence_num is not UNSET:
            field_dict["version_sequence_num"] = version_sequence_num
        if version_label is not UNSET:
            field_dict["version_label"] = version_label
        if explainability is not UNSET:
            field_dict["explainability"] = explainability
        if organization_id is not UNSET:
            field_dict["organization_id"] = organization_id
        if accuracy_enabled is not UNSET:
            field_dict["accuracy_enabled"] = accuracy_enabled
        if model_group_name is not UNSET:
            field_dict["model_group_name"] = model_group_name
        if total_inference_count is not UNSET:
            field_dict["total_inference_count"] = total_inference_count
        if average_inference_count is not UNSET:
            field_dict["average_inference_count"] = average_inference_count
        if last_inference_timestamp is not UNSET:
            field_dict["last_inference_timestamp"] = last_inference_timestamp
        if health_score is not UNSET:
            field_dict["health_score"] = health_score
        if accuracy_health_score is not UNSET:
            field_dict["accuracy_health_score"] = accuracy_health_score
        if drift_health_score is not UNSET:
            field_dict["drift_health_score"] = drift_health_score
        if ingestion_health_score is not UNSET:
            field_dict["ingestion_health_score"] = ingestion_health_score
        if critical_alert_count is not UNSET:
            field_dict["critical_alert_count"] = critical_alert_count
        if is_binary_classifier is not UNSET:
            field_dict["is_binary_classifier"] = is_binary_classifier
        if has_reference_set_data is not UNSET:
            field_dict["has_reference_set_data"] = has_reference_set_data
        if has_ground_truth_inferences is not UNSET:
            field_dict["has_ground_truth_inferences"] = has_ground_truth_inferences

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.attribute import Attribute  # noqa: PLC0415
        from ..models.created_by import CreatedBy  # noqa: PLC0415
        from ..models.model_explainability import ModelExplainability  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        partner_model_id = _fields_.pop("partner_model_id", ABSENT)

        if "input_type" in _fields_:
            input_type = InputType(_fields_.pop("input_type"))

        else:
            input_type = ABSENT

        if "output_type" in _fields_:
            output_type = OutputType(_fields_.pop("output_type"))

        else:
            output_type = ABSENT

        if "created_by" in _fields_:
            created_by = CreatedBy.from_dict(_fields_.pop("created_by"))

        else:
            created_by = ABSENT

        display_name: None | str | Unset = _fields_.pop("display_name", UNSET)

        description: None | str | Unset = _fields_.pop("description", UNSET)

        is_batch = _fields_.pop("is_batch", UNSET)

        archived = _fields_.pop("archived", UNSET)

        _status = _fields_.pop("status", UNSET)
        status: ModelStatus | Unset
        if isinstance(_status, Unset) or _status is None:
            status = UNSET
        else:
            status = ModelStatus(_status)

        def _parse_created_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                created_at_type_0 = datetime.datetime.fromisoformat(data)

                return created_at_type_0
            raise TypeError(f"created_at is {type(data).__name__}")

        created_at = _parse_created_at(_fields_.pop("created_at", UNSET))

        def _parse_updated_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                updated_at_type_0 = datetime.datetime.fromisoformat(data)

                return updated_at_type_0
            raise TypeError(f"updated_at is {type(data).__name__}")

        updated_at = _parse_updated_at(_fields_.pop("updated_at", UNSET))

        _attributes = _fields_.pop("attributes", UNSET)
        attributes: list[Attribute] | Unset = UNSET
        if _attributes is not UNSET:
            attributes = []
            for attributes_item_data in _attributes or ():
                attributes_item = Attribute.from_dict(attributes_item_data)

                attributes.append(attributes_item)

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

        model_group_id = _fields_.pop("model_group_id", UNSET)

        version_sequence_num = _fields_.pop("version_sequence_num", UNSET)

        version_label: None | str | Unset = _fields_.pop("version_label", UNSET)

        def _parse_explainability(data: object) -> ModelExplainability | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                explainability_type_0 = ModelExplainability.from_dict(data)

                return explainability_type_0
            raise TypeError(f"explainability is {type(data).__name__}")

        explainability = _parse_explainability(_fields_.pop("explainability", UNSET))

        organization_id = _fields_.pop("organization_id", UNSET)

        accuracy_enabled = _fields_.pop("accuracy_enabled", UNSET)

        model_group_name: None | str | Unset = _fields_.pop("model_group_name", UNSET)

        total_inference_count: int | None | Unset = _fields_.pop("total_inference_count", UNSET)

        average_inference_count: float | None | Unset = _fields_.pop(
            "average_inference_count", UNSET
        )

        last_inference_timestamp: None | str | Unset = _fields_.pop(
            "last_inference_timestamp", UNSET
        )

        health_score: float | None | Unset = _fields_.pop("health_score", UNSET)

        accuracy_health_score: float | None | Unset = _fields_.pop("accuracy_health_score", UNSET)

        drift_health_score: float | None | Unset = _fields_.pop("drift_health_score", UNSET)

        ingestion_health_score: float | None | Unset = _fields_.pop("ingestion_health_score", UNSET)

        critical_alert_count: float | None | Unset = _fields_.pop("critical_alert_count", UNSET)

        is_binary_classifier = _fields_.pop("is_binary_classifier", UNSET)

        has_reference_set_data = _fields_.pop("has_reference_set_data", UNSET)

        has_ground_truth_inferences = _fields_.pop("has_ground_truth_inferences", UNSET)

        _model_ = cls(
            id=id,
            partner_model_id=partner_model_id,
            input_type=input_type,
            output_type=output_type,
            created_by=created_by,
            display_name=display_name,
            description=description,
            is_batch=is_batch,
            archived=archived,
            status=status,
            created_at=created_at,
            updated_at=updated_at,
            attributes=attributes,
            tags=tags,
            classifier_threshold=classifier_threshold,
            text_delimiter=text_delimiter,
            pixel_height=pixel_height,
            pixel_width=pixel_width,
            image_class_labels=image_class_labels,
            expected_throughput_gb_per_day=expected_throughput_gb_per_day,
            model_group_id=model_group_id,
            version_sequence_num=version_sequence_num,
            version_label=version_label,
            explainability=explainability,
            organization_id=organization_id,
            accuracy_enabled=accuracy_enabled,
            model_group_name=model_group_name,
            total_inference_count=total_inference_count,
            average_inference_count=average_inference_count,
            last_inference_timestamp=last_inference_timestamp,
            health_score=health_score,
            accuracy_health_score=accuracy_health_score,
            drift_health_score=drift_health_score,
            ingestion_health_score=ingestion_health_score,
            critical_alert_count=critical_alert_count,
            is_binary_classifier=is_binary_classifier,
            has_reference_set_data=has_reference_set_data,
            has_ground_truth_inferences=has_ground_truth_inferences,
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
