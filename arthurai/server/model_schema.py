"""What the data side of the server knows about a model: its attributes, typed and indexed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.attribute_spec import AttributeSpec
from arthurai.common.limits import BINARY_CLASSES, DEFAULT_THRESHOLD
from arthurai.common.vocabulary import OutputType, Stage, ValueType

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS: Final = frozenset({ValueType.Unstructured_Text, ValueType.Tokens, ValueType.String})


@dataclass(frozen=True, slots=True)
class Attribute(AttributeSpec):
    """One attribute of a model, as the data store and the query compiler see it.

    Attributes:
        column: Name of the column in the relations of the data store. It depends on stage and
            name only, so it survives changes of the other attributes, and it contains nothing but
            letters and digits, because column names are case-insensitive in the store and
            attribute names are not.
    """

    column: str = ""

    def __post_init__(self) -> None:
        if not self.column:
            object.__setattr__(self, "column", column_name(self.stage, self.name))


def column_name(stage: str, name: str) -> str:
    """Return the column of an attribute in the data store: `a` and 16 hexadecimal digits.

    Args:
        stage: Stage of the attribute.
        name: Name of the attribute.
    """
    digest = hashlib.sha256(f"{stage}\0{name}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"a{digest[:16]}"


@dataclass(frozen=True)
class ModelSchema:
    """The typed schema of a model.

    Attributes:
        model_id: Id of the model.
        input_type: Wire name of the input type, e.g. `"TABULAR"`.
        output_type: Wire name of the output type, e.g. `"MULTICLASS"`.
        is_batch: Whether inferences come in named batches.
        classifier_threshold: Cut for the positive class; `None` when the model names none.
        attributes: All attributes, implicit ones included, in the order of the model.
        image_class_labels: Class names by class id.
        text_delimiter: Regular expression that splits text into tokens.
        pixel_height: Height in pixels that images are resized to.
        pixel_width: Width in pixels that images are resized to.
    """

    model_id: str
    input_type: str
    output_type: str
    is_batch: bool = False
    classifier_threshold: float | None = None
    attributes: tuple[Attribute, ...] = ()
    image_class_labels: tuple[str, ...] = ()
    text_delimiter: str | None = None
    pixel_height: int | None = None
    pixel_width: int | None = None

    @classmethod
    def from_model(cls, model: Mapping[str, Any]) -> ModelSchema:
        """Build the schema of a model document.

        Args:
            model: A `Model` object of the API with its `attributes`; absent and null members
                are alike.
        """
        return cls(
            model_id=str(model["id"]),
            input_type=model["input_type"],
            output_type=model["output_type"],
            is_batch=bool(model.get("is_batch")),
            classifier_threshold=model.get("classifier_threshold"),
            attributes=tuple(Attribute.from_document(a) for a in model.get("attributes") or ()),
            image_class_labels=tuple(model.get("image_class_labels") or ()),
            text_delimiter=model.get("text_delimiter"),
            pixel_height=model.get("pixel_height"),
            pixel_width=model.get("pixel_width"),
        )

    @cached_property
    def _by_name(self) -> dict[str, tuple[Attribute, ...]]:
        found: dict[str, tuple[Attribute, ...]] = {}
        for attribute in self.attributes:
            found[attribute.name] = (*found.get(attribute.name, ()), attribute)
        return found

    def attribute(self, name: str, stage: str | None = None) -> Attribute | None:
        """Return the attribute of that name, or `None`.

        Args:
            name: Name of the attribute, case-sensitive.
            stage: Take only an attribute of this stage.
        """
        for attribute in self._by_name.get(name, ()):
            if stage is None or attribute.stage == stage:
                return attribute
        return None

    def by_stage(self, *stages: str) -> tuple[Attribute, ...]:
        """Return the attributes of these stages, by position, then in the order of the model."""
        found = [a for a in self.attributes if a.stage in stages]
        return tuple(sorted(found, key=lambda a: (a.position is None, a.position or 0)))

    @cached_property
    def predicted(self) -> tuple[Attribute, ...]:
        """The predicted attributes, implicit ones included, by position."""
        return self.by_stage(Stage.PredictedValue)

    @cached_property
    def generated_texts(self) -> tuple[Attribute, ...]:
        """The predicted texts and lists of tokens of a model that generates sequences."""
        if self.output_type != OutputType.TokenSequence:
            return ()
        return tuple(a for a in self.predicted if a.value_type in _TEXTS)

    @cached_property
    def ground_truths(self) -> tuple[Attribute, ...]:
        """The ground truth attributes of both stages, implicit ones included, by position."""
        return self.by_stage(Stage.GroundTruth, Stage.GroundTruthClass)

    @cached_property
    def ground_truth_class(self) -> Attribute | None:
        """The one attribute that holds the true class, if the model has one."""
        return next(iter(self.by_stage(Stage.GroundTruthClass)), None)

    @cached_property
    def stored(self) -> tuple[Attribute, ...]:
        """The attributes whose values are sent and stored, in the order of the model."""
        return tuple(a for a in self.attributes if not a.implicit)

    @cached_property
    def inference_attributes(self) -> tuple[Attribute, ...]:
        """The stored attributes that arrive with an inference: all but ground truth."""
        return tuple(a for a in self.stored if not a.is_ground_truth)

    @cached_property
    def ground_truth_attributes(self) -> tuple[Attribute, ...]:
        """The stored ground truth attributes, which may arrive later."""
        return tuple(a for a in self.stored if a.is_ground_truth)

    @cached_property
    def positive_predicted(self) -> Attribute | None:
        """The prediction of the positive class of a binary classifier, if one is marked."""
        return next((a for a in self.predicted if a.is_positive_predicted_attribute), None)

    @cached_property
    def is_binary_classifier(self) -> bool:
        """Whether this is a classifier with one or two predictions, one marked as positive."""
        return (
            self.output_type == OutputType.Multiclass
            and self.positive_predicted is not None
            and len(self.predicted) <= BINARY_CLASSES
        )

    @property
    def threshold(self) -> float:
        """The threshold of the positive class, 0.5 if the model has none."""
        threshold = self.classifier_threshold
        return DEFAULT_THRESHOLD if threshold is None else threshold

    def ground_truth_of(self, predicted: Attribute) -> Attribute | None:
        """Return the ground truth a prediction is compared with, or `None`.

        The linked attribute comes first, then the attribute that holds the true class.

        Args:
            predicted: An attribute of the stage `PREDICTED_VALUE`.
        """
        if predicted.attribute_link is not None:
            for attribute in self._by_name.get(predicted.attribute_link, ()):
                if attribute.is_ground_truth:
                    return attribute
        return self.ground_truth_class
