"""An attribute of a model, as the client and the embedded server see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from arthurai.common.vocabulary import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUND_TRUTH_STAGES: Final = frozenset({Stage.GroundTruth, Stage.GroundTruthClass})
"""Stages whose values are sent in `ground_truth_data` and may come later."""

INFERENCE_STAGES: Final = Stage.values() - GROUND_TRUTH_STAGES
"""Stages whose values are sent in `inference_data`."""


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """One attribute of a model, typed; what is absent or null in a document has its default.

    Attributes:
        name: Name given by the user; unique within its stage.
        value_type: A `ValueType`.
        stage: A `Stage`.
        position: Place inside the stage, from 0.
        categorical: Whether the values are categories.
        is_positive_predicted_attribute: Whether it predicts the positive class of a binary model.
        attribute_link: Name of the linked prediction or ground truth.
        gt_class_link: Value of the ground truth class that this prediction stands for.
        token_attribute_link: Name of the linked tokens or text.
        categories: Category values as text, in the order of the model.
        bins: Bins as (exclusive start, inclusive end); `None` is an open end.
        min_range: Smallest value expected; `None` is an open end.
        max_range: Largest value expected; `None` is an open end.
        monitor_for_bias: Whether groups made by its values are compared for bias.
        implicit: Whether the server made the attribute; its values are computed, never sent.
        is_unique: Whether (nearly) all values differ.
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

    @property
    def is_ground_truth(self) -> bool:
        """Whether the attribute belongs to one of the two ground truth stages."""
        return self.stage in GROUND_TRUTH_STAGES

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the attribute that an `Attribute` object of the API describes.

        Args:
            document: The object; absent and null members are alike.
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
