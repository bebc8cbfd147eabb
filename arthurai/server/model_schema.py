"""What the data side of the server knows about a model: its attributes, typed and indexed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PIPELINE_INPUT: Final = "PIPELINE_INPUT"
PREDICT_FUNCTION_INPUT: Final = "PREDICT_FUNCTION_INPUT"
NON_INPUT_DATA: Final = "NON_INPUT_DATA"
PREDICTED_VALUE: Final = "PREDICTED_VALUE"
GROUND_TRUTH: Final = "GROUND_TRUTH"
GROUND_TRUTH_CLASS: Final = "GROUND_TRUTH_CLASS"
GROUND_TRUTH_STAGES: Final = frozenset({GROUND_TRUTH, GROUND_TRUTH_CLASS})

_TEXTS: Final = frozenset({"UNSTRUCTURED_TEXT", "TOKENS", "STRING"})
_DEFAULT_THRESHOLD: Final = 0.5


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a model, as the data store and the query compiler see it.

    Attributes:
        name: Name given by the user; unique within its stage.
        value_type: Wire name of the value type, e.g. ``"FLOAT"`` or ``"ARRAY(STRING)"``.
        stage: Wire name of the stage, e.g. ``"PIPELINE_INPUT"``.
        position: Place inside the stage, from 0.
        categorical: Whether the values are categories.
        is_positive_predicted_attribute: Whether it predicts the positive class of a binary model.
        attribute_link: Name of the linked prediction or ground truth.
        gt_class_link: Value of the ground truth class this prediction stands for.
        token_attribute_link: Name of the linked tokens or text.
        categories: Category values, in the order of the model.
        bins: Bins as (exclusive start, inclusive end); ``None`` is an open end.
        min_range: Expected smallest value.
        max_range: Expected largest value.
        monitor_for_bias: Whether bias is watched by this attribute.
        implicit: Whether the server made the attribute; its values are computed, never stored.
        is_unique: Whether (nearly) all values differ.
        column: Name of the column in the relations of the data store. It depends on stage and
            name only, so it survives changes of the other attributes, and it contains nothing but
            letters and digits, because column names are case-insensitive in the store and
            attribute names are not.
    """

    name: str
    value_type: str
    stage: str
    position: int | None = None
    categorical: bool = False
    is_positive_predicted_attribute: bool = False
    attribute_link: str | None = None
    gt_class_link: str | None = None
    token_attribute_link: str | None = None
    categories: tuple[str, ...] = ()
    bins: tuple[tuple[float | None, float | None], ...] = ()
    min_range: float | None = None
    max_range: float | None = None
    monitor_for_bias: bool = False
    implicit: bool = False
    is_unique: bool = False
    column: str = ""

    def __post_init__(self) -> None:
        if not self.column:
            object.__setattr__(self, "column", column_name(self.stage, self.name))

    @property
    def is_ground_truth(self) -> bool:
        """Whether the attribute belongs to one of the two ground truth stages."""
        return self.stage in GROUND_TRUTH_STAGES

    @classmethod
    def from_wire(cls, document: Mapping[str, Any]) -> Attribute:
        """Read one attribute of a model document.

        Args:
            document: An ``Attribute`` object of the API; absent and null members are alike.
        """
        return cls(
            name=document["name"],
            value_type=document["value_type"],
            stage=document["stage"],
            position=document.get("position"),
            categorical=bool(document.get("categorical")),
            is_positive_predicted_attribute=bool(document.get("is_positive_predicted_attribute")),
            attribute_link=document.get("attribute_link"),
            gt_class_link=document.get("gt_class_link"),
            token_attribute_link=document.get("token_attribute_link"),
            categories=tuple(str(c["value"]) for c in document.get("categories") or ()),
            bins=tuple(
                (b.get("continuous_start"), b.get("continuous_end"))
                for b in document.get("bins") or ()
            ),
            min_range=document.get("min_range"),
            max_range=document.get("max_range"),
            monitor_for_bias=bool(document.get("monitor_for_bias")),
            implicit=bool(document.get("implicit")),
            is_unique=bool(document.get("is_unique")),
        )


def column_name(stage: str, name: str) -> str:
    """Return the column of an attribute in the data store: ``a`` and 16 hexadecimal digits.

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
        input_type: Wire name of the input type, e.g. ``"TABULAR"``.
        output_type: Wire name of the output type, e.g. ``"MULTICLASS"``.
        is_batch: Whether inferences come in named batches.
        classifier_threshold: Cut for the positive class; ``None`` when the model names none.
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
            model: A ``Model`` object of the API with its ``attributes``; absent and null members
                are alike.
        """
        return cls(
            model_id=str(model["id"]),
            input_type=model["input_type"],
            output_type=model["output_type"],
            is_batch=bool(model.get("is_batch")),
            classifier_threshold=model.get("classifier_threshold"),
            attributes=tuple(Attribute.from_wire(a) for a in model.get("attributes") or ()),
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
        """Return the attribute of that name, or ``None``.

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
        return self.by_stage(PREDICTED_VALUE)

    @cached_property
    def generated_texts(self) -> tuple[Attribute, ...]:
        """The predicted texts and lists of tokens of a model that generates sequences."""
        if self.output_type != "TOKEN_SEQUENCE":
            return ()
        return tuple(a for a in self.predicted if a.value_type in _TEXTS)

    @cached_property
    def ground_truths(self) -> tuple[Attribute, ...]:
        """The ground truth attributes of both stages, implicit ones included, by position."""
        return self.by_stage(GROUND_TRUTH, GROUND_TRUTH_CLASS)

    @cached_property
    def ground_truth_class(self) -> Attribute | None:
        """The one attribute that holds the true class, if the model has one."""
        return next(iter(self.by_stage(GROUND_TRUTH_CLASS)), None)

    @cached_property
    def stored(self) -> tuple[Attribute, ...]:
        """The attributes whose values are sent and stored, in the order of the model."""
        return tuple(a for a in self.attributes if not a.implicit)

    @cached_property
    def inference_attributes(self) -> tuple[Attribute, ...]:
        """The stored attributes an inference brings at once: all but ground truth."""
        return tuple(a for a in self.stored if not a.is_ground_truth)

    @cached_property
    def ground_truth_attributes(self) -> tuple[Attribute, ...]:
        """The stored ground truth attributes, which may come later."""
        return tuple(a for a in self.stored if a.is_ground_truth)

    @cached_property
    def positive_predicted(self) -> Attribute | None:
        """The prediction of the positive class of a binary classifier, if one is marked."""
        return next((a for a in self.predicted if a.is_positive_predicted_attribute), None)

    @cached_property
    def is_binary_classifier(self) -> bool:
        """Whether this is a classifier with one or two predictions, one marked as positive."""
        return (
            self.output_type == "MULTICLASS"
            and self.positive_predicted is not None
            and len(self.predicted) <= 2  # noqa: PLR2004 - the positive class and its complement
        )

    @property
    def threshold(self) -> float:
        """The cut for the positive class, 0.5 when the model names none."""
        threshold = self.classifier_threshold
        return _DEFAULT_THRESHOLD if threshold is None else threshold

    def ground_truth_of(self, predicted: Attribute) -> Attribute | None:
        """Return the ground truth a prediction is compared with, or ``None``.

        The linked attribute comes first, then the attribute that holds the true class.

        Args:
            predicted: An attribute of the stage ``PREDICTED_VALUE``.
        """
        if predicted.attribute_link is not None:
            for attribute in self._by_name.get(predicted.attribute_link, ()):
                if attribute.is_ground_truth:
                    return attribute
        return self.ground_truth_class

    def prediction_of(self, ground_truth: Attribute) -> Attribute | None:
        """Return the prediction that is linked with a ground truth attribute, or ``None``.

        Args:
            ground_truth: An attribute of a ground truth stage.
        """
        for attribute in self.predicted:
            if attribute.attribute_link == ground_truth.name:
                return attribute
        return next((a for a in self.predicted if a.name == ground_truth.attribute_link), None)
